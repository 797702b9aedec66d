//! How is the same thing asked only once? A department registers what it wants from units, what is held is marked, units
//! find it filled in with its source and its day, and the load of each unit is a number. `form_request`, `form_answer`,
//! `visit_cap`; `quota_request` for a field that is held.
//!
//! Never a thing typed again that is held, and never a second visit that nobody gave a reason for.

use crate::harness::{Office, Visitor};

const ROOT: &str = "岚湾新区";
const BUREAU: &str = "岚湾新区组织人事局";
const FARMS: &str = "岚湾新区农业农村局";
// Chosen by their ids: 葵岭街道 is how the name of its community begins, too.
const BOTH: &str = "00000000000000000000000000000103、00000000000000000000000000000104";

/// 苏芮 of 组织人事局 wants a form, 林书敏 reviews it, 陈望 keeps the establishment.
struct Hands {
    su: Visitor,
    lin: Visitor,
    chen: Visitor,
}

async fn hands(office: &Office) -> Hands {
    office.db_grants("lin", "paper_officer", ROOT).await;
    office.db_grants("chen", "establishment_officer", ROOT).await;
    Hands { su: office.sign_in("su").await, lin: office.sign_in("lin").await, chen: office.sign_in("chen").await }
}

impl Hands {
    /// Units have so many places.
    async fn establishment(&mut self, unit: &str, amount: &str) {
        let fields = [("账户名称", "行政编制"), ("所属单位", unit), ("编制类型", "行政编制")];
        let account = self.chen.begins("establishment", &fields).await;
        let form = self.chen.opens(&format!("{account}/account")).await.form("记下");
        let form = form.forged("word", "grant").with("数额", amount).with("文号", "岚编〔2026〕1号");
        self.chen.sends(form.with("生效日", "2026-01-01")).await.answers(200);
    }

    /// A request that is registered: its address.
    async fn registered(&mut self, title: &str, more: &[(&str, &str)], items: &[&str]) -> String {
        let fields = [
            ("名称", title),
            ("类别", "报表"),
            ("要求单位", BUREAU),
            ("依据文件", "岚组〔2026〕8号"),
            ("报送单位", BOTH),
            ("频次", "每月"),
            ("报送期限", "2026-03-31"),
        ];
        let page = self.su.opens("/m/form_request/new").await;
        let form = fields.iter().chain(more).fold(page.form("/records"), |form, (label, text)| form.with(label, text));
        let form =
            items.iter().enumerate().fold(form, |form, (at, item)| form.forged(&format!("item.{at}.name"), item));
        let page = self.su.sends(form).await;
        assert!(page.url.starts_with("/records/"), "{}", page.text());
        crate::harness::record_of(&page.url)
    }

    async fn in_force(&mut self, request: &str) {
        self.su.takes("送审核", request, &[]).await;
        self.lin.takes("同意", request, &[("意见", "同意。")]).await.says("执行中");
    }
}

/// The only answer of a title that somebody has before them.
async fn answer_of(by: &mut Visitor, state: &str) -> String {
    let list = by.opens(&format!("/m/form_answer?state={state}")).await;
    let hrefs = list.hrefs("/records/");
    assert_eq!(hrefs.len(), 1, "{}", list.text());
    hrefs[0].clone()
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period={period}")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{figure}: {json}")).to_owned()
}

// proves: asking.name
#[tokio::test]
async fn what_is_held_is_marked_and_asked_again_only_with_a_reason() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    hands.establishment(FARMS, "49").await;
    let request = hands.registered("单位基本情况表", &[], &["核定编制数（名）", "在岗网格员"]).await;
    let page = hands.su.opens(&request).await;
    page.says("机构编制台账·核定编制数（指标）").says("重复项数");
    // Whoever may not know the number of another unit does not learn it by asking.
    page.does_not_say("49名");
    let refused = hands.su.tries("送审核", &request, &[]).await;
    refused.answers(422).says("逐项写明理由").says("平台已有的不再要基层填");
    hands.su.takes("修改", &request, &[("第 1 行 仍要填的理由", "按季度口径核对")]).await;
    hands.in_force(&request).await;
    assert_eq!(figure(&mut hands.lin, "form_request", "share", "2026-03").await, "50");
    assert_eq!(figure(&mut hands.lin, "form_request", "in_force", "2026-03").await, "1");
    // What is under way is told to whoever wants the same thing.
    let again = hands.registered("网格员统计表", &[], &["在岗网格员"]).await;
    hands.su.opens(&again).await.says("单位基本情况表”已经在要");
    hands.su.tries("送审核", &again, &[]).await.answers(422);
    hands.su.takes("不要了", &again, &[("理由", "已经在要")]).await;
    office.db_verify().await;
}

// proves: held.mark
#[tokio::test]
async fn a_unit_finds_what_is_held_filled_in_and_types_nothing_twice() {
    filled_in(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn filled_in(office: &Office) {
    office.on("2026-03-02");
    let mut hands = hands(office).await;
    hands.establishment(FARMS, "49").await;
    let reason = [("第 1 行 仍要填的理由", "核对")];
    let request = hands.registered("单位基本情况表", &reason, &["核定编制数", "在岗网格员"]).await;
    hands.in_force(&request).await;
    let (mut zheng, mut li) = (office.sign_in("zheng").await, office.sign_in("li").await);
    assert_eq!(zheng.notices("单位基本情况表").await, 1);
    let answer = answer_of(&mut zheng, "waiting").await;
    let page = zheng.opens(&answer).await;
    page.says("49名").says("机构编制台账·核定编制数（指标）").says("2026-03-02");
    // A number opens to what is behind it.
    let door = page.hrefs("/m/establishment/figures/");
    zheng.opens(&door[0]).await.answers(200).says("核定编制数");
    let form = page.form("报送");
    assert_eq!(form.typed("第 1 行 填报"), "49名");
    assert_eq!(form.typed("第 2 行 填报"), "");
    zheng.sends(form.clone()).await.answers(422).says("每一项都要填");
    // What was asked stays what it was, whatever is sent.
    let forged = form.clone().with("第 2 行 填报", "6").forged("item.7.name", "手机号");
    zheng.sends(forged).await.answers(422).says("没有要你填“手机号”");
    let other = form.clone().with("第 1 行 填报", "47名").with("第 2 行 填报", "6");
    let refused = zheng.sends(other).await;
    refused.answers(422).says("写明理由");
    assert_eq!(refused.form("报送").typed("第 1 行 填报"), "47名");
    let form = form.with("第 2 行 填报", "6").with("填报人", "郑海生");
    zheng.sends(form).await.answers(200).says("待收").says("49名");
    // Who has nothing that is held types it; nothing of others is shown.
    let theirs = answer_of(&mut li, "waiting").await;
    let page = li.opens(&theirs).await;
    page.does_not_say("49名");
    assert_eq!(page.form("报送").typed("第 1 行 填报"), "");
    li.asks(&answer).await.answers(404);
    // Whoever asked reads and accepts it; others' places are no doors for them.
    hands.su.takes("收下", &answer, &[]).await.says("已收");
    for (name, wanted) in [("load", "2"), ("load_items", "4"), ("load_held", "1"), ("held_share", "25")] {
        assert_eq!(figure(&mut hands.lin, "form_answer", name, "2026-03").await, wanted, "{name}");
    }
    assert_eq!(figure(&mut zheng, "form_answer", "load", "2026-03").await, "1");
    next_month(office, &mut hands, &mut zheng, &request).await;
    office.db_verify().await;
}

/// The next time the unit's own answer is held as well, and so is who filled it in.
async fn next_month(office: &Office, hands: &mut Hands, zheng: &mut Visitor, request: &str) {
    office.on("2026-04-01");
    hands.su.tries("发下一期", request, &[("报送期限", "2026-03-31")]).await.answers(422).says("今天以后");
    hands.su.takes("发下一期", request, &[("报送期限", "2026-04-30")]).await;
    let answer = answer_of(zheng, "waiting").await;
    let page = zheng.opens(&answer).await;
    let form = page.form("报送");
    assert_eq!(form.typed("第 2 行 填报"), "6");
    assert_eq!(form.typed("填报人"), "郑海生");
    page.says("来源：单位报送·填报人").says("截至2026-03-02");
    zheng.sends(form).await.answers(200).says("重复填报：单位报送·填报人（单位基本情况表）截至2026-03-02已有");
    assert_eq!(figure(zheng, "form_answer", "load_held", "2026-04").await, "2");
}

// proves: opening.each
// proves: opening.rows
#[tokio::test]
async fn a_unit_is_visited_once_a_year_and_what_is_more_is_folded() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    let account = [("账户名称", "农业农村局2026年检查"), ("接受检查的单位", FARMS)];
    let account = hands.lin.begins("visit_cap", &account).await;
    let form = hands.lin.opens(&format!("{account}/account")).await.form("记下");
    let form = form.forged("word", "grant").with("数额", "1").with("文号", "岚考〔2026〕1号");
    hands.lin.sends(form.with("生效日", "2026-01-01")).await.answers(200);
    let visit = [("类别", "检查"), ("频次", "一次"), ("报送期限", "2026-11-20"), ("检查队伍", "综合考核队")];
    let first = hands.registered("年度综合考核", &visit, &[]).await;
    hands.in_force(&first).await;
    let second = hands.registered("安全生产专项检查", &visit, &[]).await;
    hands.su.takes("送审核", &second, &[]).await;
    let refused = hands.lin.tries("同意", &second, &[("意见", "同意。")]).await;
    refused.answers(422).says("核定1次").says("已用1次").says("每个单位一年检查一次");
    hands.lin.takes("并入", &second, &[("并入哪一件", "年度综合考核"), ("理由", "一并检查")]).await.says("已并入");
    assert_eq!(figure(&mut hands.lin, "form_answer", "visits", "2026").await, "2");
    assert_eq!(figure(&mut hands.lin, "form_request", "turned_down", "2026-03").await, "1");
    let mut zheng = office.sign_in("zheng").await;
    assert_eq!(figure(&mut zheng, "form_answer", "visits", "2026").await, "1");
    office.db_verify().await;
}

// proves: held.of
// proves: held.figure
#[tokio::test]
async fn a_field_of_any_form_is_filled_with_what_is_held_and_says_whence() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    hands.establishment(FARMS, "49").await;
    let mut zheng = office.sign_in("zheng").await;
    let page = zheng.opens("/m/quota_request/new").await;
    page.says("来源：机构编制台账·核定编制数（指标）").says("已有49名，截至2026-03-02");
    let form = page.form("/records");
    assert_eq!(form.typed("现有核定编制"), "49");
    let form = form.with("事由", "增设渔政中队").with("申请单位", FARMS).with("编制账户", "编账〔2026〕1号");
    let form = form.with("核增数", "3").with("理由", "任务增加。");
    let same = zheng.sends(form.clone()).await;
    same.says("重复填报：机构编制台账·核定编制数（指标）截至2026-03-02已有");
    let form = zheng.opens("/m/quota_request/new").await.form("/records").with("现有核定编制", "48");
    let form = form.with("事由", "增设渔政二中队").with("申请单位", FARMS).with("编制账户", "编账〔2026〕1号");
    let other = zheng.sends(form.with("核增数", "3").with("理由", "任务增加。")).await;
    other.says("与已有的不同：机构编制台账·核定编制数（指标）截至2026-03-02是49名");
    // 葵岭街道 has none: nothing is filled in, nothing is told.
    let mut li = office.sign_in("li").await;
    let page = li.opens("/m/quota_request/new").await;
    assert_eq!(page.form("/records").typed("现有核定编制"), "");
    page.does_not_say("来源：").does_not_say("49名");
}

// proves: held.field
#[tokio::test]
async fn a_field_is_filled_from_the_newest_record_of_another_mechanism() {
    let edit = (
        "held \"filler\" mark=\"filler_from\"",
        "held \"filler\" of=\"work_meeting\" field=\"place\" mark=\"filler_from\"",
    );
    let office = Office::ruled_by(&[edit]).await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    let mut zheng = office.sign_in("zheng").await;
    let meeting = [("会议名称", "春训会议"), ("会议类型", "专题会议"), ("主办单位", FARMS), ("召开日", "2026-03-06")];
    for (day, place) in [("2026-03-02", "二楼"), ("2026-03-03", "三楼")] {
        office.on(day);
        let fields: Vec<(&str, &str)> = meeting.iter().copied().chain([("地点", place)]).collect();
        zheng.begins("work_meeting", &fields).await;
    }
    let request = hands.registered("会场情况表", &[], &["会场座位"]).await;
    hands.in_force(&request).await;
    let answer = answer_of(&mut zheng, "waiting").await;
    let page = zheng.opens(&answer).await;
    assert_eq!(page.form("报送").typed("填报人"), "三楼");
    page.says("来源：工作会议·地点（春训会议）").says("截至2026-03-03");
}
