//! What do units come to? Points by rule, totals, ranks within groups, grades under their caps.
//!
//! Everything follows from the scheme and the operands: the same input gives the same score, in whatever order units stand.
//! A value that is missing is told as missing and counts by the stated rule; it is not nothing.
//! Never a number that is not exact: points are whole hundredths.

use rust_decimal::{Decimal, RoundingStrategy};

use super::scheme::{Indicator, Leaf, Scheme};
use super::{Missing, Way};

/// What an indicator comes to for a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operand {
    /// The value; nothing where it is missing.
    pub value: Option<Decimal>,
    /// The unit's own target.
    pub target: Option<Decimal>,
    /// The values of the quarters that are over or under way, where the rule asks for them.
    pub quarters: Vec<Option<Decimal>>,
    /// Was something filed that nobody has checked yet?
    pub is_unchecked: bool,
}

/// Operands by indicator and unit, in the order of the scheme; headings have none.
pub type Operands = Vec<Vec<Operand>>;

/// What a unit has for an indicator, and by which numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The indicator's place.
    pub indicator: usize,
    /// What it weighs.
    pub weight: Decimal,
    /// The value.
    pub value: Option<Decimal>,
    /// The target that counts.
    pub target: Option<Decimal>,
    /// The values of the quarters.
    pub quarters: Vec<Option<Decimal>>,
    /// What it is compared with: the best of the group, or the unit's rank in it.
    pub beside: Option<Decimal>,
    /// How many of the group have a value.
    pub among: usize,
    /// The part of the weight that is reached, 1 for all of it.
    pub part: Option<Decimal>,
    /// The points; nothing where the value is missing and is left out, and where none are given.
    pub points: Option<Decimal>,
    /// Is the value below its line?
    pub is_below: bool,
    /// Was something filed that nobody has checked yet?
    pub is_unchecked: bool,
}

/// What a unit comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its indicators.
    pub lines: Vec<Line>,
    /// Points of the indicators that weigh, as they are added up.
    pub added: Decimal,
    /// What the indicators weigh that have points.
    pub counted: Decimal,
    /// The same for the whole: where something is left out, the others stand for it.
    pub basic: Option<Decimal>,
    /// Points on top.
    pub plus: Decimal,
    /// Points off.
    pub minus: Decimal,
    /// The score; nothing where nothing is known.
    pub total: Option<Decimal>,
    /// Its rank in its group, equals share one.
    pub rank: Option<usize>,
    /// How many of its group have a score.
    pub among: usize,
    /// What is missing to the one before.
    pub gap: Option<Decimal>,
    /// Its grade, by place.
    pub grade: Option<usize>,
    /// The indicators, by place, that lead to the last grade.
    pub vetoes: Vec<usize>,
    /// The indicators, by place, that bar from the first.
    pub bars: Vec<usize>,
}

/// What all units come to, in the order of the scheme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// One a unit.
    pub standings: Vec<Standing>,
}

/// Hundredths, halves away from nothing.
pub fn rounded(number: Decimal) -> Decimal {
    let mut number = number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(2);
    number
}

/// Scores every unit.
pub fn score(scheme: &Scheme, operands: &Operands) -> Outcome {
    let mut standings = vec![Standing::default(); scheme.members.len()];
    let groups = members_by_group(scheme);
    for (at, indicator, leaf) in scheme.leaves() {
        for (group, members) in &groups {
            if !indicator.is_for(group) {
                continue;
            }
            let of: Vec<&Operand> = members.iter().filter_map(|member| operands.get(at)?.get(*member)).collect();
            if of.len() != members.len() {
                continue;
            }
            for (member, line) in members.iter().zip(lines(at, indicator, leaf, &of)) {
                standings[*member].lines.push(line);
            }
        }
    }
    for standing in &mut standings {
        add_up(scheme, standing, scheme.total);
    }
    for (_, members) in &groups {
        rank(scheme, members, &mut standings);
        grade(scheme, members, &mut standings);
    }
    Outcome { standings }
}

fn members_by_group(scheme: &Scheme) -> Vec<(&str, Vec<usize>)> {
    let of = |group: &str| {
        let all = scheme.members.iter().enumerate();
        all.filter(|(_, it)| it.group == group).map(|(at, _)| at).collect()
    };
    scheme.groups().into_iter().map(|group| (group, of(group))).collect()
}

/// An indicator of all units of a group.
fn lines(at: usize, indicator: &Indicator, leaf: &Leaf, of: &[&Operand]) -> Vec<Line> {
    let known: Vec<Decimal> = of.iter().filter_map(|it| it.value).collect();
    let best = if leaf.lower { known.iter().min() } else { known.iter().max() }.copied();
    let line = |operand: &&Operand| {
        let target = operand.target.or(leaf.target);
        let mut line = Line {
            indicator: at,
            weight: indicator.weight,
            value: operand.value,
            target,
            quarters: operand.quarters.clone(),
            among: known.len(),
            is_unchecked: operand.is_unchecked,
            ..Line::default()
        };
        if let Some(value) = operand.value {
            line.beside = match leaf.way {
                Way::Rank => Some(Decimal::from(1 + known.iter().filter(|it| is_better(leaf, **it, value)).count())),
                Way::Best => best,
                _ => None,
            };
            line.is_below = leaf.line.is_some_and(|it| if leaf.lower { value > it } else { value < it });
        }
        // So many digits that sums of parts are exact in any order.
        line.part = part(leaf, &line).map(|it| it.round_dp(12));
        line
    };
    let mut lines: Vec<Line> = of.iter().map(line).collect();
    let parts: Vec<Decimal> = lines.iter().filter_map(|it| it.part).collect();
    let mean = parts.iter().sum::<Decimal>().checked_div(Decimal::from(parts.len()));
    for line in &mut lines {
        line.points = points(leaf, line, mean);
    }
    lines
}

fn is_better(leaf: &Leaf, one: Decimal, other: Decimal) -> bool {
    if leaf.lower { one < other } else { one > other }
}

/// The part of the weight that a value reaches; nothing where there is no value, or where nothing weighs.
fn part(leaf: &Leaf, line: &Line) -> Option<Decimal> {
    if leaf.way == Way::Quarters {
        let parts: Vec<Decimal> =
            line.quarters.iter().flatten().filter_map(|it| ratio(leaf, *it, line.target)).collect();
        return parts.iter().sum::<Decimal>().checked_div(Decimal::from(parts.len()));
    }
    let value = line.value?;
    let of_weight = |points: Decimal| points.checked_div(line.weight).map(|it| it.clamp(Decimal::ZERO, Decimal::ONE));
    match leaf.way {
        Way::Ratio => ratio(leaf, value, line.target),
        Way::Bands => Some(band(leaf, value) / Decimal::ONE_HUNDRED),
        Way::Points => of_weight(value),
        Way::Checklist => {
            let part = value.checked_div(Decimal::from(leaf.items.len()))?;
            Some(part.clamp(Decimal::ZERO, Decimal::ONE))
        }
        Way::Deduct => {
            let off = leaf.per?.checked_mul(value.max(Decimal::ZERO))?;
            of_weight(line.weight - leaf.cap.map_or(off, |cap| off.min(cap)))
        }
        Way::Rank => {
            let (rank, among) = (line.beside?, Decimal::from(line.among));
            match leaf.per {
                Some(per) => of_weight(line.weight - per.checked_mul(rank - Decimal::ONE)?),
                None => (among - rank + Decimal::ONE).checked_div(among),
            }
        }
        Way::Best => {
            let best = line.beside?;
            let (small, large) = if leaf.lower { (best, value) } else { (value, best) };
            match large <= Decimal::ZERO {
                true if leaf.lower => Some(Decimal::ONE),
                // Where nobody has anything, nobody is the best.
                true => None,
                false => Some(small.checked_div(large)?.clamp(Decimal::ZERO, Decimal::ONE)),
            }
        }
        Way::Quarters | Way::Add | Way::Minus | Way::Veto | Way::Bar => None,
    }
}

/// The part of the way from the base to the target, up to the cap.
fn ratio(leaf: &Leaf, value: Decimal, target: Option<Decimal>) -> Option<Decimal> {
    let target = target?;
    let most = leaf.cap.map_or(Decimal::ONE, |cap| cap / Decimal::ONE_HUNDRED);
    let part = match (leaf.lower, leaf.base) {
        (true, _) if value <= target => Decimal::ONE,
        (true, None) => target.checked_div(value)?,
        (true, Some(base)) => (base - value).checked_div(base - target)?,
        (false, base) => {
            let base = base.unwrap_or_default();
            (value - base).checked_div(target - base)?
        }
    };
    Some(part.clamp(Decimal::ZERO, most.max(Decimal::ZERO)))
}

/// The percent of the band in which a value lies: the highest that it reaches, or of what is to be low the lowest that it
/// does not pass.
fn band(leaf: &Leaf, value: Decimal) -> Decimal {
    let reached = leaf.bands.iter().filter(|(from, _)| if leaf.lower { value <= *from } else { value >= *from });
    let nearest =
        if leaf.lower { reached.min_by_key(|(from, _)| *from) } else { reached.max_by_key(|(from, _)| *from) };
    nearest.map_or(Decimal::ZERO, |(_, percent)| *percent)
}

fn points(leaf: &Leaf, line: &Line, mean: Option<Decimal>) -> Option<Decimal> {
    if !leaf.way.weighs() {
        let value = line.value?.max(Decimal::ZERO);
        return match leaf.way {
            Way::Add | Way::Minus => {
                let points = leaf.per?.checked_mul(value)?;
                Some(rounded(leaf.cap.map_or(points, |cap| points.min(cap))))
            }
            _ => None,
        };
    }
    let part = match (line.part, leaf.missing) {
        (Some(part), _) => Some(part),
        (None, Missing::Zero) => Some(Decimal::ZERO),
        (None, Missing::Mean) => mean,
        (None, Missing::Skip) => None,
    };
    Some(rounded(part?.checked_mul(line.weight)?))
}

fn add_up(scheme: &Scheme, standing: &mut Standing, whole: Decimal) {
    for line in &standing.lines {
        let Some(leaf) = scheme.indicators.get(line.indicator).and_then(|it| it.leaf.as_ref()) else { continue };
        let happened = line.value.is_some_and(|it| it > Decimal::ZERO);
        match (leaf.way, line.points) {
            (Way::Add, Some(points)) => standing.plus += points,
            (Way::Minus, Some(points)) => standing.minus += points,
            (Way::Veto, _) if happened => standing.vetoes.push(line.indicator),
            (Way::Bar, _) if happened => standing.bars.push(line.indicator),
            (way, Some(points)) if way.weighs() => {
                standing.added += points;
                standing.counted += line.weight;
            }
            _ => {}
        }
    }
    standing.basic = match standing.counted == whole {
        true => Some(rounded(standing.added)),
        false => standing.added.checked_mul(whole).and_then(|it| it.checked_div(standing.counted)).map(rounded),
    };
    standing.basic = standing.basic.filter(|_| standing.counted > Decimal::ZERO);
    standing.total = standing.basic.map(|it| rounded((it + standing.plus - standing.minus).max(Decimal::ZERO)));
}

/// Ranks within a group: equals share a rank, and the next one comes after all of them.
fn rank(scheme: &Scheme, members: &[usize], standings: &mut [Standing]) {
    let by_tie = |standing: &Standing| {
        let line = scheme.ties.and_then(|at| standing.lines.iter().find(|line| line.indicator == at));
        line.and_then(|line| line.points).unwrap_or_default()
    };
    let keys: Vec<(usize, Decimal, Decimal)> =
        members.iter().filter_map(|at| Some((*at, standings[*at].total?, by_tie(&standings[*at])))).collect();
    for (at, total, tie) in &keys {
        let before = keys.iter().filter(|(_, other, other_tie)| (other, other_tie) > (total, tie));
        let (count, nearest) = before.fold((0, None), |(count, nearest): (usize, Option<Decimal>), (_, other, _)| {
            (count + 1, Some(nearest.map_or(*other, |it| it.min(*other))))
        });
        let standing = &mut standings[*at];
        standing.rank = Some(count + 1);
        standing.among = keys.len();
        standing.gap = nearest.map(|it| it - total);
    }
}

/// Grades within a group, from the best rank down: the best grade whose score is reached and that has room for all who
/// share the rank.
fn grade(scheme: &Scheme, members: &[usize], standings: &mut [Standing]) {
    let Some(last) = scheme.grades.len().checked_sub(1) else { return };
    let mut taken = vec![0_usize; scheme.grades.len()];
    // enforces: scoring.grade.share
    let room = |at: usize, taken: &[usize]| match scheme.grades[at].share {
        Some(share) => (members.len() * usize::try_from(share).unwrap_or(0) / 100).saturating_sub(taken[at]),
        None => usize::MAX,
    };
    let mut order: Vec<usize> = members.iter().copied().filter(|at| standings[*at].rank.is_some()).collect();
    order.sort_by_key(|at| standings[*at].rank);
    let mut start = 0;
    while start < order.len() {
        let same = order[start..].iter().take_while(|at| standings[**at].rank == standings[order[start]].rank).count();
        let equals = &order[start..start + same];
        // enforces: scoring.grade.least
        let first = |at: usize| {
            let standing = &standings[at];
            let reached = |grade: &usize| {
                let least = scheme.grades[*grade].least.map(Decimal::from);
                let is_barred = *grade == 0 && last > 0 && !standing.bars.is_empty();
                *grade == last || (!is_barred && least.is_none_or(|it| standing.total.is_some_and(|total| total >= it)))
            };
            if standing.vetoes.is_empty() { (0..=last).find(reached).unwrap_or(last) } else { last }
        };
        let mut wanted: Vec<usize> = equals.iter().map(|at| first(*at)).collect();
        for grade in 0..last {
            let count = wanted.iter().filter(|it| **it == grade).count();
            if count > room(grade, &taken) {
                // Nobody behind them has it either.
                taken[grade] = members.len();
                wanted.iter_mut().filter(|it| **it == grade).for_each(|it| *it += 1);
            }
        }
        for (at, grade) in equals.iter().zip(&wanted) {
            standings[*at].grade = Some(*grade);
            taken[*grade] += 1;
        }
        start += same;
    }
}
