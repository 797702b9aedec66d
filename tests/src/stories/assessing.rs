//! What do units come to? The scheme of a year, scores out of figures with the reason of every point, other weights tried,
//! a result that is published and stays. `annual_assessment`.
//!
//! Never a score that somebody types.

use serde_json::{Value, json};

use super::tasks;
use crate::harness::{Office, Page, Visitor};

pub(super) const ROOT: &str = "岚湾新区";
pub(super) const ROOT_ID: &str = "00000000-0000-0000-0000-000000000100";
pub(super) const FARMS: &str = "岚湾新区农业农村局";
pub(super) const FARMS_ID: &str = "00000000-0000-0000-0000-000000000103";
pub(super) const STREET: &str = "葵岭街道";
pub(super) const STREET_ID: &str = "00000000-0000-0000-0000-000000000104";
pub(super) const HR_ID: &str = "00000000-0000-0000-0000-000000000101";

/// 苏芮 is the officer of assessments of the whole district.
pub(super) async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "assessment_officer", ROOT).await;
    office.sign_in("su").await
}

pub(super) fn leaf(code: &str, name: &str, weight: &str, figure: &str, rule: &str) -> Value {
    json!({ "code": code, "name": name, "weight": weight, "source": "figure", "figure": figure, "rule": rule })
}

pub(super) fn with(mut row: Value, more: &[(&str, &str)]) -> Value {
    for (key, value) in more {
        row[*key] = json!(value);
    }
    row
}

/// Two indicators under one heading, one on top: how many tasks were closed in time, how many there were, and orders.
pub(super) fn indicators() -> Value {
    json!([
        { "code": "1", "name": "重点工作", "weight": "100" },
        with(leaf("1.1", "按时办结率", "70", "重点工作任务按时办结率", "ratio"), &[("target", "100"), ("line", "80")]),
        with(leaf("1.2", "办结数", "30", "重点工作任务办结数", "best"), &[("missing", "zero")]),
        with(leaf("2", "督办令扣分", "", "发出督办令", "minus"), &[("per", "1.5"), ("cap", "5")]),
    ])
}

pub(super) fn scheme(indicators: &Value) -> Value {
    json!({
        "fields": { "title": "2026年度综合考核", "unit": ROOT_ID, "year": 2026 },
        "rows": {
            "member": [{ "unit": FARMS_ID, "group": "部门" }, { "unit": STREET_ID, "group": "部门" }],
            "indicator": indicators,
        },
    })
}

pub(super) async fn drafted(su: &mut Visitor, scheme: &Value) -> String {
    let json = su.posts_json("/api/v1/mechanisms/annual_assessment/records", scheme).await.json();
    let id = json["id"].as_str().unwrap_or_else(|| panic!("{json}"));
    format!("/records/{id}")
}

/// A scheme that runs.
pub(crate) async fn running(su: &mut Visitor) -> String {
    let record = drafted(su, &scheme(&indicators())).await;
    su.takes("印发方案", &record, &[]).await.answers(200);
    record
}

/// An assessment whose result is published.
pub(crate) async fn with_a_result(office: &Office) {
    office.db_grants("zhou", "assessment_officer", ROOT).await;
    let mut su = office.sign_in("zhou").await;
    let record = running(&mut su).await;
    su.takes("公示", &record, &[]).await.answers(200);
    office.days_pass_until("2026-01-20").await;
    office.sign_in("zhou").await.takes("公布结果", &record, &[]).await.answers(200);
}

/// Two tasks of the bureau closed in time, one of the street closed and one late.
pub(super) async fn work_is_done(office: &Office, lin: &mut Visitor) {
    office.db_grants("li", "unit_head", STREET).await;
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let mut li = office.sign_in("li").await;
    for title in ["高标准农田建设", "农产品检测站"] {
        let task = tasks::underway(lin, &mut zheng, title, FARMS, "2026-03-20").await;
        tasks::finished(lin, &mut zhou, &task).await;
    }
    let task = tasks::underway(lin, &mut li, "危房排查", STREET, "2026-03-20").await;
    tasks::finished(lin, &mut li, &task).await;
    tasks::underway(lin, &mut li, "积水点整治", STREET, "2026-03-06").await;
}

pub(super) async fn board(by: &mut Visitor, record: &str, more: &str) -> Value {
    by.asks(&format!("/api/v1{record}/assessment{more}")).await.json()
}

/// Name, score, rank of the units of the first group.
pub(super) fn ranks(board: &Value) -> Vec<(String, String, i64)> {
    let units = board["groups"][0]["units"].as_array().unwrap_or_else(|| panic!("{board}"));
    let text = |it: &Value| it.as_str().unwrap_or("—").to_owned();
    units.iter().map(|it| (text(&it["name"]), text(&it["score"]), it["rank"].as_i64().unwrap_or(0))).collect()
}

pub(super) fn told(all: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    all.iter().map(|(name, score, rank)| ((*name).to_owned(), (*score).to_owned(), *rank)).collect()
}

pub(super) fn refused(page: &Page, words: &str) {
    let said = page.text();
    assert!(said.contains(words), "{words}: {said}");
}

// proves: scoring.of
// proves: scoring.units
// proves: scoring.year
// proves: scoring.total
// proves: scoring.who
// proves: scoring.grade.least
// proves: sight.of
#[tokio::test]
async fn points_follow_from_figures_and_each_says_why() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    work_is_done(&office, &mut lin).await;
    office.on("2026-03-24");
    let board = board(&mut su, &record, "").await;
    assert_eq!(ranks(&board), told(&[("岚湾新区农业农村局", "100.00", 1), ("葵岭街道", "50.00", 2)]));
    let page = su.opens(&format!("{record}/assessment")).await;
    page.says("部门").says("1.1 按时办结率").says("预警线80");
    assert!(page.under("低于预警线").contains("葵岭街道"), "{}", page.text());
    let sheet = su.opens(&format!("{record}/assessment/units/{STREET_ID}")).await;
    sheet.says("完成50，目标100 = 50%，× 70分 = 35.00分").says("完成1，本组最优2 = 50%，× 30分 = 15.00分");
    // The value is a door to what is behind it.
    let door = sheet.link("50");
    assert!(door.contains("/m/task_order/figures/on_time"), "{door}");
    // A unit sees its own sheet and no other.
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await.says("得分单");
    zheng.asks(&format!("{record}/assessment/units/{STREET_ID}")).await.answers(404);
    zheng.opens(&format!("{record}/assessment")).await.does_not_say(STREET);
    zheng.asks(&format!("{record}/assessment/table.xlsx")).await.answers(404);
    // A unit that is not assessed sees nothing of it.
    office.sign_in("chen").await.asks(&format!("{record}/assessment")).await.answers(404);
    su.asks(&format!("{record}/assessment/units/{HR_ID}")).await.answers(404);
    let table = su.downloads(&format!("{record}/assessment/table.xlsx")).await;
    assert!(table.bytes.len() > 1_000);
}

#[tokio::test]
async fn other_weights_are_tried_in_the_page_and_kept_nowhere() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    work_is_done(&office, &mut lin).await;
    office.on("2026-03-24");
    let entries = office.db_count("SELECT COUNT(*) FROM journal").await;
    let form = su.opens(&format!("{record}/assessment")).await.form("推演排名");
    let page = su.sends(form.with("按时办结率的权重", "10").with("办结数的权重", "90")).await;
    page.says("这是推演，没有保存").says("50.00");
    // Weights that do not add up are told and made to fit.
    let tried = su.opens(&format!("{record}/assessment?w.1.1=10&w.1.2=10")).await;
    tried.says("权重加起来不是100分（部门20分），已经按比例折算");
    su.asks(&format!("{record}/assessment?w.1.1=x")).await.answers(422).says("看不懂");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal").await, entries);
    assert_eq!(ranks(&board(&mut su, &record, "").await)[1].1, "50.00");
    // A unit tries nothing.
    let mut zheng = office.sign_in("zheng").await;
    let page = zheng.opens(&format!("{record}/assessment?w.1.1=10")).await;
    page.does_not_say("这是推演");
    assert!(page.find_form("推演排名").is_none());
}

// proves: scoring.publish
// proves: scoring.result
// proves: scoring.publicise
// proves: scoring.proposed
#[tokio::test]
async fn a_published_result_stays_whatever_happens_later() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    work_is_done(&office, &mut lin).await;
    office.on("2026-03-24");
    assert!(su.opens(&record).await.find_form("公布结果").is_none(), "nothing is published that was not publicised");
    let page = su.takes("公示", &record, &[]).await;
    page.answers(200).says("拟定结果").says("较差");
    refused(&su.tries("公布结果", &record, &[]).await, "公示不满5个工作日");
    office.on("2026-03-31");
    let page = su.takes("公布结果", &record, &[]).await;
    page.answers(200).says("考核结果").says("较差");
    let mut zheng = office.sign_in("zheng").await;
    let shown = zheng.opens(&format!("{record}/assessment")).await;
    shown.says("公布，以后不再变").says(STREET).says("良好");
    // More is done; the result stays.
    let mut li = office.sign_in("li").await;
    let task = tasks::underway(&mut lin, &mut li, "绿道养护", STREET, "2026-04-20").await;
    tasks::finished(&mut lin, &mut li, &task).await;
    assert_eq!(ranks(&board(&mut su, &record, "").await)[1].1, "50.00");
    su.opens(&format!("{record}/assessment/units/{STREET_ID}")).await.says("完成50，目标100");
    // Nothing of it is open to be changed, and the figures hold.
    assert!(su.opens(&record).await.find_form("调整方案").is_none());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM assessment_sheet").await, 2);
    office.db_verify().await;
}

// proves: scoring.prepare
#[tokio::test]
async fn a_scheme_is_issued_when_it_is_whole_and_says_all_that_is_wrong() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let wrong = json!([
        { "code": "1", "name": "重点工作", "weight": "90" },
        with(leaf("1.1", "按时办结率", "70.01", "重点工作任务按时办结率", "ratio"), &[("target", "0")]),
        leaf("1.2", "人气", "20", "本年人气", "best"),
        leaf("1.2", "重号", "20", "重点工作任务办结数", "best"),
        leaf("2.1", "没有上一层", "10", "重点工作任务办结数", "best"),
        leaf("3", "扣分", "5", "发出督办令", "deduct"),
        with(leaf("4", "分档", "5", "重点工作任务办结数", "bands"), &[("bands", "九十以上得满分"), ("groups", "街镇")]),
        { "code": "五", "name": "看不懂", "weight": "1" },
        { "code": "6", "name": "什么都没写" },
    ]);
    let record = drafted(&mut su, &scheme(&wrong)).await;
    let page = su.tries("印发方案", &record, &[]).await;
    page.answers(422);
    for words in [
        "权重加起来是90.01，应当是90",
        "编号1.2前面已经有了",
        "没有编号为2的指标",
        "没有写每一个分值",
        "档位看不懂",
        "“街镇”不是参评单位的组别",
        "编号“五”看不懂",
        "“什么都没写”没有写来源",
        "指标库里没有“本年人气”",
        "目标和起点对不上",
    ] {
        refused(&page, words);
    }
    su.opens(&format!("{record}/assessment")).await.says("方案还不能印发");
    // Whoever runs it may not score by what they may not know.
    office.db_ends("su", "2026-03-01").await;
    let twice = json!({
        "fields": { "title": "重复的单位", "unit": ROOT_ID, "year": 2026 },
        "rows": {
            "member": [{ "unit": FARMS_ID, "group": "部门" }, { "unit": FARMS_ID, "group": "街道" }],
            "indicator": indicators(),
        },
    });
    let record = drafted(&mut su, &twice).await;
    refused(&su.tries("印发方案", &record, &[]).await, "一个单位只能在一个组");
}

#[tokio::test]
async fn a_scheme_that_runs_is_changed_with_a_reason_and_stays_whole() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    let form = su.opens(&record).await.form("调整方案");
    let form = form.forged("indicator.1.weight", "60").with("理由", "削减常规分值");
    refused(&su.sends(form).await, "权重加起来是90");
    let form = su.opens(&record).await.form("调整方案");
    let form = form.forged("indicator.1.weight", "60").forged("indicator.2.weight", "40").with("理由", "削减常规分值");
    su.sends(form).await.answers(200).says("削减常规分值");
    let page = su.opens(&format!("{record}/assessment")).await;
    page.says("方案的调整").says("1.1 按时办结率：权重从70改为60").says("1.2 办结数：权重从30改为40");
}
