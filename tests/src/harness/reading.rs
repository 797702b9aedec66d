//! What does a person read on a page? Headings, lines, table rows, fields and buttons; not HTML.
//!
//! A heading begins with `#`, cells are parted by `|`, a field reads `[名称: 内容]`, a button `«名称»`.
//! Never shows how it looks: a new style sheet changes no reading.

use super::markup::{Element, Node};

/// What stands outside the page proper, or is not read.
const LEFT_OUT: [&str; 8] = ["svg", "script", "style", "template", "head", "noscript", "colgroup", "datalist"];
/// Elements that begin a line of their own.
const BLOCKS: [&str; 33] = [
    "p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "form", "fieldset", "legend", "ul",
    "ol", "li", "dl", "dt", "table", "thead", "tbody", "tfoot", "tr", "caption", "blockquote", "details", "summary",
    "figure", "figcaption", "dialog", "label", "pre", "hr", "br",
];

/// The lines of an element.
pub(super) fn lines(element: &Element) -> Vec<String> {
    let mut reader = Reader::default();
    reader.children(element);
    reader.end_line();
    reader.lines
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    line: String,
}

impl Reader {
    fn end_line(&mut self) {
        let line = self.line.split_whitespace().collect::<Vec<_>>().join(" ");
        self.line.clear();
        if !line.is_empty() {
            self.lines.push(line);
        }
    }

    fn children(&mut self, element: &Element) {
        for node in &element.children {
            match node {
                Node::Text(text) => self.line.push_str(text),
                Node::Element(child) => self.element(child),
            }
        }
    }

    fn element(&mut self, element: &Element) {
        let name = element.name.as_str();
        if LEFT_OUT.contains(&name) || element.attribute("type") == Some("hidden") {
            return;
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(element),
            "input" | "textarea" | "select" => self.line.push_str(&field(element)),
            "button" => self.line.push_str(&format!(" «{}» ", element.words())),
            "tr" => self.row(element),
            "dd" => {
                let words = lines(element).join(" ");
                self.line.push_str(&format!(": {words}"));
                self.end_line();
            }
            "progress" | "meter" => self.line.push_str(&format!(" {} ", element.words())),
            _ if BLOCKS.contains(&name) => {
                self.end_line();
                self.children(element);
                if name != "dt" {
                    self.end_line();
                }
            }
            _ => self.inline(element),
        }
    }

    fn inline(&mut self, element: &Element) {
        self.children(element);
        if matches!(element.name.as_str(), "b" | "small" | "time" | "output") {
            self.line.push(' ');
        }
    }

    fn heading(&mut self, element: &Element) {
        self.end_line();
        let depth: usize = element.name[1..].parse().unwrap_or(1);
        self.lines.push(format!("{} {}", "#".repeat(depth), element.words()));
    }

    fn row(&mut self, element: &Element) {
        self.end_line();
        let cells: Vec<String> = element.elements().map(|cell| lines(cell).join(" ")).collect();
        let row = cells.join(" | ").trim_matches([' ', '|']).to_owned();
        if !row.is_empty() {
            self.lines.push(row);
        }
    }
}

fn field(element: &Element) -> String {
    let value = element.attribute("value").unwrap_or("");
    let checked = element.attribute("checked").is_some();
    match (element.name.as_str(), element.attribute("type").unwrap_or("text")) {
        ("textarea", _) => format!(" [{}] ", element.words()),
        ("select", _) => {
            let options = element.named("option");
            let chosen = options.iter().find(|option| option.attribute("selected").is_some()).or(options.first());
            format!(" [{} ▾] ", chosen.map(|option| option.words()).unwrap_or_default())
        }
        (_, "checkbox" | "radio") => if checked { " [×] " } else { " [ ] " }.to_owned(),
        (_, "file") => " [文件] ".to_owned(),
        (_, "submit" | "button") => format!(" «{value}» "),
        _ => format!(" [{value}] "),
    }
}

#[test]
fn a_person_reads_headings_rows_fields_and_buttons() {
    let page = super::markup::read(
        "<h1>任务</h1><table><tr><th>编号</th><th>状态</th></tr><tr><td>任〔2026〕1号</td><td><b>推进中</b></td></tr></table>\
         <dl><dt>责任单位</dt><dd>农业农村局</dd></dl><form><label for=a>进度</label><input id=a name=p value=40>\
         <select><option>请选择<option selected>甲</select><input type=hidden name=v value=1><button>报进度</button></form>",
    );
    expect_test::expect![[r#"
        # 任务
        编号 | 状态
        任〔2026〕1号 | 推进中
        责任单位: 农业农村局
        进度
        [40] [甲 ▾] «报进度»"#]]
    .assert_eq(&lines(&page).join("\n"));
}
