//! What does the scheme of a year say? Indicators as a tree by their numbers, and units in groups; and what is wrong with it.
//!
//! Never half a scheme: what cannot be read is told, all of it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Grade, Missing, Scoring, Source, Unchecked, Way, meant};
use crate::ids::{FieldId, UnitId};
use crate::refusal::{Refusal, Spot};
use crate::value::{Facts, Value};

/// The scheme of a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheme {
    /// The year.
    pub year: i16,
    /// What all weights come to.
    pub total: Decimal,
    /// Indicators, parents before what stands below them.
    pub indicators: Vec<Indicator>,
    /// The units that are assessed.
    pub members: Vec<Member>,
    /// The grades, the best first.
    pub grades: Vec<Grade>,
    /// The indicator, by place, by which ties are broken.
    pub ties: Option<usize>,
}

/// A unit that is assessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The unit.
    pub unit: UnitId,
    /// The group in which it is compared.
    pub group: String,
}

/// An indicator, or several under one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// Its row in the table.
    pub row: usize,
    /// Its number: `1.2.3` stands below `1.2`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its weight in points.
    pub weight: Decimal,
    /// The place of what it stands below.
    pub parent: Option<usize>,
    /// How it is scored; nothing for a heading.
    pub leaf: Option<Leaf>,
    /// For which groups it is; all, if none is named.
    pub groups: Vec<String>,
}

/// How an indicator is scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// From where its value comes.
    pub source: Source,
    /// The figure, as the scheme names it.
    pub figure: Option<String>,
    /// How a value becomes points.
    pub way: Way,
    /// What is to be reached, for units without a target of their own.
    pub target: Option<Decimal>,
    /// The value at which points begin.
    pub base: Option<Decimal>,
    /// Points for each.
    pub per: Option<Decimal>,
    /// The most points on top or off; of a ratio the most percent.
    pub cap: Option<Decimal>,
    /// From which value on how many percent of the weight.
    pub bands: Vec<(Decimal, Decimal)>,
    /// Is less better?
    pub lower: bool,
    /// What counts where there is no value.
    pub missing: Missing,
    /// What counts of a filed value that is not checked yet.
    pub unchecked: Unchecked,
    /// Are the highest and the lowest points of the jury left out?
    pub trims: bool,
    /// The items of a checklist.
    pub items: Vec<String>,
    /// The unit that checks what is filed, as the scheme names it.
    pub lead: Option<String>,
    /// The line that a value should keep.
    pub line: Option<Decimal>,
}

impl Indicator {
    /// How deep it stands: 1 for those at the top.
    pub fn depth(&self) -> usize {
        self.code.split('.').count()
    }

    /// Is it for units of a group?
    pub fn is_for(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.iter().any(|it| it == group)
    }
}

/// The most indicators and the most units of a scheme.
pub const MOST: usize = 500;

impl Scheme {
    /// The scheme as far as it can be read, and what is wrong with it.
    pub fn read(scoring: &Scoring, facts: &Facts) -> (Self, Vec<Refusal>) {
        let mut reading = Reading { scoring, faults: Vec::new() };
        let members = reading.members(rows(facts, &scoring.units));
        let indicators = reading.indicators(rows(facts, &scoring.of));
        // enforces: scoring.year
        let year = match facts.find(scoring.year.as_str()) {
            Some(Value::Whole(year @ 2000..=2100)) => *year as i16,
            _ => {
                let spot = Spot::Field(scoring.year.clone());
                reading.faults.push(Refusal::new("assessment.year").at(spot));
                2000
            }
        };
        let total = Decimal::from(scoring.total);
        let mut scheme = Self { year, total, indicators, members, grades: scoring.grades.clone(), ties: None };
        scheme.ties = reading.ties(&scheme, facts);
        reading.adds_up(&scheme);
        if scheme.leaves().any(|(_, _, leaf)| leaf.source == Source::Jury) && scoring.jury(facts).is_empty() {
            let refusal = Refusal::new("assessment.no_jurors");
            let spot = scoring.jurors.clone().map_or(Spot::Form, Spot::Field);
            reading.faults.push(refusal.at(spot));
        }
        (scheme, reading.faults)
    }

    /// The groups, in the order in which units name them.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for member in &self.members {
            if !groups.contains(&member.group.as_str()) {
                groups.push(&member.group);
            }
        }
        groups
    }

    /// The indicators that are scored, with their places.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Indicator, &Leaf)> {
        self.indicators.iter().enumerate().filter_map(|(at, it)| Some((at, it, it.leaf.as_ref()?)))
    }

    /// The weights of some indicators, by number, in place of their own: for trying out.
    #[must_use]
    pub fn weighed(&self, weights: &BTreeMap<String, Decimal>) -> Self {
        let mut scheme = self.clone();
        for it in scheme.indicators.iter_mut().filter(|it| it.leaf.as_ref().is_some_and(|leaf| leaf.way.weighs())) {
            if let Some(weight) = weights.get(&it.code) {
                it.weight = *weight;
            }
        }
        scheme
    }

    /// What the indicators of a group weigh together.
    pub fn weight_of(&self, group: &str) -> Decimal {
        let weighs = self.leaves().filter(|(_, it, leaf)| leaf.way.weighs() && it.is_for(group));
        weighs.map(|(_, it, _)| it.weight).sum()
    }
}

fn rows<'a>(facts: &'a Facts, child: &FieldId) -> &'a [Facts] {
    match facts.find(child.as_str()) {
        Some(Value::Rows(rows)) => rows,
        _ => &[],
    }
}

fn text<'a>(row: &'a Facts, column: &str) -> &'a str {
    match row.find(column) {
        Some(Value::Text(text) | Value::Choice(text)) => text.trim(),
        _ => "",
    }
}

fn number(row: &Facts, column: &str) -> Option<Decimal> {
    match row.find(column) {
        Some(Value::Decimal(number)) => Some(*number),
        _ => None,
    }
}

struct Reading<'a> {
    scoring: &'a Scoring,
    faults: Vec<Refusal>,
}

impl Reading<'_> {
    fn tell(&mut self, row: usize, column: &str, refusal: Refusal) {
        let spot = Spot::Row(self.scoring.of.clone(), row, FieldId::from(column));
        self.faults.push(refusal.with("row", row + 1).at(spot));
    }

    // enforces: scoring.units
    fn members(&mut self, rows: &[Facts]) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let (Some(Value::Unit(unit)), group) = (row.find("unit"), text(row, "group")) else { continue };
            if members.iter().any(|it| it.unit == *unit) {
                let spot = Spot::Row(self.scoring.units.clone(), at, FieldId::from("unit"));
                self.faults.push(Refusal::new("assessment.unit_twice").with("row", at + 1).at(spot));
                continue;
            }
            members.push(Member { unit: *unit, group: group.to_owned() });
        }
        if members.is_empty() {
            let spot = Spot::Field(self.scoring.units.clone());
            self.faults.push(Refusal::new("assessment.no_units").at(spot));
        }
        members
    }

    // enforces: scoring.of
    fn indicators(&mut self, rows: &[Facts]) -> Vec<Indicator> {
        let mut by_code: BTreeMap<Vec<u32>, (usize, &Facts)> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            match parts(text(row, "code")) {
                None => self.tell(at, "code", Refusal::new("assessment.code").with("code", text(row, "code"))),
                Some(parts) if by_code.contains_key(&parts) => {
                    self.tell(at, "code", Refusal::new("assessment.code_twice").with("code", text(row, "code")));
                }
                Some(parts) => {
                    by_code.insert(parts, (at, row));
                }
            }
        }
        let order: Vec<Vec<u32>> = by_code.keys().cloned().collect();
        let mut all = Vec::new();
        for parts in &order {
            let (at, row) = by_code[parts];
            let above = &parts[..parts.len() - 1];
            let parent = order.iter().position(|it| it == above);
            if !above.is_empty() && parent.is_none() {
                self.tell(
                    at,
                    "code",
                    Refusal::new("assessment.no_parent").with("code", written(parts)).with("above", written(above)),
                );
            }
            let is_heading = order.iter().any(|it| it.len() > parts.len() && it.starts_with(parts));
            let leaf = if is_heading { None } else { self.leaf(at, row) };
            let groups = text(row, "groups").split(['、', ',', '，', ';', '；']).map(str::trim);
            all.push(Indicator {
                row: at,
                code: written(parts),
                name: text(row, "name").to_owned(),
                weight: number(row, "weight").unwrap_or_default(),
                parent,
                leaf,
                groups: groups.filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            });
        }
        if all.is_empty() {
            self.faults.push(Refusal::new("assessment.no_indicators").at(Spot::Field(self.scoring.of.clone())));
        }
        all
    }

    fn leaf(&mut self, at: usize, row: &Facts) -> Option<Leaf> {
        let name = text(row, "name");
        let refusal = |code: &'static str| Refusal::new(code).with("name", name);
        let (source, way) = (meant(&Source::ALL, text(row, "source")), meant(&Way::ALL, text(row, "rule")));
        if source.is_none() {
            self.tell(at, "source", refusal("assessment.no_source"));
        }
        if way.is_none() {
            self.tell(at, "rule", refusal("assessment.no_rule"));
        }
        let (source, way) = source.zip(way)?;
        let figure = Some(text(row, "figure").to_owned()).filter(|it| !it.is_empty());
        if matches!(source, Source::Figure | Source::Ballot) && figure.is_none() {
            self.tell(at, "figure", refusal("assessment.no_figure"));
        }
        let bands = bands(text(row, "bands"));
        let leaf = Leaf {
            source,
            figure,
            way,
            target: number(row, "target"),
            base: number(row, "base"),
            per: number(row, "per"),
            cap: number(row, "cap"),
            bands: bands.clone().unwrap_or_default(),
            lower: row.find("lower") == Some(&Value::YesNo(true)),
            missing: meant(&Missing::ALL, text(row, "missing")).unwrap_or_default(),
            unchecked: meant(&Unchecked::ALL, text(row, "unchecked")).unwrap_or_default(),
            trims: row.find("trims") == Some(&Value::YesNo(true)),
            items: items(text(row, "items")),
            lead: Some(text(row, "lead").to_owned()).filter(|it| !it.is_empty()),
            line: number(row, "line"),
        };
        if way == Way::Bands && leaf.bands.is_empty() || bands.is_none() {
            self.tell(at, "bands", refusal("assessment.bands"));
        }
        self.holds(at, row, &leaf);
        Some(leaf)
    }

    /// Do the numbers of an indicator hold together?
    fn holds(&mut self, at: usize, row: &Facts, leaf: &Leaf) {
        let name = text(row, "name");
        let refusal = |code: &'static str| Refusal::new(code).with("name", name);
        let is_less =
            |one: Option<Decimal>, other: Option<Decimal>| one.zip(other).is_some_and(|(one, other)| one >= other);
        let crossed = if leaf.lower { is_less(leaf.target, leaf.base) } else { is_less(leaf.base, leaf.target) };
        if leaf.way.wants_target()
            && (leaf.target.is_some_and(|it| it <= Decimal::ZERO && leaf.base.is_none()) || crossed)
        {
            self.tell(at, "target", refusal("assessment.target"));
        }
        if leaf.way == Way::Quarters && leaf.source != Source::Figure {
            self.tell(at, "rule", refusal("assessment.quarters"));
        }
        if leaf.way == Way::Checklist && (leaf.source != Source::Entry || leaf.items.is_empty()) {
            self.tell(at, "items", refusal("assessment.items"));
        }
        if leaf.way.wants_per() && leaf.per.is_none_or(|it| it <= Decimal::ZERO) {
            self.tell(at, "per", refusal("assessment.per"));
        }
        if matches!(leaf.way, Way::Add | Way::Minus) && leaf.cap.is_none_or(|it| it <= Decimal::ZERO) {
            self.tell(at, "cap", refusal("assessment.cap"));
        }
        let weight = number(row, "weight").unwrap_or_default();
        if leaf.way.weighs() != (weight > Decimal::ZERO) {
            self.tell(
                at,
                "weight",
                refusal(if leaf.way.weighs() { "assessment.no_weight" } else { "assessment.weightless" }),
            );
        }
    }

    // enforces: scoring.ties
    fn ties(&mut self, scheme: &Scheme, facts: &Facts) -> Option<usize> {
        let field = self.scoring.ties.as_ref()?;
        let Some(Value::Text(code)) = facts.find(field.as_str()) else { return None };
        let found = scheme.leaves().find(|(_, it, _)| it.code == code.trim()).map(|(at, ..)| at);
        if found.is_none() {
            let refusal = Refusal::new("assessment.ties").with("code", code);
            self.faults.push(refusal.at(Spot::Field(field.clone())));
        }
        found
    }

    /// For each group: all weights come to the total, and those below a heading to the heading's, to the hundredth.
    // enforces: scoring.total
    fn adds_up(&mut self, scheme: &Scheme) {
        let known: BTreeSet<&str> = scheme.groups().into_iter().collect();
        for it in &scheme.indicators {
            if let Some(other) = it.groups.iter().find(|group| !known.contains(group.as_str())) {
                self.tell(
                    it.row,
                    "groups",
                    Refusal::new("assessment.group").with("name", &it.name).with("group", other),
                );
            }
        }
        let weighs = |it: &Indicator| it.leaf.as_ref().is_none_or(|leaf| leaf.way.weighs());
        let mut told = BTreeSet::new();
        for group in known {
            for at in std::iter::once(None).chain((0..scheme.indicators.len()).map(Some)) {
                let own = scheme.indicators.iter().filter(|it| it.parent == at && it.is_for(group) && weighs(it));
                let below: Vec<Decimal> = own.map(|it| it.weight).collect();
                let (whole, name) = match at.map(|at| &scheme.indicators[at]) {
                    None => (scheme.total, "全部指标".to_owned()),
                    Some(it) if it.leaf.is_some() || !it.is_for(group) => continue,
                    Some(it) => (it.weight, format!("{} {}", it.code, it.name)),
                };
                let sum: Decimal = below.iter().sum();
                if sum == whole || !told.insert((at, sum)) {
                    continue;
                }
                let refusal = Refusal::new("assessment.weights")
                    .with("group", group)
                    .with("name", name)
                    .with("sum", sum.normalize())
                    .with("whole", whole.normalize());
                match at.map(|at| scheme.indicators[at].row) {
                    Some(row) => self.tell(row, "weight", refusal),
                    None => self.faults.push(refusal.at(Spot::Field(self.scoring.of.clone()))),
                }
            }
        }
    }
}

/// The numbers of `1.2.3`.
fn parts(code: &str) -> Option<Vec<u32>> {
    let parts: Option<Vec<u32>> =
        code.split('.').map(|it| it.parse().ok().filter(|it| (1..=999).contains(it))).collect();
    parts.filter(|it| it.len() <= 5)
}

fn written(parts: &[u32]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// The items of a checklist, one a line or with semicolons between.
fn items(text: &str) -> Vec<String> {
    let parts = text.split(['；', ';', '\n']).map(str::trim);
    parts.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// `95:100；90:80；0:60` as values with percents; nothing where it cannot be read.
fn bands(text: &str) -> Option<Vec<(Decimal, Decimal)>> {
    let parts = text.split(['；', ';', '，', ',', '、', '\n']).map(str::trim).filter(|it| !it.is_empty());
    let one = |part: &str| {
        let (from, percent) = part.split_once([':', '：'])?;
        let percent: Decimal = percent.trim().trim_end_matches('%').parse().ok()?;
        let from = from.trim().trim_end_matches('%').parse().ok()?;
        (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent).then_some((from, percent))
    };
    parts.map(one).collect()
}
