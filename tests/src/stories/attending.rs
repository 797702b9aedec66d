//! Who should come, who came, who has not come yet? Lists from the register of people, sign-in by code, head counts,
//! make-up sessions, what has to be done regularly. `branch_meeting`, `committee_meeting`, `training_course`, `lecturer`,
//! `lesson`.
//!
//! Never a count that somebody typed where there is a list.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::people::{id, keeper};
use crate::harness::{Office, Page, Visitor};

const FARMS: &str = "岚湾新区农业农村局";
const FARMS_ID: &str = "00000000000000000000000000000103";
const ROOT: &str = "岚湾新区";

/// A file of somebody who is something in 农业农村局, with a telephone.
async fn member(su: &mut Visitor, name: &str, kind: &str, phone: &str) -> String {
    let file = su.begins("person_file", &[("姓名", name), ("所在单位", FARMS), ("手机", phone)]).await;
    let form = su.opens(&file).await.form("登记身份");
    let cells = [("kind", kind), ("unit", FARMS_ID), ("from_on", "2020-01-01")];
    let form = cells.iter().fold(form, |form, (column, text)| form.forged(&format!("roles.0.{column}"), text));
    su.sends(form).await.answers(200);
    file
}

/// 苏芮 is secretary and trains, 陈望 checks.
async fn secretary(office: &Office) -> Visitor {
    office.db_grants("su", "branch_secretary", FARMS).await;
    office.db_grants("su", "training_officer", "岚湾新区组织人事局").await;
    office.db_grants("chen", "party_officer", ROOT).await;
    keeper(office).await
}

const NAMES: [(&str, &str); 3] = [("何思源", "19900000001"), ("骆青禾", "19900000002"), ("纪明轩", "19900000003")];

async fn three_members(su: &mut Visitor) -> Vec<String> {
    let mut files = Vec::new();
    for (name, phone) in NAMES {
        files.push(member(su, name, "party_member", phone).await);
    }
    files
}

async fn planned(su: &mut Visitor, title: &str, kind: &str, day: &str) -> String {
    let fields = [("主题", title), ("类型", kind), ("党组织", FARMS), ("召开日", day), ("学时", "2")];
    su.begins("branch_meeting", &fields).await
}

async fn noticed(su: &mut Visitor, title: &str, kind: &str, day: &str) -> String {
    let meeting = planned(su, title, kind, day).await;
    su.takes("发通知", &meeting, &[]).await;
    meeting
}

fn stand(file: &str) -> String {
    format!("stand.{}", id(file).replace('-', ""))
}

/// Notes on the list.
async fn notes(su: &mut Visitor, meeting: &str, marks: &[(&str, &str)], reason: &str) -> Page {
    let form = su.opens(&format!("{meeting}/attendance")).await.form("记下");
    let form = marks.iter().fold(form, |form, (file, word)| form.forged(&stand(file), word));
    su.sends(form.with("更正的理由", reason)).await
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period=2026")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// 郑海生 is a member and has the notice of a meeting.
pub(super) async fn asks_zheng(office: &Office, day: &str) -> (Visitor, String) {
    let mut su = secretary(office).await;
    let link = su.opens("/people?q=zhs").await.link("郑海生");
    let bare = su.opens(&link).await.form("建立档案");
    let file = su.sends(bare).await.url;
    let form = su.opens(&file).await.form("登记身份");
    let cells = [("kind", "party_member"), ("unit", FARMS_ID), ("from_on", "2020-01-01")];
    let form = cells.iter().fold(form, |form, (column, text)| form.forged(&format!("roles.0.{column}"), text));
    su.sends(form).await.answers(200);
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", day).await;
    (su, meeting)
}

/// 苏芮 has sent the notice of a meeting to three members, and it is its day.
pub(crate) async fn notified(office: &Office) -> (Visitor, String) {
    office.on("2026-03-02");
    let mut su = secretary(office).await;
    three_members(&mut su).await;
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-05").await;
    office.on("2026-03-05");
    (su, meeting)
}

/// Two of three members came to a meeting that was filed and passed.
pub(super) async fn held(office: &Office) -> Visitor {
    office.on("2026-03-02");
    let mut su = secretary(office).await;
    let files = three_members(&mut su).await;
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-05").await;
    office.on("2026-03-05");
    notes(&mut su, &meeting, &[(&files[0], "came"), (&files[1], "came"), (&files[2], "leave")], "").await.answers(200);
    su.takes("归档上报", &meeting, &[("会议记录", "研究发展党员。"), ("第一议题", "学习讲话")]).await;
    office.sign_in("chen").await.takes("检查通过", &meeting, &[("意见", "记录完整")]).await;
    su
}

/// Where the code on the wall leads.
pub(crate) async fn code(su: &mut Visitor, meeting: &str) -> String {
    su.opens(&format!("{meeting}/attendance/code")).await.hrefs("/attend/")[0].clone()
}

async fn signs(office: &Office, code: &str, name: &str, digits: &str) -> Page {
    let mut stranger = office.stranger();
    let page = stranger.asks(code).await.answers(200).form("签到").with("姓名", name).with("digits", digits);
    stranger.sends(page).await
}

// proves: attendance.on
// proves: attendance.who
// proves: attendance.states
// proves: attendance.hours
// proves: attendance.expected.at
// proves: attendance.expected.roles
#[tokio::test]
async fn the_list_is_taken_when_the_notice_goes_out_and_every_number_follows_from_it() {
    on_the_list(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn on_the_list(office: &Office) {
    office.on("2026-03-02");
    let mut su = secretary(office).await;
    // Nobody is a member yet: an empty list is no list.
    let empty = planned(&mut su, "第一次党员大会", "支部党员大会", "2026-03-05").await;
    su.tries("发通知", &empty, &[]).await.answers(422).says("名单是空的");
    let files = three_members(&mut su).await;
    member(&mut su, "沈未央", "expert", "19900000009").await;
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-05").await;
    su.opens(&meeting).await.says("3 人");
    // Who joins later was not asked.
    member(&mut su, "许知夏", "party_member", "19900000008").await;
    let list = su.opens(&format!("{meeting}/attendance")).await;
    list.says("何思源").does_not_say("许知夏").does_not_say("沈未央");
    office.on("2026-03-05");
    su.tries("归档上报", &meeting, &[("会议记录", "研究发展党员。")])
        .await
        .answers(422)
        .says("开过会、有人签到以后才能归档");
    notes(&mut su, &meeting, &[(&files[0], "came"), (&files[1], "leave")], "").await.answers(200);
    let page = su.opens(&format!("{meeting}/attendance")).await;
    let counts = page.under("人数");
    for (name, number) in [("应到", "3 人"), ("实到", "1 人"), ("请假", "1 人"), ("缺席", "1 人"), ("总学时", "2 学时")]
    {
        assert!(counts.contains(name) && counts.contains(number), "{name} {number}: {counts}");
    }
    for (name, value) in [("attendances", "1"), ("people", "1"), ("expected", "3"), ("came", "1"), ("hours", "2")] {
        assert_eq!(figure(&mut su, "branch_meeting", name).await, value, "{name}");
    }
    assert_eq!(figure(&mut su, "branch_meeting", "sessions").await, "0");
    su.takes("归档上报", &meeting, &[("会议记录", "研究发展党员。"), ("第一议题", "学习讲话")]).await;
    // The superior returns it, and then it passes; whoever filed it does not judge it.
    let mut chen = office.sign_in("chen").await;
    chen.takes("退回", &meeting, &[("理由", "缺议题")]).await;
    notes(&mut su, &meeting, &[(&files[2], "came")], "").await.answers(200);
    su.takes("归档上报", &meeting, &[("会议记录", "研究发展党员，形成决议。")]).await;
    chen.takes("检查通过", &meeting, &[("意见", "记录完整")]).await;
    assert_eq!(figure(&mut su, "branch_meeting", "sessions").await, "1");
    assert_eq!(figure(&mut su, "branch_meeting", "first_items").await, "1");
    assert_eq!(figure(&mut su, "branch_meeting", "rate").await, "66.67");
    // It is over: nobody notes anything any more.
    su.opens(&format!("{meeting}/attendance")).await.does_not_say("更正的理由");
    su.asks(&format!("{meeting}/attendance/code")).await.answers(404);
    office.db_verify().await;
}

#[tokio::test]
async fn what_was_noted_is_taken_back_with_a_reason_and_the_figures_follow() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    let files = three_members(&mut su).await;
    let meeting = noticed(&mut su, "三月党课", "党课", "2026-03-05").await;
    office.on("2026-03-05");
    notes(&mut su, &meeting, &[(&files[0], "came"), (&files[1], "came")], "").await.answers(200);
    assert_eq!(figure(&mut su, "branch_meeting", "people").await, "2");
    office.on("2026-03-09");
    let page = notes(&mut su, &meeting, &[(&files[1], "open")], "").await;
    page.answers(422).says("更正已经记下的情况要写理由");
    notes(&mut su, &meeting, &[(&files[1], "open")], "看错了人").await.answers(200).says("看错了人");
    assert_eq!(figure(&mut su, "branch_meeting", "people").await, "1");
    assert_eq!(figure(&mut su, "branch_meeting", "hours").await, "2");
    // Hours of one's own.
    let form = su.opens(&format!("{meeting}/attendance")).await.form("记下");
    let hours = stand(&files[0]).replace("stand.", "hours.");
    su.sends(form.forged(&hours, "1.5")).await.answers(200);
    assert_eq!(figure(&mut su, "branch_meeting", "hours").await, "1.5");
    let form = su.opens(&format!("{meeting}/attendance")).await.form("记下");
    su.sends(form.forged(&hours, "很久")).await.answers(422).says("学时看不懂");
    // What was known on the day itself is known still.
    let known = su
        .opens(&format!("/m/branch_meeting/figures/attendances/known?unit={FARMS_ID}&period=2026&known=2026-03-05"))
        .await;
    assert!(known.under("数值").contains("2 人次"), "{}", known.text());
    // Called off, nobody came.
    su.takes("取消", &meeting, &[("理由", "并入下次")]).await;
    assert_eq!(figure(&mut su, "branch_meeting", "people").await, "0");
    assert_eq!(figure(&mut su, "branch_meeting", "attendances").await, "0");
    office.db_verify().await;
}

#[tokio::test]
async fn a_telephone_at_the_code_is_a_sign_in_once_and_says_nothing_about_the_list() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    three_members(&mut su).await;
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-02").await;
    let wall = code(&mut su, &meeting).await;
    signs(&office, &wall, "何思源", "0001").await.answers(200).says("签到成功");
    signs(&office, &wall, "何思源", "0001").await.answers(200).says("已经签过到");
    // The same words for whoever is not asked, for other digits, for nobody.
    for (name, digits) in [("许知夏", "0008"), ("骆青禾", "0009"), ("查无此人", "0001"), ("纪明轩", "")] {
        let page = signs(&office, &wall, name, digits).await;
        page.answers(422).says("没有核对上").does_not_say("名单里");
    }
    assert_eq!(figure(&mut su, "branch_meeting", "attendances").await, "1");
    // Whoever tries on and on waits.
    for _ in 0..6 {
        signs(&office, &wall, "纪明轩", "1234").await;
    }
    signs(&office, &wall, "纪明轩", "0003").await.answers(422).says("核对失败次数太多");
    // Signed in, and not on the list.
    let mut zheng = office.sign_in("zheng").await;
    let form = zheng.opens(&wall).await.form("签到");
    zheng.sends(form).await.answers(422).says("不在这次活动的应到名单里");
    // A code is soon over, and none can be made up.
    office.minutes_pass(6);
    let mut stranger = office.stranger();
    stranger.asks(&wall).await.answers(404).says("签到码已经失效");
    let made_up = wall.replace('.', ".f");
    stranger.asks(&made_up).await.answers(404).says("签到码已经失效");
    // Whoever does not see the meeting sees neither list nor code.
    zheng.asks(&format!("{meeting}/attendance")).await.answers(404);
    zheng.asks(&format!("{meeting}/attendance/code")).await.answers(404);
    let mut chen = office.sign_in("chen").await;
    chen.opens(&format!("{meeting}/attendance")).await.does_not_say("更正的理由");
    chen.asks(&format!("{meeting}/attendance/code")).await.answers(404);
    office.db_verify().await;
}

#[tokio::test]
async fn of_many_who_sign_in_at_once_while_the_meeting_is_shifted_nobody_is_lost_or_doubled() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    let mut names = Vec::new();
    for at in 0..12 {
        let (name, phone) = (
            format!("党员{}", ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑"][at]),
            format!("1990000{:04}", 100 + at),
        );
        member(&mut su, &name, "party_member", &phone).await;
        names.push((name, format!("{:04}", 100 + at)));
    }
    let meeting = noticed(&mut su, "全体党员大会", "支部党员大会", "2026-03-02").await;
    let wall = code(&mut su, &meeting).await;
    let mut acts = JoinSet::new();
    for (name, digits) in names.iter().chain(&names) {
        let (mut stranger, wall, name, digits) = (office.stranger(), wall.clone(), name.clone(), digits.clone());
        acts.spawn(async move {
            let page = stranger.asks(&wall).await;
            let form = page.form("签到").with("姓名", &name).with("digits", &digits);
            stranger.sends(form).await.status
        });
    }
    su.takes("改期", &meeting, &[("召开日", "2026-03-01"), ("理由", "提前一天")]).await;
    while let Some(status) = acts.join_next().await {
        assert_eq!(status.expect("it ends"), 200);
    }
    for (name, value) in [("attendances", "12"), ("people", "12"), ("came", "12"), ("expected", "12"), ("hours", "24")]
    {
        assert_eq!(figure(&mut su, "branch_meeting", name).await, value, "{name}");
    }
    office.db_verify().await;
}

// proves: attendance.views
// proves: attendance.expected.of
#[tokio::test]
async fn heads_are_counted_where_there_is_no_list_and_views_are_added_to_nothing() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    let fields = [
        ("班次名称", "理论讲师下基层"),
        ("类型", "送学下基层"),
        ("主办单位", "岚湾新区组织人事局"),
        ("开班日", "2026-03-02"),
        ("学时", "2"),
    ];
    let open = su.begins("training_course", &fields).await;
    su.tries("发通知", &open, &[]).await.answers(422).says("请先填参训单位");
    su.takes("开放报到", &open, &[]).await;
    let wall = code(&mut su, &open).await;
    let mut zheng = office.sign_in("zheng").await;
    let form = zheng.opens(&wall).await.form("签到");
    zheng.sends(form).await.answers(200).says("签到成功");
    let form = su.opens(&format!("{open}/attendance")).await.form("记下点数");
    su.sends(form.with("现场点数", "80").with("观看次数", "1200")).await.answers(200).says("81 人次");
    let form = su.opens(&format!("{open}/attendance")).await.form("记下点数");
    su.sends(form.with("现场点数", "八十")).await.answers(422).says("人数看不懂");
    for (name, value) in [("trained", "81"), ("learners", "1"), ("views", "1200"), ("hours", "162")] {
        assert_eq!(figure(&mut su, "training_course", name).await, value, "{name}");
    }
    // With a list, heads are not typed.
    member(&mut su, "何思源", "civil_servant", "19900000001").await;
    let fields = [
        ("班次名称", "公文写作班"),
        ("类型", "专业化培训"),
        ("主办单位", "岚湾新区组织人事局"),
        ("参训单位", FARMS),
        ("开班日", "2026-03-02"),
        ("学时", "8"),
    ];
    let listed = su.begins("training_course", &fields).await;
    su.takes("发通知", &listed, &[]).await;
    let page = su.opens(&format!("{listed}/attendance")).await;
    page.says("何思源").does_not_say("现场点数");
    office.db_verify().await;
}

// proves: attendance.expected.absent_from
// proves: plan.figure
// proves: plan.units
// proves: plan.people
// proves: plan.each
// proves: plan.least
// proves: plan.because
#[tokio::test]
async fn whoever_was_missing_makes_up_for_it_and_what_is_not_done_yet_is_listed() {
    let units = "units=\"party_branch joint_branch interim_branch\" each=\"quarter\" least=1 because=\"《中国共产党支部工作条例（试行）》第十一条\"";
    let office =
        Office::ruled_by(&[(units, &units.replace("party_branch joint_branch interim_branch", "bureau"))]).await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    let files = three_members(&mut su).await;
    let plans = "/m/branch_meeting/plans?plan=general&period=2026Q1";
    let mut chen = office.sign_in("chen").await;
    let page = chen.opens(plans).await;
    page.says("每季度至少1次").says("第十一条").says("农业农村局").says("组织人事局").says("还没有办够 3 个单位");
    let people = "/m/branch_meeting/plans?plan=hours&period=2026";
    chen.opens(people).await.says("何思源").says("还没有参加 3 人").says("每年至少32学时");
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-02").await;
    notes(&mut su, &meeting, &[(&files[0], "came"), (&files[1], "leave")], "").await.answers(200);
    su.takes("归档上报", &meeting, &[("会议记录", "研究发展党员。")]).await;
    let page = chen.opens(plans).await;
    let missing = page.says("还没有办够 2 个单位").under("还没有办够的单位");
    assert!(missing.contains("组织人事局") && !missing.contains("农业农村局"), "{missing}");
    chen.opens("/m/branch_meeting/plans?plan=general&period=2026Q2").await.says("还没有办够 3 个单位");
    chen.opens(people).await.does_not_say("何思源").says("骆青禾").says("还没有参加 2 人");
    chen.opens(&format!("{people}&all=1")).await.says("何思源").says("2 / 32");
    // Who was missing or excused is asked again.
    let page = su.takes("安排补课", &meeting, &[]).await;
    let other =
        page.hrefs("/records/").into_iter().find(|href| !href.starts_with(&meeting)).expect("the make-up session");
    let other = other.split('?').next().expect("an address").to_owned();
    office.on("2026-03-09");
    su.takes("发通知", &other, &[]).await;
    su.opens(&format!("{other}/attendance")).await.says("骆青禾").says("纪明轩").does_not_say("何思源");
    notes(&mut su, &other, &[(&files[1], "came")], "").await.answers(200);
    su.opens(&format!("{meeting}/attendance")).await.says("已补");
    // One session, two attendances, the rate as it was.
    assert_eq!(figure(&mut su, "branch_meeting", "sessions").await, "1");
    assert_eq!(figure(&mut su, "branch_meeting", "attendances").await, "2");
    assert_eq!(figure(&mut su, "branch_meeting", "rate").await, "33.33");
    chen.opens(people).await.says("还没有参加 1 人");
    // Whoever may not know the figure has no such page.
    let mut zheng = office.sign_in("zheng").await;
    zheng.asks(plans).await.answers(404);
    office.db_verify().await;
}

/// A list leaves out who came, unless it shows a field that is reckoned from it.
#[tokio::test]
async fn a_list_that_shows_how_many_should_come_shows_it_rightly() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut files = server::definitions::shipped();
    let file = files.iter_mut().find(|file| file.path.ends_with("branch_meeting.kdl")).expect("meetings are shipped");
    let field = "field \"seats\" \"备座数\" computed formula=\"应到 * 111\"\n    field \"place\"";
    let text = file.text.replacen("field \"place\"", field, 1);
    file.text = text.replace("list columns=\"title kind", "list columns=\"title seats kind").into();
    let (definitions, problems) = app::office::read_definitions(files);
    assert!(problems.is_empty(), "{problems:?}");
    let ctx = office.db_ctx();
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the new definitions are taken");
    let mut su = secretary(&office).await;
    three_members(&mut su).await;
    noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-05").await;
    su.opens("/m/branch_meeting").await.says("三月党员大会").says("333");
}

#[tokio::test]
async fn a_machine_at_the_door_notes_who_comes_by_the_same_rules() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = secretary(&office).await;
    let files = three_members(&mut su).await;
    let meeting = noticed(&mut su, "三月党员大会", "支部党员大会", "2026-03-05").await;
    office.on("2026-03-05");
    let path = format!("/api/v1{meeting}/attendance");
    let list = su.asks(&path).await.json();
    assert_eq!(list["people"].as_array().map(Vec::len), Some(3), "{list}");
    assert_eq!(list["people"][0]["stand"], "open");
    let note = |at: usize, stand: &str| json!({ "person": id(&files[at]), "stand": stand });
    let body = json!({ "people": [note(0, "came"), note(1, "leave")] });
    let noted = su.posts_json(&path, &body).await;
    assert_eq!(noted.status, 200, "{}", noted.text());
    let stands = |json: &Value| {
        let people = json["people"].as_array().cloned().unwrap_or_default();
        let mut all: Vec<String> = people.iter().map(|it| format!("{} {}", it["name"], it["stand"])).collect();
        all.sort();
        all.join(", ").replace('"', "")
    };
    let now = stands(&noted.json());
    assert!(now.contains("何思源 came") && now.contains("骆青禾 leave") && now.contains("纪明轩 open"), "{now}");
    // Twice is once; taking back asks for a reason; nonsense and others are told no.
    assert_eq!(stands(&su.posts_json(&path, &body).await.json()), now);
    assert_eq!(figure(&mut su, "branch_meeting", "came").await, "1");
    let back = su.posts_json(&path, &json!({ "people": [note(0, "open")] })).await;
    assert_eq!((back.status, back.json().to_string().contains("理由")), (422, true), "{}", back.json());
    let hours = json!({ "people": [{ "person": id(&files[0]), "stand": "came", "hours": "1e9" }] });
    assert_eq!(su.posts_json(&path, &hours).await.status, 422);
    for nonsense in [json!({ "people": [{ "person": "x", "stand": "came" }] }), json!({ "surprise": 1 })] {
        let answer = su.posts_json(&path, &nonsense).await;
        assert!(matches!(answer.status, 400 | 422), "{}", answer.text());
    }
    let nobody = json!({ "people": [{ "person": "00000000-0000-0000-0000-00000000dead", "stand": "came" }] });
    assert_eq!(su.posts_json(&path, &nobody).await.status, 404);
    assert_eq!(su.posts_json(&path, &json!({ "heads": 40 })).await.status, 422);
    let mut zheng = office.sign_in("zheng").await;
    let answer = zheng.posts_json(&path, &json!({ "people": [note(2, "came")] })).await;
    assert!(matches!(answer.status, 403 | 404), "{}", answer.text());
    assert_eq!(stands(&su.asks(&path).await.json()), now);
    office.db_verify().await;
}
