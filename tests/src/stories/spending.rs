//! What did the department do with its money, and how does it score? Its own workbook taken in as it is, every rate with its
//! operands, the score sheet, the report that is sealed. `budget`, `asset_account`, `spending_evaluation`, `spending_report`.
//!
//! Never a rate that somebody types.

use serde_json::{Value, json};

use super::tasks;
use crate::harness::{Office, Page, Visitor, unpacked};
use crate::world::{Sheet, execution, workbook_of};

const FARMS: &str = "岚湾新区农业农村局";
const FARMS_ID: &str = "00000000-0000-0000-0000-000000000103";
const ROOT: &str = "岚湾新区";

/// 苏芮 keeps the money and the posts of the whole district.
async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "finance_officer", ROOT).await;
    office.db_grants("su", "establishment_officer", ROOT).await;
    office.sign_in("su").await
}

async fn uploads(by: &mut Visitor, sheets: &[Sheet]) -> Page {
    let page = by.opens("/m/budget/workbooks").await;
    let form = page.form("/workbooks").with("哪个单位的", FARMS).with("年度", "2026");
    by.sends(form.with_file("文件", "2026年部门预算执行情况.xlsx", &workbook_of(sheets))).await
}

/// The department's workbook on the books.
async fn taken_in(su: &mut Visitor) -> Page {
    let looked = uploads(su, &execution(2026)).await;
    let taken = su.sends(looked.answers(200).form("/taking")).await;
    taken.answers(200).says("已记");
    taken
}

async fn of(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> Value {
    let path = format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period={period}&unit={FARMS_ID}");
    by.asks(&path).await.json()
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> String {
    let json = of(by, mechanism, figure, period).await;
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{figure}: {json}")).to_owned()
}

/// Every rate and what it is made of: mechanism, figure, period, value.
const RATES: [(&str, &str, &str, &str); 30] = [
    ("budget", "initial", "2026", "6722.56"),
    ("budget", "adjusted", "2026", "8081.56"),
    ("budget", "settled", "2026", "8029.7"),
    ("budget", "change_rate", "2026", "20.22"),
    ("budget", "execution", "2026", "99.36"),
    ("budget", "apart", "2026", "0"),
    ("budget", "spent", "2026Q1", "1529.08"),
    ("budget", "spent", "2026Q2", "3572.03"),
    ("budget", "spent", "2026Q3", "5994.16"),
    ("budget", "progress", "2026Q1", "18.92"),
    ("budget", "progress", "2026Q2", "44.2"),
    ("budget", "progress", "2026Q3", "74.17"),
    ("budget", "progress", "2026Q4", "99.36"),
    ("budget", "pace", "2026Q1", "75.68"),
    ("budget", "pace", "2026Q2", "88.4"),
    ("budget", "pace", "2026Q3", "98.89"),
    ("budget", "pace", "2026Q4", "99.36"),
    ("budget", "pace_mean", "2026", "90.58"),
    ("budget", "pace_mean", "2026H1", "82.04"),
    ("budget", "visits_cap", "2026", "9.9"),
    ("budget", "visits", "2026", "3.1"),
    ("budget", "visits_rate", "2026", "31.31"),
    ("budget", "running_rate", "2026", "98.73"),
    ("budget", "bought_rate", "2026", "100"),
    ("asset_account", "rate", "2026", "100"),
    ("asset_account", "intangible", "2026", "1.5"),
    ("establishment", "rate", "2026", "83.67"),
    ("establishment", "off_rate", "2026", "37.88"),
    // What was of the year is over with it; what stands at a day stands on.
    ("budget", "adjusted", "2027-01", "0"),
    ("asset_account", "fixed", "2027-01", "330.37"),
];

// proves: workbook.sheet
// proves: workbook.sheet.by
// proves: workbook.sheet.days
// proves: workbook.sheet.*
// proves: workbook.row
// proves: workbook.row.of
// proves: workbook.row.reading
// proves: workbook.row.up
// proves: workbook.row.on
// proves: workbook.row.*
// proves: workbook.column
// proves: workbook.column.reading
// proves: workbook.column.up
// proves: workbook.column.on
// proves: figure.year
// proves: figure.paced
// proves: figure.quarters
#[tokio::test]
async fn a_departments_own_workbook_goes_in_as_it_is_and_every_rate_comes_out_with_its_operands() {
    workbook(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn workbook(office: &Office) {
    office.on("2027-01-20");
    let mut su = officer(office).await;
    let looked = uploads(&mut su, &execution(2026)).await;
    looked.answers(200).says("财政拨款支出!B5").says("记“年初批复”13,579,600").says("支出进度!B2");
    looked.says("岚湾新区农业农村局2026年人员经费").says("四舍五入的差").says("“预算公开日”、“预算公开表”不记到账上");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM movement").await, 0, "nothing is moved by looking");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0, "and no account opened");
    taken_in(&mut su).await;
    for (mechanism, name, period, shown) in RATES {
        assert_eq!(figure(&mut su, mechanism, name, period).await, shown, "{name} {period}");
    }
    // Each rate shows what it is made of, and the mean its four quarters.
    let page = su.opens(&format!("/m/budget/figures/execution?period=2026&unit={FARMS_ID}")).await;
    page.says("决算数").says("8029.7 万元").says("调整预算数").says("8081.56 万元");
    let page = su.opens(&format!("/m/budget/figures/pace_mean?period=2026&unit={FARMS_ID}")).await;
    page.says("第一季度末").says("75.68 %").says("88.4 %").says("98.89 %").says("99.36 %").says("90.58");
    // Each movement says from which cell it came.
    let page = su.opens("/m/budget/balances").await;
    let account = page.link("岚湾新区农业农村局2026年日常公用经费");
    su.opens(&account).await.says("2026年部门预算执行情况.xlsx 财政拨款支出!C6").says("调减");
    office.db_verify().await;
}

// proves: workbook.row.adds
// proves: workbook.row.down
// proves: workbook.column.down
#[tokio::test]
async fn a_workbook_that_does_not_hold_together_is_refused_whole_and_a_corrected_one_moves_the_difference() {
    let office = Office::open().await;
    office.on("2027-01-20");
    let mut su = officer(&office).await;
    // A sheet is missing, a column is called otherwise, text stands for a number, a sum is wrong, two cells contradict.
    let mut wrong = execution(2026);
    wrong.remove(2);
    wrong[0].1[5][1] = "约一百".to_owned();
    wrong[0].1[7][2] = "8181.56".to_owned();
    wrong[1].1[0][1] = "累计(万元)".to_owned();
    wrong[2].1[2][1] = "-3".to_owned();
    let page = uploads(&mut su, &wrong).await;
    page.says("没有“三公经费”这张表").says("约一百").says("合不上").says("没有“累计支出”这一列").says("不能小于0");
    assert!(page.find_form("/taking").is_none());
    let mut apart = execution(2026);
    apart[1].1[4][1] = "8029.8".to_owned();
    apart[1].1[1][0] = "开年以来".to_owned();
    uploads(&mut su, &apart).await.says("不是日期").says("对不上");
    let mut bare = execution(2026);
    bare[0].1[1][0] = "内部资料".to_owned();
    uploads(&mut su, &bare).await.says("没有写金额单位");
    let mut early = execution(2025);
    early[1].1[1][0] = "2025年3月31日".to_owned();
    uploads(&mut su, &early).await.says("不在2026年");
    // Whose and of which year is asked.
    let form = su.opens("/m/budget/workbooks").await.form("/workbooks").with("年度", "26");
    let again = su.sends(form.with_file("文件", "表.xlsx", &workbook_of(&execution(2026)))).await;
    again.answers(422).says("没有选单位").says("没有写年度");
    assert_eq!(again.form("/workbooks").typed("年度"), "26", "nothing typed is lost");

    taken_in(&mut su).await;
    let before = office.db_count("SELECT COUNT(*) FROM movement").await;
    // The same again moves nothing; a corrected one what has changed, down as well as up.
    let same = uploads(&mut su, &execution(2026)).await;
    same.says("账上已经是这个数");
    assert!(same.find_form("/taking").is_none());
    let mut mended = execution(2026);
    mended[2].1[2][2] = "2.5".to_owned();
    mended[2].1[3][2] = "0.3".to_owned();
    let looked = uploads(&mut su, &mended).await;
    looked.says("记“退回支出”5,000.00元").says("记“支出”2,000.00元");
    su.sends(looked.form("记 2 笔")).await.says("已记 2 笔");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM movement").await, before + 2);
    assert_eq!(figure(&mut su, "budget", "visits", "2026").await, "2.8");
    // Nothing is spent above its ceiling, whoever writes it.
    let mut over = mended.clone();
    over[2].1[2][2] = "9.5".to_owned();
    uploads(&mut su, &over).await.says("额度不够").says("还差5,000.00元");
    office.db_verify().await;
}

#[tokio::test]
async fn whoever_may_not_keep_an_account_neither_moves_nor_learns_what_it_holds() {
    let office = Office::open().await;
    office.on("2027-01-20");
    let mut su = officer(&office).await;
    taken_in(&mut su).await;
    // 林书敏 keeps the money, not the posts: those cells are left out, and do not say what stands there.
    office.db_grants("lin", "finance_officer", FARMS).await;
    let mut lin = office.sign_in("lin").await;
    let looked = uploads(&mut lin, &execution(2026)).await;
    looked.says("你没有记“核定”的权限").says("账上已经是这个数");
    assert!(looked.find_form("/taking").is_none());
    // Another unit's workbook is not theirs to bring.
    let page = lin.opens("/m/budget/workbooks").await;
    assert!(!page.form("/workbooks").choices("哪个单位的").iter().any(|it| it.contains("葵岭街道")));
    let form = page.form("/workbooks").with("年度", "2026").forged("unit", "00000000-0000-0000-0000-000000000104");
    let page = lin.sends(form.with_file("文件", "表.xlsx", &workbook_of(&execution(2026)))).await;
    page.answers(422).says("没有选单位");
    let mut li = office.sign_in("li").await;
    li.asks("/m/budget/workbooks").await.answers(404);
    // What su looks at is nobody else's.
    let own = uploads(&mut su, &execution(2026)).await.url;
    lin.asks(&own).await.answers(404);
}

/// A line of the score sheet: number, name, weight, source, what it reads or lists, rule, target or bands, less is better.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, bool);

/// The score sheet, 20 / 20 / 60.
const SCHEME: [Line<'_>; 40] = [
    ("1", "部门决策", "20", "", "", "", "", false),
    ("1.1", "预算编制", "10", "", "", "", "", false),
    (
        "1.1.1",
        "预算编制合理性",
        "5",
        "entry",
        "符合部门职责和政策；按年度重点分配；专项资金细化、年中无大额调剂；功能和经济分类准确；分配不固化",
        "checklist",
        "",
        false,
    ),
    (
        "1.1.2",
        "预算编制规范性",
        "5",
        "entry",
        "项目入库；新增项目事前评估；按时申报；测算有依据；没有违反编制要求的情形",
        "checklist",
        "",
        false,
    ),
    ("1.2", "目标设置", "10", "", "", "", "", false),
    ("1.2.1", "绩效目标完整性", "3", "entry", "整体目标已填报；项目目标全部填报；目标都合格", "checklist", "", false),
    (
        "1.2.2",
        "绩效指标明确性",
        "7",
        "entry",
        "目标逐项分解；每项任务有指标；有社会效益指标；有经济或者生态效益指标；指标值可衡量；有量化指标；指标值有依据",
        "checklist",
        "",
        false,
    ),
    ("2", "部门管理", "20", "", "", "", "", false),
    ("2.1", "资金管理", "8", "", "", "", "", false),
    ("2.1.1", "政府采购执行率", "1", "figure", "政府采购执行率", "ratio", "100", false),
    ("2.1.2", "政府采购政策落实", "1", "entry", "落实采购政策", "checklist", "", false),
    ("2.1.3", "财务合规性", "3", "entry", "支出规范；调整调剂规范；会计核算规范", "checklist", "", false),
    ("2.1.4", "预决算信息公开", "3", "figure", "预决算按时公开率", "ratio", "100", false),
    ("2.2", "项目管理", "4", "", "", "", "", false),
    ("2.2.1", "项目实施程序", "2", "entry", "立项和调整按规定报批；招投标、建设、验收按制度", "checklist", "", false),
    ("2.2.2", "项目监管", "2", "entry", "有监管机制；有监管记录", "checklist", "", false),
    ("2.3", "资产管理", "3", "", "", "", "", false),
    ("2.3.1", "资产管理安全性", "2", "entry", "保管完整、账实相符；处置和收入按规定", "checklist", "", false),
    ("2.3.2", "固定资产利用率", "1", "figure", "固定资产利用率", "bands", "90:100；75:70；60:40", false),
    ("2.4", "人员管理", "2", "", "", "", "", false),
    ("2.4.1", "财政供养人员控制率", "1", "figure", "财政供养人员控制率", "bands", "100:100", true),
    ("2.4.2", "编外人员控制率", "1", "figure", "编外人员控制率", "bands", "5:100；10:50", true),
    ("2.5", "制度管理", "3", "", "", "", "", false),
    (
        "2.5.1",
        "管理制度健全性",
        "3",
        "entry",
        "制度健全；事前审核落实；事中监控落实；事后检查落实；有绩效管理制度；有绩效指标库",
        "checklist",
        "",
        false,
    ),
    ("3", "部门绩效", "60", "", "", "", "", false),
    ("3.1", "经济性", "6", "", "", "", "", false),
    ("3.1.1", "三公经费控制率", "3", "figure", "三公经费控制率", "bands", "89.99:100；100:66.67", true),
    ("3.1.2", "日常公用经费控制率", "3", "figure", "日常公用经费控制率", "bands", "89.99:100；100:66.67", true),
    ("3.2", "效率性", "20", "", "", "", "", false),
    ("3.2.1", "季度执行率", "4", "figure", "序时执行率", "quarters", "100", false),
    ("3.2.2", "全年平均执行率", "2", "figure", "全年平均执行率", "ratio", "100", false),
    ("3.2.3", "重点工作完成情况", "8", "figure", "重点工作完成率", "ratio", "100", false),
    ("3.2.4", "项目完成及时性", "6", "figure", "项目完成及时率", "ratio", "100", false),
    ("3.3", "效果性", "25", "", "", "", "", false),
    ("3.3.1", "社会效益", "9", "entry", "", "ratio", "100", false),
    ("3.3.2", "经济效益", "8", "entry", "", "ratio", "100", false),
    ("3.3.3", "可持续影响", "8", "entry", "", "ratio", "100", false),
    ("3.4", "公平性", "9", "", "", "", "", false),
    ("3.4.1", "群众信访办理情况", "3", "entry", "渠道和机制健全；办复率100%；全部按时", "checklist", "", false),
    ("3.4.2", "满意度", "6", "entry", "", "bands", "95:100；90:75；80:42", false),
];

fn indicator((code, name, weight, source, of, rule, aim, lower): &Line<'_>) -> Value {
    let mut row = json!({ "code": code, "name": name, "weight": weight });
    let mut put = |key: &str, text: &str| row[key] = json!(text);
    if source.is_empty() {
        return row;
    }
    put("source", source);
    put("rule", rule);
    put("missing", "zero");
    match *rule {
        "checklist" => put("items", of),
        "bands" => put("bands", aim),
        _ => put("target", aim),
    }
    match *source {
        "figure" => put("figure", of),
        _ => put("unchecked", "counts"),
    }
    if *lower {
        row["lower"] = json!("1");
    }
    row
}

async fn evaluation(su: &mut Visitor) -> String {
    let rows: Vec<Value> = SCHEME.iter().map(indicator).collect();
    let scheme = json!({
        "fields": { "title": "农业农村局2026年度自评", "unit": FARMS_ID, "year": 2026 },
        "rows": { "member": [{ "unit": FARMS_ID, "group": "部门" }], "indicator": rows },
    });
    let json = su.posts_json("/api/v1/mechanisms/spending_evaluation/records", &scheme).await.json();
    let record = format!("/records/{}", json["id"].as_str().unwrap_or_else(|| panic!("{json}")));
    su.takes("开始自评", &record, &[]).await.answers(200);
    record
}

/// What is not on the books is filed by the department, item by item.
async fn files(by: &mut Visitor, record: &str, code: &str, fields: &[(&str, &str)]) {
    let unit = FARMS_ID.replace('-', "");
    let id = record.trim_start_matches("/records/");
    let address = format!("/m/spending_entry/new?assessment={id}&unit={unit}&indicator={code}&kind=filed");
    let form = by.opens(&address).await.form("/records").with("填报内容", "一件填报").with("情况说明", "见佐证。");
    let page = by.sends(fields.iter().fold(form, |form, (label, text)| form.with(label, text))).await;
    assert!(page.url.contains("done="), "{}", page.text());
}

/// The budget published in time.
async fn published(su: &mut Visitor) {
    let fields = [
        ("事项", "2026年部门预算"),
        ("公开单位", FARMS),
        ("公开内容", "部门预算"),
        ("批复日", "2026-01-20"),
        ("最迟公开日", "2026-02-09"),
        ("预算年度", "2026"),
    ];
    let record = su.begins("budget_publication", &fields).await;
    let how = [("公开表格", "15"), ("公开日", "2026-02-07"), ("网址", "部门预算专栏")];
    su.takes("记公开", &record, &how).await.answers(200);
}

/// What each indicator comes to.
const POINTS: [(&str, &str); 14] = [
    ("政府采购执行率", "1.00"),
    ("预决算信息公开", "3.00"),
    ("固定资产利用率", "1.00"),
    ("财政供养人员控制率", "1.00"),
    ("编外人员控制率", "0.00"),
    ("三公经费控制率", "3.00"),
    ("日常公用经费控制率", "2.00"),
    ("季度执行率", "3.62"),
    ("全年平均执行率", "1.81"),
    ("重点工作完成情况", "8.00"),
    ("项目完成及时性", "0.00"),
    ("预算编制合理性", "4.00"),
    ("预算编制规范性", "5.00"),
    ("满意度", "6.00"),
];

/// A year with a task closed, the workbook taken in and the budget published.
async fn year(office: &Office) -> Visitor {
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let task = tasks::underway(&mut lin, &mut zheng, "高标准农田建设", FARMS, "2026-01-20").await;
    tasks::finished(&mut lin, &mut zhou, &task).await;
    office.on("2027-01-20");
    let mut su = officer(office).await;
    taken_in(&mut su).await;
    published(&mut su).await;
    su
}

#[tokio::test]
async fn the_year_is_scored_by_its_sheet_and_every_point_says_why() {
    scored(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn scored(office: &Office) {
    let mut su = year(office).await;
    let record = evaluation(&mut su).await;
    let mut zheng = office.sign_in("zheng").await;
    files(&mut zheng, &record, "1.1.1", &[("达标项", "1、2、3、4")]).await;
    files(&mut zheng, &record, "1.1.2", &[("达标项", "1、2、3、4、5")]).await;
    files(&mut zheng, &record, "3.4.2", &[("完成值", "96.5")]).await;
    let sheet = su.opens(&format!("{record}/assessment/units/{FARMS_ID}")).await;
    for (name, points) in POINTS {
        let line = sheet.line(name);
        assert!(line.contains(points), "{name} {points}: {line}");
    }
    sheet.says("1季度75.68、2季度88.4、3季度98.89、4季度99.36").says("39.43").says("没有核验的先按填报的计");
    su.takes("定稿", &record, &[]).await.says("39.43").says("差");
    office.db_verify().await;
}

#[tokio::test]
async fn the_report_begins_with_its_outline_and_is_sealed_with_its_figures() {
    let office = Office::printing().await;
    let mut su = year(&office).await;
    let form = su.opens("/m/spending_report/new").await.form("起草");
    let form = form.with("标题", "农业农村局2026年度部门整体支出绩效自评报告").with("自评部门", FARMS);
    let form = form.with("自评年度", "2026年").with("主送", "岚湾新区发展和财政局");
    let report = crate::harness::record_of(&su.sends(form).await.url);
    let page = su.opens(&format!("{report}/report")).await;
    page.does_not_say("看不到的数字").does_not_say("不是一个数字的名称");
    page.says("年初预算6722.56万元").says("调整率20.22%").says("预算执行率99.36%").says("全年平均执行率90.58%");
    page.says("核定编制49名").says("编外人员控制率37.88%").says("重点工作完成率100%").says("表格15份");
    page.says("人员经费").says("1395.66").says("2026年第一季度").says("75.68");
    su.takes("送签", &report, &[]).await.answers(200);
    let mut zhou = office.sign_in("zhou").await;
    zhou.takes("签发报送", &report, &[]).await.answers(200);
    zhou.opens(&format!("{report}/report")).await.says("封存").says("都没有变");
    let draft = zhou.opens(&format!("{report}/report.docx")).await;
    let words = unpacked(&draft.body, "word/document.xml");
    assert!(words.contains("99.36%") && words.contains("<w:tbl>") && !words.contains('【'), "{words}");

    // A correction of the books afterwards is told beside what was sealed.
    let mut mended = execution(2026);
    mended[2].1[2][2] = "2.5".to_owned();
    let looked = uploads(&mut su, &mended).await;
    su.sends(looked.form("/taking")).await.answers(200);
    zhou.opens(&format!("{report}/report")).await.says("支出3.1万元").says("现为2.6万元");
    office.db_verify().await;
}
