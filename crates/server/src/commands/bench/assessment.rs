//! How long until other weights have moved the ranks? Two hundred units by a hundred and twenty indicators.
//!
//! Never the reading of figures: that is measured where figures are.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use kernel::ids::UnitId;
use kernel::kinds::assessment::scheme::{Indicator, Leaf, Member, Scheme};
use kernel::kinds::assessment::score::{Operand, score};
use kernel::kinds::assessment::{Grade, Missing, Source, Unchecked, Way};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::measure::Times;
use super::report::{Line, Report};

const UNITS: usize = 200;
const INDICATORS: usize = 120;
const TURNS: usize = 50;

/// Measures it.
pub(super) fn measure(report: &mut Report) {
    let scheme = scheme();
    let operand = |at: usize, unit: usize| Operand {
        value: Some(Decimal::new(((at * 31 + unit * 17) % 1_000) as i64, 1)),
        ..Operand::default()
    };
    let operands = (0..INDICATORS).map(|at| (0..UNITS).map(|unit| operand(at, unit)).collect()).collect();
    let mut times = Times::default();
    for turn in 0..TURNS {
        let weights = BTreeMap::from([((turn % INDICATORS + 1).to_string(), Decimal::from(turn as i64 % 9 + 1))]);
        let began = Instant::now();
        black_box(score(black_box(&scheme.weighed(&weights)), black_box(&operands)));
        times.push(began.elapsed());
    }
    report.line(Line {
        name: format!("推演排名，{UNITS}个单位{INDICATORS}个指标"),
        english: format!("other weights tried, {UNITS} units by {INDICATORS} indicators"),
        ours: times.shown(),
        bare: String::new(),
        ratio: String::new(),
        budget: "≤ 100 ms",
    });
}

fn scheme() -> Scheme {
    let ways = [Way::Ratio, Way::Best, Way::Rank, Way::Points, Way::Bands];
    let indicator = |at: usize| Indicator {
        row: at,
        code: (at + 1).to_string(),
        name: format!("指标{}", at + 1),
        weight: Decimal::ONE,
        parent: None,
        leaf: Some(Leaf {
            source: Source::Figure,
            figure: None,
            way: ways[at % ways.len()],
            target: Some(Decimal::from(80)),
            base: None,
            per: None,
            cap: None,
            bands: vec![(Decimal::from(90), Decimal::ONE_HUNDRED), (Decimal::from(60), Decimal::from(60))],
            lower: false,
            missing: Missing::Skip,
            unchecked: Unchecked::Missing,
            trims: false,
            items: Vec::new(),
            lead: None,
            line: Some(Decimal::from(50)),
        }),
        groups: Vec::new(),
    };
    let member =
        |at: usize| Member { unit: UnitId(Uuid::from_u128(at as u128 + 1)), group: format!("第{}组", at % 4 + 1) };
    let grade = |name: &str, least, share| Grade { id: name.to_owned(), name: name.to_owned(), least, share };
    Scheme {
        year: 2026,
        total: Decimal::from(INDICATORS as i64),
        indicators: (0..INDICATORS).map(indicator).collect(),
        members: (0..UNITS).map(member).collect(),
        grades: vec![grade("优秀", Some(90), Some(25)), grade("良好", Some(80), None), grade("其余", None, None)],
        ties: None,
    }
}
