//! How is what a unit came to kept? As JSON with its numbers written out, so that it reads back as it was.
//!
//! Never a number that is rounded on the way.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::score::{Line, Standing};

fn number(it: Option<Decimal>) -> Json {
    it.map_or(Json::Null, |it| Json::String(it.to_string()))
}

fn read(json: &Json, key: &str) -> Option<Decimal> {
    json.get(key)?.as_str()?.parse().ok()
}

fn places(json: &Json, key: &str) -> Vec<usize> {
    let all = json.get(key).and_then(Json::as_array).into_iter().flatten();
    all.filter_map(|it| usize::try_from(it.as_u64()?).ok()).collect()
}

fn place(json: &Json, key: &str) -> Option<usize> {
    usize::try_from(json.get(key)?.as_u64()?).ok()
}

/// What a unit came to, as it is kept.
pub fn to_json(it: &Standing) -> Json {
    let line = |it: &Line| {
        json!({
            "indicator": it.indicator,
            "weight": number(Some(it.weight)),
            "value": number(it.value),
            "target": number(it.target),
            "quarters": it.quarters.iter().map(|it| number(*it)).collect::<Vec<_>>(),
            "beside": number(it.beside),
            "among": it.among,
            "part": number(it.part),
            "points": number(it.points),
            "below": it.is_below,
            "unchecked": it.is_unchecked,
        })
    };
    json!({
        "lines": it.lines.iter().map(line).collect::<Vec<_>>(),
        "added": number(Some(it.added)),
        "counted": number(Some(it.counted)),
        "basic": number(it.basic),
        "plus": number(Some(it.plus)),
        "minus": number(Some(it.minus)),
        "total": number(it.total),
        "rank": it.rank,
        "among": it.among,
        "gap": number(it.gap),
        "grade": it.grade,
        "vetoes": it.vetoes,
        "bars": it.bars,
    })
}

/// What a unit came to, as it was kept.
pub fn from_json(json: &Json) -> Standing {
    let line = |json: &Json| Line {
        indicator: place(json, "indicator").unwrap_or(usize::MAX),
        weight: read(json, "weight").unwrap_or_default(),
        value: read(json, "value"),
        target: read(json, "target"),
        quarters: json.get("quarters").and_then(Json::as_array).into_iter().flatten().map(quarter).collect(),
        beside: read(json, "beside"),
        among: place(json, "among").unwrap_or(0),
        part: read(json, "part"),
        points: read(json, "points"),
        is_below: json.get("below") == Some(&Json::Bool(true)),
        is_unchecked: json.get("unchecked") == Some(&Json::Bool(true)),
    };
    Standing {
        lines: json.get("lines").and_then(Json::as_array).into_iter().flatten().map(line).collect(),
        added: read(json, "added").unwrap_or_default(),
        counted: read(json, "counted").unwrap_or_default(),
        basic: read(json, "basic"),
        plus: read(json, "plus").unwrap_or_default(),
        minus: read(json, "minus").unwrap_or_default(),
        total: read(json, "total"),
        rank: place(json, "rank"),
        among: place(json, "among").unwrap_or(0),
        gap: read(json, "gap"),
        grade: place(json, "grade"),
        vetoes: places(json, "vetoes"),
        bars: places(json, "bars"),
    }
}

fn quarter(json: &Json) -> Option<Decimal> {
    json.as_str()?.parse().ok()
}
