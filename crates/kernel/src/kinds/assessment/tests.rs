//! Does the score follow from operands alone, whatever the rule?
//!
//! Never an expected number that was copied from the engine.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::scheme::{Indicator, Leaf, Member, Scheme};
use super::score::{Operand, Operands, Outcome, rounded, score};
use super::{Grade, Missing, Source, Unchecked, Way, words};
use crate::ids::UnitId;

fn unit(number: u128) -> UnitId {
    UnitId(uuid::Uuid::from_u128(number))
}

fn leaf(way: Way) -> Leaf {
    Leaf {
        source: Source::Figure,
        figure: None,
        way,
        target: Some(100.into()),
        base: None,
        per: None,
        cap: None,
        bands: Vec::new(),
        lower: false,
        missing: Missing::Skip,
        unchecked: Unchecked::Missing,
        trims: false,
        items: Vec::new(),
        lead: None,
        line: None,
    }
}

fn indicator(at: usize, weight: Decimal, leaf: Leaf) -> Indicator {
    let (code, name) = ((at + 1).to_string(), format!("指标{}", at + 1));
    Indicator { row: at, code, name, weight, parent: None, leaf: Some(leaf), groups: Vec::new() }
}

fn grades(share: i64) -> Vec<Grade> {
    let grade = |id: &str, name: &str, least, share| Grade { id: id.into(), name: name.into(), least, share };
    vec![grade("a", "优秀", Some(85), Some(share)), grade("b", "良好", Some(60), None), grade("c", "较差", None, None)]
}

fn scheme(leaves: Vec<(Decimal, Leaf)>, units: usize) -> Scheme {
    let total = leaves.iter().filter(|(_, leaf)| leaf.way.weighs()).map(|(weight, _)| *weight).sum();
    let indicators = leaves.into_iter().enumerate().map(|(at, (weight, leaf))| indicator(at, weight, leaf)).collect();
    let member = |at: usize| Member { unit: unit(at as u128 + 1), group: "街道".into() };
    let members = (0..units).map(member).collect();
    Scheme { year: 2026, total, indicators, members, grades: grades(25), ties: None }
}

fn values(all: &[&[Option<i64>]]) -> Operands {
    let operand = |it: &Option<i64>| Operand { value: it.map(Decimal::from), ..Operand::default() };
    all.iter().map(|row| row.iter().map(operand).collect()).collect()
}

fn points(outcome: &Outcome, member: usize, line: usize) -> Option<String> {
    outcome.standings[member].lines[line].points.map(|it| it.to_string())
}

fn of(way: Way, change: impl Fn(&mut Leaf)) -> Leaf {
    let mut leaf = leaf(way);
    change(&mut leaf);
    leaf
}

fn one(leaf: Leaf, all: &[Option<i64>]) -> Vec<Option<String>> {
    let outcome = score(&scheme(vec![(10.into(), leaf)], all.len()), &values(&[all]));
    (0..all.len()).map(|at| points(&outcome, at, 0)).collect()
}

fn told(all: &[&str]) -> Vec<Option<String>> {
    all.iter().map(|it| Some((*it).to_owned()).filter(|it| it != "—")).collect()
}

#[test]
fn each_rule_gives_the_points_that_it_says() {
    let all = [Some(100), Some(75), Some(120), None];
    assert_eq!(one(leaf(Way::Ratio), &all), told(&["10.00", "7.50", "10.00", "—"]));
    assert_eq!(one(of(Way::Ratio, |it| it.cap = Some(110.into())), &all), told(&["10.00", "7.50", "11.00", "—"]));
    assert_eq!(one(of(Way::Ratio, |it| it.base = Some(50.into())), &all), told(&["10.00", "5.00", "10.00", "—"]));
    let low = of(Way::Ratio, |it| (it.lower, it.base) = (true, Some(120.into())));
    assert_eq!(one(low, &[Some(100), Some(110), Some(130)]), told(&["10.00", "5.00", "0.00"]));
    assert_eq!(one(of(Way::Ratio, |it| it.lower = true), &[Some(100), Some(200)]), told(&["10.00", "5.00"]));
    let bands = vec![(100.into(), 100.into()), (80.into(), 60.into())];
    assert_eq!(
        one(of(Way::Bands, |it| it.bands.clone_from(&bands)), &[Some(100), Some(99), Some(79)]),
        told(&["10.00", "6.00", "0.00"])
    );
    let off = of(Way::Deduct, |it| it.per = Some(Decimal::new(15, 1)));
    assert_eq!(one(off, &[Some(0), Some(2), Some(9)]), told(&["10.00", "7.00", "0.00"]));
    assert_eq!(one(leaf(Way::Rank), &[Some(5), Some(9), Some(5), Some(1)]), told(&["7.50", "10.00", "7.50", "2.50"]));
    assert_eq!(
        one(of(Way::Rank, |it| it.per = Some(2.into())), &[Some(5), Some(9), Some(5)]),
        told(&["8.00", "10.00", "8.00"])
    );
    assert_eq!(one(leaf(Way::Best), &[Some(50), Some(25), Some(0)]), told(&["10.00", "5.00", "0.00"]));
    assert_eq!(one(of(Way::Best, |it| it.lower = true), &[Some(50), Some(25)]), told(&["5.00", "10.00"]));
    assert_eq!(one(leaf(Way::Points), &[Some(7), Some(12)]), told(&["7.00", "10.00"]));
    let list = of(Way::Checklist, |it| it.items = ["有制度", "有台账", "有公示"].map(str::to_owned).to_vec());
    assert_eq!(one(list, &[Some(3), Some(2), Some(0), None]), told(&["10.00", "6.67", "0.00", "—"]));
    let plus = of(Way::Add, |it| (it.per, it.cap) = (Some(2.into()), Some(5.into())));
    assert_eq!(one(plus, &[Some(1), Some(9), None]), told(&["2.00", "5.00", "—"]));
}

#[test]
fn quarters_are_the_mean_of_what_each_comes_to() {
    let operand = Operand {
        value: Some(200.into()),
        target: None,
        quarters: vec![Some(100.into()), None, Some(50.into())],
        ..Operand::default()
    };
    let scheme = scheme(vec![(10.into(), leaf(Way::Quarters))], 1);
    let outcome = score(&scheme, &vec![vec![operand]]);
    assert_eq!(points(&outcome, 0, 0).as_deref(), Some("7.50"));
    let line = &outcome.standings[0].lines[0];
    assert_eq!(
        words::why(&scheme.indicators[0], line),
        "1季度100、2季度—、3季度50，目标100，平均 = 75%，× 10分 = 7.50分"
    );
}

#[test]
fn what_is_missing_is_no_nothing() {
    let two = |missing| {
        let leaf = of(Way::Ratio, |it| it.missing = missing);
        let scheme = scheme(vec![(60.into(), super::tests::leaf(Way::Ratio)), (40.into(), leaf)], 2);
        score(&scheme, &values(&[&[Some(90), Some(80)], &[None, Some(50)]])).standings[0].total.map(|it| it.to_string())
    };
    assert_eq!(two(Missing::Skip).as_deref(), Some("90.00"));
    assert_eq!(two(Missing::Zero).as_deref(), Some("54.00"));
    assert_eq!(two(Missing::Mean).as_deref(), Some("74.00"));
    let nothing = score(&scheme(vec![(100.into(), leaf(Way::Ratio))], 1), &values(&[&[None]]));
    assert_eq!((nothing.standings[0].total, nothing.standings[0].rank), (None, None));
}

// proves: scoring.ties
#[test]
fn equals_share_a_rank_and_what_breaks_ties_is_stated() {
    let two = vec![(50.into(), leaf(Way::Points)), (50.into(), leaf(Way::Points))];
    let all = values(&[&[Some(40), Some(45), Some(30)], &[Some(40), Some(35), Some(20)]]);
    let ranks = |scheme: &Scheme| score(scheme, &all).standings.iter().map(|it| it.rank.unwrap()).collect::<Vec<_>>();
    let mut scheme = scheme(two, 3);
    assert_eq!(ranks(&scheme), [1, 1, 3]);
    scheme.ties = Some(0);
    assert_eq!(ranks(&scheme), [2, 1, 3]);
    let outcome = score(&scheme, &all);
    assert_eq!(outcome.standings[2].gap.map(|it| it.to_string()).as_deref(), Some("30.00"));
}

#[test]
fn a_veto_leads_to_the_last_grade_and_a_bar_from_the_first() {
    let all = vec![(100.into(), leaf(Way::Points)), (0.into(), leaf(Way::Veto)), (0.into(), leaf(Way::Bar))];
    let outcome = score(
        &scheme(all, 4),
        &values(&[
            &[Some(99), Some(98), Some(97), Some(50)],
            &[Some(1), Some(0), None, None],
            &[None, Some(2), None, None],
        ]),
    );
    assert_eq!(outcome.standings.iter().map(|it| it.grade).collect::<Vec<_>>(), [Some(2), Some(1), Some(0), Some(2)]);
}

fn weights() -> impl Strategy<Value = Vec<Decimal>> {
    prop::collection::vec(1_i64..3_000, 1..12).prop_map(|all| all.into_iter().map(|it| Decimal::new(it, 2)).collect())
}

fn any_way() -> impl Strategy<Value = (Way, bool, Missing)> {
    let way = prop::sample::select(Way::ALL.map(|(_, way)| way).to_vec());
    let missing = prop::sample::select(Missing::ALL.map(|(_, it)| it).to_vec());
    (way, any::<bool>(), missing)
}

fn any_leaf() -> impl Strategy<Value = Leaf> {
    (any_way(), 1_i64..500, 1_i64..30, 1_i64..200).prop_map(|((way, lower, missing), target, per, cap)| Leaf {
        target: Some(Decimal::new(target, 1)),
        per: Some(Decimal::new(per, 1)),
        cap: Some(cap.into()),
        bands: vec![(Decimal::new(target, 1), 100.into()), (Decimal::new(target, 2), 60.into())],
        lower,
        missing,
        ..leaf(way)
    })
}

prop_compose! {
    fn case()(leaves in prop::collection::vec((1_i64..3_000, any_leaf()), 1..8), units in 1_usize..9)
        (values in prop::collection::vec(prop::collection::vec(prop::option::of(-50_i64..1_000), units), leaves.len()),
         leaves in Just(leaves), units in Just(units)) -> (Scheme, Operands) {
        let weigh = |(weight, leaf): (i64, Leaf)| {
            (if leaf.way.weighs() { Decimal::new(weight, 2) } else { Decimal::ZERO }, leaf)
        };
        let operand = |it: Option<i64>| {
            let value = it.map(|it| Decimal::new(it, 1));
            Operand { value, quarters: vec![value, None], ..Operand::default() }
        };
        let operands = values.into_iter().map(|row| row.into_iter().map(operand).collect()).collect();
        (scheme(leaves.into_iter().map(weigh).collect(), units), operands)
    }
}

proptest! {
    #[test]
    fn whoever_reaches_everything_has_the_total(weights in weights()) {
        let count = weights.len();
        let all = weights.iter().map(|it| (*it, leaf(Way::Ratio))).collect();
        let scheme = scheme(all, 2);
        let full = vec![vec![Operand { value: Some(100.into()), ..Operand::default() }; 2]; count];
        for standing in score(&scheme, &full).standings {
            prop_assert_eq!(standing.total, Some(rounded(weights.iter().sum())));
        }
    }

    #[test]
    fn the_order_of_units_changes_no_score((scheme, operands) in case(), turn in 0_usize..9) {
        let count = scheme.members.len();
        let mut other = scheme.clone();
        other.members.rotate_left(turn % count);
        let mut moved = operands.clone();
        moved.iter_mut().for_each(|row| row.rotate_left(turn % count));
        let (one, two) = (score(&scheme, &operands), score(&other, &moved));
        for at in 0..count {
            prop_assert_eq!(&one.standings[(at + turn) % count], &two.standings[at]);
        }
    }

    #[test]
    fn more_is_never_worse_where_more_is_better((scheme, mut operands) in case(), at in 0_usize..8, member in 0_usize..9) {
        let (at, member) = (at % operands.len(), member % scheme.members.len());
        let Some(leaf) = scheme.indicators[at].leaf.clone() else { return Ok(()) };
        let before = score(&scheme, &operands).standings[member].lines[at].points;
        let operand = &mut operands[at][member];
        let Some(value) = operand.value else { return Ok(()) };
        operand.value = Some(value + Decimal::ONE);
        operand.quarters[0] = operand.value;
        let after = score(&scheme, &operands).standings[member].lines[at].points;
        let rises = match leaf.way {
            Way::Deduct => false,
            Way::Add | Way::Minus | Way::Points => true,
            Way::Veto | Way::Bar => return Ok(()),
            _ => !leaf.lower,
        };
        prop_assert!(if rises { after >= before } else { after <= before }, "{before:?} to {after:?}");
    }

    // proves: scoring.grade.share
    #[test]
    fn no_grade_is_given_more_often_than_its_share((scheme, operands) in case(), share in 1_i64..=100) {
        let scheme = Scheme { grades: grades(share), ..scheme };
        let outcome = score(&scheme, &operands);
        let best = outcome.standings.iter().filter(|it| it.grade == Some(0)).count();
        prop_assert!(best * 100 <= scheme.members.len() * share as usize);
        for it in &outcome.standings {
            prop_assert_eq!(it.grade.is_some(), it.total.is_some());
            // Whoever stands before has no worse a grade, but for what bars them.
            let open = |it: &super::score::Standing| it.vetoes.is_empty() && it.bars.is_empty();
            let worse = outcome.standings.iter().any(|other| open(other) && other.rank < it.rank && other.rank.is_some() && it.rank.is_some() && other.grade > it.grade);
            prop_assert!(!worse);
        }
    }

    #[test]
    fn what_is_kept_reads_back_as_it_was((scheme, operands) in case()) {
        for it in score(&scheme, &operands).standings {
            prop_assert_eq!(super::frozen::from_json(&super::frozen::to_json(&it)), it);
        }
    }

    #[test]
    fn a_total_is_the_sum_of_its_lines((scheme, operands) in case()) {
        for it in score(&scheme, &operands).standings {
            let of = |wanted: fn(Way) -> bool| -> Decimal {
                let ways = it.lines.iter().filter(|line| scheme.indicators[line.indicator].leaf.as_ref().is_some_and(|leaf| wanted(leaf.way)));
                ways.filter_map(|line| line.points).sum()
            };
            prop_assert_eq!(it.added, of(Way::weighs));
            prop_assert_eq!(it.plus, of(|way| way == Way::Add));
            if it.counted == scheme.total && scheme.total > Decimal::ZERO {
                prop_assert_eq!(it.total, Some(rounded((it.added + it.plus - it.minus).max(Decimal::ZERO))));
            }
        }
    }
}
