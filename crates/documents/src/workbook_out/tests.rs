//! Does what is written come back when it is read?

use jiff::civil::date;
use kernel::grid::{Cell, Grid};

use super::*;
use crate::workbook_in::{self, Limits};

/// The column with this title.
fn column(title: &str, kind: ColumnKind) -> Column {
    Column { title: title.into(), width: None, kind }
}

/// What stands in the written workbook.
fn read_back(bytes: &[u8]) -> Vec<Grid> {
    workbook_in::read(bytes, Limits::default()).unwrap()
}

/// One part of the written workbook.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

/// A list with a row of every type.
fn sample() -> Vec<u8> {
    let columns = vec![
        column("任务名称", ColumnKind::Text),
        column("经费", ColumnKind::Money),
        column("按时办结率", ColumnKind::Percent),
        column("完成时限", ColumnKind::Day),
        column("已办结", ColumnKind::YesNo),
    ];
    let row = vec![
        OutCell::Text("便民服务中心".into()),
        OutCell::Money(1_234_567),
        OutCell::Percent(Decimal::new(986, 1)),
        OutCell::Day(date(2026, 7, 1)),
        OutCell::YesNo(true),
    ];
    write(
        Sheet {
            name: "重点/工作[一]".into(), columns, rows: vec![row], stamp: "林书敏2026-03-05 09:32导出".into()
        },
        &["口径:全部任务".to_owned()],
    )
    .unwrap()
}

#[test]
fn a_list_is_read_back_as_it_was_written() {
    let grids = read_back(&sample());
    assert_eq!(grids.iter().map(|grid| grid.name.as_str()).collect::<Vec<_>>(), ["重点工作一", "说明"]);
    let expected = vec![
        Cell::Text("便民服务中心".into()),
        Cell::Number(Decimal::new(1_234_567, 2)),
        Cell::Number(Decimal::new(986, 3)),
        Cell::Moment(date(2026, 7, 1).at(0, 0, 0, 0)),
        Cell::Text("是".into()),
    ];
    assert_eq!(grids[0].rows[1], expected);
    assert_eq!(grids[1].rows[0][0], Cell::Text("口径:全部任务".into()));
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    assert_eq!(sample(), sample());
}

#[test]
fn a_text_like_a_formula_stays_a_text() {
    let hostile = ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\u{0}\u{b}b"];
    let rows = hostile.map(|text| vec![OutCell::Text(text.into())]);
    let bytes = write(
        Sheet { name: "甲".into(), columns: vec![column("文字", ColumnKind::Text)], rows, stamp: String::new() },
        &[],
    )
    .unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    let read: Vec<Cell> = read_back(&bytes)[0].rows.iter().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(read[0], Cell::Text("=HYPERLINK(\"http://x\")".into()));
    assert_eq!(read[5], Cell::Text("=1".into()));
    assert_eq!(read[6], Cell::Text("ab".into()));
}

#[test]
fn long_texts_are_cut_and_long_numbers_keep_their_digits() {
    let number: Decimal = "123456789012345678.5".parse().unwrap();
    let rows = vec![vec![OutCell::Text("字".repeat(40_000)), OutCell::Number(number)]];
    let columns = vec![column("文字", ColumnKind::Text), column("数", ColumnKind::Number(1))];
    let grids = read_back(&write(Sheet { name: String::new(), columns, rows, stamp: String::new() }, &[]).unwrap());
    assert_eq!(grids[0].name, "列表");
    assert_eq!(grids[0].rows[1][0], Cell::Text("字".repeat(32_767)));
    assert_eq!(grids[0].rows[1][1], Cell::Text("123456789012345678.5".into()));
}

#[test]
fn an_empty_list_has_its_header() {
    let bytes = write(
        Sheet {
            name: "甲".into(),
            columns: vec![column("文字", ColumnKind::Text)],
            rows: Vec::new(),
            stamp: String::new(),
        },
        &[],
    )
    .unwrap();
    assert_eq!(read_back(&bytes)[0].rows, [[Cell::Text("文字".into())]]);
    let bare =
        write(Sheet { name: "甲".into(), columns: Vec::new(), rows: Vec::new(), stamp: String::new() }, &[]).unwrap();
    assert_eq!(read_back(&bare)[0].rows, Vec::<Vec<Cell>>::new());
}

#[test]
fn a_workbook_comes_back_with_its_faults_marked() {
    let mark =
        |row, column, sentence: &str| Mark { sheet: "重点工作一".into(), row, column, sentence: sentence.into() };
    let marks = [mark(1, Some(3), "没有这一天"), mark(1, Some(7), "缺少责任单位"), mark(1, None, "与上一行重复")];
    let bytes = annotate(&sample(), &marks).unwrap();
    let grids = read_back(&bytes);
    assert_eq!(grids[0].rows[1][..5], read_back(&sample())[0].rows[1][..5]);
    assert_eq!(grids[0].rows[0][5], Cell::Text("问题".into()));
    assert_eq!(grids[0].rows[1][5], Cell::Text("没有这一天;缺少责任单位;与上一行重复".into()));
    let notes = part(&bytes, "xl/comments1.xml");
    assert!(notes.contains("没有这一天") && notes.contains("ref=\"D2\""), "{notes}");
    assert!(part(&bytes, "xl/styles.xml").contains("FFFDD8D8"));
}
