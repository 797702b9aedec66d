//! Does the Word file say what the facts say, in the measures of the standard?

use super::*;
use crate::official::tests::sample;

/// One part of the file.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

#[test]
fn the_page_has_the_measures_of_the_standard() {
    let document = part(&official(&sample(Layout::File)).unwrap(), "word/document.xml");
    for wanted in [
        "w:w=\"11906\" w:h=\"16838\"",
        "w:top=\"2098\"",
        "w:right=\"1474\"",
        "w:bottom=\"1984\"",
        "w:left=\"1588\"",
        "w:type=\"lines\"",
        "w:linePitch=\"579\"",
        "<w:spacing w:val=\"-5\"",
        "方正小标宋简体",
        "仿宋_GB2312",
        "楷体_GB2312",
        "黑体",
        "w:lineRule=\"exact\"",
        "<w:tbl>",
    ] {
        assert!(document.contains(wanted), "{wanted} is missing");
    }
    assert_eq!(document.matches("<w:tblHeader/>").count(), 1);
}

#[test]
fn everything_that_is_said_is_in_the_file() {
    let paper = sample(Layout::File);
    let document = part(&official(&paper).unwrap(), "word/document.xml");
    for wanted in [
        "岚综〔2026〕12号",
        "各街道办事处，新区各部门：",
        "附件：1. 2026年重点工作任务一览表",
        "2026年7月1日",
        "抄送：新区领导，新区监督和审计局。",
        "2026年7月2日印发",
    ] {
        assert!(document.contains(wanted), "{wanted}");
    }
}

#[test]
fn page_numbers_stand_on_the_outer_side() {
    let bytes = official(&sample(Layout::File)).unwrap();
    assert!(part(&bytes, "word/settings.xml").contains("evenAndOddHeaders"));
    let footers = [part(&bytes, "word/footer1.xml"), part(&bytes, "word/footer2.xml")];
    assert!(footers.iter().all(|footer| footer.contains("PAGE") && footer.contains("— ")));
    assert!(
        footers.iter().any(|footer| footer.contains("w:val=\"right\""))
            && footers.iter().any(|footer| footer.contains("w:val=\"left\""))
    );
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    for layout in [Layout::File, Layout::Letter, Layout::Order] {
        assert_eq!(official(&sample(layout)).unwrap(), official(&sample(layout)).unwrap());
    }
}

#[test]
fn hostile_text_is_written_as_text() {
    let mut paper = sample(Layout::Letter);
    paper.title = "<w:p>&\u{0}\u{b}\"]]>".into();
    paper.body = vec![Block::Table { columns: vec![], rows: vec![] }];
    let document = part(&official(&paper).unwrap(), "word/document.xml");
    assert!(document.contains("&lt;w:p&gt;&amp;") && !document.contains('\u{b}'));
    official(&OfficialPaper::default()).unwrap();
}
