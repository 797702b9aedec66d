//! What can a machine ask and do here? OpenAPI 3.1, made from the route table and the definitions.
//!
//! Never written by hand: an address that is not in the table is not in the document.

use axum::Json as Answer;
use kernel::catalog::{Mechanism, Vocabulary};
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::schemas;
use crate::error::Failure;
use crate::routes::{self, Route};
use crate::visitor::Visitor;

/// `GET /api/openapi.json`: with the mechanisms that this person's roles reach.
pub(crate) async fn show(visitor: Visitor) -> Result<Answer<Value>, Failure> {
    let ctx = &visitor.ctx;
    let seen: Vec<Arc<Mechanism>> = ctx.catalog().mechanisms.values().filter(|it| ctx.reaches(it)).cloned().collect();
    let version = visitor.guest.site.options.version.clone();
    Ok(Answer(document(&seen, ctx.vocabulary(), &version)))
}

fn document(seen: &[Arc<Mechanism>], vocabulary: &Vocabulary, version: &str) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::table().into_iter().filter(|route| route.path.starts_with("/api/v1/")) {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(&route, seen);
    }
    let mut all = schemas::of_every_mechanism();
    for mechanism in seen {
        for step in &mechanism.steps {
            all.insert(schemas::name(mechanism, step), schemas::of_step(mechanism, step, vocabulary));
        }
    }
    all.extend(schemas::of_moves());
    let session = json!({ "type": "apiKey", "in": "cookie", "name": "session", "description": "登录后得到的会话" });
    json!({
        "openapi": "3.1.0",
        "info": { "title": "组工接口", "version": if version.is_empty() { "0" } else { version },
                  "description": "与页面同样的查询和命令，同样的权限和说明。改动请求须带 Origin 或 Sec-Fetch-Site。" },
        "servers": [{ "url": "/" }],
        "security": [{ "session": [] }],
        "paths": paths,
        "components": { "securitySchemes": { "session": session }, "schemas": all },
    })
}

fn operation(route: &Route, seen: &[Arc<Mechanism>]) -> Value {
    let (summary, is_created) = summary(route);
    let ok = json!({ "description": "办成", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Answer" } } } });
    let problem = |words: &str| json!({ "description": words, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    let mut responses = Map::new();
    responses.insert(if is_created { "201" } else { "200" }.to_owned(), ok);
    responses.insert("401".to_owned(), problem("没有登录"));
    responses.insert("404".to_owned(), problem("没有，或者看不到"));
    if route.method == "POST" {
        responses.insert("403".to_owned(), problem("没有权限"));
        responses.insert("409".to_owned(), problem("别人先改动了"));
        responses.insert("422".to_owned(), problem("按规定不能办"));
    }
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": summary,
        "parameters": parameters(route),
        "responses": responses,
    });
    if let Some(body) = body(route, seen) {
        operation["requestBody"] = body;
    }
    operation
}

fn operation_id(route: &Route) -> String {
    let parts = route.path.trim_start_matches("/api/v1/").split('/');
    let words: Vec<String> = parts.map(|part| part.trim_matches(['{', '}']).to_owned()).collect();
    format!("{}_{}", route.method.to_lowercase(), words.join("_"))
}

fn summary(route: &Route) -> (&'static str, bool) {
    match (route.method, route.path) {
        ("GET", "/api/v1/mechanisms") => ("看得到的机制", false),
        ("GET", "/api/v1/mechanisms/{mechanism}") => ("一个机制：字段、状态、步骤、数字", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/records") => ("台账，按 after 翻页", false),
        ("POST", "/api/v1/mechanisms/{mechanism}/records") => ("开立一件事项", true),
        ("POST", "/api/v1/mechanisms/{mechanism}/steps/{step}") => ("对多件事项办理一步", false),
        ("GET", "/api/v1/figures") => ("数字：看得到的全部机制", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/figures") => ("一个机制的数字", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}") => ("一个数字：单位 × 期间", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}/parts") => ("一个数字的分项", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}/people") => ("一个数字数到的人", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/retention") => ("个人信息已满保存年限的事项，按 after 翻页", false),
        ("POST", "/api/v1/mechanisms/{mechanism}/retention") => ("清除到期的个人信息，或者延长保存", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/balances") => ("账户在某一天的余额", false),
        ("GET", "/api/v1/records/{record}/report") => ("一份报告：填好数的正文，每个数字从哪里来", false),
        ("GET", "/api/v1/records/{record}/assessment") => ("各单位的得分、名次和每个指标的数值", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/links") => ("某一天谁和谁的关系、快到期的、空余，按 after 翻页", false),
        ("GET", "/api/v1/mechanisms/{mechanism}/series") => {
            ("一年的编号：从1号到最后一号，作废的和缺的，按 after 翻页", false)
        }
        ("GET", "/api/v1/todo") => ("待办：等你办的，of=units 是本单位和下级单位里等人办的，按 after 翻页", false),
        ("GET", "/api/v1/receipts") => ("发给本单位、等着签收的文件，tab=received 是签收过的", false),
        ("GET", "/api/v1/records/{record}/receipts") => ("一份文件发给了谁、谁签收了", false),
        ("POST", "/api/v1/records/{record}/receipts") => ("替一个单位签收", false),
        ("GET", "/api/v1/records/{record}/account") => ("一个账户的余额和变动", false),
        ("POST", "/api/v1/records/{record}/account") => ("在账户上记一笔变动，或者调剂", false),
        ("POST", "/api/v1/records/{record}/account/reversals") => ("冲销一笔变动", false),
        ("GET", "/api/v1/records/{record}") => ("一件事项", false),
        ("POST", "/api/v1/records/{record}/steps/{step}") => ("办理一步", false),
        ("GET", "/api/v1/records/{record}/attendance") => ("参加情况：应到、实到、请假和每个人的情况", false),
        ("POST", "/api/v1/records/{record}/attendance") => ("在名单上记谁到了、谁请假，记点数和观看次数", false),
        ("GET", "/api/v1/people/{person}/hand-over") => ("离岗的人现在有什么", false),
        ("POST", "/api/v1/people/{person}/hand-over") => ("交接", true),
        ("POST", "/api/v1/people/{person}/hand-over/{hand_over}/undo") => ("交回", false),
        ("GET", "/api/v1/following") => ("我的关注，按 after 翻页", false),
        ("POST", "/api/v1/records/{record}/following") => ("关注一件事项，或者取消关注", false),
        ("GET", "/api/v1/deliveries") => ("外发消息的投递情况，按 after 翻页", false),
        ("GET", "/api/v1/stand-ins") => ("代办：由谁代我办，我代谁办，代我办了什么", false),
        ("POST", "/api/v1/stand-ins") => ("安排代办", true),
        ("POST", "/api/v1/stand-ins/{stand_in}/end") => ("结束代办", false),
        ("POST", "/api/v1/records/{record}/reveals") => ("写明理由，看一次遮住的栏目", false),
        ("POST", "/api/v1/files") => ("上传文件，再由步骤引用", true),
        _ => ("", false),
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut list: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let query: &[&str] = match (route.method, route.path) {
        ("GET", "/api/v1/mechanisms/{mechanism}/records") => {
            &["tab", "unit", "q", "due_from", "due_until", "sort", "after", "figure", "period", "part", "slice", "who"]
        }
        ("GET", "/api/v1/mechanisms/{mechanism}/retention") => &["after"],
        ("GET", "/api/v1/mechanisms/{mechanism}/balances") => &["on", "unit", "kind"],
        ("GET", "/api/v1/records/{record}/assessment") => &["since"],
        ("GET", "/api/v1/mechanisms/{mechanism}/links") => &["tab", "on", "unit", "after"],
        ("GET", "/api/v1/mechanisms/{mechanism}/series") => &["year", "of", "after"],
        ("GET", "/api/v1/todo") => &["of", "mechanism", "unit", "when", "after"],
        ("GET", "/api/v1/receipts") => &["tab"],
        ("GET", "/api/v1/following") => &["after"],
        ("GET", "/api/v1/deliveries") => &["tab", "to", "after"],
        ("GET", "/api/v1/records/{record}/account") => &["on"],
        ("GET", "/api/v1/figures" | "/api/v1/mechanisms/{mechanism}/figures") => &["unit", "period"],
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}") => &["unit", "period", "among"],
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}/people") => &["unit", "period", "slice", "after"],
        ("GET", "/api/v1/mechanisms/{mechanism}/figures/{figure}/parts") => {
            &["by", "across", "unit", "period", "among"]
        }
        _ => &[],
    };
    list.extend(query.iter().map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } })));
    if route.method == "POST" {
        let words = "同一个键送两次，只办一次";
        list.push(json!({ "name": "Idempotency-Key", "in": "header", "description": words, "schema": { "type": "string", "maxLength": 64 } }));
    }
    list
}

fn body(route: &Route, seen: &[Arc<Mechanism>]) -> Option<Value> {
    let reference = |name: String| json!({ "$ref": format!("#/components/schemas/{name}") });
    let steps = |is_start: bool| {
        let all = seen.iter().flat_map(|it| it.steps.iter().map(move |step| (it, step)));
        let fitting = all.filter(|(_, step)| step.from.is_empty() == is_start);
        fitting.map(|(it, step)| reference(schemas::name(it, step))).collect::<Vec<_>>()
    };
    let moves = || schemas::of_moves().into_iter().map(|(name, _)| reference(name)).collect::<Vec<_>>();
    let (media, schema) = match (route.method, route.path) {
        ("POST", "/api/v1/mechanisms/{mechanism}/records") => ("application/json", one_of(steps(true))),
        ("POST", "/api/v1/records/{record}/steps/{step}") => {
            ("application/json", one_of([steps(false), moves()].concat()))
        }
        ("POST", "/api/v1/mechanisms/{mechanism}/steps/{step}") => {
            ("application/json", reference("ManyRecords".to_owned()))
        }
        ("POST", "/api/v1/mechanisms/{mechanism}/retention") => {
            ("application/json", reference("RetentionDecision".to_owned()))
        }
        ("POST", "/api/v1/records/{record}/receipts") => ("application/json", reference("Receipt".to_owned())),
        ("POST", "/api/v1/records/{record}/account") => ("application/json", reference("Movement".to_owned())),
        ("POST", "/api/v1/records/{record}/account/reversals") => {
            ("application/json", reference("Reversal".to_owned()))
        }
        ("POST", "/api/v1/people/{person}/hand-over") => ("application/json", reference("HandOver".to_owned())),
        ("POST", "/api/v1/records/{record}/attendance") => ("application/json", reference("Attendance".to_owned())),
        ("POST", "/api/v1/records/{record}/following") => ("application/json", reference("Follow".to_owned())),
        ("POST", "/api/v1/stand-ins") => ("application/json", reference("StandIn".to_owned())),
        ("POST", "/api/v1/records/{record}/reveals") => ("application/json", reference("Reveal".to_owned())),
        ("POST", "/api/v1/files") => {
            let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
            ("multipart/form-data", json!({ "type": "object", "properties": { "file": file } }))
        }
        _ => return None,
    };
    Some(json!({ "required": true, "content": { media: { "schema": schema } } }))
}

/// Any of several: steps of different mechanisms may ask for the same fields.
fn one_of(list: Vec<Value>) -> Value {
    if list.is_empty() { json!({ "type": "object" }) } else { json!({ "anyOf": list }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_address_has_its_own_name_and_summary() {
        let mut seen = std::collections::HashSet::new();
        for route in routes::table().into_iter().filter(|route| route.path.starts_with("/api/v1/")) {
            assert!(seen.insert(operation_id(&route)), "{}", operation_id(&route));
            assert!(!summary(&route).0.is_empty(), "{}", route.path);
        }
    }
}
