//! How does the department read its mechanisms on paper? As a book: one page set for browsers and printers, one for Word.
//!
//! The text is the kernel's prose; nothing is said here that the definitions do not say.
//! Never depends on a clock: the same definitions give the same book.

use documents::chart;
use documents::official::{Block as Printed, Layout, OfficialPaper};
use kernel::catalog::prose::{Block, Prose, prose};
use kernel::catalog::{Catalog, Mechanism};

use crate::error::Error;

/// The way of a record from state to state, drawn as SVG.
pub fn flow(mechanism: &Mechanism) -> String {
    let flow = kernel::catalog::prose::flow(mechanism);
    let states: Vec<chart::State> = flow
        .states
        .iter()
        .map(|state| chart::State {
            id: state.id.to_string(),
            name: state.name.clone(),
            kind: match (state.is_final, state.is_first) {
                (true, _) => chart::StateKind::Final,
                (false, true) => chart::StateKind::Initial,
                (false, false) => chart::StateKind::Middle,
            },
            current: false,
        })
        .collect();
    let steps: Vec<chart::Step> = flow
        .arrows
        .iter()
        .map(|arrow| chart::Step { name: arrow.name.clone(), from: arrow.from.to_string(), to: arrow.to.to_string() })
        .collect();
    chart::flow(&format!("{}怎么走", mechanism.name), &states, &steps)
}

/// The title of the book.
fn title(catalog: &Catalog) -> String {
    format!("{}机制手册", catalog.vocabulary.setting("机关名称").unwrap_or(""))
}

/// The book as one HTML file that needs nothing else, ready to print on A4.
pub fn html(catalog: &Catalog) -> String {
    let title = escape(&title(catalog));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<nav><h2>目录</h2>"
    );
    for (chapter, mechanisms) in catalog.by_chapter() {
        page.push_str(&format!("<h3>{}</h3><ol>", escape(&chapter.name)));
        for mechanism in mechanisms {
            let (id, name) = (escape(mechanism.id.as_str()), escape(&mechanism.name));
            page.push_str(&format!("<li><a href=\"#{id}\">{name}</a></li>"));
        }
        page.push_str("</ol>");
    }
    page.push_str("</nav>\n");
    for (chapter, mechanisms) in catalog.by_chapter() {
        for mechanism in mechanisms {
            tell_html(&mut page, &chapter.name, mechanism, &prose(mechanism, catalog));
        }
    }
    page.push_str("</body></html>\n");
    page
}

fn tell_html(page: &mut String, chapter: &str, mechanism: &Mechanism, prose: &Prose) {
    page.push_str(&format!(
        "<article id=\"{}\"><p class=\"chapter\">{}</p><h2>{}</h2>\n<p class=\"purpose\">{}</p>\n",
        escape(mechanism.id.as_str()),
        escape(chapter),
        escape(&prose.title),
        escape(&prose.purpose)
    ));
    for basis in &prose.basis {
        page.push_str(&format!("<blockquote>{}</blockquote>\n", escape(basis)));
    }
    page.push_str(&format!("<figure>{}</figure>\n", flow(mechanism)));
    for section in &prose.sections {
        page.push_str(&format!("<section><h3>{}</h3>\n", escape(&section.heading)));
        for block in &section.blocks {
            block_html(page, block);
        }
        page.push_str("</section>\n");
    }
    page.push_str("</article>\n");
}

fn block_html(page: &mut String, block: &Block) {
    let cells = |row: &[String], tag: &str| -> String {
        row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    match block {
        Block::Paragraph(text) => page.push_str(&format!("<p>{}</p>\n", escape(text))),
        Block::Points(points) => {
            let points: String = points.iter().map(|point| format!("<li>{}</li>", escape(point))).collect();
            page.push_str(&format!("<ul>{points}</ul>\n"));
        }
        Block::Table { columns, rows } => {
            let body: String = rows.iter().map(|row| format!("<tr>{}</tr>", cells(row, "td"))).collect();
            let head = cells(columns, "th");
            page.push_str(&format!("<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n"));
        }
    }
}

/// The book as one Word file, in the layout of an official paper.
pub fn docx(catalog: &Catalog) -> Result<Vec<u8>, Error> {
    let mut body = vec![Printed::Paragraph(
        "本手册由现行的机制定义生成，逐项写明记什么、怎么走、何时到期、数什么、谁能做什么。".to_owned(),
    )];
    let all = catalog.by_chapter().into_iter().flat_map(|(_, mechanisms)| mechanisms);
    for (at, mechanism) in all.enumerate() {
        tell_word(&mut body, at + 1, &prose(mechanism, catalog));
    }
    let setting = |name: &str| catalog.vocabulary.setting(name).unwrap_or("").to_owned();
    let paper = OfficialPaper {
        layout: Layout::File,
        head: setting("机关名称"),
        number: Some("现行版".to_owned()),
        title: title(catalog),
        body,
        signer: setting("机关名称"),
        ..OfficialPaper::default()
    };
    documents::word::book(&paper).map_err(|fault| Error::broken("print the book for Word", fault))
}

fn tell_word(body: &mut Vec<Printed>, number: usize, prose: &Prose) {
    body.push(Printed::Heading1(format!("{}、{}", chinese(number), prose.title)));
    body.push(Printed::Paragraph(prose.purpose.clone()));
    body.extend(prose.basis.iter().map(|basis| Printed::Paragraph(format!("依据：{basis}"))));
    for (at, section) in prose.sections.iter().enumerate() {
        body.push(Printed::Heading2(format!("({}){}", chinese(at + 1), section.heading)));
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => body.push(Printed::Paragraph(text.clone())),
                Block::Points(points) => body.extend(points.iter().map(|point| Printed::Paragraph(point.clone()))),
                Block::Table { columns, rows } => {
                    body.push(Printed::Table { columns: columns.clone(), rows: rows.clone() });
                }
            }
        }
    }
}

/// 1 to 999 as headings count them: 一、十、十一、二十、一百零五.
fn chinese(number: usize) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let below_hundred = |number: usize| match (number / 10, number % 10) {
        (0, ones) => DIGITS[ones].to_owned(),
        (1, 0) => "十".to_owned(),
        (1, ones) => format!("十{}", DIGITS[ones]),
        (tens, 0) => format!("{}十", DIGITS[tens]),
        (tens, ones) => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
    };
    match (number / 100, number % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds @ 1..=9, 0) => format!("{}百", DIGITS[hundreds]),
        (hundreds @ 1..=9, rest @ 1..=9) => format!("{}百零{}", DIGITS[hundreds], DIGITS[rest]),
        (hundreds @ 1..=9, rest @ 10..=19) => format!("{}百一{}", DIGITS[hundreds], below_hundred(rest)),
        (hundreds @ 1..=9, rest) => format!("{}百{}", DIGITS[hundreds], below_hundred(rest)),
        _ => number.to_string(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "\
:root{color:#1c2126;font:16px/1.7 'Noto Serif CJK SC','Source Han Serif SC',SimSun,serif}\
body{max-width:46em;margin:2em auto;padding:0 1em}\
h1,h2,h3,th,.chapter{font-family:'Noto Sans CJK SC','Source Han Sans SC',SimHei,sans-serif}\
h1{text-align:center;color:#b4232a;margin:2em 0}h2{font-size:1.5em;margin:.2em 0}\
h3{font-size:1.1em;margin:1.6em 0 .5em;border-left:4px solid #b4232a;padding-left:.5em}\
nav ol{margin:0}a{color:#1f5fae}\
article{border-top:2px solid #b4232a;margin-top:3em;padding-top:1em}\
.chapter{color:#6b7178;margin:0}.purpose{font-size:1.1em}\
blockquote{margin:.6em 0;padding:.2em 1em;border-left:3px solid #d5d9de;color:#51565d}\
figure{margin:1em 0}figure svg{max-width:100%;height:auto}\
table{border-collapse:collapse;width:100%;font-size:.92em;margin:.6em 0}\
th,td{border:1px solid #c9ced4;padding:.35em .6em;text-align:left;vertical-align:top}th{background:#f3f5f7}\
@page{size:A4;margin:22mm 20mm}\
@media print{body{max-width:none;margin:0;font-size:11pt}article{break-before:page;border-top:0}\
tr,figure,blockquote{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_count_in_chinese() {
        let counted = [1, 10, 11, 20, 21, 100, 105, 110, 111, 120].map(chinese).join(" ");
        assert_eq!(counted, "一 十 十一 二十 二十一 一百 一百零五 一百一十 一百一十一 一百二十");
    }

    #[test]
    fn what_an_expert_wrote_cannot_become_markup() {
        let mut page = String::new();
        block_html(&mut page, &Block::Paragraph("进度 < 100% & <script>".to_owned()));
        assert_eq!(page, "<p>进度 &lt; 100% &amp; &lt;script&gt;</p>\n");
    }
}
