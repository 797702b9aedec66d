//! A machine at the door: the same steps, the same rights and the same noes as for people, as JSON.

use serde_json::{Value, json};

use crate::harness::Office;

/// The id of a unit by its name, as the openapi document's reader would look it up: from a form of the pages.
async fn unit(visitor: &mut crate::harness::Visitor, name: &str) -> String {
    let page = visitor.asks("/m/task_order/new").await;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let at = html.find(&format!("{name}</option>")).expect("the unit is offered");
    let option = &html[html[..at].rfind("<option").expect("an option begins")..at];
    option.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it has a value").to_owned()
}

#[tokio::test]
async fn a_machine_starts_issues_and_is_refused_in_the_same_words() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let unit = unit(&mut lin, "农业农村局").await;
    let fields =
        |due: &str| json!({ "fields": { "title": "建立渔船台账", "source": "superior", "unit": unit, "due_on": due } });
    let none = lin.posts_json("/api/v1/mechanisms/task_order/records", &fields("2026-02-30")).await;
    assert_eq!(none.status, 422);
    assert!(none.json().to_string().contains("写的日期不存在"), "{}", none.json());
    let started = lin.posts_json("/api/v1/mechanisms/task_order/records", &fields("2026-03-31")).await;
    assert_eq!(started.status, 201, "{}", started.text());
    let record = started.json();
    let id = record["id"].as_str().expect("a record has an id").to_owned();
    let path = format!("/api/v1/records/{id}/steps/issue");
    let issued = lin.posts_json(&path, &json!({ "version": record["version"] })).await.json();
    assert_eq!((issued["state"].as_str(), issued["number"].as_str()), (Some("待签收"), Some("任〔2026〕1号")));
    let stale = lin.posts_json(&path, &json!({ "version": record["version"] })).await;
    assert_eq!(stale.status, 409);
    let mut zheng = office.sign_in("zheng").await;
    let close = format!("/api/v1/records/{id}/steps/drop");
    let not_theirs = zheng.posts_json(&close, &json!({ "reason": "不做了" })).await;
    assert_eq!(not_theirs.status, 403, "{}", not_theirs.text());
    let nonsense = lin.posts_json(&path, &json!({ "surprise": 1 })).await;
    assert!(matches!(nonsense.status, 400 | 422), "{}", nonsense.text());
}

#[tokio::test]
async fn the_openapi_document_describes_every_route_and_step() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let document: Value = lin.asks("/api/openapi.json").await.json();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
    let paths = document["paths"].as_object().expect("there are paths");
    for route in web::table().iter().filter(|route| route.path.starts_with("/api/v1/")) {
        let method = route.method.to_lowercase();
        assert!(paths.get(route.path).is_some_and(|path| path.get(&method).is_some()), "{method} {}", route.path);
    }
    assert!(document.to_string().contains("任务名称"));
}

#[tokio::test]
async fn the_openapi_document_holds_together() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let document: Value = lin.asks("/api/openapi.json").await.json();
    let mut faults = Vec::new();
    every_reference(&document, &document, &mut faults);
    for (path, item) in document["paths"].as_object().expect("there are paths") {
        let holes = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let holes: Vec<&str> = holes.collect();
        for (method, operation) in item.as_object().expect("a path holds operations") {
            let place = format!("{method} {path}");
            if !matches!(method.as_str(), "get" | "post" | "put" | "delete") {
                faults.push(format!("{place}: no such method"));
            }
            let parameters = operation["parameters"].as_array().expect("there is a list of parameters");
            let in_path = parameters.iter().filter(|it| it["in"] == "path" && it["required"] == true);
            let named: Vec<&str> = in_path.filter_map(|it| it["name"].as_str()).collect();
            if named != holes {
                faults.push(format!("{place}: {named:?} for {holes:?}"));
            }
            for (status, response) in operation["responses"].as_object().expect("there are responses") {
                let is_status = status.len() == 3 && status.parse::<u16>().is_ok_and(|it| (100..600).contains(&it));
                if !is_status || response["description"].as_str().is_none_or(str::is_empty) {
                    faults.push(format!("{place}: {status}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Every `$ref` leads somewhere, and every `type` is one of JSON Schema's.
fn every_reference(part: &Value, document: &Value, faults: &mut Vec<String>) {
    const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];
    match part {
        Value::Object(object) => {
            for (key, value) in object {
                let leads = |to: &str| to.strip_prefix('#').is_some_and(|to| document.pointer(to).is_some());
                match (key.as_str(), value) {
                    ("$ref", Value::String(to)) if !leads(to) => faults.push(format!("{to} leads nowhere")),
                    ("type", Value::String(of)) if !TYPES.contains(&of.as_str()) && of != "apiKey" && of != "http" => {
                        faults.push(format!("type {of}"));
                    }
                    _ => every_reference(value, document, faults),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| every_reference(value, document, faults)),
        _ => {}
    }
}
