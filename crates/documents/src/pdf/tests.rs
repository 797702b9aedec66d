//! Does the press keep to the sheet? Set for real, with the fonts of the machine, and measured.
//!
//! A machine without any of the Chinese fonts has nothing to measure; `cargo xtask test` installs them.

use std::path::PathBuf;
use std::sync::LazyLock;

use typst::layout::{Frame, FrameItem, Point};

use super::*;
use crate::official::tests::sample;
use crate::official::{Block, Layout};

/// The fonts of this machine, and those beside the build.
static PRESS: LazyLock<Option<Press>> = LazyLock::new(|| {
    let folders =
        ["/usr/share/fonts", "/usr/local/share/fonts", concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fonts")];
    Press::open(&folders.map(PathBuf::from)).ok()
});

/// Points in a millimetre.
const MM: f64 = 72.0 / 25.4;

/// A run of text on a page: page from 1, left end and baseline in millimetres from the upper left corner of the sheet.
#[derive(Debug)]
struct Run {
    page: usize,
    x: f64,
    y: f64,
    size: f64,
    text: String,
}

/// All runs of a set paper.
fn runs(document: &PagedDocument) -> Vec<Run> {
    let mut runs = Vec::new();
    for (at, page) in document.pages().iter().enumerate() {
        collect(&page.frame, Point::zero(), at + 1, &mut runs);
    }
    runs
}

/// The runs of a frame; those that are turned or scaled keep the place of their frame.
fn collect(frame: &Frame, origin: Point, page: usize, runs: &mut Vec<Run>) {
    for (place, item) in frame.items() {
        let at = origin + *place;
        match item {
            FrameItem::Group(group) => collect(&group.frame, at, page, runs),
            FrameItem::Text(text) => {
                runs.push(Run {
                    page,
                    x: at.x.to_pt() / MM,
                    y: at.y.to_pt() / MM,
                    size: text.size.to_pt(),
                    text: text.text.to_string(),
                });
            }
            _ => {}
        }
    }
}

/// Sets a paper; nothing if the machine has no fonts.
fn set(paper: &OfficialPaper) -> Option<Vec<Run>> {
    let press = PRESS.as_ref()?;
    Some(runs(&press.set_official(paper).unwrap().1))
}

/// The first run that begins with these words.
fn find<'a>(runs: &'a [Run], words: &str) -> &'a Run {
    runs.iter().find(|run| run.text.starts_with(words)).unwrap_or_else(|| panic!("{words} is not printed: {runs:#?}"))
}

/// Are two lengths in millimetres the same, within a tenth?
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.1
}

#[test]
fn a_full_page_has_22_lines_of_28_characters() {
    let mut paper = sample(Layout::File);
    paper.body = vec![Block::Paragraph("重".repeat(28 * 70))];
    let Some(runs) = set(&paper) else { return };
    let mut lines: Vec<(f64, usize)> = Vec::new();
    for run in runs.iter().filter(|run| run.page == 2 && run.text.contains('重')) {
        match lines.last_mut() {
            Some(line) if near(line.0, run.y) => line.1 += run.text.chars().count(),
            _ => lines.push((run.y, run.text.chars().count())),
        }
    }
    assert_eq!(lines.len(), 22, "{lines:?}");
    assert!(lines.iter().all(|(_, count)| *count == 28), "{lines:?}");
    assert!(lines.windows(2).all(|pair| near(pair[1].0 - pair[0].0, 225.0 / 22.0)), "{lines:?}");
    // The first line stands in the middle of its cell: baseline 0.88 em below the upper edge of the character.
    assert!(near(lines[0].0, 37.0 + (225.0 / 22.0 - 16.0 / MM) / 2.0 + 0.88 * 16.0 / MM), "{lines:?}");
}

#[test]
fn the_first_page_follows_the_standard() {
    let Some(runs) = set(&sample(Layout::File)) else { return };
    assert!(near(find(&runs, "特急").x, 28.0));
    // The red line lies nine lines below the upper edge; the number ends 4 mm above it, two lines at least below the head.
    let line = 37.0 + 9.0 * 225.0 / 22.0;
    let number = find(&runs, "岚综");
    assert!(near(number.y, line - 4.0 - 0.12 * 16.0 / MM), "{number:?}");
    let title = find(&runs, "岚湾新区综合办公室");
    assert!(title.y > 0.0 && runs.iter().any(|run| near(run.size, 22.0)), "{title:?}");
    assert!(near(find(&runs, "各街道办事处").x, 28.0));
    assert!(near(find(&runs, "根据年度").x, 28.0 + 2.0 * 156.0 / 28.0));
    assert!(runs.iter().any(|run| run.page == 1 && run.text.starts_with("一、总体要求")), "page 1 carries body text");
}

#[test]
fn name_and_date_and_page_numbers_stand_where_they_should() {
    let mut paper = sample(Layout::File);
    paper.body.truncate(3);
    paper.body.extend(vec![Block::Paragraph("落实".repeat(200)); 2]);
    let Some(runs) = set(&paper) else { return };
    let cell = 156.0 / 28.0;
    let last = runs.iter().map(|run| run.page).max().unwrap();
    let date = runs.iter().rev().find(|run| run.text.starts_with("2026") && near(run.size, 16.0)).unwrap();
    assert!(date.x > 105.0 && date.x < 28.0 + 156.0 - 4.0 * cell, "{date:?}");
    assert!(find(&runs, "抄送").page == last);
    let numbers: Vec<&Run> = runs.iter().filter(|run| run.text.contains('—')).collect();
    assert!(
        numbers.iter().any(|run| run.page == 1 && run.x > 150.0)
            && numbers.iter().any(|run| run.page == 2 && near(run.x, 28.0 + cell)),
        "{numbers:?}"
    );
    // The dash lies a little above its baseline, 7 mm below the 版心.
    assert!(numbers.iter().all(|run| run.y > 262.0 + 7.0 && run.y < 262.0 + 7.0 + 3.0), "{numbers:?}");
}

#[test]
fn a_letters_first_page_has_no_number_and_a_draft_says_that_it_is_one() {
    let Some(runs) = set(&sample(Layout::Letter)) else { return };
    assert!(!runs.iter().any(|run| run.page == 1 && run.text.contains('—')));
    let mut draft = sample(Layout::File);
    draft.number = Some(" ".into());
    let runs = set(&draft).unwrap();
    assert!(runs.iter().any(|run| run.text.contains("草稿") && run.size > 100.0));
    assert!(runs.iter().any(|run| run.text.contains("草稿，未编号")));
}

#[test]
fn the_same_facts_give_the_same_bytes() {
    let Some(press) = PRESS.as_ref() else { return };
    let first = press.official(&sample(Layout::Order)).unwrap();
    assert!(first.starts_with(b"%PDF"));
    let again = Press::open(&[
        PathBuf::from("/usr/share/fonts"),
        PathBuf::from("/usr/local/share/fonts"),
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/fonts")),
    ])
    .unwrap();
    assert_eq!(first, again.official(&sample(Layout::Order)).unwrap());
}

#[test]
fn odd_papers_are_printed_or_refused_but_never_fail() {
    let Some(press) = PRESS.as_ref() else { return };
    press.official(&OfficialPaper::default()).unwrap();
    let mut odd = sample(Layout::Letter);
    odd.head = "很长的发文机关标志".repeat(12);
    odd.signer = "很长的署名".repeat(20);
    odd.title = "#eval(\"1\") $x$ *a* \u{0} 标题".repeat(9);
    odd.body = vec![
        Block::Table { columns: vec![], rows: vec![vec![], vec!["无列名的格".repeat(300)]] },
        Block::Table { columns: vec![], rows: vec![] },
        Block::Heading1(String::new()),
        Block::Paragraph("㭎䶮𬭎 emoji 😀".into()),
    ];
    press.official(&odd).unwrap();
    odd.body = vec![Block::Paragraph("字".repeat(200_000))];
    assert!(matches!(press.official(&odd), Err(PressFault::TooLong(_))));
}

#[test]
fn a_folder_without_fonts_is_refused_in_words() {
    let empty = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let fault = Press::open(&[empty]).err().unwrap();
    assert!(matches!(fault, PressFault::NoFonts));
    assert!(fault.to_string().contains("请安装仿宋"));
}
