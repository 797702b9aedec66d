//! How do values come in that no figure gives, and what follows from a result? Values filed and checked, objections, juries,
//! votings, letters, dispatch sheets, awards and other uses. `assessment_entry`, `assessment_points`, `assessment_letter`,
//! `assessment_dispatch`, `merit_award`, `result_use`.
//!
//! Never a value that its own unit checks.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::assessing::{
    FARMS, FARMS_ID, ROOT, ROOT_ID, STREET, STREET_ID, board, drafted, indicators, officer, ranks, running,
    work_is_done,
};
use crate::harness::{Office, Page, Visitor, record_of};

/// A filed value led by 组织人事局, points of a jury, things that add and things that take away, and a checklist.
fn filed() -> Value {
    json!([
        { "code": "1", "name": "特色工作", "weight": "40", "source": "entry", "rule": "ratio", "target": "10", "lead": "组织人事局" },
        { "code": "2", "name": "现场评分", "weight": "40", "source": "jury", "rule": "points", "missing": "zero", "trims": "1" },
        { "code": "3", "name": "阵地规范", "weight": "20", "source": "entry", "rule": "checklist", "items": "有制度；有台账；有公示；有活动", "missing": "zero", "unchecked": "counts" },
        { "code": "4", "name": "亮点加分", "source": "list", "rule": "add", "per": "1", "cap": "5" },
        { "code": "5", "name": "通报扣分", "source": "list", "rule": "minus", "per": "1", "cap": "3" },
    ])
}

fn scheme() -> Value {
    json!({
        "fields": { "title": "2026年度综合考核", "unit": ROOT_ID, "year": 2026, "jurors": ["陈望", "林书敏", "周启"] },
        "rows": {
            "member": [{ "unit": FARMS_ID, "group": "部门" }, { "unit": STREET_ID, "group": "部门" }],
            "indicator": filed(),
        },
    })
}

/// A scheme of such indicators that is issued.
async fn issued(su: &mut Visitor) -> String {
    let record = drafted(su, &scheme()).await;
    su.takes("印发方案", &record, &[]).await.answers(200);
    record
}

fn id(record: &str) -> &str {
    record.trim_start_matches("/records/")
}

/// Files something through the door on the unit's sheet.
async fn files(by: &mut Visitor, record: &str, unit: &str, code: &str, fields: &[(&str, &str)]) -> Page {
    let unit = unit.replace('-', "");
    let address = format!("/m/assessment_entry/new?assessment={}&unit={unit}&indicator={code}&kind=filed", id(record));
    let form = by.opens(&address).await.form("/records").with("填报内容", "一件填报").with("情况说明", "附通知。");
    by.sends(fields.iter().fold(form, |form, (label, text)| form.with(label, text))).await
}

async fn filed_by(by: &mut Visitor, record: &str, unit: &str, code: &str, fields: &[(&str, &str)]) -> String {
    let page = files(by, record, unit, code, fields).await;
    assert!(page.url.contains("done="), "{}", page.text());
    record_of(&page.url)
}

/// So many officers send the same form at once: what each is answered, in order.
async fn all_at_once(office: &Office, page: &str, (form, many): (&str, usize)) -> Vec<u16> {
    let mut forms = Vec::new();
    for _ in 0..many {
        let mut one = office.sign_in("su").await;
        let form = one.opens(page).await.form(form);
        forms.push((one, form));
    }
    let mut acts = JoinSet::new();
    for (mut one, form) in forms {
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    statuses
}

async fn score(by: &mut Visitor, record: &str) -> String {
    let board = board(by, record, "").await;
    ranks(&board).into_iter().find(|(name, ..)| name == FARMS).map(|(_, score, _)| score).unwrap_or_default()
}

// proves: assessed.as
// proves: assessed.of
// proves: assessed.at
// proves: assessed.counts
// proves: assessed.waits
#[tokio::test]
async fn a_filed_value_counts_when_another_unit_has_checked_it() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = issued(&mut su).await;
    let mut zheng = office.sign_in("zheng").await;
    // The sheet leads to the form, filled in as far as it is known.
    let sheet = zheng.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await;
    let door = sheet.says("没有核验的不算数值").link("填报");
    assert_eq!(zheng.opens(&door).await.form("/records").typed("指标编号"), "1");
    // A unit files its own, at an indicator that is filed, with a value.
    let page = files(&mut su, &record, STREET_ID, "1", &[("完成值", "8")]).await;
    page.answers(422).says("只能填报自己单位的数值");
    files(&mut zheng, &record, FARMS_ID, "2", &[("完成值", "8")]).await.answers(422).says("从评委打分来，不用填报");
    files(&mut zheng, &record, FARMS_ID, "9", &[("完成值", "8")]).await.answers(422).says("没有编号为“9”的指标");
    files(&mut zheng, &record, FARMS_ID, "1", &[]).await.answers(422).says("没有写完成值");
    let entry =
        filed_by(&mut zheng, &record, FARMS_ID, "1", &[("完成值", "8"), ("自评分", "32"), ("佐证材料", "通知.pdf")])
            .await;
    assert_eq!(score(&mut su, &record).await, "0.00");
    let sheet = su.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await;
    sheet.says("有填报没有核验").says("没有计入");
    // Whoever filed it does not check it, nor does anybody else of the unit.
    office.db_grants("zhou", "assessment_checker", ROOT).await;
    let mut zhou = office.sign_in("zhou").await;
    zhou.tries("核验通过", &entry, &[]).await.answers(422).says("不能核验本单位的数值");
    // Another value than the one that was filed wants its reason.
    su.tries("核验通过", &entry, &[("核定值", "7")]).await.answers(422).says("请写核验意见");
    su.takes("核验通过", &entry, &[("核定值", "7"), ("核验意见", "一场在上年。")]).await;
    // 7 of 10 at the one indicator that weighs 40 with a value, nothing at the others, which count as nothing.
    assert_eq!(score(&mut su, &record).await, "28.00");
    // An objection is checked again, with its reason; who and why stays.
    zheng.takes("提出异议", &entry, &[("理由", "活动在1月2日举行。")]).await.says("异议待复核");
    assert_eq!(score(&mut su, &record).await, "28.00");
    su.takes("复核", &entry, &[("核定值", "8"), ("核验意见", "核对通知，在本年。")])
        .await
        .says("活动在1月2日举行")
        .says("核对通知");
    assert_eq!(score(&mut su, &record).await, "32.00");
    // What is returned does not count; filed again it waits again.
    let other = filed_by(&mut zheng, &record, FARMS_ID, "1", &[("完成值", "10")]).await;
    su.takes("退回", &other, &[("理由", "没有佐证。")]).await;
    assert_eq!(score(&mut su, &record).await, "32.00");
    zheng.takes("补正", &other, &[("完成值", "9")]).await.says("待核验");
    su.takes("核验通过", &other, &[]).await.says("已核验");
    assert_eq!(score(&mut su, &record).await, "36.00");
    office.db_verify().await;
}

#[tokio::test]
async fn checklists_count_items_and_lists_add_up_to_their_caps() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = issued(&mut su).await;
    let mut zheng = office.sign_in("zheng").await;
    files(&mut zheng, &record, FARMS_ID, "3", &[("达标项", "5")]).await.answers(422).says("清单里没有那一项");
    let entry = filed_by(&mut zheng, &record, FARMS_ID, "3", &[("达标项", "1、2、4")]).await;
    // This one counts before it is checked: nothing of 40, three of four items of 20, out of the 60 that have a value.
    let board = board(&mut su, &record, "").await;
    let value = |board: &Value| board["groups"][0]["units"].to_string();
    assert!(value(&board).contains("\"points\":\"15.00\""), "{board}");
    su.takes("核验通过", &entry, &[("核定值", "2"), ("核验意见", "活动没有记录。")]).await;
    // Things that add: a basis each, up to the cap. Things that take away are not filed by the unit.
    files(&mut zheng, &record, FARMS_ID, "4", &[("完成值", "2")]).await.answers(422).says("没有写依据文件");
    for points in ["2", "4"] {
        let fields = [("完成值", points), ("依据文件", "岚委〔2026〕8号")];
        let one = filed_by(&mut zheng, &record, FARMS_ID, "4", &fields).await;
        su.takes("核验通过", &one, &[]).await;
    }
    let fields = [("完成值", "1"), ("依据文件", "岚纪〔2026〕2号")];
    files(&mut zheng, &record, FARMS_ID, "5", &fields).await.answers(422).says("扣分由指标的牵头单位或者考核办登记");
    let minus = filed_by(&mut su, &record, FARMS_ID, "5", &fields).await;
    office.db_grants("chen", "assessment_checker", ROOT).await;
    office.sign_in("chen").await.takes("核验通过", &minus, &[]).await;
    let sheet = su.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await;
    sheet.says("4项里达标2项 = 50%，× 20分 = 10.00分").says("加5.00分").says("扣1.00分");
}

#[tokio::test]
async fn the_jury_is_named_and_judges_no_unit_of_its_own() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = issued(&mut su).await;
    for login in ["chen", "lin", "zhou", "wu"] {
        office.db_grants(login, "assessment_juror", ROOT).await;
    }
    let sheet = |given: &[(&str, &str)]| {
        let row = |(unit, points): &(&str, &str)| json!({ "unit": unit, "points": points });
        json!({
            "fields": { "title": "现场评分", "assessment": id(&record), "unit": ROOT_ID, "indicator": "2" },
            "rows": { "given": given.iter().map(row).collect::<Vec<_>>() },
        })
    };
    let path = "/api/v1/mechanisms/assessment_points/records";
    let mut wu = office.sign_in("wu").await;
    let page = wu.posts_json(path, &sheet(&[(FARMS_ID, "30")])).await;
    assert!(page.answers(422).json().to_string().contains("不是“2026年度综合考核”点名的评委"));
    let mut zhou = office.sign_in("zhou").await;
    let page = zhou.posts_json(path, &sheet(&[(FARMS_ID, "40")])).await;
    assert!(page.answers(422).json().to_string().contains("也不能给本单位打分"));
    let mut chen = office.sign_in("chen").await;
    let page = chen.posts_json(path, &sheet(&[(FARMS_ID, "41"), (FARMS_ID, "1")])).await;
    assert!(page.answers(422).json().to_string().contains("请填0到40"));
    zhou.posts_json(path, &sheet(&[(STREET_ID, "10")])).await.answers(201);
    chen.posts_json(path, &sheet(&[(FARMS_ID, "36"), (STREET_ID, "20")])).await.answers(201);
    let mut lin = office.sign_in("lin").await;
    lin.posts_json(path, &sheet(&[(STREET_ID, "40")])).await.answers(201);
    // The last sheet of each stands; of three the highest and the lowest are left out.
    lin.posts_json(path, &sheet(&[(STREET_ID, "30")])).await.answers(201);
    let page = su.opens(&format!("{record}/assessment/units/{STREET_ID}")).await;
    page.says("计20，满分40，得20.00分").says("去掉最高和最低");
    su.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await.says("计36，满分40");
}

// proves: scoring.jurors
#[tokio::test]
async fn a_scheme_names_its_jury_its_leads_and_votings_that_there_are() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let mut scheme = scheme();
    scheme["fields"]["jurors"] = json!([]);
    scheme["rows"]["indicator"] = json!([
        { "code": "1", "name": "特色工作", "weight": "40", "source": "entry", "rule": "ratio", "target": "10", "lead": "没有的局" },
        { "code": "2", "name": "现场评分", "weight": "20", "source": "jury", "rule": "points" },
        { "code": "3", "name": "民主测评", "weight": "20", "source": "ballot", "rule": "ratio", "target": "100", "figure": "没有的测评" },
        { "code": "4", "name": "阵地规范", "weight": "20", "source": "entry", "rule": "checklist" },
    ]);
    let record = drafted(&mut su, &scheme).await;
    let page = su.tries("印发方案", &record, &[]).await;
    for words in ["没有叫“没有的局”的牵头单位", "没有点名评委", "没有叫“没有的测评”的票决测评", "达标清单要写有哪几项"]
    {
        page.says(words);
    }
}

#[tokio::test]
async fn one_letter_is_open_at_a_time_and_its_effect_is_checked() {
    written_to(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn written_to(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    let record = running(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    work_is_done(office, &mut lin).await;
    office.on("2026-03-24");
    // Many press at once: one letter.
    let statuses = all_at_once(office, &format!("{record}/assessment"), ("拟预警函", 4)).await;
    assert_eq!(statuses, [200, 422, 422, 422]);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'assessment_letter'").await, 1);
    let page = su.opens(&format!("{record}/assessment")).await;
    assert!(page.find_form("拟预警函").is_none());
    let letter = page.link("按时办结率没有达到预警线");
    // Nor a second one by hand.
    let fields = [
        ("事由", "再催"),
        ("函的种类", "调度函"),
        ("所属考核", id(&record)),
        ("责任单位", STREET),
        ("指标", "1.1 按时办结率"),
        ("要求", "答复。"),
    ];
    su.tries_to_begin("assessment_letter", &fields).await.answers(422).says("已经有一份函没有办结");
    su.takes("送签", &letter, &[]).await;
    let mut wu = office.sign_in("wu").await;
    wu.takes("签发", &letter, &[("意见", "同意。")]).await;
    let page = su.takes("编号发出", &letter, &[]).await;
    page.says("考函〔2026〕1号").says("2026-03-31");
    let mut li = office.sign_in("li").await;
    li.opens(&format!("{record}/assessment/units/{STREET_ID}")).await.says("考函〔2026〕1号");
    li.takes("答复", &letter, &[("答复", "积水点施工滞后。"), ("采取的措施", "增派施工队。")]).await;
    su.takes("确认见效", &letter, &[("核查情况", "按时办结率回升。"), ("意见", "属实。")]).await.says("已见效");
    // Once it is over another may follow.
    let form = su.opens(&format!("{record}/assessment")).await.form("拟预警函");
    su.sends(form).await.answers(200);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'assessment_letter'").await, 2);
    let sent = su.asks("/api/v1/mechanisms/assessment_letter/figures/sent?period=2026").await.json();
    assert_eq!(sent["whole"]["total"]["shown"], "1", "{sent}");
}

#[tokio::test]
async fn a_dispatch_sheet_says_what_was_and_stays() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    let mut lin = office.sign_in("lin").await;
    work_is_done(&office, &mut lin).await;
    office.on("2026-03-24");
    let held = |title: &'static str, kind: &'static str, on: &'static str| {
        [("调度会名称", title), ("所属考核", id(&record)), ("考核部门", ROOT), ("调度周期", kind), ("调度日", on)]
    };
    let first = su.begins("assessment_dispatch", &held("3月调度会", "月调度", "2026-03-24")).await;
    let page = su.takes("出调度表", &first, &[]).await;
    page.says("考调〔2026〕1号").says("部门 | 2 | 葵岭街道 | 50 | 50").says("1.1 按时办结率");
    let mut li = office.sign_in("li").await;
    let task = super::tasks::underway(&mut lin, &mut li, "绿道养护", STREET, "2026-04-20").await;
    super::tasks::finished(&mut lin, &mut li, &task).await;
    office.on("2026-04-27");
    let second = su.begins("assessment_dispatch", &held("4月第四周调度", "周调度", "2026-04-27")).await;
    let page = su.takes("出调度表", &second, &[]).await;
    // Two of three in time now, and as many closed as the bureau: 46.67 and 30.
    page.says("76.67").says("26.67");
    su.opens(&first).await.says("部门 | 2 | 葵岭街道 | 50 | 50").does_not_say("76.67");
    li.opens(&second).await.says("76.67");
    su.opens(&format!("{record}/assessment")).await.says("4月第四周调度");
}

#[tokio::test]
async fn two_who_publish_at_once_publish_once() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = running(&mut su).await;
    su.takes("公示", &record, &[]).await;
    office.on("2026-03-16");
    let statuses = all_at_once(&office, &record, ("公布结果", 2)).await;
    assert_eq!(statuses[0], 200);
    assert!(statuses[1] >= 400, "{statuses:?}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM assessment_sheet").await, 2);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE step = 'announce'").await, 1);
    office.db_verify().await;
}

/// The quota follows from the grade: 36 of 100 is 较差, 15 % of 8 is one.
async fn within_the_quota(office: &Office, su: &mut Visitor, award: &[(&str, &str)]) {
    let mut zhou = office.sign_in("zhou").await;
    for (count, status) in [(2, 422), (1, 200)] {
        let form = zhou.opens("/m/merit_award/new").await.form("/records");
        let form = award.iter().fold(form, |form, (label, text)| form.with(label, text));
        // 郑海生 and 周启.
        let people = ["00000000-0000-0000-0000-000000000202", "00000000-0000-0000-0000-000000000203"];
        let form = (0..count).fold(form, |form, at| form.forged(&format!("nominee.{at}.person"), people[at]));
        let page = zhou.sends(form).await;
        page.answers(status).says(if status == 200 { "较差" } else { "推荐人选超出名额" });
        if status == 200 {
            su.takes("审核公示", &record_of(&page.url), &[("意见", "同意。")]).await;
        }
    }
}

/// The year from its scheme to what follows from the result.
#[tokio::test]
async fn a_year_goes_from_its_scheme_to_the_uses_of_its_result() {
    assessed(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn assessed(office: &Office) {
    office.on("2026-01-08");
    let mut su = officer(office).await;
    let record = issued(&mut su).await;
    let mut zheng = office.sign_in("zheng").await;
    let entry = filed_by(&mut zheng, &record, FARMS_ID, "1", &[("完成值", "10")]).await;
    su.takes("核验通过", &entry, &[]).await;
    // Nothing is used that is not published.
    let award = |kind: &'static str, staff: &'static str| {
        [
            ("推荐事由", "年度评优"),
            ("依据的考核", id(&record)),
            ("推荐单位", FARMS),
            ("推荐种类", kind),
            ("应参加考核人数", staff),
            ("主要事迹", "防汛救灾。"),
        ]
    };
    let mut zhou = office.sign_in("zhou").await;
    zhou.tries_to_begin("merit_award", &award("优秀领导班子", "8")).await.answers(422).says("还没有公布结果");
    let page = su.takes("公示", &record, &[]).await;
    page.says("拟定结果");
    // In public no more is filed, but it is objected; the score moves with who and why.
    files(&mut zheng, &record, FARMS_ID, "1", &[("完成值", "9")]).await.answers(422).says("公示期间可以提异议");
    let mut li = office.sign_in("li").await;
    let address = format!(
        "/m/assessment_entry/new?assessment={}&unit={}&indicator=2&kind=objection",
        id(&record),
        STREET_ID.replace('-', "")
    );
    let form =
        li.opens(&address).await.form("/records").with("填报内容", "现场评分异议").with("情况说明", "没有到现场。");
    let objection = record_of(&li.sends(form).await.url);
    zheng.takes("提出异议", &entry, &[("理由", "还有一场。")]).await;
    su.takes("复核", &entry, &[("核定值", "9"), ("核验意见", "有一场不是本单位办的。")]).await;
    su.opens(&format!("{record}/assessment")).await.says("和公示的不一样");
    su.takes("退回", &objection, &[("理由", "评委打分不在现场也可以。")]).await;
    office.on("2026-01-20");
    let mut su = office.sign_in("su").await;
    su.takes("公布结果", &record, &[]).await.says("考核结果");
    // The last objection is too late.
    let mut li = office.sign_in("li").await;
    li.tries("提出异议", &objection, &[("理由", "不服。")]).await.answers(422).says("公布以后不再变");
    within_the_quota(office, &mut su, &award("优秀领导干部", "8")).await;
    let fields = [
        ("事由", "约谈末位单位主要负责人"),
        ("依据的考核", id(&record)),
        ("涉及单位", STREET),
        ("怎么用", "单位领导约谈"),
        ("理由", "部门组第2名。"),
    ];
    let used = su.begins("result_use", &fields).await;
    su.opens(&used).await.says("2026年度综合考核").says("名次");
    // The result lists its uses.
    su.opens(&format!("{record}/assessment")).await.says("约谈末位单位主要负责人").says("年度评优");
    office.db_verify().await;
}

#[tokio::test]
async fn a_scheme_goes_out_as_a_workbook_and_comes_in_again() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let record = issued(&mut su).await;
    let book = su.downloads(&format!("{record}/assessment/scheme.xlsx")).await.bytes;
    let mut other = scheme();
    other["rows"]["indicator"] = indicators();
    let other = drafted(&mut su, &other).await;
    let form = su.opens(&format!("{other}/assessment")).await.form("用表格换指标");
    su.sends(form.with_file("指标表格", "指标.xlsx", &book))
        .await
        .answers(200)
        .says("阵地规范")
        .does_not_say("按时办结率");
    su.takes("印发方案", &other, &[]).await;
    // A running scheme is changed with a reason alone, and stays whole.
    let form = su.opens(&format!("{record}/assessment")).await.form("用表格换指标");
    su.sends(form.with_file("指标表格", "指标.xlsx", &book)).await.answers(422).says("理由");
    // A workbook without such a sheet says which columns it wants; a file that is none is none.
    let form = su.opens(&format!("{other}/assessment")).await.form("用表格换指标");
    let list = crate::world::plain_list(&crate::world::annual_lines()[..2]);
    su.sends(form.with_file("指标表格", "一览表.xlsx", &list).with("调整理由", "换表"))
        .await
        .answers(422)
        .says("编号、指标");
    // A unit takes nothing in and out.
    let mut zheng = office.sign_in("zheng").await;
    assert!(zheng.opens(&format!("{record}/assessment")).await.find_form("用表格换指标").is_none());
    zheng.asks(&format!("{record}/assessment/scheme.xlsx")).await.answers(404);
}

// proves: scoring.publicise
#[test]
fn a_part_whose_columns_are_not_there_is_told() {
    let wrong = [
        (
            "appraisal/assessment_entry.kdl",
            "    field \"lead\"       \"核验单位\"   unit   filter=#true",
            "    field \"lead\"       \"核验单位\"   text",
            "要有不必填的 unit 栏目 lead",
        ),
        ("appraisal/assessment_entry.kdl", " counts=\"verified\" waits=\"filed objected\"", "", "没有写在哪些状态算数"),
        ("appraisal/assessment_entry.kdl", "asks=\"found finding\"", "asks=\"found finding lead\"", "它只由系统写"),
        (
            "appraisal/assessment_points.kdl",
            "field \"points\" \"得分\" decimal required=#true places=2 measure=\"分\"",
            "field \"points\" \"得分\" text required=#true",
            "里面有 decimal 栏 points",
        ),
        (
            "appraisal/assessment_letter.kdl",
            "of=\"assessment\" at=\"draft\"",
            "of=\"former\" at=\"draft\"",
            "必填的 record 栏目",
        ),
        ("appraisal/annual_assessment.kdl", " proposed=\"proposed\"", "", "publicise 和 proposed 要一起写"),
        ("appraisal/annual_assessment.kdl", " jurors=\"jurors\"", " jurors=\"unit\"", "people 栏目"),
    ];
    for (path, was, is, says) in wrong {
        let mut files = server::definitions::shipped();
        let file = files.iter_mut().find(|file| file.path.ends_with(path)).expect("the file");
        assert!(file.text.contains(was), "{was}");
        file.text = file.text.replacen(was, is, 1).into();
        let problems = app::office::read_definitions(files).1;
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|it| it.contains(says)), "{says}:\n{}", said.join("\n"));
    }
}
