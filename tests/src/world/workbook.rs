//! Which workbooks do people bring? The department's yearly list as it is kept, and small ones made for a story.
//!
//! The yearly list: a merged title, a line that says who fills it in, three blocks with a merged section title and a
//! repeated header, a last line with the total. Never a real task.

use rust_xlsxwriter::{Format, Workbook};

/// A task as it stands in a workbook: source, task, unit, due day, remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) source: String,
    pub(crate) task: String,
    pub(crate) unit: String,
    pub(crate) due: String,
    pub(crate) remark: String,
}

const PLACES: [&str; 17] = [
    "渔港码头", "葵北水闸", "滨海栈道", "南湾泵站", "长者饭堂", "社区书屋", "红树林湿地", "老旧小区", "农贸市场",
    "公共充电站", "山体边坡", "人才驿站", "党群服务中心", "校车线路", "深海网箱", "文物古屋", "应急避难场所",
];
const WORKS: [&str; 3] = ["完成{}产权核清与移交", "编制{}三年提升方案", "建立{}日常管护台账"];
const HEADER: [&str; 6] = ["序号", "任务来源", "工作任务", "责任单位", "完成时限", "备注"];
/// The three blocks: section title, what stands as the source, how many tasks.
const BLOCKS: [(&str, &str, usize); 3] = [
    ("(一)岚湾新区党工委重点工作一览表", "岚湾新区党工委重点工作", 38),
    ("(二)岚湾新区管委会重点工作一览表", "岚湾新区管委会重点工作", 5),
    ("(三)高质量“美丽岚湾”建设重点项目一览表", "高质量“美丽岚湾”建设重点项目", 8),
];
const UNITS_IN_TURN: [&str; 3] = ["组织人事局", "农业农村局", "葵岭街道"];

/// The 51 tasks of the yearly list. The last block has no due days; every tenth line has a remark.
pub(crate) fn annual_lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (block, (_, source, count)) in BLOCKS.iter().enumerate() {
        for _ in 0..*count {
            let at = lines.len();
            let task = WORKS[at / PLACES.len()].replace("{}", PLACES[at % PLACES.len()]);
            lines.push(Line {
                source: (*source).to_owned(),
                task,
                unit: UNITS_IN_TURN[at % 3].to_owned(),
                due: if block == 2 { String::new() } else { "2026年12月31日".to_owned() },
                remark: if at % 10 == 0 { format!("第{}批", at / 10 + 1) } else { String::new() },
            });
        }
    }
    lines
}

/// The department's yearly list as a workbook.
pub(crate) fn annual_list() -> Vec<u8> {
    let lines = annual_lines();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("重点工作一览表").expect("a sheet's name");
    let plain = Format::new();
    let merge = |sheet: &mut rust_xlsxwriter::Worksheet, row: u32, text: &str| {
        sheet.merge_range(row, 0, row, 5, text, &plain).expect("cells are merged");
    };
    merge(sheet, 0, "2026年度重点工作任务一览表");
    write(sheet, 1, &["填报单位:岚湾新区综合办公室", "", "", "", "", "单位:项"]);
    let (mut row, mut at) = (2, 0);
    for (title, _, count) in BLOCKS {
        merge(sheet, row, title);
        write(sheet, row + 1, &HEADER);
        row += 2;
        for (number, line) in lines[at..at + count].iter().enumerate() {
            let number = (number + 1).to_string();
            write(sheet, row, &[&number, &line.source, &line.task, &line.unit, &line.due, &line.remark]);
            row += 1;
        }
        at += count;
    }
    write(sheet, row, &["合计", "", "51项", "", "", ""]);
    book.save_to_buffer().expect("a workbook is written")
}

/// A plain list with the same columns.
pub(crate) fn plain_list(lines: &[Line]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    write(sheet, 0, &HEADER);
    for (at, line) in lines.iter().enumerate() {
        let number = (at + 1).to_string();
        let row = u32::try_from(at).expect("a story has few lines") + 1;
        write(sheet, row, &[&number, &line.source, &line.task, &line.unit, &line.due, &line.remark]);
    }
    book.save_to_buffer().expect("a workbook is written")
}

fn write(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, cells: &[&str]) {
    for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
        let column = u16::try_from(column).expect("a list has few columns");
        sheet.write_string(row, column, *text).expect("a cell is written");
    }
}

#[test]
fn the_yearly_list_has_51_tasks_all_different() {
    let mut tasks: Vec<String> = annual_lines().into_iter().map(|line| line.task).collect();
    tasks.sort();
    tasks.dedup();
    assert_eq!(tasks.len(), 51);
}
