//! What do figures over figures stand on? Names looked up over all files; unlike kinds, rates and circles refused.
//!
//! Never reckons: that is `kernel::figures`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Sheet;
use crate::catalog::raw::Raw;
use crate::catalog::{Blend, Counts, Figure, Measure, Mechanism, Term};
use crate::ids::{FigureId, MechanismId};

/// What is wrong, and what to do.
type Fault = (String, String);

/// Looks up what every figure over figures stands on.
// enforces: figure.of
// enforces: figure.should
// enforces: figure.reached
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &mut BTreeMap<MechanismId, Mechanism>) {
    let mut found: Vec<(MechanismId, FigureId, Blend)> = Vec::new();
    for sheet in sheets {
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        for figure in mechanism.figures.iter().filter(|it| matches!(it.measure, Measure::Blend(_))) {
            let looked_up = Search { mechanisms, way: Vec::new() }.blend(mechanism, figure);
            match looked_up.and_then(|blend| fits(figure, blend)) {
                Ok(blend) => found.push((mechanism.id.clone(), figure.id.clone(), blend)),
                Err((sentence, hint)) => {
                    let raw = sheet
                        .matter
                        .children
                        .iter()
                        .find(|raw| raw.rule.key == "figure" && raw.arg(0) == figure.id.as_str());
                    let of = |raw: &Raw| raw.prop_span(if raw.prop("of").is_some() { "of" } else { "should" });
                    let span = raw.map_or(sheet.matter.span.clone(), of);
                    sheet.desk.tell_hint(span, sentence, hint);
                }
            }
        }
    }
    for (mechanism, id, blend) in found {
        let own = mechanisms.get_mut(mechanism.as_str()).into_iter().flat_map(|it| &mut it.figures);
        for figure in own.filter(|figure| figure.id == id) {
            let states = blend.terms().filter(|term| term.mechanism == mechanism);
            let mut states: Vec<_> = states.flat_map(|term| term.figure.counts_in.clone()).collect();
            states.sort();
            states.dedup();
            figure.counts_in = states;
            figure.measure = Measure::Blend(blend.clone());
        }
    }
}

/// What is added up: names, and whether each is taken away.
type Side = Vec<(bool, String)>;

/// A search for what a figure stands on.
struct Search<'a> {
    mechanisms: &'a BTreeMap<MechanismId, Mechanism>,
    /// The figures on the way here, by name.
    way: Vec<(MechanismId, FigureId, String)>,
}

/// How deep figures may stand on each other.
const DEEPEST: usize = 8;

impl<'a> Search<'a> {
    fn blend(&mut self, mechanism: &Mechanism, figure: &Figure) -> Result<Blend, Fault> {
        let Measure::Blend(written) = &figure.measure else {
            let (home, text) = (mechanism.id.clone(), "".into());
            return Ok(Blend {
                home,
                text,
                plus: Vec::new(),
                over: Vec::new(),
                is_missing: false,
                paced: false,
                quarters: false,
            });
        };
        let stands = self.way.iter().any(|(of, id, _)| *of == mechanism.id && *id == figure.id);
        self.way.push((mechanism.id.clone(), figure.id.clone(), figure.name.clone()));
        if stands || self.way.len() > DEEPEST {
            let way: Vec<&str> = self.way.iter().map(|(.., name)| name.as_str()).collect();
            return Err((
                format!("“{}”要由它自己算出来：{}", figure.name, way.join(" → ")),
                "请断开这个圈，让每个指标最后都落到记录上".to_owned(),
            ));
        }
        let (plus, over) = sides(&written.text)?;
        let blend = Blend {
            home: mechanism.id.clone(),
            text: written.text.clone(),
            plus: self.side(mechanism, &plus)?,
            over: self.side(mechanism, &over)?,
            is_missing: written.is_missing,
            paced: written.paced,
            quarters: written.quarters,
        };
        self.way.pop();
        Ok(blend)
    }

    fn side(&mut self, home: &Mechanism, names: &[(bool, String)]) -> Result<Vec<Term>, Fault> {
        let mut terms = Vec::new();
        for (minus, name) in names {
            let (mechanism, figure) = self.named(home, name)?;
            match &figure.measure {
                Measure::Blend(_) => {
                    let inner = self.blend(mechanism, figure)?;
                    if !inner.over.is_empty() || inner.is_missing {
                        return Err(rate(figure));
                    }
                    terms.extend(inner.plus.into_iter().map(|term| Term { minus: term.minus != *minus, ..term }));
                }
                Measure::Ratio { .. } | Measure::Average { .. } => return Err(rate(figure)),
                _ => terms.push(Term {
                    mechanism: mechanism.id.clone(),
                    figure: Arc::new(figure.clone()),
                    minus: *minus,
                }),
            }
        }
        Ok(terms)
    }

    /// `指标` of the same mechanism, or `机制.指标`; names or ids.
    fn named(&self, home: &Mechanism, written: &str) -> Result<(&'a Mechanism, &'a Figure), Fault> {
        let (mechanism, name) = match written.split_once('.') {
            None => (self.mechanisms.get(&home.id), written),
            Some((of, name)) => (self.mechanisms.values().find(|it| it.id == *of || it.name == of), name),
        };
        let Some(mechanism) = mechanism else {
            let hint = "别的机制的指标写成“机制.指标”，机制写名称或者代号";
            return Err((format!("没有“{written}”所说的机制"), hint.to_owned()));
        };
        let figure = mechanism.figures.iter().find(|it| it.id == *name || it.name == name);
        figure.map(|figure| (mechanism, figure)).ok_or_else(|| {
            let known: Vec<&str> = mechanism.figures.iter().map(|it| it.name.as_str()).collect();
            (format!("“{}”没有名为“{name}”的指标", mechanism.name), format!("有：{}", known.join("、")))
        })
    }
}

fn rate(figure: &Figure) -> Fault {
    let sentence = format!("“{}”是比率或平均，不能再拿来算", figure.name);
    (sentence, "比率不能相加也不能平均，请用它的分子和分母".to_owned())
}

/// What is added up, and what it is divided by: names with signs.
fn sides(text: &str) -> Result<(Side, Side), Fault> {
    let hint = || "写成“甲 + 乙”“甲 / 乙”或者“（甲 + 乙） / 丙”".to_owned();
    let text = text.replace(['（', '）'], " ").replace(['(', ')'], " ").replace('÷', "/").replace('−', "-");
    let mut parts = text.split('/');
    let (plus, over, more) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if more.is_some() {
        return Err(("只能除一次".to_owned(), hint()));
    }
    let side = |text: &str| -> Result<Side, Fault> {
        let mut names = Vec::new();
        let (mut minus, mut name) = (false, String::new());
        for sign in text.chars().chain(['+']) {
            match sign {
                '+' | '-' => {
                    let word = std::mem::take(&mut name).trim().to_owned();
                    if word.is_empty() {
                        return Err(("算式缺了指标的名称".to_owned(), hint()));
                    }
                    names.push((minus, word));
                    minus = sign == '-';
                }
                other => name.push(other),
            }
        }
        Ok(names)
    };
    Ok((side(plus)?, over.map_or_else(|| Ok(Vec::new()), side)?))
}

/// Who should and who did are people both, each side one figure; what comes out is people or a rate.
fn covers(figure: &Figure, blend: Blend) -> Result<Blend, Fault> {
    let is_one =
        |side: &[Term]| matches!(side, [term] if !term.minus && matches!(term.figure.measure, Measure::People { .. }));
    if !is_one(&blend.plus) || !is_one(&blend.over) {
        let hint = "should 和 reached 各写一个用 people 数的指标，别的机制的写成“机制.指标”";
        return Err(("应到和已到要各是一个数人的指标".to_owned(), hint.to_owned()));
    }
    match figure.kind.of {
        Counts::People | Counts::Percent => Ok(blend),
        _ => Err((
            format!("应到和已到比出来的不是{}", figure.unit),
            "还差多少人写 unit=\"人\"，到了百分之几写 unit=\"%\"".to_owned(),
        )),
    }
}

/// What is set against the part of the year that has gone by is a rate of what stands at a day, and so is what a mean of
/// quarters is made of.
// enforces: figure.paced
// enforces: figure.quarters
fn over_time(blend: &Blend) -> Result<(), Fault> {
    if !blend.paced && !blend.quarters {
        return Ok(());
    }
    let flows = blend.terms().find(|term| !term.figure.stands());
    if blend.over.is_empty() {
        let hint = "写成“甲 / 乙”，甲和乙都是期末的数";
        return Err(("paced 和 quarters 只能写在相除的指标上".to_owned(), hint.to_owned()));
    }
    match flows {
        Some(term) => Err((
            format!("“{}”数的是一段时间里的，不是期末的数", term.figure.name),
            "写了 paced 或者 quarters 的，用 balance 或者 stock 的指标".to_owned(),
        )),
        None => Ok(()),
    }
}

/// Like is added to like, and what comes out is of the figure's kind.
fn fits(figure: &Figure, blend: Blend) -> Result<Blend, Fault> {
    if blend.is_missing {
        return covers(figure, blend);
    }
    over_time(&blend)?;
    for side in [&blend.plus, &blend.over] {
        let Some((first, more)) = side.split_first() else { continue };
        if let Some(other) = more.iter().find(|it| !it.figure.kind.adds_to(&first.figure.kind)) {
            let units = format!(
                "“{}”的单位是{}，“{}”的单位是{}",
                first.figure.name, first.figure.unit, other.figure.name, other.figure.unit
            );
            return Err((format!("单位不同的数不能相加：{units}"), "单位相同才能加减".to_owned()));
        }
        if first.figure.kind.of == Counts::People && !more.is_empty() {
            let hint = "同一人可能两边都有，请写一个 people 指标，把两种情形都数进去";
            return Err(("人数加起来会把同一个人算两次".to_owned(), hint.to_owned()));
        }
    }
    let kind = |terms: &[Term]| terms.first().map(|term| term.figure.kind.clone());
    let (plus, over) = (kind(&blend.plus), kind(&blend.over));
    let is_right = match (&plus, &over) {
        (Some(plus), None) => plus.adds_to(&figure.kind),
        (Some(plus), Some(over)) if figure.kind.of == Counts::Percent => plus.adds_to(over) || plus.of == over.of,
        (Some(plus), Some(_)) => plus.adds_to(&figure.kind),
        (None, _) => false,
    };
    if is_right {
        return Ok(blend);
    }
    let sentence = format!("算出来的不是{}", figure.unit);
    Err((sentence, "相加的单位不变；同类的数相除是%，人均、户均一类的写被除数的单位".to_owned()))
}
