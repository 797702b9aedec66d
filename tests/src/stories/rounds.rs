//! Who may apply until when, who reviews what, what each stage comes to, what is published: 星级评定, from the call to the
//! register. `star_round`, `star_entry`, `star_title`.
//!
//! Never an entry that skips a stage, and never a reviewer of their own.

use tokio::task::JoinSet;

use crate::harness::{Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
pub(super) const HR: &str = "岚湾新区组织人事局";
const FARMS_ID: &str = "00000000000000000000000000000103";
const FARMS: &str = "岚湾新区农业农村局";
const STREET: &str = "葵岭街道";
const REVIEWERS: [&str; 5] = ["lin", "wu", "chen", "li", "zheng"];
const CALL: &str = "星评〔2026〕1号";

/// 苏芮 holds rounds; five people may review, two of them from units that apply.
pub(super) async fn host(office: &Office) -> Visitor {
    office.db_grants("su", "round_officer", ROOT).await;
    for login in REVIEWERS {
        office.db_grants(login, "round_reviewer", ROOT).await;
    }
    office.sign_in("su").await
}

/// A round that takes entries of two units from 2 to 6 March.
async fn called(su: &mut Visitor) -> String {
    let fields = [
        ("评定名称", "2026年星级评定"),
        ("主办单位", HR),
        ("申报范围", "岚湾新区农业农村局、葵岭街道"),
        ("申报开始", "2026-03-02T08:00"),
        ("申报截止", "2026-03-06T18:00"),
        ("公示期", "5"),
    ];
    let round = su.begins("star_round", &fields).await;
    su.takes("发通知", &round, &[]).await;
    round
}

/// What an applicant fills in.
fn application<'a>(title: &'a str, unit: &'a str, staff: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("评定批次", CALL),
        ("中心名称", title),
        ("申报单位", unit),
        ("服务面积", "300"),
        ("专职人员", staff),
        ("每周开放", "50"),
        ("自评情况", "窗口和活动室全部开放。"),
    ]
}

async fn applies(by: &mut Visitor, title: &str, unit: &str) -> String {
    let entry = by.begins("star_entry", &application(title, unit, "3")).await;
    by.takes("上报", &entry, &[]).await;
    entry
}

/// Everybody says what they think of what is theirs; `says` gives verdict and points of each item by title.
async fn everybody_reviews(office: &Office, says: impl Fn(&str) -> (&'static str, i64)) -> usize {
    everybody_scores(office, &[("place", 20), ("service", 30), ("people", 20), ("deeds", 30)], says).await
}

/// The same with the items of a sheet of points, each with the most that it may have.
pub(super) async fn everybody_scores(
    office: &Office,
    items: &[(&str, i64)],
    says: impl Fn(&str) -> (&'static str, i64),
) -> usize {
    let mut count = 0;
    for login in REVIEWERS {
        let mut reviewer = office.sign_in(login).await;
        for (title, sheet) in reviewer.opens("/reviews").await.links() {
            let page = reviewer.opens(&sheet).await;
            let Some(form) = page.find_form("提交") else { continue };
            let (verdict, points) = says(&title);
            let form = items.iter().fold(form.forged("verdict", verdict), |form, (item, most)| {
                form.forged(&format!("item.{item}"), &(most * points / 100).to_string())
            });
            reviewer.sends(form.forged("opinion", "现场看过，值班表缺一页。")).await.answers(200);
            count += 1;
        }
    }
    count
}

pub(super) async fn shares(su: &mut Visitor, round: &str) -> Page {
    let form = su.opens(&format!("{round}/round")).await.form("平均分配");
    su.sends(form.forged("do", "evenly")).await
}

pub(super) async fn settles(su: &mut Visitor, round: &str) -> Page {
    let form = su.opens(&format!("{round}/round")).await.form("按规则办结");
    su.sends(form).await
}

/// A stage on the board: came, passed, failed, returned, withdrawn, open. What came is what became of it.
async fn stage(by: &mut Visitor, round: &str, name: &str) -> [i64; 6] {
    let page = by.opens(&format!("{round}/round")).await;
    let rows = page.rows();
    let row = rows.iter().find(|row| row.first().is_some_and(|cell| cell.0.starts_with(name)));
    let row = row.unwrap_or_else(|| panic!("no {name}:\n{}", page.text()));
    let numbers: Vec<i64> = row[1..].iter().filter_map(|cell| cell.0.parse().ok()).collect();
    let numbers: [i64; 6] = numbers.try_into().unwrap_or_else(|_| panic!("{}", page.text()));
    assert_eq!(numbers[0], numbers[1..].iter().sum::<i64>(), "{}", page.text());
    for (number, href) in row[1..].iter().filter(|cell| cell.0 != "0") {
        let list = by.opens(href.as_deref().expect("a number is a door")).await;
        assert_eq!(
            list.rows()
                .iter()
                .filter(|row| row[0]
                    .1
                    .as_deref()
                    .is_some_and(|it| it.starts_with("/records/") && !it.contains("/round")))
                .count()
                .to_string(),
            *number,
            "{}",
            list.text()
        );
    }
    numbers
}

async fn figure(by: &mut Visitor, figure: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/star_entry/figures/{figure}?period=2026")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

// proves: call.entry
// proves: call.who
// proves: call.takes
// proves: call.opens
// proves: call.closes
// proves: call.late
// proves: call.invites
// proves: call.announce
// proves: call.lists
// proves: call.result
// proves: entry.round
// proves: entry.stage.state
// proves: entry.stage.during
// proves: entry.stage.who
// proves: entry.stage.each
// proves: entry.stage.rule
// proves: entry.stage.line
// proves: entry.stage.passes
// proves: entry.stage.fails
// proves: entry.stage.returns
// proves: entry.stage.result
// proves: entry.stage.score
// proves: entry.stage.turn
// proves: entry.stage.item.most
// proves: entry.during.state
// proves: entry.during.steps
#[tokio::test]
async fn a_round_goes_from_its_call_to_titles_in_the_register() {
    rated(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn rated(office: &Office) {
    office.on("2026-03-03");
    let mut su = host(office).await;
    let round = called(&mut su).await;
    let mut zheng = office.sign_in("zheng").await;
    let mut li = office.sign_in("li").await;
    // Conditions, and who is invited.
    let poor = zheng.begins("star_entry", &application("渔排服务点", FARMS, "1")).await;
    zheng.tries("上报", &poor, &[]).await.answers(422).says("专职人员2名以上");
    zheng.takes("作废草稿", &poor, &[("理由", "人手不够")]).await;
    let mut chen = office.sign_in("chen").await;
    let elsewhere = chen.begins("star_entry", &application("机关服务中心", HR, "3")).await;
    chen.tries("上报", &elsewhere, &[]).await.answers(422).says("申报范围里没有这个单位");
    let good = applies(&mut zheng, "渔业党群服务中心", FARMS).await;
    let mended = applies(&mut li, "葵岭党群服务中心", STREET).await;
    let bad = applies(&mut li, "葵北党群服务中心", STREET).await;
    let gone = applies(&mut li, "葵南党群服务中心", STREET).await;
    let late = zheng.begins("star_entry", &application("码头党群服务中心", FARMS, "3")).await;
    su.tries("开始初检", &round, &[]).await.answers(422).says("申报还没有截止");
    // Too late; a way by name.
    office.on("2026-03-09");
    let (mut su, mut zheng, mut li) =
        (office.sign_in("su").await, office.sign_in("zheng").await, office.sign_in("li").await);
    zheng.tries("上报", &late, &[]).await.answers(422).says("已经在2026年3月6日18:00截止").says("准许迟交");
    let form = su.opens(&round).await.form("准许迟交");
    let form = form.with("理由", "台风").forged("late.0.unit", FARMS_ID).forged("late.0.until", "2026-03-10");
    su.sends(form.forged("late.0.reason", "台风停工")).await.answers(200);
    su.takes("开始初检", &round, &[]).await;
    zheng.takes("上报", &late, &[]).await;
    let another = li.begins("star_entry", &application("又一个", STREET, "3")).await;
    li.tries("上报", &another, &[]).await.answers(422).says("截止");
    assert_eq!(stage(&mut su, &round, "初检").await, [5, 0, 0, 0, 0, 5]);
    first_stage(office, (&mut su, &mut li), &round, [&good, &mended, &bad, &gone]).await;
    assert_eq!(stage(&mut su, &round, "初检").await, [5, 3, 1, 0, 1, 0]);
    assert_eq!(stage(&mut su, &round, "终检").await, [3, 0, 0, 0, 0, 3]);
    final_stage(office, &mut su, &round, [&good, &late]).await;
    // Published: five working days for objections, then titles.
    su.tries("公布", &round, &[]).await.answers(422).says("公示期还没有满");
    su.tries("授星", &good, &[]).await.answers(422).says("要等这一批到“已公布”");
    su.takes("收到异议", &mended, &[("理由", "来电"), ("异议", "周末没有开门")]).await;
    su.takes("异议不成立", &mended, &[("理由", "现场核查，按时开门")]).await;
    office.on("2026-03-19");
    let mut su = office.sign_in("su").await;
    su.takes("公布", &round, &[]).await;
    for entry in [&good, &mended] {
        su.takes("授星", entry, &[]).await;
    }
    let page = su.opens("/m/star_title").await;
    page.says("四星").says("三星").says("2027-03-19");
    office.db_grants("zhou", "party_officer", ROOT).await;
    let mut zhou = office.sign_in("zhou").await;
    for (name, value) in [("applied", "5"), ("rated", "2"), ("four_stars", "1"), ("three_stars", "1")] {
        assert_eq!(figure(&mut zhou, name).await, value, "{name}");
    }
    // Both ways along the chain.
    let entry = su.opens(&good).await;
    entry.says("申报到").says("星级名册");
    office.db_verify().await;
}

/// Reviewers are given, some keep out, one entry is returned and comes back into the same stage.
async fn first_stage(
    office: &Office,
    (su, li): (&mut Visitor, &mut Visitor),
    round: &str,
    [good, mended, bad, gone]: [&str; 4],
) {
    let mut lin = office.sign_in("lin").await;
    lin.asks(good).await.answers(404);
    shares(su, round).await.answers(200).says("分出10件次");
    // Nobody from a unit that applies has its entry.
    let list = su.opens(&format!("{round}/round?stage=first&outcome=open")).await;
    for row in list.rows() {
        let (text, unit) =
            (row.iter().map(|it| it.0.as_str()).collect::<String>(), row.get(1).map_or("", |it| it.0.as_str()));
        let own = if unit.contains("农业") { "郑海生" } else { "黎澄" };
        assert!(row.len() < 5 || unit == "单位" || !text.contains(own), "{text}");
    }
    let offered = su.opens(&format!("{good}/review")).await.form("指定").choices("评审人");
    assert!(offered.iter().all(|name| !name.contains("郑海生")), "{offered:?}");
    let form = su.opens(&format!("{good}/review")).await.form("指定");
    let zheng = "00000000-0000-0000-0000-000000000202";
    su.sends(form.forged("who", zheng)).await.answers(422).says("本单位的申报，要回避");
    li.takes("撤回申报", gone, &[("理由", "要大修")]).await;
    su.tries("开始终检", round, &[]).await.answers(422).says("还有4件没有结论");
    su.tries("初检通过", good, &[("意见", "好")]).await.answers(422).says("还有2名评审人没有评");
    // One by one: nobody reads what others said.
    let says = |title: &str| match title {
        "葵岭党群服务中心" => ("return", 0),
        "葵北党群服务中心" => ("fail", 0),
        _ => ("pass", 0),
    };
    assert_eq!(everybody_reviews(office, says).await, 8);
    for login in REVIEWERS {
        let mut reviewer = office.sign_in(login).await;
        for (_, sheet) in reviewer.opens("/reviews").await.links() {
            let page = reviewer.opens(&sheet).await;
            let read = page.rows().iter().filter(|row| row.len() == 5 && row[4].0.contains("值班表缺一页")).count();
            assert_eq!(read, 1, "{}", page.text());
        }
    }
    li.opens(&format!("{mended}/review")).await.does_not_say("值班表缺一页");
    su.tries("初检通过", bad, &[("意见", "好")]).await.answers(422).says("按规则，“初检”的结论是“不通过”");
    settles(su, round).await.answers(200).says("通过2件，未通过1件，退回1件");
    assert_eq!(stage(su, round, "初检").await, [5, 2, 1, 1, 1, 0]);
    // Whoever applied reads why, and not from whom; the same reviewers judge anew.
    let page = li.opens(&format!("{mended}/review")).await;
    page.says("值班表缺一页").does_not_say("林书敏").does_not_say("吴立群").does_not_say("郑海生");
    li.takes("补正后上报", mended, &[("每周开放", "60")]).await;
    assert_eq!(stage(su, round, "初检").await, [5, 2, 1, 0, 1, 1]);
    su.tries("初检通过", mended, &[("意见", "好")]).await.answers(422).says("还有2名评审人没有评");
    assert_eq!(everybody_reviews(office, |_| ("pass", 0)).await, 2);
    settles(su, round).await.answers(200).says("通过1件");
    su.takes("开始终检", round, &[]).await;
}

/// A sheet of points; somebody keeps out and another one is asked; the list is written down.
async fn final_stage(office: &Office, su: &mut Visitor, round: &str, [good, late]: [&str; 2]) {
    shares(su, round).await.answers(200).says("分出6件次");
    let page = su.opens(&format!("{good}/review")).await;
    let (name, login) = [("林书敏", "lin"), ("吴立群", "wu"), ("陈望", "chen"), ("黎澄", "li")]
        .into_iter()
        .find(|(name, _)| page.lines_with(name) > 0 && page.line(name).contains("终检"))
        .expect("somebody reviews it");
    let mut reviewer = office.sign_in(login).await;
    let form = reviewer.opens(&format!("{good}/review")).await.form("提交").forged("verdict", "pass");
    let page =
        reviewer.sends(form.forged("item.place", "21").forged("item.service", "x").forged("opinion", "很好")).await;
    page.answers(422).says("“场地和标识”要填0到20的整数").says("“服务事项”要填0到30的整数").says("很好");
    let form = reviewer.opens(&format!("{good}/review")).await.form("我要回避");
    reviewer.sends(form.clone().with("回避的理由", "")).await.answers(422).says("没有写明理由");
    reviewer.sends(form.with("回避的理由", "与负责人是亲属")).await.answers(200);
    reviewer.asks(&format!("{good}/review")).await.answers(404);
    assert_eq!(su.notices(&format!("{name}回避")).await, 1);
    shares(su, round).await.answers(200).says("分出1件次");
    let says = |title: &str| match title {
        "渔业党群服务中心" => ("pass", 95),
        "码头党群服务中心" => ("pass", 60),
        _ => ("pass", 85),
    };
    assert_eq!(everybody_reviews(office, says).await, 6);
    settles(su, round).await.answers(200).says("通过2件，未通过1件");
    su.opens(late).await.says("未评上").says("60分");
    let page = su.takes("公示", round, &[]).await;
    page.says("渔业党群服务中心").says("四星").says("葵岭党群服务中心").says("三星");
}

#[tokio::test]
async fn whoever_shares_out_twice_at_once_gives_everything_once() {
    let office = Office::open().await;
    office.on("2026-03-03");
    let mut su = host(&office).await;
    let round = called(&mut su).await;
    let mut li = office.sign_in("li").await;
    for at in 0..4 {
        applies(&mut li, &format!("第{at}党群服务中心"), STREET).await;
    }
    office.on("2026-03-09");
    let mut su = office.sign_in("su").await;
    su.takes("开始初检", &round, &[]).await;
    let mut forms = Vec::new();
    for _ in 0..4 {
        let mut su = office.sign_in("su").await;
        let form = su.opens(&format!("{round}/round")).await.form("平均分配").forged("do", "evenly");
        forms.push((su, form));
    }
    let mut many = JoinSet::new();
    for (mut su, form) in forms {
        many.spawn(async move { su.sends(form).await.status });
    }
    assert!(many.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(office.db_count("SELECT COUNT(*) FROM review").await, 8);
    // Two end the stage at once: each entry takes one step.
    everybody_reviews(&office, |_| ("pass", 0)).await;
    let mut forms = Vec::new();
    for _ in 0..4 {
        let mut su = office.sign_in("su").await;
        let form = su.opens(&format!("{round}/round")).await.form("按规则办结");
        forms.push((su, form));
    }
    let mut many = JoinSet::new();
    for (mut su, form) in forms {
        many.spawn(async move { su.sends(form).await.status });
    }
    assert!(many.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(stage(&mut su, &round, "初检").await, [4, 4, 0, 0, 0, 0]);
    // What is over is not reviewed, and what is not theirs is not there.
    let mut lin = office.sign_in("lin").await;
    let over = lin.asks("/reviews").await;
    over.does_not_say("待评");
    li.asks(&format!("{round}/round")).await.answers(200).does_not_say("平均分配");
    let form = su.opens(&format!("{round}/round")).await.form("平均分配").forged("do", "evenly");
    lin.sends(form).await.answers(403);
    office.db_verify().await;
}
