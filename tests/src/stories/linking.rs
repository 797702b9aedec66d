//! Who is together with whom, from when to when? Mentors with two places, pairs with rules and a basis, ends that are
//! announced, extensions, ends, any past day; two who want the last place. `mentoring`.
//!
//! Never a day with more links than a side has places.

use tokio::task::JoinSet;

use super::people::{id, keeper};
use crate::harness::{Chance, Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";
const STREET: &str = "葵岭街道";
const OWN: &str = "岚湾新区组织人事局";

/// 苏芮 keeps files and pairs people in the whole district.
async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "cadre_officer", ROOT).await;
    keeper(office).await
}

/// A file in a unit, of somebody who may be a mentor from 2020 on.
async fn file(su: &mut Visitor, name: &str, unit: &str, is_mentor: bool) -> String {
    let file = su.begins("person_file", &[("姓名", name), ("所在单位", unit)]).await;
    if is_mentor {
        let form = su.opens(&file).await.form("登记身份");
        let form = form.forged("roles.0.kind", "mentor").forged("roles.0.from_on", "2020-01-01");
        su.sends(form).await.answers(200);
    }
    file
}

async fn proposed(su: &mut Visitor, mentor: &str, mentee: &str, from: &str, until: &str) -> String {
    let title = format!("{mentor}带{mentee}");
    let fields = [
        ("结对名称", title.as_str()),
        ("导师", mentor),
        ("学员", mentee),
        ("学员所在单位", FARMS),
        ("起始日", from),
        ("到期日", until),
    ];
    su.begins("mentoring", &fields).await
}

const DOCUMENT: (&str, &str) = ("依据文号", "岚组〔2026〕12号");

async fn paired(su: &mut Visitor, mentor: &str, mentee: &str, from: &str, until: &str) -> String {
    let pair = proposed(su, mentor, mentee, from, until).await;
    su.takes("确定结对", &pair, &[DOCUMENT]).await;
    pair
}

/// The line of somebody among those who have places.
async fn places(su: &mut Visitor, name: &str, on: &str) -> String {
    su.opens(&format!("/m/mentoring/links?tab=free&on={on}")).await.line(name)
}

async fn figure(by: &mut Visitor, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/mentoring/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// 韩青 of the street may be a mentor; 何思源 and 骆青禾 and 纪明轩 work in 农业农村局.
async fn pool(office: &Office) -> Visitor {
    office.on("2026-03-02");
    let mut su = officer(office).await;
    file(&mut su, "韩青", STREET, true).await;
    for name in ["何思源", "骆青禾", "纪明轩"] {
        file(&mut su, name, FARMS, false).await;
    }
    su
}

/// A pair that holds a place on both sides.
pub(super) async fn with_a_pair(office: &Office) {
    office.db_grants("su", "cadre_officer", ROOT).await;
    let mut su = office.sign_in("su").await;
    file(&mut su, "容若川", STREET, true).await;
    file(&mut su, "米嘉木", FARMS, false).await;
    paired(&mut su, "容若川", "米嘉木", "2026-01-12", "2028-01-11").await;
}

// proves: term.from
// proves: term.until
// proves: term.basis
// proves: term.open
// proves: term.side
// proves: term.side.most
// proves: term.side.roles
// proves: term.require.when
// proves: term.require.else
#[tokio::test]
async fn a_mentor_has_two_places_and_a_pair_keeps_its_rules() {
    mentors(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn mentors(office: &Office) {
    let mut su = pool(office).await;
    assert!(places(&mut su, "韩青", "2026-03-10").await.contains("0 / 2"));
    let first = proposed(&mut su, "韩青", "何思源", "2026-03-10", "2028-03-09").await;
    // Nothing without a basis; while it is only proposed it takes no place.
    su.tries("确定结对", &first, &[]).await.answers(422).says("依据文号");
    assert!(places(&mut su, "韩青", "2026-03-10").await.contains("还可以2"));
    su.takes("确定结对", &first, &[DOCUMENT]).await;
    assert!(places(&mut su, "韩青", "2026-03-10").await.contains("还可以1"));
    assert!(places(&mut su, "韩青", "2026-03-09").await.contains("还可以2"), "nor before it begins");
    paired(&mut su, "韩青", "骆青禾", "2026-04-01", "2028-03-31").await;
    assert!(places(&mut su, "韩青", "2026-04-01").await.contains("已满"));
    let third = proposed(&mut su, "韩青", "纪明轩", "2026-05-01", "2027-04-30").await;
    let full = su.tries("确定结对", &third, &[DOCUMENT]).await;
    full.answers(422).says("“韩青”到2026-05-01已有2段“导师帮带”，最多2段").says("空余");
    assert_eq!(full.form("确定结对").typed("依据文号"), DOCUMENT.1, "nothing typed is lost");
    // On the days after the first there is a place again.
    su.takes("确定结对", &third, &[DOCUMENT, ("起始日", "2028-03-10"), ("到期日", "2029-03-09")]).await;

    // Nobody has two mentors at once, nobody mentors who is none, and not in the same unit.
    file(&mut su, "覃正阳", OWN, true).await;
    file(&mut su, "马致远", FARMS, true).await;
    let tries = [
        ("覃正阳", "何思源", "“何思源”到2026-06-01已有1段"),
        ("纪明轩", "何思源", "不同的单位"),
        ("马致远", "纪明轩", "导师和学员要在不同的单位"),
        ("周启", "纪明轩", "不同的单位"),
        ("黎澄", "纪明轩", "“黎澄”在2026-06-01没有导师的身份"),
        ("覃正阳", "覃正阳", "学员在这里写了两次"),
    ];
    for (mentor, mentee, words) in tries {
        let pair = proposed(&mut su, mentor, mentee, "2026-06-01", "2027-05-31").await;
        su.tries("确定结对", &pair, &[DOCUMENT]).await.answers(422).says(words);
    }
    let long = proposed(&mut su, "覃正阳", "纪明轩", "2026-06-01", "2028-06-30").await;
    su.tries("确定结对", &long, &[DOCUMENT]).await.answers(422).says("最长两年");
    let back = [DOCUMENT, ("到期日", "2026-05-01")];
    su.tries("确定结对", &long, &back).await.answers(422).says("“到期日”早于起始日");
    office.db_verify().await;
}

// proves: term.ended
// proves: term.closed
#[tokio::test]
async fn an_end_is_announced_and_an_ended_pair_stays_in_the_history() {
    ended(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn ended(office: &Office) {
    let mut su = pool(office).await;
    office.db_grants("chen", "leader", ROOT).await;
    // Paired two years ago, entered now.
    let pair = paired(&mut su, "韩青", "何思源", "2024-05-10", "2026-05-09").await;
    su.takes("订计划", &pair, &[("帮带计划", "每月谈一次")]).await;
    su.tries("中期考评", &pair, &[("中期考评", "良好")]).await.answers(422).says("还没有谈话记录");
    // The end is announced one month before it; the day three months before it had gone by.
    office.on("2026-04-08");
    office.tick().await;
    assert_eq!(su.notices("韩青带何思源").await, 0, "{}", su.opens("/inbox").await.text());
    office.on("2026-04-09");
    office.tick().await;
    assert_eq!(su.notices("韩青带何思源").await, 1);
    su.opens("/m/mentoring/links?tab=soon").await.says("韩青带何思源");
    // It is extended with a reason, and announced again before the new day.
    let early = [("延期至", "2026-05-01"), ("理由", "项目没有完")];
    su.tries("延期", &pair, &early).await.answers(422).says("要晚于现在的到期日");
    su.takes("延期", &pair, &[("延期至", "2026-08-09"), ("理由", "项目没有完")]).await;
    su.opens(&pair).await.says("2026-08-09");
    office.on("2026-05-09");
    office.tick().await;
    assert_eq!(su.notices("韩青带何思源").await, 2);
    // An end that lies before the beginning or after the last day is none.
    for (day, words) in [("2024-05-01", "早于起始日"), ("2026-12-01", "晚于到期日")] {
        let end = [("实际结束日", day), ("理由", "调离")];
        su.tries("提前结束", &pair, &end).await.answers(422).says(words);
    }
    assert_eq!(figure(&mut su, "standing", "2026-05").await, "1");
    su.takes("提前结束", &pair, &[("实际结束日", "2026-05-20"), ("理由", "调离")]).await;
    // Any past day shows who was together with whom; from the end on they have their places back.
    let mut chen = office.sign_in("chen").await;
    for (on, is_there) in [("2024-05-09", false), ("2024-05-10", true), ("2026-05-20", true), ("2026-05-21", false)] {
        let page = chen.opens(&format!("/m/mentoring/links?on={on}")).await;
        assert_eq!(page.text().contains("韩青带何思源"), is_there, "{on}: {}", page.text());
    }
    assert!(places(&mut su, "韩青", "2026-05-20").await.contains("还可以1"));
    assert!(places(&mut su, "韩青", "2026-05-21").await.contains("还可以2"));
    office.on("2026-05-21");
    assert_eq!(figure(&mut su, "standing", "2026-05").await, "0");
    assert_eq!(figure(&mut su, "standing", "2026-04").await, "1");
    assert_eq!(figure(&mut su, "mentees", "2024").await, "1");
    // Their files say it too, and so does a machine; a workbook comes out.
    let list = su.opens("/people?q=hsy").await.hrefs("/people/01")[0].clone();
    su.opens(&list).await.says("导师帮带（学员）").says("韩青");
    let json = su.asks("/api/v1/mechanisms/mentoring/links?on=2025-01-01").await.json();
    assert_eq!(json["links"][0]["sides"]["导师"], "韩青", "{json}");
    assert_eq!(json["links"][0]["until"], "2026-05-20", "{json}");
    su.asks("/m/mentoring/links/table.xlsx?on=2025-01-01").await.answers(200);
    office.db_verify().await;
}

#[tokio::test]
async fn of_many_who_want_the_last_place_one_gets_it() {
    let office = Office::open().await;
    let mut su = pool(&office).await;
    paired(&mut su, "韩青", "何思源", "2026-03-10", "2028-03-09").await;
    let mut forms = Vec::new();
    for place in 0..6 {
        let name = format!("学员{place}");
        file(&mut su, &name, FARMS, false).await;
        let pair = proposed(&mut su, "韩青", &name, "2026-04-01", "2028-03-31").await;
        let mut one = office.sign_in("su").await;
        let form = one.opens(&pair).await.form("确定结对").with(DOCUMENT.0, DOCUMENT.1);
        forms.push((one, form));
    }
    let mut acts = JoinSet::new();
    for (mut one, form) in forms {
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422]);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM tenure").await, 4, "two pairs, two sides each");
    office.db_verify().await;
}

#[tokio::test]
async fn whatever_happens_to_pairs_no_day_has_too_many() {
    let office = Office::open().await;
    let mut su = pool(&office).await;
    file(&mut su, "覃正阳", OWN, true).await;
    let (mut chance, mut pairs) = (Chance(166), Vec::new());
    let day = |chance: &mut Chance, year: usize| format!("{year}-{:02}-01", 1 + chance.next(12));
    let mut done = 0;
    for _ in 0..60 {
        let mentor = *chance.one(&["韩青", "覃正阳"]);
        let mentee = *chance.one(&["何思源", "骆青禾", "纪明轩"]);
        let page: Page = match (chance.next(5), pairs.is_empty()) {
            (0 | 1, _) | (_, true) => {
                let (from, until) = (day(&mut chance, 2026), day(&mut chance, 2027));
                let pair = proposed(&mut su, mentor, mentee, &from, &until).await;
                let page = su.tries("确定结对", &pair, &[DOCUMENT]).await;
                pairs.push(pair);
                page
            }
            (2, _) => {
                let pair = chance.one(&pairs).clone();
                let until = day(&mut chance, 2028);
                tries(&mut su, "延期", &pair, &[("延期至", &until), ("理由", "再带一段")]).await
            }
            (3, _) => {
                let pair = chance.one(&pairs).clone();
                let ended = day(&mut chance, 2026);
                tries(&mut su, "提前结束", &pair, &[("实际结束日", &ended), ("理由", "调离")]).await
            }
            _ => {
                let pair = chance.one(&pairs).clone();
                let from = day(&mut chance, 2026);
                tries(&mut su, "更正", &pair, &[("学员", mentee), ("起始日", &from), ("理由", "写错了")]).await
            }
        };
        done += usize::from(page.status == 200);
        assert_eq!(too_many(&office).await, 0);
    }
    assert!(done > 10, "{done} were done");
    office.db_verify().await;
}

/// Days on which somebody has more links at a side than two as a mentor or one as a mentee.
async fn too_many(office: &Office) -> i64 {
    office.db_count("SELECT COUNT(*) FROM tenure t WHERE (SELECT COUNT(*) FROM tenure o WHERE o.mechanism = t.mechanism AND o.side = t.side AND o.who = t.who AND o.from_on <= t.from_on AND o.until_on >= t.from_on) > CASE WHEN t.side = 'mentor' THEN 2 ELSE 1 END").await
}

/// Takes a step if it is open; else looks at the record.
async fn tries(su: &mut Visitor, step: &str, pair: &str, fields: &[(&str, &str)]) -> Page {
    let page = su.opens(pair).await;
    match page.find_form(step) {
        Some(form) => su.sends(fields.iter().fold(form, |form, (label, text)| form.with(label, text))).await,
        None => page,
    }
}

#[tokio::test]
async fn whoever_is_linked_sees_it_and_nobody_else_does() {
    let office = Office::open().await;
    let mut su = pool(&office).await;
    let pair = paired(&mut su, "韩青", "何思源", "2026-03-10", "2028-03-09").await;
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens(&pair).await.says("韩青带何思源");
    let mut li = office.sign_in("li").await;
    li.asks(&pair).await.answers(404);
    li.asks("/m/mentoring/links").await.does_not_say("韩青带何思源");
    li.asks("/api/v1/mechanisms/mentoring/links?tab=soon").await.does_not_say("韩青带何思源");
    assert_eq!(su.asks("/m/task_order/links").await.status, 404, "a matter is no link");
    assert!(!id(&pair).is_empty());
}
