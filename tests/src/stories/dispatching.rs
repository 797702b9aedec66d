//! How does a paper get to everybody who should have it? Drafted, checked, signed, numbered, issued, received, made public;
//! numbers that are void, papers that another replaces, caps. `work_paper`,
//! `paper_cap`, `work_meeting`, `meeting_cap`.
//!
//! Never a number that is missing, and never a unit of which nobody knows whether it has the paper.

use tokio::task::JoinSet;

use crate::harness::{Chance, Office, Visitor};

const ROOT: &str = "岚湾新区";
const OFFICE: &str = "岚湾新区综合办公室";
const FARMS: &str = "岚湾新区农业农村局";
const STREET: &str = "葵岭街道";
const OWN: &str = "岚湾新区组织人事局";
/// The street alone, without the community whose name begins alike.
const TO_STREET: &str = "00000000000000000000000000000104";

/// 林书敏 writes papers, 陈望 checks them, 吴立群 signs.
struct Hands {
    lin: Visitor,
    chen: Visitor,
    wu: Visitor,
}

async fn hands(office: &Office) -> Hands {
    office.db_grants("lin", "paper_officer", ROOT).await;
    office.db_grants("chen", "paper_checker", ROOT).await;
    Hands { lin: office.sign_in("lin").await, chen: office.sign_in("chen").await, wu: office.sign_in("wu").await }
}

impl Hands {
    async fn drafted(&mut self, title: &str, to: &str, more: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("标题", title),
            ("文种", "通知"),
            ("发文字号", "岚综办"),
            ("拟稿单位", OFFICE),
            ("主送", to),
            ("正文", "现将有关事项通知如下。"),
            ("公开属性", "主动公开"),
        ];
        for (name, value) in more {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.lin.begins("work_paper", &fields).await
    }

    /// Up to the point at which it gets its number.
    async fn signed(&mut self, title: &str, to: &str, more: &[(&str, &str)]) -> String {
        let paper = self.drafted(title, to, more).await;
        self.lin.takes("送核", &paper, &[]).await;
        self.chen.takes("核稿，送签发", &paper, &[("意见", "文稿无误。")]).await;
        self.wu.takes("签发", &paper, &[("意见", "同意印发。")]).await;
        paper
    }

    async fn issued(&mut self, title: &str, to: &str, more: &[(&str, &str)]) -> String {
        let paper = self.signed(title, to, more).await;
        self.lin.takes("编号", &paper, &[]).await;
        self.lin.takes("印发", &paper, &[]).await;
        paper
    }
}

/// Receives a paper for a unit.
async fn receives(by: &mut Visitor, paper: &str, unit: &str) {
    let form = by.opens(paper).await.form(&format!("签收（{unit}）"));
    by.sends(form).await.answers(200).says("已签收");
}

async fn figure(by: &mut Visitor, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/work_paper/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

async fn series(by: &mut Visitor, of: &str) -> serde_json::Value {
    by.asks(&format!("/api/v1/mechanisms/work_paper/series?of={of}")).await.json()
}

async fn state(by: &mut Visitor, paper: &str) -> String {
    let json = by.asks(&format!("/api/v1{paper}")).await.json();
    json["state"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// Two papers that were sent to two units, of which one has one.
pub(super) async fn with_papers(office: &Office) {
    let mut hands = hands(office).await;
    let first = hands.issued("关于防汛值守的通知", &format!("{FARMS}、{TO_STREET}"), &[]).await;
    hands.issued("关于安全检查的通知", TO_STREET, &[]).await;
    receives(&mut office.sign_in("li").await, &first, STREET).await;
}

// proves: circulation.to
// proves: circulation.copies
// proves: circulation.issue
// proves: circulation.open
// proves: circulation.who
// proves: circulation.within
#[tokio::test]
async fn a_paper_goes_from_its_draft_to_everybody_who_should_have_it() {
    dispatched(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn dispatched(office: &Office) {
    office.on("2026-03-02");
    let mut hands = hands(office).await;
    let to = format!("{FARMS}、{TO_STREET}");
    // Nothing is checked without a text, an addressee, and a reason why it is not public.
    for (name, value, words) in
        [("正文", "", "先写正文"), ("主送", "", "要写主送"), ("公开属性", "不予公开", "写明依据哪一条")]
    {
        let paper = hands.drafted("关于渔港管理的通知", &to, &[(name, value)]).await;
        hands.lin.tries("送核", &paper, &[]).await.answers(422).says(words);
    }
    let paper = hands.drafted("关于渔港管理的通知", &to, &[("抄送", OWN), ("会签单位", FARMS)]).await;
    hands.lin.takes("送核", &paper, &[]).await;
    // Whoever it is addressed to sees nothing of it before it is issued.
    let (mut li, mut su) = (office.sign_in("li").await, office.sign_in("su").await);
    li.asks(&paper).await.answers(404);
    hands.chen.tries("核稿，送签发", &paper, &[("意见", "好")]).await.answers(422).says("请先送会签");
    hands.chen.takes("核稿，送会签", &paper, &[("意见", "请会签")]).await;
    office.sign_in("zhou").await.tries("会签", &paper, &[("意见", "同意")]).await.answers(200);
    hands.wu.takes("签发", &paper, &[("意见", "同意印发")]).await;
    li.asks(&paper).await.answers(404);
    hands.lin.takes("编号", &paper, &[]).await.says("岚综办〔2026〕1号");
    hands.lin.takes("印发", &paper, &[]).await.says("应签收").says("3 家").says("与印发时一致");
    // Three units: each is told, each has until the third working day.
    assert_eq!(li.notices("岚综办〔2026〕1号《关于渔港管理的通知》，请在2026-03-05前签收").await, 1);
    li.opens("/").await.says("等着签收");
    li.opens("/receipts").await.says("关于渔港管理的通知").says("2026-03-05前签收");
    su.opens("/receipts").await.says("抄送岚湾新区组织人事局");
    hands.lin.opens(&paper).await.says("现将有关事项通知如下").says("2026-03-30");
    // Nobody receives it for others; whoever received it is told so.
    let json = li.asks(&format!("/api/v1{paper}/receipts")).await.json();
    let farms = json["receipts"].as_array().expect("receipts").iter().find(|it| it["name"] == FARMS).expect("farms");
    let body = serde_json::json!({ "unit": farms["unit"] });
    let refused = li.posts_json(&format!("/api/v1{paper}/receipts"), &body).await;
    assert!(refused.answers(403).json().to_string().contains("没有替"), "{}", refused.text());
    receives(&mut li, &paper, STREET).await;
    li.opens("/receipts?tab=received").await.says("关于渔港管理的通知").says("黎澄");
    let street = json["receipts"].as_array().expect("receipts").iter().find(|it| it["name"] == STREET).expect("street");
    let body = serde_json::json!({ "unit": street["unit"] });
    let again = li.posts_json(&format!("/api/v1{paper}/receipts"), &body).await;
    assert!(again.answers(422).json().to_string().contains("已经在2026-03-02签收过"), "{}", again.text());
    office.db_verify().await;
}

// proves: publicity
// proves: publicity.step
// proves: publicity.place
// proves: deadline.when
// proves: paper.note
#[tokio::test]
async fn whoever_has_not_received_it_is_urged_and_what_is_public_is_so_in_time() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    let paper = hands.issued("关于渔港管理的通知", &format!("{FARMS}、{TO_STREET}"), &[("抄送", OWN)]).await;
    let (mut li, mut su) = (office.sign_in("li").await, office.sign_in("su").await);
    receives(&mut li, &paper, STREET).await;
    hands.lin.tries("归档", &paper, &[]).await.answers(422).says("都签收了");
    // On the first late day those who have not are urged, once.
    office.days_pass_until("2026-03-09").await;
    let mut zheng = office.sign_in("zheng").await;
    assert_eq!(zheng.notices("催签收：岚综办〔2026〕1号").await, 1);
    assert_eq!(li.notices("催签收").await, 0);
    zheng.opens("/receipts").await.says("逾期未签收");
    hands.lin.opens(&paper).await.says("逾期未签收").says("2 家");
    let form = hands.lin.opens(&paper).await.form("催未签收的");
    hands.lin.sends(form).await.answers(200);
    assert_eq!(zheng.notices("催签收：岚综办〔2026〕1号").await, 2);
    receives(&mut zheng, &paper, FARMS).await;
    receives(&mut su, &paper, OWN).await;
    hands.lin.opens(&paper).await.says("逾期签收").says("郑海生");
    for (name, value) in [("issued", "1"), ("sent", "3"), ("in_time", "1"), ("receipt_rate", "33.33")] {
        assert_eq!(figure(&mut hands.lin, name, "2026-03").await, value, "{name}");
    }
    // It is to be public within twenty working days of the issue.
    hands.lin.tries("归档", &paper, &[]).await.answers(422).says("该公开的公开了");
    hands.lin.tries("记公开", &paper, &[]).await.answers(422).says("公开渠道");
    hands.lin.takes("记公开", &paper, &[("公开渠道", "区门户网站政策文件栏目")]).await;
    assert_eq!(figure(&mut hands.lin, "public_in_time", "2026-03").await, "100");
    hands.lin.takes("归档", &paper, &[]).await.says("已归档");
    li.opens(&paper).await.says("现将有关事项通知如下");
    // What need not be public has no such day.
    let quiet = [("公开属性", "不予公开"), ("不主动公开的理由", "内部事务信息，条例第十六条")];
    let quiet = hands.issued("关于值班的通知", TO_STREET, &quiet).await;
    let page = hands.lin.opens(&quiet).await;
    assert!(!page.under("时限和承办").contains("公开"), "{}", page.under("时限和承办"));
    hands.lin.tries("记公开", &quiet, &[("公开渠道", "网站")]).await.answers(422).says("不用记公开");
    office.db_verify().await;
}

// proves: number.by
// proves: circulation.void
#[tokio::test]
async fn every_number_of_a_series_is_there_and_void_ones_are_told() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    for (title, word) in [("甲", "岚综办"), ("乙", "岚组发"), ("丙", "岚综办"), ("丁", "岚综办")] {
        let paper = hands.signed(title, TO_STREET, &[("发文字号", word)]).await;
        hands.lin.takes("编号", &paper, &[]).await;
        if title == "丙" {
            hands.lin.tries("作废", &paper, &[]).await.answers(422).says("理由");
            hands.lin.takes("作废", &paper, &[("理由", "内容并入下一份")]).await;
        }
    }
    let page = hands.lin.opens("/m/work_paper/series?of=ban").await;
    page.says("1—3号齐全，作废2号").says("岚综办〔2026〕3号").says("内容并入下一份");
    hands.lin.opens("/m/work_paper/series?of=zu").await.says("1号齐全").says("岚组发〔2026〕1号");
    hands.lin.opens("/m/work_paper/series?of=han").await.says("还没有编过号");
    hands.lin.asks("/m/work_paper/series/table.xlsx?of=ban").await.answers(200);
    // A new year begins at 1 again; the old one stays to be looked at.
    office.on("2027-01-04");
    let paper = hands.signed("戊", TO_STREET, &[]).await;
    hands.lin.takes("编号", &paper, &[]).await.says("岚综办〔2027〕1号");
    assert_eq!(series(&mut hands.lin, "ban").await["words"], "1号齐全");
    hands.lin.opens("/m/work_paper/series?of=ban&year=2026").await.says("1—3号齐全，作废2号");
    // Whoever only receives papers has no page of numbers.
    let mut li = office.sign_in("li").await;
    li.asks("/m/work_paper/series").await.answers(404);
    office.db_verify().await;
}

#[tokio::test]
async fn of_many_who_number_at_once_each_gets_one_and_none_is_lost() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    let mut forms = Vec::new();
    for place in 0..6 {
        let paper = hands.signed(&format!("第{place}份"), TO_STREET, &[]).await;
        let mut one = office.sign_in("lin").await;
        let form = one.opens(&paper).await.form("编号");
        forms.push((one, form));
    }
    let mut acts = JoinSet::new();
    for (mut one, form) in forms {
        acts.spawn(async move { one.sends(form).await.status });
    }
    assert!(acts.join_all().await.into_iter().all(|status| status == 200));
    let json = series(&mut hands.lin, "ban").await;
    assert_eq!(json["words"], "1—6号齐全", "{json}");
    assert_eq!(office.db_count("SELECT COUNT(DISTINCT number_) FROM record WHERE mechanism = 'work_paper'").await, 6);
    // Six at once receive it for the same unit: one does.
    let paper = hands.issued("关于台风的通知", TO_STREET, &[]).await;
    let mut forms = Vec::new();
    for _ in 0..6 {
        let mut li = office.sign_in("li").await;
        let form = li.opens(&paper).await.form(&format!("签收（{STREET}）"));
        forms.push((li, form));
    }
    let mut acts = JoinSet::new();
    for (mut li, form) in forms {
        acts.spawn(async move { li.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422]);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM receipt WHERE received_on IS NOT NULL").await, 1);
    office.db_verify().await;
}

/// Papers are numbered, made void, issued and received in any order, and the server is stopped in between.
#[tokio::test]
async fn whatever_happens_the_series_is_whole_and_receipts_are_addressees() {
    let mut office = Office::open().await;
    office.on("2026-03-02");
    let mut chance = Chance(288);
    let mut hands = hands(&office).await;
    let mut papers: Vec<String> = Vec::new();
    for _ in 0..40 {
        match chance.next(6) {
            0 | 1 => {
                let to = *chance.one(&[TO_STREET, "岚湾新区农业农村局、葵岭街道"]);
                let copy = *chance.one(&["", OWN, TO_STREET]);
                let paper = hands.signed("关于某事的通知", to, &[("抄送", copy)]).await;
                hands.lin.takes("编号", &paper, &[]).await;
                papers.push(paper);
            }
            2 if !papers.is_empty() => {
                let paper = chance.one(&papers).clone();
                if state(&mut hands.lin, &paper).await == "待印发" {
                    hands.lin.takes("作废", &paper, &[("理由", "不发了")]).await;
                }
            }
            3 if !papers.is_empty() => {
                let paper = chance.one(&papers).clone();
                // A transaction that took a number and ends without being kept.
                let mut tx = office.app.db.begin().await.expect("begin");
                store::series::next(&mut tx, "work_paper:ban", 2026).await.expect("a number");
                drop(tx);
                let _ = hands.lin.asks(&paper).await;
            }
            4 => {
                office.reopens().await;
                hands = self::hands_again(&office).await;
            }
            _ => {
                for paper in &papers {
                    if state(&mut hands.lin, paper).await == "待印发" {
                        hands.lin.takes("印发", paper, &[]).await;
                        break;
                    }
                }
            }
        }
        let json = series(&mut hands.lin, "ban").await;
        assert_eq!(json["is_whole"], true, "{json}");
        assert_eq!(json["last"].as_u64(), Some(papers.len() as u64), "{json}");
    }
    assert!(papers.len() > 5);
    each_unit_has_one(&office, &mut hands, &papers).await;
    office.db_verify().await;
}

/// Each unit that a paper is addressed to has one receipt of it, main or copy, and receives it.
async fn each_unit_has_one(office: &Office, hands: &mut Hands, papers: &[String]) {
    let mut li = office.sign_in("li").await;
    for paper in papers {
        if state(&mut hands.lin, paper).await == "已印发" {
            let json = hands.lin.asks(&format!("/api/v1{paper}/receipts")).await.json();
            let units: Vec<&str> =
                json["receipts"].as_array().expect("receipts").iter().filter_map(|it| it["name"].as_str()).collect();
            let mut once = units.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(units.len(), once.len(), "{json}");
            assert!(units.contains(&STREET), "{json}");
            receives(&mut li, paper, STREET).await;
        }
    }
}

async fn hands_again(office: &Office) -> Hands {
    Hands { lin: office.sign_in("lin").await, chen: office.sign_in("chen").await, wu: office.sign_in("wu").await }
}

// proves: circulation.keeps
// proves: circulation.revoke
// proves: circulation.by
#[tokio::test]
async fn an_issued_paper_goes_only_when_another_takes_its_place() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    let old = hands.issued("关于值班的通知", TO_STREET, &[]).await;
    let draft = hands.drafted("关于值班的补充通知", TO_STREET, &[]).await;
    let id = |paper: &str| paper.rsplit('/').next().unwrap_or_default().to_owned();
    // Nothing asks for its text any more, and it is not taken back.
    let page = hands.lin.opens(&old).await;
    assert!(!page.text().contains("改稿") && !page.text().contains("撤回"), "{}", page.text());
    let reason = ("理由", "时间改了");
    hands.lin.tries("废止", &old, &[reason]).await.answers(422).says("替代它的文件");
    let by_draft = [reason, ("替代它的文件", &id(&draft))];
    hands.lin.tries("废止", &old, &by_draft).await.answers(422).says("还没有印发");
    let by_itself = [reason, ("替代它的文件", &id(&old))];
    hands.lin.tries("废止", &old, &by_itself).await.answers(422).says("不能由它自己");
    let new = hands.issued("关于调整值班的通知", TO_STREET, &[]).await;
    hands.lin.takes("废止", &old, &[reason, ("替代它的文件", &id(&new))]).await.says("已废止");
    // What was replaced waits for nobody, and can still be read.
    let mut li = office.sign_in("li").await;
    let page = li.opens("/receipts").await;
    assert!(!page.text().contains("关于值班的通知") && page.text().contains("关于调整值班的通知"), "{}", page.text());
    li.opens(&old).await.says("已废止").says("关于调整值班的通知");
    let page = hands.lin.opens("/m/work_paper/series?of=ban").await;
    page.says("1—2号齐全");
    office.db_verify().await;
}

/// A unit may issue two papers this year, against three of last year.
async fn capped(hands: &mut Hands, mechanism: &str, measure: &str) -> String {
    let fields = [
        ("账户名称", "综合办公室2026年"),
        ("额度单位", OFFICE),
        ("年度", "2026"),
        ("起始日", "2026-01-01"),
        ("基期数", measure),
        ("压减目标", "24"),
    ];
    let account = hands.lin.begins(mechanism, &fields).await;
    let form = hands.lin.opens(&format!("{account}/account")).await.form("记下");
    let form = form.forged("word", "grant").with("数额", "2").with("文号", "岚综办〔2026〕1号");
    hands.lin.sends(form.with("生效日", "2026-01-01")).await.answers(200);
    account
}

// proves: step.draws.of
// proves: step.draws.by
// proves: step.draws.reason
#[tokio::test]
async fn above_the_cap_a_paper_goes_only_with_a_reason_and_is_counted() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    // Without an account nothing is limited.
    hands.issued("关于甲事的通知", TO_STREET, &[]).await;
    let account = capped(&mut hands, "paper_cap", "5").await;
    hands.issued("关于乙事的通知", TO_STREET, &[]).await;
    hands.issued("关于丙事的通知", TO_STREET, &[]).await;
    // A letter is not counted.
    hands.issued("关于商请某事的函", TO_STREET, &[("文种", "函")]).await;
    let paper = hands.signed("关于丁事的通知", TO_STREET, &[]).await;
    hands.lin.takes("编号", &paper, &[]).await;
    let refused = hands.lin.tries("印发", &paper, &[]).await;
    refused.answers(422).says("核定2件").says("已用2件").says("超出1件").says("合并").says("年度额度以内");
    hands.lin.takes("印发", &paper, &[("超出额度的理由", "上级要求单独印发")]).await.says("已印发");
    hands.lin.opens(&format!("{account}/account")).await.says("上级要求单独印发");
    hands.lin.opens("/m/paper_cap/balances").await.says("超出");
    for (name, value) in [("issued", "5"), ("counted", "4")] {
        assert_eq!(figure(&mut hands.lin, name, "2026").await, value, "{name}");
    }
    for (name, value) in [("rate", "20"), ("over", "1")] {
        let json = hands.lin.asks(&format!("/api/v1/mechanisms/paper_cap/figures/{name}?period=2026")).await.json();
        assert_eq!(json["whole"]["total"]["shown"], value, "{json}");
    }
    office.db_verify().await;
}

#[tokio::test]
async fn a_meeting_above_the_cap_is_not_called_without_a_reason_and_one_that_is_off_gives_its_place_back() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut hands = hands(&office).await;
    office.db_grants("lin", "unit_liaison", OFFICE).await;
    hands.lin = office.sign_in("lin").await;
    // What was called before there was a cap took nothing from it, and gives nothing back.
    let early = [("会议名称", "春训会议"), ("会议类型", "专题会议"), ("主办单位", OFFICE), ("召开日", "2026-03-06")];
    let early = hands.lin.begins("work_meeting", &early).await;
    hands.lin.takes("发通知", &early, &[]).await;
    capped(&mut hands, "meeting_cap", "4").await;
    hands.lin.takes("取消", &early, &[("理由", "不开了")]).await;
    let mut called = Vec::new();
    for title in ["防汛工作会议", "渔船安全会议", "招商工作会议"] {
        let fields = [("会议名称", title), ("会议类型", "专题会议"), ("主办单位", OFFICE), ("召开日", "2026-03-06")];
        called.push(hands.lin.begins("work_meeting", &fields).await);
    }
    hands.lin.takes("发通知", &called[0], &[]).await;
    hands.lin.takes("发通知", &called[1], &[]).await;
    hands.lin.tries("发通知", &called[2], &[]).await.answers(422).says("已用2场").says("超出1场");
    hands.lin.takes("取消", &called[1], &[("理由", "并入防汛工作会议")]).await;
    hands.lin.takes("发通知", &called[2], &[]).await;
    let json = hands.lin.asks("/api/v1/mechanisms/meeting_cap/figures/rate?period=2026").await.json();
    assert_eq!(json["whole"]["total"]["shown"], "50", "{json}");
    office.on("2026-03-06");
    hands.lin.takes("记结果", &called[0], &[("会议结果", "部署了检查。")]).await;
    office.db_verify().await;
}
