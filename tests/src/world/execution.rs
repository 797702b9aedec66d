//! How does a department keep its budget? Four sheets as its finance officer keeps them, with a title, units of money in
//! different places, numbers before the rows and days in words.
//!
//! Never a real department: the layout is what counts.

use rust_xlsxwriter::Workbook;

/// A sheet by its name and its rows.
pub(crate) type Sheet = (&'static str, Vec<Vec<String>>);

/// The four sheets of a year.
pub(crate) fn execution(year: i16) -> Vec<Sheet> {
    let row = |cells: &[&str]| cells.iter().map(|cell| cell.replace("2020", &year.to_string())).collect::<Vec<_>>();
    let rows = |all: &[&[&str]]| all.iter().map(|cells| row(cells)).collect::<Vec<_>>();
    vec![
        (
            "财政拨款支出",
            rows(&[
                &["财政拨款支出情况(按支出性质)"],
                &["单位:万元"],
                &["支出性质分类", "年初预算数", "调整预算数", "部门决算数"],
                &["一、基本支出", "1460.16", "1488.27", "1439.05"],
                &["  人员经费", "1357.96", "1395.66", "1347.61"],
                &["  日常公用经费", "102.2", "92.61", "91.43"],
                &["二、项目支出", "5262.4", "6593.29", "6590.66"],
                &["总计", "6722.56", "8081.56", "8029.7"],
            ]),
        ),
        (
            "支出进度",
            rows(&[
                &["截至", "累计支出(万元)"],
                &["2020年3月31日", "1529.08"],
                &["2020年6月30日", "3572.03"],
                &["2020年9月30日", "5994.16"],
                &["2020年12月31日", "8029.7"],
            ]),
        ),
        (
            "三公经费",
            rows(&[
                &["项目", "预算数(万元)", "实际支出(万元)"],
                &["因公出国(境)费", "0", "0"],
                &["公务用车购置及运行维护费", "9", "3"],
                &["公务接待费", "0.9", "0.1"],
            ]),
        ),
        (
            "其他",
            rows(&[
                &["指标", "数值", "单位"],
                &["政府采购计划金额", "5.88", "万元"],
                &["实际采购金额", "5.88", "万元"],
                &["固定资产账面原值", "330.37", "万元"],
                &["在用固定资产", "330.37", "万元"],
                &["无形资产账面原值", "1.5", "万元"],
                &["核定编制数", "49", "人"],
                &["在编人数", "41", "人"],
                &["编外人员", "25", "人"],
                &["预算公开日", "2020-02-07"],
                &["预算公开表", "15", "张"],
            ]),
        ),
    ]
}

/// Sheets as a file: what reads as a number is one.
pub(crate) fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a sheet's name");
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number),
                    Err(_) => sheet.write_string(row, column, cell),
                }
                .expect("a cell is written");
            }
        }
    }
    book.save_to_buffer().expect("a workbook is written")
}
