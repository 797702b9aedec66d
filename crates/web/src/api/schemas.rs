//! What does each mechanism's record look like to a machine? JSON schemas from the definitions.

use kernel::catalog::{Child, Field, FieldType, Mechanism, Step, Vocabulary};
use serde_json::{Map, Value, json};

/// The moves that every record has: their address is that of a step, `flow.handed` and so on.
pub(super) fn of_moves() -> Map<String, Value> {
    use kernel::workflow::moves::{self, ADD, COPY, HAND, NOTE, RECALL, TIE, UNTIE, URGE};
    let id = json!({ "type": "string", "format": "uuid" });
    let ids = json!({ "type": "array", "items": id });
    let text = json!({ "type": "string" });
    let place = json!({ "type": "string", "enum": ["before", "after"] });
    let fields = [
        (HAND, json!({ "person": id }), true),
        (ADD, json!({ "person": id, "place": place }), true),
        (URGE, json!({ "words": text }), false),
        (COPY, json!({ "people": ids, "units": ids, "words": text }), false),
        (NOTE, json!({ "words": text, "people": ids }), false),
        (TIE, json!({ "record": text, "words": text }), false),
        (UNTIE, json!({ "record": text }), true),
        (RECALL, json!({}), false),
    ];
    let schema = |(step, fields, has_reason): (&str, Value, bool)| {
        let mut properties = json!({
            "fields": { "type": "object", "properties": fields, "additionalProperties": false },
            "version": { "type": "integer" },
        });
        if has_reason {
            properties["reason"] = text.clone();
        }
        let title = format!("{}（{step}）", moves::name_of(step).unwrap_or(""));
        let required: &[&str] = if has_reason { &["reason"] } else { &[] };
        let schema = json!({ "type": "object", "title": title, "required": required, "properties": properties });
        (step.to_owned(), schema)
    };
    fields.into_iter().map(schema).collect()
}

/// The schemas that do not depend on a mechanism.
pub(super) fn of_every_mechanism() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let some_text = json!({ "type": ["string", "null"] });
    let error = json!({
        "type": "object",
        "required": ["code", "says"],
        "properties": { "code": text, "field": some_text, "says": text, "because": some_text, "next": some_text },
    });
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "request", "errors"],
        "properties": {
            "type": text, "title": text, "status": { "type": "integer" }, "detail": text,
            "request": { "type": "string", "description": "日志里查得到的编号" },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/Error" } },
        },
    });
    let many = json!({
        "type": "object",
        "required": ["records"],
        "properties": {
            "records": { "type": "array", "items": { "type": "string", "format": "uuid" }, "maxItems": app::commands::steps::MOST_IN_BATCH },
            "opinion": some_text, "reason": some_text,
        },
    });
    let day = json!({ "type": "string", "format": "date" });
    let stand_in = json!({
        "type": "object",
        "required": ["person", "from_on", "until_on"],
        "properties": {
            "person": text, "principal": some_text, "mechanisms": { "type": "array", "items": text },
            "from_on": day, "until_on": day, "basis": some_text,
        },
    });
    let decision = json!({
        "type": "object",
        "required": ["records", "decision", "reason"],
        "properties": {
            "records": { "type": "array", "items": { "type": "string", "format": "uuid" }, "maxItems": app::commands::steps::MOST_IN_BATCH },
            "decision": { "enum": ["clear", "keep"] }, "until": day, "reason": { "type": "string", "maxLength": 200 },
        },
    });
    let reveal = json!({
        "type": "object",
        "required": ["field", "reason"],
        "properties": { "field": text, "reason": { "type": "string", "maxLength": 200 } },
    });
    let pairs = [
        ("StandIn", stand_in),
        ("HandOver", hand_over()),
        ("Attendance", attendance()),
        ("Error", error),
        ("Problem", problem),
        ("ManyRecords", many),
        ("Reveal", reveal),
        ("RetentionDecision", decision),
        ("Answer", json!({ "type": "object" })),
    ];
    pairs.into_iter().chain(of_accounts()).map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn of_accounts() -> [(&'static str, Value); 4] {
    let unit = json!({ "type": "string", "format": "uuid" });
    let receipt = json!({ "type": "object", "required": ["unit"], "properties": { "unit": unit } });
    let follow = json!({ "type": "object", "required": ["follow"], "properties": { "follow": { "type": "boolean" } } });
    [("Receipt", receipt), ("Movement", movement()), ("Reversal", reversal()), ("Follow", follow)]
}

fn movement() -> Value {
    let text = json!({ "type": "string" });
    let part = json!({ "type": "object", "properties": { "to": text, "amount": text } });
    json!({
        "type": "object",
        "required": ["word", "amount"],
        "properties": {
            "word": text, "amount": text, "on": { "type": "string", "format": "date" }, "document": text,
            "reason": text, "cause": text, "parts": { "type": "array", "items": part },
        },
    })
}

fn reversal() -> Value {
    let properties = json!({ "seq": { "type": "integer" }, "reason": { "type": "string" } });
    json!({ "type": "object", "required": ["seq", "reason"], "properties": properties })
}

fn attendance() -> Value {
    let number = json!({ "type": ["integer", "null"], "minimum": 0 });
    let one = json!({
        "type": "object",
        "required": ["person", "stand"],
        "properties": {
            "person": { "type": "string", "format": "uuid" }, "stand": { "enum": ["came", "leave", "open"] },
            "hours": { "type": "string", "description": "只在与这场活动的学时不同时写" },
        },
    });
    let reason = json!({ "type": ["string", "null"], "maxLength": 200, "description": "把记下的改掉时要写" });
    json!({
        "type": "object",
        "properties": {
            "people": { "type": "array", "items": one, "maxItems": super::attendance::MOST },
            "heads": number, "views": number, "reason": reason,
        },
    })
}

fn hand_over() -> Value {
    let some_text = json!({ "type": ["string", "null"] });
    let day = json!({ "type": "string", "format": "date" });
    json!({
        "type": "object",
        "required": ["last_on"],
        "properties": { "grants_to": some_text, "records_to": some_text, "last_on": day },
    })
}

/// The name of the schema of a step.
pub(super) fn name(mechanism: &Mechanism, step: &Step) -> String {
    format!("{}.{}", mechanism.id, step.id)
}

/// What a step is sent with.
pub(super) fn of_step(mechanism: &Mechanism, step: &Step, vocabulary: &Vocabulary) -> Value {
    let (mut fields, mut rows, mut needed) = (Map::new(), Map::new(), Vec::new());
    for id in step.needs.iter().chain(&step.asks) {
        if let Some(field) = mechanism.field(id.as_str()) {
            fields.insert(id.to_string(), of_field(field, vocabulary));
        } else if let Some(child) = mechanism.child(id.as_str()) {
            rows.insert(id.to_string(), of_child(child, vocabulary));
        }
        if step.needs.contains(id) && mechanism.field(id.as_str()).is_some() {
            needed.push(id.to_string());
        }
    }
    let mut properties = Map::new();
    properties.insert("fields".to_owned(), json!({ "type": "object", "properties": fields, "required": needed }));
    properties.insert("rows".to_owned(), json!({ "type": "object", "properties": rows }));
    properties
        .insert("version".to_owned(), json!({ "type": "integer", "description": "读到的版本；别人先改动时答 409" }));
    let mut required = Vec::new();
    for (is_asked, word) in [(step.opinion, "opinion"), (step.reason, "reason")] {
        if is_asked {
            properties.insert(word.to_owned(), json!({ "type": "string" }));
            required.push(word);
        }
    }
    json!({
        "title": format!("{} · {}", mechanism.name, step.name),
        "description": step.because.clone().unwrap_or_default(),
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

fn of_child(child: &Child, vocabulary: &Vocabulary) -> Value {
    let columns: Map<String, Value> =
        child.fields.iter().map(|field| (field.id.to_string(), of_field(field, vocabulary))).collect();
    json!({ "title": child.name, "type": "array", "items": { "type": "object", "properties": columns } })
}

fn of_field(field: &Field, vocabulary: &Vocabulary) -> Value {
    let id = || json!({ "type": "string", "format": "uuid" });
    let many = || json!({ "type": "array", "items": id() });
    let mut schema = match &field.of {
        FieldType::Text { max } | FieldType::LongText { max } => json!({ "type": "string", "maxLength": max }),
        FieldType::Whole { min, max, .. } => whole(*min, *max),
        FieldType::Decimal { .. } | FieldType::Money => json!({ "type": ["number", "string"] }),
        FieldType::Percent => json!({ "type": ["number", "string"], "minimum": 0, "maximum": 100 }),
        FieldType::Day => json!({ "type": "string", "format": "date" }),
        FieldType::Month => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}$" }),
        FieldType::Moment => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}$" }),
        FieldType::YesNo => json!({ "type": "boolean" }),
        FieldType::Choice { list } => {
            let items = vocabulary.list(list.as_str()).map(|list| list.items.iter().map(|item| item.id.to_string()));
            json!({ "type": "string", "enum": items.into_iter().flatten().collect::<Vec<_>>() })
        }
        FieldType::Unit | FieldType::Person | FieldType::Record { .. } => id(),
        FieldType::Units | FieldType::People | FieldType::Files => many(),
        FieldType::Computed { .. } => json!({ "readOnly": true }),
    };
    schema["title"] = json!(field.name);
    if let Some(help) = &field.help {
        schema["description"] = json!(help);
    }
    schema
}

fn whole(min: Option<i64>, max: Option<i64>) -> Value {
    let mut schema = json!({ "type": "integer" });
    if let Some(min) = min {
        schema["minimum"] = json!(min);
    }
    if let Some(max) = max {
        schema["maximum"] = json!(max);
    }
    schema
}
