//! How is the settings file read? KDL 2, one node a setting: `listen "0.0.0.0:8080"`.

use kdl::{KdlDocument, KdlNode, KdlValue};

use super::{SETTINGS, Unusable, Written, meant};

/// Reads the file's text. All faults at once, each with its line.
pub(super) fn read(path: &str, text: &str) -> Result<Written, Unusable> {
    let line_of = |offset: usize| text.get(..offset).unwrap_or("").matches('\n').count() + 1;
    let document: KdlDocument = text.parse().map_err(|fault: kdl::KdlError| {
        let lines = fault.diagnostics.iter().map(|it| format!("{path}:{}：看不懂这一行。", line_of(it.span.offset())));
        Unusable(lines.chain(["请检查引号和花括号；文字要放在英文引号里。".to_owned()]).collect())
    })?;
    let (mut written, mut faults) = (Written::new(), Vec::new());
    for node in document.nodes() {
        let name = node.name().value();
        match values(node).and_then(|values| match written.insert(name.to_owned(), values) {
            None => Ok(()),
            Some(_) => Err(format!("设置 {name} 写了两次。")),
        }) {
            Ok(()) => {}
            Err(fault) => faults.push(format!("{path}:{}:{fault}", line_of(node.span().offset()))),
        }
    }
    if faults.is_empty() { Ok(written) } else { Err(Unusable(faults)) }
}

fn values(node: &KdlNode) -> Result<Vec<String>, String> {
    let name = node.name().value();
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        return Err(format!("没有名为 {name} 的设置，{}", meant(name)));
    };
    if node.children().is_some() {
        return Err(format!("设置 {name} 后面不能有花括号。"));
    }
    if node.entries().iter().any(|entry| entry.name().is_some()) {
        return Err(format!("设置 {name} 后面直接写值，不写“名称=”。"));
    }
    let values: Vec<String> = node.entries().iter().map(|entry| in_words(entry.value())).collect();
    match values.len() {
        0 => Err(format!("设置 {name} 没有写值。")),
        1 => Ok(values),
        _ if setting.many => Ok(values),
        _ => Err(format!("设置 {name} 只能写一个值。")),
    }
}

fn in_words(value: &KdlValue) -> String {
    match value {
        KdlValue::String(text) => text.clone(),
        KdlValue::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        other => other.to_string(),
    }
}
