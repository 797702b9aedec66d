//! What may be used, what is used, what is left? Accounts with their movements on any day, the last post that two want,
//! transfers, reversals, steps that draw on an account. `establishment`, `post_request`, `quota_request`.
//!
//! Never an amount above the ceiling that nobody allowed.

use tokio::task::JoinSet;

use crate::harness::{Office, Page, Visitor};

const FARMS: &str = "岚湾新区农业农村局";
const FARMS_ID: &str = "00000000000000000000000000000103";
const STREET: &str = "葵岭街道";
const ROOT: &str = "岚湾新区";
const DOCUMENT: &str = "岚编〔2026〕1号";

/// 苏芮 keeps the accounts of the whole district.
async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "establishment_officer", ROOT).await;
    office.sign_in("su").await
}

async fn opened(su: &mut Visitor, title: &str, unit: &str, kind: &str) -> String {
    su.begins("establishment", &[("账户名称", title), ("所属单位", unit), ("编制类型", kind)]).await
}

/// Tries a movement; `fields` by their labels.
async fn moves(by: &mut Visitor, account: &str, word: &str, amount: &str, fields: &[(&str, &str)]) -> Page {
    let form = by.opens(&format!("{account}/account")).await.form("记下");
    let form = form.forged("word", word).with("数额", amount);
    let form = fields.iter().fold(form, |form, (label, text)| form.with(label, text));
    by.sends(form).await
}

/// An account with a ceiling from 1 January 2026 on.
async fn granted(su: &mut Visitor, title: &str, unit: &str, kind: &str, amount: &str) -> String {
    let account = opened(su, title, unit, kind).await;
    let fields = [("文号", DOCUMENT), ("生效日", "2026-01-01")];
    moves(su, &account, "grant", amount, &fields).await.answers(200).says(DOCUMENT);
    account
}

/// What the account holds on a day, as its page says.
async fn holds(by: &mut Visitor, account: &str, on: &str) -> String {
    by.opens(&format!("{account}/account?on={on}")).await.under("余额")
}

async fn figure(by: &mut Visitor, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/establishment/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// A machine is refused in the same words as a person.
fn refused(page: Page, words: &str) {
    let json = page.answers(422).json().to_string();
    assert!(json.contains(words), "{words}: {json}");
}

async fn number_of(by: &mut Visitor, account: &str) -> String {
    let json = by.asks(&format!("/api/v1{account}/account")).await.json();
    json["number"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

// proves: account.measure
// proves: account.ceiling
// proves: account.free
// proves: account.of
// proves: account.states
// proves: account.movement.from
// proves: account.movement.to
// proves: account.movement.document
// proves: account.movement.because
// proves: figure.balance
#[tokio::test]
async fn the_ceiling_holds_on_every_day_and_the_state_of_any_past_day_is_shown() {
    held_to_the_ceiling(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn held_to_the_ceiling(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    let account = opened(&mut su, "农业农村局行政编制", FARMS, "行政编制").await;
    // Nothing without a document; nothing above nothing, and the way to more is named.
    moves(&mut su, &account, "grant", "49", &[]).await.answers(422).says("“核定”要写文号").says("编制要凭");
    let none = moves(&mut su, &account, "enter", "1", &[]).await;
    none.answers(422).says("额度不够").says("还差1名").says("“核增编制申请”");
    moves(&mut su, &account, "grant", "49", &[("文号", DOCUMENT), ("生效日", "2026-01-01")]).await.answers(200);
    moves(&mut su, &account, "enter", "41", &[("生效日", "2026-02-01")]).await.answers(200);
    for (on, name, amount) in [
        ("2025-12-31", "空编", "0名"),
        ("2026-01-31", "空编", "49名"),
        ("2026-02-01", "空编", "8名"),
        ("2026-02-01", "实有", "41名"),
    ] {
        let said = holds(&mut su, &account, on).await;
        assert!(said.contains(name) && said.contains(amount), "{on} {name} {amount}: {said}");
    }
    // Eight are left from February on: nine may not come in January either.
    let late = moves(&mut su, &account, "enter", "9", &[("生效日", "2026-01-15")]).await;
    late.answers(422).says("截至2026-02-01核定49名").says("实有41名").says("还差1名");
    assert_eq!(late.form("记下").typed("数额"), "9", "nothing typed is lost");
    moves(&mut su, &account, "leave", "42", &[]).await.answers(422).says("实有只有41名");
    // The figures of any day, and the rate that the department prints.
    for (name, value) in [("approved", "49"), ("in_post", "41"), ("vacant", "8"), ("rate", "83.67"), ("over", "0")] {
        assert_eq!(figure(&mut su, name, "2026-03").await, value, "{name}");
    }
    assert_eq!(figure(&mut su, "in_post", "2026-01").await, "0");
    assert_eq!(figure(&mut su, "approved", "2026-01").await, "49");
    let page = su.opens("/m/establishment/balances?on=2026-02-01").await;
    page.says("农业农村局行政编制").says("83.67%");
    assert!(su.opens("/m/establishment/balances?on=2026-01-31").await.line("农业农村局行政编制").contains("0%"));
    // A second account of the same unit and kind is refused; what still holds somebody is not closed.
    let fields = [("账户名称", "又一个"), ("所属单位", FARMS), ("编制类型", "行政编制")];
    su.tries_to_begin("establishment", &fields).await.answers(422).says("所属单位和编制类型");
    su.tries("销账", &account, &[("理由", "撤并")]).await.answers(422).says("实有41名");
    moves(&mut su, &account, "leave", "41", &[]).await.answers(200);
    su.takes("销账", &account, &[("理由", "撤并")]).await;
    opened(&mut su, "又一个", FARMS, "行政编制").await;
    let key = su.asks(&format!("/api/v1{account}/account")).await.json();
    assert_eq!(key["words"].as_array().map(Vec::len), Some(0), "a closed account takes nothing");
    su.tries("恢复", &account, &[("理由", "错了")]).await.answers(422).says("所属单位和编制类型");
    office.db_verify().await;
}

// proves: account.movement.over
// proves: account.movement.when
// proves: account.movement.else
// proves: account.movement.reason
#[tokio::test]
async fn above_the_line_only_with_a_reason_and_only_where_it_is_a_line() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let posts = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "41").await;
    let off = granted(&mut su, "农业农村局编外", FARMS, "编外", "7").await;
    moves(&mut su, &posts, "enter", "41", &[]).await.answers(200);
    let only = moves(&mut su, &posts, "exceed", "1", &[("理由", "急用")]).await;
    only.answers(422).says("只有编外可以超出控制线");
    moves(&mut su, &off, "exceed", "25", &[]).await.answers(422).says("“超线聘用”要写理由");
    moves(&mut su, &off, "exceed", "25", &[("理由", "任务集中，一年内压减")]).await.answers(200);
    for (name, value) in [("off", "25"), ("off_over", "18"), ("off_rate", "37.88"), ("off_line", "7"), ("over", "0")] {
        assert_eq!(figure(&mut su, name, "2026-03").await, value, "{name}");
    }
    // Cut below those in post: allowed with a reason, and told as 超编.
    let cut = [("文号", "岚编〔2026〕5号")];
    moves(&mut su, &posts, "cut", "2", &cut).await.answers(422).says("超出2名");
    moves(&mut su, &posts, "cut", "2", &[cut[0], ("理由", "人员待消化")]).await.answers(200);
    assert_eq!(figure(&mut su, "over", "2026-03").await, "2");
    assert_eq!(figure(&mut su, "vacant", "2026-03").await, "0");
    moves(&mut su, &posts, "enter", "1", &[]).await.answers(422).says("还差3名");
    su.opens("/m/establishment/balances").await.says("超出");
    office.db_verify().await;
}

// proves: account.stage.own
// proves: step.draws.account
// proves: step.draws.amount
// proves: step.draws.on
// proves: step.draws.document
#[tokio::test]
async fn a_request_reserves_fills_and_gives_back_and_is_found_from_both_sides() {
    drawn_on(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn drawn_on(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    let account = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "3").await;
    let number = number_of(&mut su, &account).await;
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let request = async |zheng: &mut Visitor, zhou: &mut Visitor, title: &str, count: &str| {
        let fields = [
            ("事由", title),
            ("用编单位", FARMS),
            ("编制账户", number.as_str()),
            ("用编方式", "公开招录"),
            ("用编数", count),
            ("理由", "渔港管理缺员"),
        ];
        let request = zheng.begins("post_request", &fields).await;
        zhou.takes("上报", &request, &[]).await;
        request
    };
    let first = request(&mut zheng, &mut zhou, "招录两名", "2").await;
    su.takes("核准用编", &first, &[("意见", "有空编")]).await.says("账户变动").says("预留 2名");
    let said = holds(&mut su, &account, "2026-03-02").await;
    assert!(said.contains("预留") && said.contains("2名") && said.contains("空编") && said.contains("1名"), "{said}");
    su.opens(&format!("{account}/account")).await.says("起因：").says("招录两名");
    // One is left: two more are refused at the step, and the opinion stands in the form still.
    let second = request(&mut zheng, &mut zhou, "再招两名", "2").await;
    let refused = su.tries("核准用编", &second, &[("意见", "同意招录")]).await;
    refused.answers(422).says("额度不够").says("预留2名").says("还差1名").says("“核增编制申请”");
    assert_eq!(refused.form("核准用编").typed("意见"), "同意招录");
    moves(&mut su, &account, "fill", "1", &[]).await.answers(422).says("别的事放进去的要由那件事动用");
    let form = su.opens(&format!("{account}/account")).await.form("冲销");
    let form = form.forged("seq", "2").forged("reason", "试试");
    su.sends(form).await.answers(422).says("不能单独冲销");
    // One of two comes; the other post is free again, from the day on which it was so.
    let entered = [("入职数", "1"), ("入职日", "2026-03-02"), ("理由", "一名放弃")];
    su.tries("入职上编", &first, &[("入职数", "3"), entered[1], entered[2]]).await.answers(422).says("不能多于核准");
    su.takes("入职上编", &first, &entered).await.says("预留转实有 1名").says("取消预留 1名");
    su.takes("核准用编", &second, &[("意见", "现在有了")]).await;
    su.takes("作废", &second, &[("理由", "改为内部调剂")]).await;
    for (name, value) in [("approved", "3"), ("in_post", "1"), ("reserved", "0"), ("vacant", "2")] {
        assert_eq!(figure(&mut su, name, "2026-03").await, value, "{name}");
    }
    // More is asked for, and stands from its day on with its document.
    let fields = [
        ("事由", "增加渔港编制"),
        ("申请单位", FARMS),
        ("编制账户", number.as_str()),
        ("核增数", "2"),
        ("理由", "三班值守"),
    ];
    let more = zheng.begins("quota_request", &fields).await;
    zhou.takes("上报", &more, &[]).await;
    let granted = [("批复文号", "岚编〔2026〕9号"), ("生效日", "2026-04-01"), ("意见", "已批复")];
    su.takes("按批复核增", &more, &granted).await.says("核定 2名");
    assert!(holds(&mut su, &account, "2026-03-31").await.contains("3名"));
    assert!(holds(&mut su, &account, "2026-04-01").await.contains("5名"));
    su.opens(&format!("{account}/account?on=2026-04-01")).await.says("岚编〔2026〕9号");
    office.db_verify().await;
}

// proves: account.movement.transfer
// proves: account.places
#[tokio::test]
async fn the_parts_of_a_transfer_are_the_whole_and_it_moves_all_or_nothing() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let from = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "10").await;
    let to = granted(&mut su, "葵岭街道行政编制", STREET, "行政编制", "5").await;
    let third = granted(&mut su, "组织人事局行政编制", "岚湾新区组织人事局", "行政编制", "1").await;
    let (first, second) = (number_of(&mut su, &to).await, number_of(&mut su, &third).await);
    let tries = async |su: &mut Visitor, whole: &str, parts: [(&str, &str); 2], document: &str| {
        let form = su.opens(&format!("{from}/account")).await.form("调剂").with("一共", whole).with("文号", document);
        let form = form.forged("to.0", parts[0].0).forged("part.0", parts[0].1);
        su.sends(form.forged("to.1", parts[1].0).forged("part.1", parts[1].1)).await
    };
    let document = "岚编〔2026〕4号";
    let uneven = tries(&mut su, "4", [(&first, "3"), (&second, "2")], document).await;
    uneven.answers(422).says("各份之和是5名，和一共4名不相等");
    tries(&mut su, "4", [(&first, "2"), (&first, "2")], document).await.answers(422).says("同一个账户写了两次");
    tries(&mut su, "4", [("编账〔2026〕99号", "2"), (&second, "2")], document).await.answers(422).says("没有编号为");
    tries(&mut su, "12", [(&first, "6"), (&second, "6")], document).await.answers(422).says("额度不够");
    assert_eq!(figure(&mut su, "approved", "2026-03").await, "16", "nothing of it was moved");
    tries(&mut su, "5", [(&first, "3"), (&second, "2")], document).await.answers(200).says("对方：");
    for (account, amount) in [(&from, "5名"), (&to, "8名"), (&third, "3名")] {
        let said = holds(&mut su, account, "2026-03-02").await;
        assert!(said.contains(amount), "{amount}: {said}");
    }
    assert_eq!(figure(&mut su, "approved", "2026-03").await, "16", "the whole is what it was");
    // Units by kinds: what stands above holds what stands below.
    let page = su.opens("/m/establishment/balances").await;
    assert!(page.under("各单位核定").contains("16"), "{}", page.text());
    // Bad amounts and days, each in words.
    for amount in ["", "-1", "0", "1e30", "0.001", "一名", "999999999999999"] {
        moves(&mut su, &from, "enter", amount, &[]).await.answers(422).says("数额看不懂");
    }
    for day in ["9999-12-31", "1900-01-01"] {
        moves(&mut su, &from, "enter", "1", &[("生效日", day)]).await.answers(422).says("生效日");
    }
    moves(&mut su, &from, "enter", "1", &[("起因", "任〔2026〕404号")]).await.answers(422).says("没有编号为");
    moves(&mut su, &from, "conjure", "1", &[]).await.answers(422).says("没有这种变动");
    office.db_verify().await;
}

#[tokio::test]
async fn what_was_wrong_is_turned_around_once_with_a_reason_and_both_stay() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let account = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "10").await;
    moves(&mut su, &account, "enter", "6", &[("生效日", "2026-02-01")]).await.answers(200);
    let reverses = async |su: &mut Visitor, seq: &str, reason: &str| {
        let body = serde_json::json!({ "seq": seq.parse::<i64>().expect("a number"), "reason": reason });
        su.posts_json(&format!("/api/v1{account}/account/reversals"), &body).await
    };
    refused(reverses(&mut su, "2", "").await, "要写理由");
    // Without the ceiling those who came would stand above it.
    refused(reverses(&mut su, "1", "文号写错").await, "额度不够");
    reverses(&mut su, "2", "重复登记").await.answers(200);
    refused(reverses(&mut su, "2", "再来").await, "已经冲销过");
    refused(reverses(&mut su, "3", "再来").await, "已经冲销过");
    su.opens(&format!("{account}/account")).await.says("冲销第2笔").says("重复登记");
    assert_eq!(figure(&mut su, "in_post", "2026-02").await, "0");
    // Sent twice with one key it moves once.
    let form = su.opens(&format!("{account}/account")).await.form("记下").forged("word", "enter").with("数额", "1");
    su.sends(form.clone()).await.answers(200);
    su.sends(form).await.answers(200);
    assert_eq!(figure(&mut su, "in_post", "2026-03").await, "1");
    office.db_verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_want_the_last_post_at_once_one_gets_it() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let account = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "3").await;
    moves(&mut su, &account, "enter", "2", &[]).await.answers(200);
    let mut acts = JoinSet::new();
    for _ in 0..6 {
        let (mut one, account) = (office.sign_in("su").await, account.clone());
        let form = one.opens(&format!("{account}/account")).await.form("记下");
        let form = form.forged("word", "enter").with("数额", "1");
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422]);
    assert_eq!(figure(&mut su, "in_post", "2026-03").await, "3");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM movement").await, 3);
    office.db_verify().await;
}

// proves: account.movement.who
#[tokio::test]
async fn whoever_does_not_see_the_account_sees_nothing_of_it_and_whoever_may_not_does_not_move() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let account = granted(&mut su, "农业农村局行政编制", FARMS, "行政编制", "10").await;
    let street = granted(&mut su, "葵岭街道行政编制", STREET, "行政编制", "7").await;
    let mut zheng = office.sign_in("zheng").await;
    let page = zheng.opens(&format!("{account}/account")).await;
    page.says("10名").does_not_say("记一笔");
    let list = zheng.opens("/m/establishment/balances").await;
    list.says("农业农村局行政编制").does_not_say(STREET).does_not_say("17");
    zheng.asks("/m/establishment/balances/table.xlsx").await.answers(404);
    zheng.asks(&format!("{street}/account")).await.answers(404);
    let body = serde_json::json!({ "word": "enter", "amount": "1" });
    zheng.posts_json(&format!("/api/v1{account}/account"), &body).await.answers(403);
    zheng.posts_json(&format!("/api/v1{street}/account"), &body).await.answers(404);
    // An account that they do not see cannot be drawn on, nor told from one that is not there.
    let number = number_of(&mut su, &street).await;
    let fields = |number: &str| {
        [
            ("事由", "借用街道编制".to_owned()),
            ("用编单位", FARMS.to_owned()),
            ("编制账户", number.to_owned()),
            ("用编方式", "公开招录".to_owned()),
            ("用编数", "1".to_owned()),
            ("理由", "试试".to_owned()),
        ]
    };
    for number in [number.as_str(), "编账〔2026〕99号"] {
        let fields = fields(number);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(label, text)| (*label, text.as_str())).collect();
        zheng.tries_to_begin("post_request", &fields).await.answers(422);
    }
    assert!(su.opens(&format!("/m/establishment/balances?unit={FARMS_ID}")).await.text().contains("农业农村局"));
    let book = su.downloads("/m/establishment/balances/table.xlsx?on=2026-03-02").await;
    assert!(book.bytes.len() > 1000);
    office.db_verify().await;
}
