//! Joint steps, hands and taking back: every signature is another human's, and what is taken back never was.

use std::collections::HashSet;

use jiff::civil::Date;
use kernel::authority::{Actor, Grant, Principal, Subtree, Taken};
use kernel::calendar::Calendar;
use kernel::catalog::Mechanism;
use kernel::deadlines::Clock;
use kernel::flow::{FlowChange, Seat};
use kernel::ids::{FieldId, PersonId, RecordId, RoleId, StepId, UnitId};
use kernel::journal::{Entry, Undo};
use kernel::problem::SourceFile;
use kernel::record::Record;
use kernel::value::{Facts, Value};
use kernel::workflow::moves::{self, ADD, COPY, HAND, NOTE, RECALL, URGE};
use kernel::workflow::{self, Attempt, Move, Numbered, Party, recall};
use proptest::prelude::*;
use uuid::Uuid;

use crate::office::{Office, codes, day};

const WORDS: &str = r#"
chapter "care" "关爱" icon="heart"
role "clerk" "经办人" words="登记和交办。"
role "head"  "负责人" words="会签。"
unit_kind "office" "科室"
"#;

/// One mechanism with a state for every kind of joint step.
fn plan(joint: &str) -> String {
    r#"
matter "plan" "方案" {
    purpose "拟稿后会签。"
    basis   "办文规定"
    subject title="title" unit="unit"
    field "title" "标题" text required=#true
    field "unit"  "主办单位" unit required=#true
    field "units" "会签单位" units
    field "team"  "会签人" people
    field "note"  "说明" text
    field "due_on" "时限" day required=#true
    state "drafted" "拟稿" holder="clerk" personal=#true
    state "round"   "会签中" holder="clerk"
    state "agreed"  "已会签" final=#true
    step "draft"  "拟稿" to="drafted" who="clerk" asks="title unit units team due_on"
    step "edit"   "修改" from="drafted round" stays=#true who="clerk" asks="units team"
    step "send"   "送会签" from="drafted" to="round" who="clerk" recall=#false
    step "sign"   "会签" from="round" to="agreed" who="head" JOINT asks="note" opinion=#true apart="draft send" within="3个工作日"
    step "object" "不同意" from="round" to="drafted" who="head" of="units" reason=#true
    deadline "finish" "办结" from="draft" until="due_on" stops="sign" main=#true { warn "3个工作日" }
    rights see="head"
    list columns="title unit state" sort="opened"
    example "会签" ends="drafted" { step "draft" on="2026-03-02" { title "方案"; due_on "2026-03-31" } }
}
"#
    .replace("JOINT", joint)
}

struct World {
    mechanism: std::sync::Arc<Mechanism>,
    calendar: &'static Calendar,
}

impl World {
    fn with(joint: &str) -> Self {
        let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.trim_start().into() };
        let files = [file("care/plan.kdl", &plan(joint)), file("vocabulary/words.kdl", WORDS)];
        let (catalog, problems) = kernel::catalog::check(&files);
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        Self { mechanism: catalog.mechanisms["plan"].clone(), calendar: &Office::open().calendar }
    }

    fn clock(&self, on: &str) -> Clock<'_> {
        Clock { calendar: self.calendar, today: day(on), now: 0 }
    }

    fn step(
        &self,
        record: &Record,
        actor: &Actor,
        step: &str,
        past: &[Taken],
    ) -> Result<Move, Vec<kernel::refusal::Refusal>> {
        let step = StepId::from(step);
        workflow::take(self.clock("2026-03-04"), &self.mechanism, record, said(actor, &step, past))
    }

    /// A plan about unit 1 that is with its signers, drafted and sent by the clerk 50.
    fn round(&self, units: &[u128], team: &[u128]) -> Record {
        let step = StepId::from("draft");
        let clerk = somebody(50, "clerk", 1);
        let filled = vec![
            (FieldId::from("title"), Some(Value::Text("方案".to_owned()))),
            (FieldId::from("unit"), Some(Value::Unit(unit(1)))),
            (FieldId::from("units"), Some(Value::Units(units.iter().map(|it| unit(*it)).collect()))),
            (FieldId::from("team"), Some(Value::People(team.iter().map(|it| id(*it)).collect()))),
            (FieldId::from("due_on"), Some(Value::Day(day("2026-03-31")))),
        ];
        let attempt = Attempt { filled, ..said(&clerk, &step, &[]) };
        let record = RecordId(Uuid::from_u128(7));
        let drafted =
            workflow::start(self.clock("2026-03-02"), &self.mechanism, record, attempt).expect("drafted").after;
        self.step(&drafted, &clerk, "send", &[]).expect("sent").after
    }
}

fn said<'a>(actor: &'a Actor, step: &'a StepId, past: &'a [Taken]) -> Attempt<'a> {
    let words = || Some("同意。".to_owned());
    Attempt {
        actor,
        step,
        filled: Vec::new(),
        faults: Vec::new(),
        opinion: words(),
        reason: words(),
        past,
        tree: &Tree,
    }
}

fn unit(ord: u128) -> UnitId {
    UnitId(Uuid::from_u128(ord))
}

fn id(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

/// Every unit is its own subtree; a person holds everything over the unit of their number modulo ten.
struct Tree;

impl Numbered for Tree {
    fn ord(&self, unit: UnitId) -> Option<i64> {
        i64::try_from(unit.0.as_u128()).ok()
    }

    fn holds(&self, person: PersonId, _: &[RoleId], ord: i64, _: Date) -> bool {
        person.0.as_u128() % 10 == u128::try_from(ord).unwrap_or(0) || (50..60).contains(&person.0.as_u128())
    }
}

fn grant(role: &str, over: u128) -> Grant {
    Grant {
        role: RoleId::from(role),
        unit: unit(over),
        over: Subtree { first: over as i64, last: over as i64 },
        from_on: day("2020-01-01"),
        until_on: None,
        basis: "测试".to_owned(),
    }
}

fn somebody(number: u128, role: &str, over: u128) -> Actor {
    Actor::Person { id: id(number), name: number.to_string(), grants: vec![grant(role, over)], stands_for: Vec::new() }
}

fn in_name_of(actor: Actor, principal: u128, role: &str, over: u128) -> Actor {
    let Actor::Person { id: me, name, grants, mut stands_for } = actor else { panic!("a person") };
    let grants_ = vec![grant(role, over)];
    stands_for.push(Principal {
        person: id(principal),
        name: principal.to_string(),
        mechanisms: vec![],
        grants: grants_,
    });
    Actor::Person { id: me, name, grants, stands_for }
}

// proves: step.joint
// proves: step.of
#[test]
fn all_units_sign_and_only_then_does_the_state_change() {
    let world = World::with("joint=\"all\" of=\"units\"");
    let record = world.round(&[2, 3], &[]);
    let first = world.step(&record, &somebody(2, "head", 2), "sign", &[]).expect("2 signs");
    assert!(first.is_partial);
    assert_eq!((first.after.state.as_str(), first.after.flow.signed().len()), ("round", 1));
    assert!(first.after.running("sign").is_some_and(|it| it.is_open()), "the round's deadline runs on");
    assert!(first.after.running("finish").is_some_and(|it| it.is_open()), "and so does the record's");
    let again = world.step(&first.after, &somebody(2, "head", 2), "sign", &[]);
    assert_eq!(codes(again), ["step.not_yours"]);
    assert_eq!(codes(world.step(&first.after, &somebody(4, "head", 4), "sign", &[])), ["step.not_yours"]);
    let last = world.step(&first.after, &somebody(3, "head", 3), "sign", &[]).expect("3 signs");
    assert!(!last.is_partial);
    assert_eq!((last.after.state.as_str(), last.after.flow.is_empty()), ("agreed", true));
    assert!(last.after.running("sign").is_some_and(|it| !it.is_open()));
}

#[test]
fn any_one_of_them_is_enough_and_in_order_waits_for_its_turn() {
    let any = World::with("joint=\"any\" of=\"team\"");
    let done = any.step(&any.round(&[], &[12, 13]), &somebody(13, "head", 3), "sign", &[]).expect("13 signs");
    assert_eq!(done.after.state, "agreed");
    let order = World::with("joint=\"in_order\" of=\"team\"");
    let record = order.round(&[], &[12, 13]);
    assert_eq!(codes(order.step(&record, &somebody(13, "head", 3), "sign", &[])), ["step.not_turn"]);
    let record = order.step(&record, &somebody(12, "head", 2), "sign", &[]).expect("12 is first").after;
    assert_eq!(order.step(&record, &somebody(13, "head", 3), "sign", &[]).expect("13").after.state, "agreed");
    // Whoever is named must also hold one of the step's roles.
    assert_eq!(codes(order.step(&record, &somebody(13, "clerk", 1), "sign", &[])), ["step.not_yours"]);
}

#[test]
fn so_many_different_people_are_humans_and_not_roles() {
    let world = World::with("joint=\"2\"");
    let record = world.round(&[], &[]);
    let record = world.step(&record, &somebody(11, "head", 1), "sign", &[]).expect("11 signs").after;
    assert_eq!(codes(world.step(&record, &somebody(11, "head", 1), "sign", &[])), ["step.signed_already"]);
    // 21 stands in for 11, who has signed: in their name nothing is left.
    let for_eleven = in_name_of(somebody(21, "clerk", 1), 11, "head", 1);
    assert_eq!(codes(world.step(&record, &for_eleven, "sign", &[])), ["step.signed_already"]);
    assert_eq!(world.step(&record, &somebody(31, "head", 1), "sign", &[]).expect("31").after.state, "agreed");
}

#[test]
fn one_who_objects_ends_the_round_and_the_next_one_begins_anew() {
    let world = World::with("joint=\"all\" of=\"units\"");
    let record = world.step(&world.round(&[2, 3], &[]), &somebody(2, "head", 2), "sign", &[]).expect("2").after;
    assert_eq!(codes(world.step(&record, &somebody(4, "head", 4), "object", &[])), ["step.not_yours"]);
    let back = world.step(&record, &somebody(3, "head", 3), "object", &[]).expect("3 objects").after;
    assert_eq!((back.state.as_str(), back.flow.is_empty()), ("drafted", true));
    let record = world.step(&back, &somebody(50, "clerk", 1), "send", &[]).expect("sent again").after;
    assert!(record.flow.signed().is_empty());
}

#[test]
fn a_unit_that_is_written_in_later_is_asked_and_one_taken_out_is_not() {
    let world = World::with("joint=\"all\" of=\"units\"");
    let record = world.step(&world.round(&[2, 3], &[]), &somebody(2, "head", 2), "sign", &[]).expect("2").after;
    let step = StepId::from("edit");
    let clerk = somebody(50, "clerk", 1);
    let filled = vec![(FieldId::from("units"), Some(Value::Units(vec![unit(2), unit(4)])))];
    let attempt = Attempt { filled, ..said(&clerk, &step, &[]) };
    let edited = workflow::take(world.clock("2026-03-04"), &world.mechanism, &record, attempt).expect("edited").after;
    assert_eq!(codes(world.step(&edited, &somebody(3, "head", 3), "sign", &[])), ["step.not_yours"]);
    assert_eq!(world.step(&edited, &somebody(4, "head", 4), "sign", &[]).expect("4").after.state, "agreed");
}

// proves: step.may_add
#[test]
fn a_signer_asks_somebody_more_before_or_after_and_the_round_waits_for_them() {
    let world = World::with("joint=\"all\" of=\"units\" may_add=#true");
    let record = world.round(&[2], &[]);
    let step = StepId::from(ADD);
    let two = somebody(2, "head", 2);
    let add = |record: &Record, actor: &Actor, who: u128, before: bool| {
        let attempt = said(actor, &step, &[]);
        moves::add_signer(world.clock("2026-03-04"), &world.mechanism, record, &attempt, (Some(id(who)), before))
    };
    assert_eq!(codes(add(&record, &somebody(4, "head", 4), 9, true)), ["step.not_yours"]);
    assert_eq!(codes(add(&record, &two, 2, true)), ["add.there_already"]);
    let record = add(&record, &two, 9, true).expect("9 is asked before").after;
    assert_eq!(codes(world.step(&record, &two, "sign", &[])), ["step.not_turn"]);
    // Whoever is asked needs no role: the asking is what gives it.
    let nine = Actor::Person { id: id(9), name: "9".to_owned(), grants: Vec::new(), stands_for: Vec::new() };
    let signed = world.step(&record, &nine, "sign", &[]).expect("9 signs");
    assert_eq!((signed.is_partial, signed.role.clone()), (true, None));
    let record = add(&signed.after, &two, 19, false).expect("19 is asked after").after;
    let record = world.step(&record, &two, "sign", &[]).expect("2 signs").after;
    assert_eq!(record.state, "round");
    assert_eq!(codes(add(&record, &two, 29, true)), ["add.too_late"]);
    let nineteen = Actor::Person { id: id(19), name: "19".to_owned(), grants: Vec::new(), stands_for: Vec::new() };
    assert_eq!(world.step(&record, &nineteen, "sign", &[]).expect("19").after.state, "agreed");
    let strict = World::with("joint=\"all\" of=\"units\"");
    let attempt = said(&two, &step, &[]);
    let record = strict.round(&[2], &[]);
    let refused =
        moves::add_signer(strict.clock("2026-03-04"), &strict.mechanism, &record, &attempt, (Some(id(9)), true));
    assert_eq!(codes(refused), ["add.not_here"]);
}

// proves: state.personal
#[test]
fn what_was_handed_to_one_person_is_theirs_until_they_lose_the_role() {
    let world = World::with("joint=\"2\"");
    let draft = Record { state: "drafted".into(), ..world.round(&[], &[]) };
    let (step, clerk) = (StepId::from(HAND), somebody(50, "clerk", 1));
    let hand = |to: u128, actor: &Actor, record: &Record| {
        moves::hand(world.clock("2026-03-04"), &world.mechanism, record, &said(actor, &step, &[]), Some(id(to)))
    };
    assert_eq!(codes(hand(4, &clerk, &draft)), ["hand.may_not"]);
    assert_eq!(codes(hand(51, &somebody(2, "head", 2), &draft)), ["step.not_yours"]);
    let handed = hand(51, &clerk, &draft).expect("51 has it");
    assert_eq!((handed.told.as_slice(), handed.after.flow.person), (&[id(51)][..], Some(id(51))));
    assert_eq!(codes(world.step(&handed.after, &clerk, "send", &[])), ["step.in_other_hands"]);
    assert_eq!(codes(hand(52, &clerk, &handed.after)), ["step.in_other_hands"]);
    assert!(world.step(&handed.after, &in_name_of(clerk.clone(), 51, "clerk", 1), "send", &[]).is_ok());
    let sent = world.step(&handed.after, &somebody(51, "clerk", 1), "send", &[]).expect("51 sends");
    assert_eq!(sent.after.flow.person, None);
    // 64 holds nothing over unit 1: what a past holder had is anybody's of the role.
    let mut orphan = draft;
    orphan.flow.person = Some(id(64));
    assert!(world.step(&orphan, &clerk, "send", &[]).is_ok());
}

#[test]
fn reminders_go_to_others_once_a_day_and_copies_to_somebody() {
    let world = World::with("joint=\"2\"");
    let record = world.round(&[], &[]);
    let (step, clerk) = (StepId::from(URGE), somebody(50, "clerk", 1));
    let urged = moves::urge(&record, &said(&clerk, &step, &[]), &[id(50), id(11)], false).expect("urged");
    assert_eq!((urged.told.as_slice(), urged.after.version), (&[id(11)][..], record.version + 1));
    assert_eq!(codes(moves::urge(&record, &said(&clerk, &step, &[]), &[id(50)], false)), ["urge.nobody"]);
    assert_eq!(codes(moves::urge(&record, &said(&clerk, &step, &[]), &[id(11)], true)), ["urge.again"]);
    let step = StepId::from(COPY);
    assert_eq!(codes(moves::copy(&record, &said(&clerk, &step, &[]), Vec::new())), ["copy.nobody"]);
    let copied = moves::copy(&record, &said(&clerk, &step, &[]), vec![Party::Unit(unit(3))]).expect("copied");
    assert_eq!(copied.copies, [Party::Unit(unit(3))]);
}

#[test]
fn a_remark_says_something_and_calls_on_few_who_see_the_record() {
    let world = World::with("joint=\"2\"");
    let record = world.round(&[], &[]);
    let (step, clerk) = (StepId::from(NOTE), somebody(50, "clerk", 1));
    let note = |words: &str, called: Vec<PersonId>, blind: &[&str]| {
        let attempt = Attempt { reason: Some(words.to_owned()), ..said(&clerk, &step, &[]) };
        moves::note(&record, &attempt, called, blind.iter().map(|it| (*it).to_owned()).collect())
    };
    let noted = note("图纸在我这里。", vec![id(50), id(11)], &[]).expect("noted");
    assert_eq!((noted.told.as_slice(), &noted.after.state), (&[id(11)][..], &record.state));
    assert!(moves::is_quiet(NOTE));
    let many: Vec<PersonId> = (0..=moves::MOST_CALLED as u128).map(id).collect();
    assert!(note("看", many[1..].to_vec(), &[]).is_ok());
    assert_eq!(codes(note("看", many, &[])), ["note.too_many"]);
    assert_eq!(codes(note(" ", Vec::new(), &["陈望"])), ["note.nothing", "note.blind"]);
    assert_eq!(codes(note(&"看".repeat(10_000), Vec::new(), &[])), ["step.words_too_long"]);
}

/// The entry that `app` writes of a move.
fn entry(before: &Record, moved: &Move, by: &Actor) -> Entry {
    let after = &moved.after;
    let touched = before.deadlines != after.deadlines || before.closed_on != after.closed_on;
    Entry {
        id: uuid::Uuid::nil(),
        seq: after.version,
        at: 0,
        on: day("2026-03-04"),
        actor: by.person(),
        actor_name: by.name().to_owned(),
        role: moved.role.as_ref().map(ToString::to_string),
        behalf: None,
        principal: moved.behalf.as_ref().map(|it| it.person),
        step: moved.step.clone(),
        step_name: moved.step_name.clone(),
        from: Some(before.state.to_string()),
        to: after.state.to_string(),
        definition: None,
        changes: moved.changes.clone(),
        number: None,
        opinion: None,
        reason: None,
        flow: (before.flow != after.flow).then(|| FlowChange { from: before.flow.clone(), to: after.flow.clone() }),
        undo: touched.then(|| Undo {
            deadlines: before
                .deadlines
                .iter()
                .filter(|it| after.running(it.id.as_str()) != Some(*it))
                .cloned()
                .collect(),
            closed_on: before.closed_on,
        }),
        recalls: None,
        deadlines: moved.deadlines.clone(),
        effects: Vec::new(),
        rows: Vec::new(),
        row_salt: None,
        batch: None,
    }
}

// proves: step.recall
#[test]
fn a_step_is_taken_back_by_whoever_took_it_while_nobody_acted_since() {
    let world = World::with("joint=\"all\" of=\"units\"");
    let record = world.round(&[2, 3], &[]);
    let two = somebody(2, "head", 2);
    let moved = world.step(&record, &two, "sign", &[]).expect("2 signs");
    let entries = vec![entry(&record, &moved, &two)];
    let step = StepId::from(RECALL);
    let take_back = |record: &Record, actor: &Actor, entries: &[Entry], untouched: bool| {
        recall::recall(&world.mechanism, record, &said(actor, &step, &[]), entries, untouched)
    };
    assert_eq!(codes(take_back(&moved.after, &somebody(3, "head", 3), &entries, true)), ["recall.nothing"]);
    assert_eq!(codes(take_back(&moved.after, &two, &entries, false)), ["recall.opened"]);
    let without = Actor::Person { id: id(2), name: "2".to_owned(), grants: Vec::new(), stands_for: Vec::new() };
    assert_eq!(codes(take_back(&moved.after, &without, &entries, true)), ["step.not_yours"]);
    let mut numbered = entries.clone();
    numbered[0].number = Some("1号".to_owned());
    assert_eq!(codes(take_back(&moved.after, &two, &numbered, true)), ["recall.issued"]);
    let back = take_back(&moved.after, &two, &entries, true).expect("taken back");
    assert_eq!(back.recalls, Some(moved.after.version));
    assert_eq!(back.after, Record { version: record.version + 2, ..record.clone() });
    let mut sent = entries;
    sent[0].step = "send".to_owned();
    sent[0].actor = Some(id(50));
    assert_eq!(codes(take_back(&moved.after, &somebody(50, "clerk", 1), &sent, true)), ["recall.forbidden"]);
}

#[test]
fn what_was_taken_back_is_nobodys_work() {
    let steps = ["draft", "send", "flow.urged", "flow.recalled", "send", "flow.recalled"];
    assert_eq!(recall::standing(steps, |step| step), ["draft", "flow.urged"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whoever stands in for whomever, in whatever order people come: no human counts twice in a round, nobody signs
    /// what they drafted, and a round that ends has as many humans as it wants.
    #[test]
    fn no_walk_lets_one_human_count_twice_or_approve_their_own(
        kind in 0usize..4,
        walk in proptest::collection::vec((11u128..17, proptest::option::of(11u128..17), 0u128..3), 1..14),
        drafter in 11u128..17,
    ) {
        let joints = ["joint=\"3\"", "joint=\"all\" of=\"team\"", "joint=\"in_order\" of=\"team\"", "joint=\"2\" of=\"team\""];
        let world = World::with(joints[kind]);
        let mut record = world.round(&[], &[12, 13, 14]);
        let past = [Taken { step: StepId::from("draft"), by: Some(id(drafter)), behalf: None }];
        let mut signed: Vec<HashSet<PersonId>> = Vec::new();
        for (who, principal, role) in walk {
            let own = if role == 0 { "clerk" } else { "head" };
            let mut actor = somebody(who, own, 1);
            if let Some(principal) = principal.filter(|it| *it != who) {
                actor = in_name_of(actor, principal, "head", 1);
            }
            let Ok(moved) = world.step(&record, &actor, "sign", &past) else { continue };
            let hands: HashSet<PersonId> =
                [Some(id(who)), moved.behalf.as_ref().map(|it| it.person)].into_iter().flatten().collect();
            prop_assert!(!hands.contains(&id(drafter)), "the drafter judges");
            prop_assert!(signed.iter().all(|other| other.is_disjoint(&hands)), "a human counts twice");
            signed.push(hands);
            let is_over = moved.after.state == "agreed";
            if is_over {
                let wanted = if kind == 3 { 2 } else { 3 };
                prop_assert!(signed.len() >= wanted);
                break;
            }
            prop_assert_eq!(moved.after.flow.signed().len(), signed.len());
            record = moved.after;
        }
    }

    /// Taking back any signature or change restores the record to the letter, deadlines and signatures included.
    #[test]
    fn what_is_taken_back_is_as_if_it_had_not_been(
        before in 0usize..3,
        then in 0usize..4,
        note in proptest::option::of("[甲-癸]{1,5}"),
    ) {
        let world = World::with("joint=\"all\" of=\"team\"");
        let mut record = world.round(&[2], &[12, 13, 14]);
        for who in [12u128, 13, 14].into_iter().take(before) {
            record = world.step(&record, &somebody(who, "head", 1), "sign", &[]).expect("signs").after;
        }
        let (actor, step) = match then {
            0 | 1 => (somebody(14, "head", 1), "sign"),
            2 => (somebody(2, "head", 2), "object"),
            _ => (somebody(50, "clerk", 1), "edit"),
        };
        let id_of = StepId::from(step);
        let filled = match (step, note) {
            ("sign", Some(note)) => vec![(FieldId::from("note"), Some(Value::Text(note)))],
            ("edit", _) => vec![(FieldId::from("units"), None)],
            _ => Vec::new(),
        };
        let attempt = Attempt { filled, ..said(&actor, &id_of, &[]) };
        let moved = workflow::take(world.clock("2026-03-05"), &world.mechanism, &record, attempt).expect("taken");
        let entries = [entry(&record, &moved, &actor)];
        let back_id = StepId::from(RECALL);
        let back = recall::recall(&world.mechanism, &moved.after, &said(&actor, &back_id, &[]), &entries, true);
        let back = back.expect("taken back").after;
        let same = |facts: &Facts| facts.clone();
        prop_assert_eq!(same(&back.facts), same(&record.facts));
        prop_assert_eq!(back, Record { version: record.version + 2, ..record });
    }
}

// proves: step.copies
#[test]
fn a_step_copies_to_whom_its_field_names() {
    let text = plan("joint=\"2\"").replace("who=\"clerk\" recall=#false", "who=\"clerk\" copies=\"units\"");
    let file = |path: &str, text: &str| SourceFile { path: path.into(), text: text.trim_start().into() };
    let (catalog, problems) =
        kernel::catalog::check(&[file("care/plan.kdl", &text), file("vocabulary/words.kdl", WORDS)]);
    assert!(problems.is_empty(), "{problems:?}");
    let world = World { mechanism: catalog.mechanisms["plan"].clone(), calendar: &Office::open().calendar };
    let record = Record { state: "drafted".into(), ..world.round(&[3, 4], &[]) };
    let sent = world.step(&record, &somebody(50, "clerk", 1), "send", &[]).expect("sent");
    assert_eq!(sent.copies, [Party::Unit(unit(3)), Party::Unit(unit(4))]);
}

#[test]
fn the_table_says_who_has_signed_and_whose_turn_it_is() {
    let world = World::with("joint=\"in_order\" of=\"units\"");
    let record = world.step(&world.round(&[2, 3, 4], &[]), &somebody(2, "head", 2), "sign", &[]).expect("2").after;
    let table = moves::table(&world.mechanism, &record);
    let seen: Vec<(Seat, bool, bool)> = table.iter().map(|it| (it.seat, it.signed.is_some(), it.is_turn)).collect();
    assert_eq!(
        seen,
        [(Seat::Unit(unit(2)), true, false), (Seat::Unit(unit(3)), false, true), (Seat::Unit(unit(4)), false, false)]
    );
}
