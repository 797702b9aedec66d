//! Does a workbook come back as its cells, and a bad one as a sentence?

use std::io::{Cursor, Write as _};

use expect_test::{Expect, expect};
use jiff::civil::date;
use rust_decimal::Decimal;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;

use super::*;

/// A workbook with cells of every type.
fn sample() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("一览表").unwrap();
    sheet.merge_range(0, 0, 0, 3, "重点工作一览表", &Format::new()).unwrap();
    sheet.write_string(1, 0, "\u{3000}葵岭街道 ").unwrap();
    sheet.write_number(1, 1, 98.6).unwrap();
    let day = ExcelDateTime::from_ymd(2026, 7, 1).unwrap();
    sheet.write_datetime_with_format(1, 2, &day, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    sheet.write_boolean(1, 3, true).unwrap();
    let noon = ExcelDateTime::from_ymd(2026, 7, 1).unwrap().and_hms(13, 0, 0.0).unwrap();
    sheet.write_datetime_with_format(3, 2, &noon, &Format::new().set_num_format("yyyy/m/d hh:mm")).unwrap();
    sheet.write_string(4, 1, "  ").unwrap();
    workbook.add_worksheet().set_name("隐藏").unwrap().set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

/// A zip file with these parts.
fn parcel(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn check_refused(bytes: &[u8], limits: Limits, expected: Expect) {
    let fault = read(bytes, limits).unwrap_err();
    expected.assert_eq(&format!("{} {fault}", fault.code()));
}

#[test]
fn cells_keep_their_types_and_blanks_are_cut() {
    let grids = read(&sample(), Limits::default()).unwrap();
    assert_eq!(grids.len(), 1, "hidden sheets are not read");
    let grid = &grids[0];
    assert_eq!(grid.name, "一览表");
    assert_eq!(grid.merged, [((0, 0), (0, 3))]);
    let expected = vec![
        vec![Cell::Text("重点工作一览表".into())],
        vec![
            Cell::Text("葵岭街道".into()),
            Cell::Number(Decimal::new(986, 1)),
            Cell::Moment(date(2026, 7, 1).at(0, 0, 0, 0)),
            Cell::YesNo(true),
        ],
        vec![],
        vec![Cell::Empty, Cell::Empty, Cell::Moment(date(2026, 7, 1).at(13, 0, 0, 0))],
    ];
    assert_eq!(grid.rows, expected);
}

#[test]
fn a_workbook_that_counts_from_1904_gives_the_same_days() {
    let sheet = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" s="1"><v>0</v></c><c r="B1" s="1"><v>44742</v></c></row></sheetData></worksheet>"#;
    let parts: [(&str, &str); 6] = [
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="1"/><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#,
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let parts = parts.map(|(name, text)| (name, text.as_bytes()));
    let grids = read(&parcel(&parts), Limits::default()).unwrap();
    assert_eq!(grids[0].rows[0][1], Cell::Moment(date(2026, 7, 1).at(0, 0, 0, 0)));
}

#[test]
fn each_kind_of_bad_file_gets_its_own_sentence() {
    let usual = Limits::default();
    check_refused(b"", usual, expect!["workbook.empty 文件是空的，请重新选择文件"]);
    check_refused(
        "序号,名称\n1,甲".as_bytes(),
        usual,
        expect!["workbook.not_a_workbook 这不是Excel工作簿，请另存为“Excel工作簿（.xlsx）”后再上传"],
    );
    let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    check_refused(
        &old,
        usual,
        expect!["workbook.other_format 这是旧版Office(.xls)格式的文件，请另存为“Excel工作簿（.xlsx）”后再上传"],
    );
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_refused(&[old, name].concat(), usual, expect!["workbook.encrypted 工作簿设有打开密码，请取消密码后再上传"]);
    let ods = parcel(&[("mimetype", b""), ("content.xml", b"")]);
    check_refused(
        &ods,
        usual,
        expect!["workbook.other_format 这是OpenDocument(.ods)格式的文件，请另存为“Excel工作簿（.xlsx）”后再上传"],
    );
    check_refused(
        &parcel(&[("a.txt", b"a")]),
        usual,
        expect!["workbook.not_a_workbook 这不是Excel工作簿，请另存为“Excel工作簿（.xlsx）”后再上传"],
    );
    let whole = sample();
    check_refused(&whole[..whole.len() / 2], usual, expect!["workbook.truncated 文件不完整，可能没有传完，请重新上传"]);
    let small = Limits { bytes: 1 << 10, ..usual };
    check_refused(
        &vec![0; 3 << 20],
        Limits { bytes: 2 << 20, ..usual },
        expect!["workbook.too_large 文件有3MB，超过2MB的上限，请删去无关的工作表和图片，或分成几个文件"],
    );
    assert_eq!(read(&whole, small).unwrap_err().code(), "workbook.too_large");
    check_refused(
        &whole,
        Limits { rows: 3, ..usual },
        expect!["workbook.too_many_rows 工作表“一览表”超过3行，请分成几个文件"],
    );
    check_refused(
        &whole,
        Limits { columns: 3, ..usual },
        expect!["workbook.too_many_columns 工作表“一览表”超过3列，请删去无关的列"],
    );
    check_refused(
        &whole,
        Limits { cells: 4, ..usual },
        expect!["workbook.too_many_cells 工作簿的单元格超过4个，请分成几个文件"],
    );
    check_refused(
        &whole,
        Limits { parts: 3, ..usual },
        expect!["workbook.too_many_parts 文件内有11个部件，超过3个的上限，不像正常的工作簿，没有读取"],
    );
}

#[test]
fn a_zip_bomb_is_refused_whether_its_directory_tells_or_lies() {
    let limits = Limits { unpacked_bytes: 4 << 20, ..Limits::default() };
    let zeros = vec![b' '; 5 << 20];
    let honest = parcel(&[("[Content_Types].xml", b"<a/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    check_refused(&honest, limits, expect!["workbook.unpacks_too_large 文件解开后超过4MB，不像正常的工作簿，没有读取"]);
    // The same parcel, its directory saying 1,000 bytes where there are five million.
    let (said, lie) = ((5u32 << 20).to_le_bytes(), 1_000u32.to_le_bytes());
    let mut lying = honest;
    for at in 0..lying.len() - 4 {
        if lying[at..at + 4] == said {
            lying[at..at + 4].copy_from_slice(&lie);
        }
    }
    let fault = read(&lying, limits).unwrap_err();
    assert!(matches!(fault, WorkbookFault::UnpacksTooLarge { .. } | WorkbookFault::Truncated), "{fault:?}");
}

#[test]
fn a_workbook_whose_parts_contradict_each_other_is_damaged() {
    let nonsense = parcel(&[("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<workbook><sheets><sheet")]);
    assert_eq!(read(&nonsense, Limits::default()).unwrap_err().code(), "workbook.damaged");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_damage_makes_it_panic(at in 0usize..6_000, byte: u8, cut in 0usize..6_000) {
        let mut bytes = sample();
        let place = at % bytes.len();
        bytes[place] = byte;
        let _ = read(&bytes, Limits::default());
        bytes.truncate(cut.min(bytes.len()));
        let _ = read(&bytes, Limits::default());
    }
}
