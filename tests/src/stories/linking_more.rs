//! Is the kind general? Groups of mixed units, people posted elsewhere, documents lent for a trip, and who still has to
//! hand one in. `study_group`, `posting`, `exit_person`, `exit_document`, `exit_trip`.
//!
//! Never anybody in two places at once, and never a document on two trips.

use rust_xlsxwriter::Workbook;
use tokio::task::JoinSet;

use super::people::{id, keeper};
use crate::harness::{Form, Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";
const STREET: &str = "葵岭街道";
const OWN: &str = "岚湾新区组织人事局";

async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "cadre_officer", ROOT).await;
    keeper(office).await
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// Rows of a child table, each by its columns.
fn rows(form: Form, child: &str, rows: &[&[(&str, &str)]]) -> Form {
    rows.iter().enumerate().fold(form, |form, (at, row)| {
        row.iter().fold(form, |form, (column, text)| form.forged(&format!("{child}.{at}.{column}"), text))
    })
}

async fn drawn(su: &mut Visitor, title: &str, leader: &str, members: &[&str]) -> String {
    let form = su.opens("/m/study_group/new").await.form("/records");
    let fields = [
        ("组名", title),
        ("管理单位", OWN),
        ("带组干部", leader),
        ("编组日", "2026-03-02"),
        ("结束期限", "2027-03-09"),
        ("依据文号", "岚组〔2026〕5号"),
    ];
    let form = fields.iter().fold(form, |form, (label, text)| form.with(label, text));
    let named: Vec<Vec<(&str, &str)>> = members.iter().map(|id| vec![("person", *id)]).collect();
    let named: Vec<&[(&str, &str)]> = named.iter().map(Vec::as_slice).collect();
    let page = su.sends(rows(form, "members", &named)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

// proves: term.side.of
// proves: term.side.from
// proves: term.side.until
// proves: term.require.because
#[tokio::test]
async fn a_group_mixes_units_and_nobody_is_in_two_on_the_same_day() {
    mixed(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn mixed(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    let people = [
        ("何思源", FARMS),
        ("骆青禾", STREET),
        ("纪明轩", OWN),
        ("马致远", FARMS),
        ("覃正阳", FARMS),
        ("程立言", STREET),
        ("谢安然", OWN),
    ];
    let mut ids = Vec::new();
    for (name, unit) in people {
        let file = su.begins("person_file", &[("姓名", name), ("所在单位", unit)]).await;
        ids.push(id(&file).to_owned());
    }
    let [he, luo, ji, ma, qin, cheng, xie] = [0, 1, 2, 3, 4, 5, 6].map(|at: usize| ids[at].as_str());
    // Three units at least, three members at least.
    let one = drawn(&mut su, "第一组", "郑海生", &[he, ma, qin]).await;
    su.tries("确定编组", &one, &[]).await.answers(422).says("至少要来自三个单位");
    let few = drawn(&mut su, "第二组", "郑海生", &[he, luo]).await;
    su.tries("确定编组", &few, &[]).await.answers(422).says("至少三名组员");
    let first = drawn(&mut su, "第三组", "郑海生", &[he, luo, ji]).await;
    su.takes("确定编组", &first, &[]).await;
    let second = drawn(&mut su, "第四组", "周启", &[he, cheng, xie]).await;
    su.tries("确定编组", &second, &[]).await.answers(422).says("“何思源”到2026-03-02已有1段");
    // 何思源 leaves the first group, and is free for another from the day after on.
    let form = su.opens(&first).await.form("调整组员").with("理由", "调岗");
    let members: [&[(&str, &str)]; 3] =
        [&[("person", he), ("left_on", "2026-06-30")], &[("person", luo)], &[("person", ji)]];
    su.sends(rows(form, "members", &members)).await.answers(200);
    su.tries("确定编组", &second, &[]).await.answers(422).says("“何思源”到2026-03-02");
    let form = su.opens(&second).await.form("修改");
    let members: [&[(&str, &str)]; 3] =
        [&[("person", he), ("joined_on", "2026-07-01")], &[("person", cheng)], &[("person", xie)]];
    su.sends(rows(form, "members", &members)).await.answers(200);
    su.takes("确定编组", &second, &[]).await;
    // Who was in which group on a day.
    for (on, group) in [("2026-06-30", "第三组"), ("2026-07-01", "第四组")] {
        let line = su.opens(&format!("/m/study_group/links?on={on}")).await.line(group);
        assert!(line.contains("何思源"), "{on}: {line}");
    }
    assert!(!su.opens("/m/study_group/links?on=2026-07-01").await.line("第三组").contains("何思源"));
    assert_eq!(figure(&mut su, "study_group", "members", "2026").await, "5");
    assert_eq!(figure(&mut su, "study_group", "groups", "2026-03").await, "2");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_is_posted_to_two_places_at_once_and_the_host_sees_them() {
    posted(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn posted(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    office.db_grants("wu", "leader", ROOT).await;
    let mut wu = office.sign_in("wu").await;
    let mut posts = Vec::new();
    for (kind, host, from) in [("下派", STREET, "2026-03-02"), ("跟班学习", OWN, "2026-09-01")] {
        let fields = [
            ("名称", "郑海生挂职"),
            ("方式", kind),
            ("姓名", "郑海生"),
            ("派出单位", FARMS),
            ("接收单位", host),
            ("挂到哪里", "办公室副主任"),
            ("起始日", from),
            ("到期日", "2027-03-09"),
        ];
        let post = su.begins("posting", &fields).await;
        wu.takes("研究同意", &post, &[("意见", "同意。")]).await;
        posts.push(post);
    }
    let document = ("依据文号", "岚组〔2026〕7号");
    su.tries("派出", &posts[0], &[]).await.answers(422).says("依据文号");
    su.takes("派出", &posts[0], &[document]).await;
    su.tries("派出", &posts[1], &[document]).await.answers(422).says("“郑海生”到2026-09-01已有1段“挂职锻炼”，最多1段");
    // Home and host see it; whoever is posted sees it.
    for login in ["zheng", "li"] {
        office.sign_in(login).await.opens(&posts[0]).await.says("郑海生挂职");
    }
    su.takes("提前返回", &posts[0], &[("返回日", "2026-08-31"), ("理由", "另有安排")]).await;
    su.takes("派出", &posts[1], &[document]).await;
    assert_eq!(figure(&mut su, "posting", "sent", "2026").await, "1", "one human, twice sent");
    let on = su.opens("/m/posting/links?on=2026-08-31").await.text();
    assert!(on.contains("下派") || on.contains("郑海生"), "{on}");
    office.db_verify().await;
}

/// A document in the safe.
async fn kept(su: &mut Visitor, title: &str, person: &str, code: &str) -> String {
    let fields = [
        ("证照名称", title),
        ("持证人", person),
        ("所在单位", FARMS),
        ("证照类型", "普通护照"),
        ("证件号", code),
        ("入册日", "2026-01-05"),
    ];
    let document = su.begins("exit_document", &fields).await;
    su.takes("收交保管", &document, &[("交来日", "2026-01-06"), ("理由", "新领取")]).await;
    document
}

/// A trip that is approved: by whoever must, one after the other.
async fn approved(office: &Office, title: &str, document: &str, days: [&str; 3]) -> String {
    let [leave, back, due] = days;
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let (mut su, mut wu) = (office.sign_in("su").await, office.sign_in("wu").await);
    let form = zheng.opens("/m/exit_trip/new").await.form("/records");
    let fields = [
        ("事由名称", title),
        ("申请人", "郑海生"),
        ("所在单位", FARMS),
        ("事由", "旅游"),
        ("去哪里", "泰国"),
        ("出发日", leave),
        ("返回日", back),
        ("应还日", due),
    ];
    let form = fields.iter().fold(form, |form, (label, text)| form.with(label, text));
    let page = zheng.sends(rows(form, "documents", &[&[("document", id(document))]])).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let trip = page.url.split(['?', '#']).next().unwrap_or_default().to_owned();
    zhou.takes("单位同意", &trip, &[("意见", "同意。")]).await;
    su.takes("核查通过", &trip, &[]).await;
    wu.takes("审批同意", &trip, &[("意见", "同意。")]).await;
    trip
}

const LENT: [(&str, &str); 2] = [("批件号", "出境审〔2026〕3号"), ("领取日", "2026-03-16")];

// proves: term.overstays
#[tokio::test]
async fn a_document_is_on_one_trip_at_a_time_until_it_is_brought_back() {
    on_a_trip(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn on_a_trip(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    office.db_grants("wu", "leader", ROOT).await;
    let passport = kept(&mut su, "郑海生普通护照", "郑海生", "EA0000001").await;
    let spring = ["2026-04-20", "2026-04-27", "2026-05-06"];
    let first = approved(office, "郑海生赴泰国旅游", &passport, spring).await;
    let second = approved(office, "郑海生赴马来西亚旅游", &passport, spring).await;
    let third = approved(office, "郑海生赴法国旅游", &passport, ["2026-06-10", "2026-06-20", "2026-06-30"]).await;
    office.on("2026-03-16");
    su.tries("领取证照", &first, &[LENT[1]]).await.answers(422).says("批件号");
    // Two at the counter at once: one of the trips gets it.
    let mut acts = JoinSet::new();
    for trip in [&first, &second] {
        let mut one = office.sign_in("su").await;
        let form = one.opens(trip).await.form("领取证照");
        let form = LENT.iter().fold(form, |form, (label, text)| form.with(label, text));
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    let is_first = su.opens(&first).await.text().contains("证照借出");
    let lent = if is_first { first } else { second };
    // Before it is due somebody is told; past its day it is still lent, and nobody else gets it.
    office.on("2026-04-30");
    office.tick().await;
    assert!(su.notices("郑海生赴").await >= 1);
    office.on("2026-05-08");
    office.tick().await;
    let late = [LENT[0], ("领取日", "2026-05-08")];
    su.tries("领取证照", &third, &late).await.answers(422).says("最多1段");
    su.opens("/m/exit_trip/links?tab=soon").await.says("逾期");
    assert!(su.opens("/m/exit_trip/links?tab=free").await.line("郑海生普通护照").contains("已满"));
    su.takes("交回证照", &lent, &[("交回日", "2026-05-08")]).await;
    su.tries("领取证照", &third, &late).await.answers(422).says("最多1段");
    su.takes("领取证照", &third, &[LENT[0], ("领取日", "2026-05-09")]).await;
    assert_eq!(figure(&mut su, "exit_trip", "on_time", "2026").await, "0");
    assert_eq!(figure(&mut su, "exit_trip", "out", "2026-04").await, "1");
    office.db_verify().await;
}

#[tokio::test]
async fn who_has_to_hand_documents_in_and_has_not_is_listed() {
    handed_in(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn handed_in(office: &Office) {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    for (name, none) in [("郑海生", "否"), ("周启", "否"), ("黎澄", "是")] {
        let title = format!("{name}备案");
        let fields = [
            ("备案名称", title.as_str()),
            ("姓名", name),
            ("所在单位", FARMS),
            ("备案日", "2026-01-05"),
            ("没有证照", none),
        ];
        su.begins("exit_person", &fields).await;
    }
    assert_eq!(figure(&mut su, "exit_person", "listed", "2026").await, "3");
    assert_eq!(figure(&mut su, "exit_person", "missing", "2026").await, "2");
    assert_eq!(figure(&mut su, "exit_person", "coverage", "2026").await, "0");
    // The documents come as a workbook; a number that is there already is said row by row.
    let bytes = workbook(&[
        ["郑海生普通护照", "郑海生", "普通护照", "EA0000001"],
        ["郑海生港澳通行证", "郑海生", "往来港澳通行证", "CA0000002"],
        ["周启普通护照", "周启", "普通护照", "EA0000001"],
    ]);
    let dry = su.uploads("exit_document", "证照.xlsx", &bytes).await;
    dry.says("导入 2 件").says("和另一条已登记的相同");
    su.sends(dry.form("/taking")).await.says("已导入 2 件");
    assert_eq!(figure(&mut su, "exit_document", "rate", "2026").await, "0");
    let list = su.opens("/m/exit_document").await;
    let document = list.hrefs("/records/")[0].clone();
    su.takes("收交保管", &document, &[("交来日", "2026-03-02"), ("理由", "集中收交")]).await;
    assert_eq!(figure(&mut su, "exit_person", "missing", "2026").await, "1");
    assert_eq!(figure(&mut su, "exit_person", "coverage", "2026").await, "50");
    assert_eq!(figure(&mut su, "exit_document", "rate", "2026").await, "50");
    let missing: Page = su.opens("/m/exit_person/figures/missing/people?period=2026").await;
    missing.says("周启").does_not_say("郑海生");
    office.db_verify().await;
}

fn workbook(lines: &[[&str; 4]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = ["证照名称", "持证人", "证照类型", "证件号", "所在单位", "入册日"];
    for (at, title) in head.iter().enumerate() {
        sheet.write(0, at as u16, *title).expect("a title");
    }
    for (row, line) in lines.iter().enumerate() {
        let rest = [FARMS, "2026-01-05"];
        for (at, text) in line.iter().chain(&rest).enumerate() {
            sheet.write(row as u32 + 1, at as u16, *text).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}
