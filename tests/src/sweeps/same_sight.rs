//! Do all doors show the same? Random rules, grants, people and moves: what the database finds, what the kernel's own
//! rule says record by record, what the API tells, what an export holds and what the counts add up to are one set.
//!
//! Never the same office twice: each seed makes its own rules.

use std::collections::BTreeSet;

use app::Ctx;
use app::queries::register::{self, RegisterAsk};
use kernel::authority::sight::{Pointed, Standing, Target};
use kernel::authority::{Sight, reach};
use kernel::ids::{PersonId, RecordId};
use kernel::journal::Entry;
use kernel::workflow::Numbered as _;
use uuid::Uuid;

use crate::harness::{Office, Visitor};
use crate::world::PEOPLE;

const RIGHTS: &str = r#"rights see="leader" import="supervisor" export="supervisor leader unit_head unit_liaison" figures="analyst assessment_officer finance_officer" {
        sight relation="hosted" of="helpers" who="unit_head unit_liaison" states="agreed issued underway extension suspended review closed dropped"
    }"#;
const REMARK: &str = r#"    field "remark"     "备注""#;
const UNITS: [&str; 6] = ["100", "101", "102", "103", "104", "105"];

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn some_of<'a>(&mut self, all: &[&'a str]) -> Vec<&'a str> {
        let mut some: Vec<&str> = all.iter().copied().filter(|_| self.below(2) == 0).collect();
        if some.is_empty() {
            some.push(all[self.below(all.len())]);
        }
        some
    }
}

const ROLES: [&str; 4] = ["supervisor", "leader", "unit_head", "unit_liaison"];
const STATES: [&str; 5] = ["drafted", "issued", "underway", "dropped", "discarded"];

/// Rules by chance, as a definition writes them; no two the same.
fn rules(dice: &mut Dice) -> String {
    let mut lines = BTreeSet::new();
    for _ in 0..=dice.below(5) {
        let who = dice.some_of(&ROLES).join(" ");
        let relation = match dice.below(8) {
            0 => format!(r#"relation="hosted" of="helpers" who="{who}""#),
            1 => format!(r#"relation="own_unit" who="{who}""#),
            2 => r#"relation="named" of="owner""#.to_owned(),
            3 => format!(r#"relation="named" of="team" who="{who}""#),
            4 => r#"relation="opened""#.to_owned(),
            5 => r#"relation="handled""#.to_owned(),
            6 => format!(r#"relation="anywhere" who="{}""#, dice.some_of(&ROLES[2..]).join(" ")),
            _ => format!(r#"relation="unit_and_below" who="{}""#, dice.some_of(&ROLES[1..]).join(" ")),
        };
        let states = match dice.below(3) {
            0 => String::new(),
            _ => format!(r#" states="{}""#, dice.some_of(&STATES).join(" ")),
        };
        lines.insert(format!("        sight {relation}{states}\n"));
    }
    let export = r#"rights import="supervisor" export="supervisor unit_head unit_liaison""#;
    format!("{export} {{\n{}    }}", lines.into_iter().collect::<String>())
}

fn uuid(hex: &str) -> String {
    format!("00000000-0000-0000-0000-{:0>12}", hex)
}

/// Tasks of all units, with helpers, an owner and a team, each moved on by chance.
async fn some_tasks(lin: &mut Visitor, dice: &mut Dice) {
    for at in 0..14 {
        let person = |dice: &mut Dice| uuid(&format!("{:x}", 0x200 + dice.below(PEOPLE.len())));
        let helpers: Vec<String> = dice.some_of(&UNITS).into_iter().map(uuid).collect();
        let fields = serde_json::json!({ "fields": {
            "title": format!("建立第{at}处管护台账"), "source": "party_committee", "due_on": "2026-03-31",
            "unit": uuid(UNITS[dice.below(UNITS.len())]), "helpers": helpers,
            "owner": person(dice), "team": [person(dice), person(dice)],
        }});
        let answer = lin.posts_json("/api/v1/mechanisms/task_order/records", &fields).await;
        let id = answer.answers(201).json()["id"].as_str().expect("an id").to_owned();
        let nothing = serde_json::json!({});
        let reason = serde_json::json!({ "reason": "重复。" });
        let steps: &[(&str, &serde_json::Value)] = match dice.below(4) {
            0 => &[],
            1 => &[("discard", &reason)],
            2 => &[("issue", &nothing)],
            _ => &[("issue", &nothing), ("drop", &reason)],
        };
        for (step, body) in steps {
            lin.posts_json(&format!("/api/v1/records/{id}/steps/{step}"), body).await.answers(200);
        }
        // What is issued is copied to the helping units; some are copied to somebody as well.
        if dice.below(3) == 0 {
            let somebody = uuid(&format!("{:x}", 0x200 + dice.below(7)));
            let copy = serde_json::json!({ "fields": { "people": [somebody] } });
            lin.posts_json(&format!("/api/v1/records/{id}/steps/flow.copied"), &copy).await.answers(200);
        }
    }
}

/// What the kernel's own rule shows, record by record, from facts, journals and the tree alone.
async fn by_rule(ctx: &Ctx) -> BTreeSet<RecordId> {
    let mechanism = &ctx.catalog().mechanisms["task_order"];
    let rules = &mechanism.rights.sight;
    let sight = Sight::of(mechanism, &ctx.actor).with_copies(mechanism, &ctx.actor, ctx.tree.whole());
    let mut conn = ctx.office.db.read().await.expect("a reader");
    let mut seen = BTreeSet::new();
    for row in store::records::walk(&mut conn, Some(&mechanism.id), None, 500).await.expect("read") {
        let facts = kernel::facts::from_json(mechanism, &row.facts.json().expect("it is JSON"));
        let mut points = reach::by_facts(rules, &facts);
        for entry in store::journal::of_record(&mut conn, row.id).await.expect("read") {
            let entry: Entry = serde_json::from_str(&entry.entry).expect("an entry");
            points.extend(entry.actor.iter().flat_map(|actor| reach::by_act(rules, *actor, entry.from.is_none())));
            points.extend(app::commands::parties::copied(&entry).map(reach::by_copy));
        }
        let points: Vec<Pointed> = points
            .into_iter()
            .map(|point| Pointed {
                how: point.how,
                to: match point.to {
                    reach::To::Person(id) => Target::Person(id),
                    reach::To::Unit(id) => Target::Unit(id, ctx.tree.ord(id)),
                },
            })
            .collect();
        if sight.sees(Standing { unit_ord: ctx.tree.ord(row.unit), state: &row.state, points: &points }) {
            seen.insert(row.id);
        }
    }
    seen
}

fn ctx_of(office: &Office, at: usize) -> Ctx {
    let clock = office.db_ctx();
    let id = PersonId(Uuid::from_u128(0x200 + at as u128));

    let actor = clock.as_person(id).expect("somebody of the small world");
    office.app.ctx(actor, None, clock.now, clock.today, "sweep".to_owned())
}

/// What one person sees through every door; the number of records.
async fn every_door_agrees(office: &Office, at: usize, rules: &str) -> usize {
    let ctx = ctx_of(office, at);
    let mut visitor = office.sign_in(PEOPLE[at].0).await;
    let who = format!("{} under\n{rules}", PEOPLE[at].1);
    let must = by_rule(&ctx).await;
    if !ctx.reaches(&ctx.catalog().mechanisms["task_order"]) {
        visitor.asks("/m/task_order").await.answers(404);
        one_by_one(&ctx, &mut visitor, &must, &who).await;
        return 0;
    }
    for tab in ["all", "drafted", "issued"] {
        let ask = RegisterAsk { tab: tab.into(), ..RegisterAsk::default() };
        let found = register::ids(&ctx, "task_order", ask.clone(), 500).await.expect("asked");
        let unique: BTreeSet<RecordId> = found.iter().copied().collect();
        assert_eq!(unique.len(), found.len(), "{who}");
        let list = register::list(&ctx, "task_order", ask).await.expect("asked");
        assert_eq!(list.count, register::Count::Exactly(found.len() as i64), "{who}, {tab}");
        let api = visitor.asks(&format!("/api/v1/mechanisms/task_order/records?tab={tab}")).await.json();
        let told: BTreeSet<RecordId> = ids_in(&api);
        assert_eq!(told, unique, "{who}, {tab}: the API tells others than the list");
        if tab == "all" {
            assert_eq!(unique, must, "{who}: the list shows others than the rule");
            let counted = list.tabs.iter().find(|it| it.id == "all").and_then(|it| it.count);
            assert_eq!(counted, Some(must.len() as i64), "{who}: the count");
        }
    }
    one_by_one(&ctx, &mut visitor, &must, &who).await;
    figures_agree(&ctx, &must, &who).await;
    must.len()
}

/// The page of every record, whoever sees it.
async fn one_by_one(ctx: &Ctx, visitor: &mut Visitor, must: &BTreeSet<RecordId>, who: &str) {
    for id in everything(ctx).await {
        let status = visitor.asks(&format!("/records/{id}")).await.status;
        assert_eq!(status == 200, must.contains(&id), "{who}: {id} answers {status}");
    }
}

async fn everything(ctx: &Ctx) -> Vec<RecordId> {
    let mut conn = ctx.office.db.read().await.expect("a reader");
    let rows = store::records::walk(&mut conn, None, None, 500).await.expect("read");
    rows.into_iter().filter(|row| row.mechanism.as_str() == "task_order").map(|row| row.id).collect()
}

fn ids_in(api: &serde_json::Value) -> BTreeSet<RecordId> {
    let rows = api["records"].as_array().expect("records");
    rows.iter().map(|row| row["id"].as_str().expect("an id").parse().expect("an id")).collect()
}

/// Every number is the number of records behind it, and each of those is seen.
async fn figures_agree(ctx: &Ctx, must: &BTreeSet<RecordId>, who: &str) {
    let ask = app::queries::figures::FiguresAsk { period: "2026".into(), ..Default::default() };
    let page = app::queries::figures::of_mechanism(ctx, "task_order", &ask).await.expect("asked");
    let cards = page.chapters.iter().flat_map(|(_, own)| own).flat_map(|one| &one.cards);
    for card in cards.filter(|card| matches!(card.id.as_str(), "assigned" | "closed" | "overdue")) {
        let ask = RegisterAsk {
            tab: "all".into(),
            figure: card.id.clone(),
            period: card.period.clone(),
            ..RegisterAsk::default()
        };
        let behind = register::ids(ctx, "task_order", ask, 500).await.expect("asked");
        assert_eq!(card.value, behind.len().to_string(), "{who}: {}", card.name);
        assert!(behind.iter().all(|id| must.contains(id)), "{who}: {}", card.name);
    }
}

#[tokio::test]
async fn whatever_the_rules_are_every_door_shows_the_same_records() {
    let mut seen = 0;
    for seed in [3, 7, 19, 40, 71] {
        let mut dice = Dice(seed * 7_919);
        let rules = rules(&mut dice);
        let fields = format!(
            "    field \"owner\"      \"经办人\" person\n    field \"team\"       \"参加人员\" people\n{REMARK}"
        );
        let asks = r#"to="drafted" who="supervisor" asks="title"#;
        let office = Office::ruled_by(&[
            (RIGHTS, rules.as_str()),
            (REMARK, fields.as_str()),
            (asks, r#"to="drafted" who="supervisor" asks="owner team title"#),
        ])
        .await;
        let mut given = BTreeSet::new();
        for _ in 0..3 {
            let at = dice.below(PEOPLE.len() - 1);
            let unit = ["岚湾新区组织人事局", "葵岭街道", "岚湾新区", "葵岭街道葵北社区"][dice.below(4)];
            let role = ["unit_liaison", "unit_head"][dice.below(2)];
            if PEOPLE[at].5 != role && given.insert((at, unit)) {
                office.db_grants(PEOPLE[at].0, role, unit).await;
            }
        }
        let mut lin = office.sign_in("lin").await;
        some_tasks(&mut lin, &mut dice).await;
        for at in 0..PEOPLE.len() {
            seen += every_door_agrees(&office, at, &rules).await;
        }
        // Somebody moves: the same holds the day after.
        office.db_turns(6, 3).await;
        seen += every_door_agrees(&office, 6, &rules).await;
    }
    assert!(seen > 100, "there was something to see: {seen}");
}
