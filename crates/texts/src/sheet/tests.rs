//! Are lists understood as offices keep them?

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use kernel::grid::{Cell, Grid};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Meaning, Merges, Understanding, Wanted, WantedKind, cell_at, choose, understand};

/// A sheet from text: one line a row, `|` between cells, numbers as numbers; `<` merges with the left, `^` with the one above.
fn sheet(text: &str) -> Grid {
    let mut grid = Grid { name: "表".to_owned(), ..Grid::default() };
    let mut areas: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    let mut owner: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    for (row, line) in (0_u32..).zip(text.lines().map(str::trim)) {
        let mut cells = Vec::new();
        for (column, cell) in (0_u32..).zip(line.split('|').map(str::trim)) {
            let from = match cell {
                "<" => Some((row, column - 1)),
                "^" => Some((row - 1, column)),
                _ => None,
            };
            if let Some(from) = from {
                let first = owner.get(&from).copied().unwrap_or(from);
                owner.insert((row, column), first);
                areas.insert(first, (row, column));
            }
            cells.push(match (from, cell) {
                (Some(_), _) | (None, "") => Cell::Empty,
                (None, text) => text.parse::<Decimal>().map_or_else(|_| Cell::Text(text.to_owned()), Cell::Number),
            });
        }
        while cells.last().is_some_and(Cell::is_empty) {
            cells.pop();
        }
        grid.rows.push(cells);
    }
    grid.merged = areas.into_iter().collect();
    grid
}

fn wanted(id: &str, name: &str, aliases: &[&str], kind: WantedKind, required: bool) -> Wanted {
    Wanted {
        id: id.into(),
        name: name.to_owned(),
        aliases: aliases.iter().map(|it| (*it).to_owned()).collect(),
        kind,
        required,
    }
}

fn task_columns() -> Vec<Wanted> {
    vec![
        wanted("name", "任务名称", &["任务", "工作任务"], WantedKind::LongText, true),
        wanted("source", "任务来源", &["来源"], WantedKind::Text, false),
        wanted("unit", "责任单位", &["牵头单位"], WantedKind::Unit, true),
        wanted("due_on", "完成时限", &["办理时限"], WantedKind::Day, true),
        wanted("year", "任务年度", &[], WantedKind::Whole, true),
    ]
}

fn show(it: &Understanding) -> String {
    let lines = it.lines.iter().map(|line| match &line.meaning {
        Meaning::Data => format!("{} 数据", line.row + 1),
        Meaning::Total { agrees, .. } => format!("{} [{agrees:?}] {}", line.row + 1, line.why),
        Meaning::Section(text) => format!("{} {}“{text}”", line.row + 1, line.why),
        _ => format!("{} {}", line.row + 1, line.why),
    });
    let title = |column: u32| it.header.iter().find(|cell| cell.column == column).map_or("", |cell| &cell.title);
    let columns = it.mapping.iter().map(|mapping| {
        let field = mapping.field.as_ref().map_or("-", |field| field.as_str());
        format!("{} → {field} ({})", title(mapping.column), mapping.why)
    });
    lines.chain(columns).chain(it.notes.iter().cloned()).collect::<Vec<_>>().join("\n")
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&show(&understand(&sheet(text), &task_columns(), &BTreeMap::new())));
}

#[test]
fn the_yearly_list_of_tasks_is_understood() {
    check(
        "2020年度重点工作任务一览表|<|<|<|<|<
        填报单位:滨海新区组织人事局|||||单位:项
        (一)滨海新区党工委重点工作一览表|<|<|<|<|<
        序号|任务来源|工作任务|责任单位|完成时限|备注
        1|党工委重点工作|高水平编制总体规划|组织人事局|2020年12月31日
        2|党工委重点工作|强化理论武装|组织人事局|2020年12月31日
        (二)滨海新区管委会重点工作一览表|<|<|<|<|<
        序号|任务来源|工作任务|责任单位|完成时限|备注
        1|管委会重点工作|拓宽引才渠道|组织人事局|2020年12月31日
        合计||3项",
        expect![[r#"
            1 标题行
            2 填报说明行，在表头以上
            3 分节标题行“(一)滨海新区党工委重点工作一览表”
            4 表头
            5 数据
            6 数据
            7 分节标题行“(二)滨海新区管委会重点工作一览表”
            8 与表头相同的重复表头
            9 数据
            10 [Some(true)] 合计行，写明3项，与读到的3项一致
            序号 → - (序号列，不读)
            任务来源 → source (名称相同)
            工作任务 → name (别名“工作任务”相同)
            责任单位 → unit (名称相同)
            完成时限 → due_on (名称相同)
            备注 → - (没有与之相符的项目，不读)
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn a_total_that_differs_is_told() {
    check(
        "序号|工作任务|责任单位|完成时限
        1|甲|组织人事局|年底前
        小计|1项
        2|乙|组织人事局|年底前
        3|丙|组织人事局|年底前
        小计|2项
        合计|4项
        注:以上数据截至年底。
        制表人:林书敏||审核人:赵启明|填表日期:2020年12月31日",
        expect![[r#"
            1 表头
            2 数据
            3 [Some(true)] 小计行，写明1项，与读到的1项一致
            4 数据
            5 数据
            6 [Some(true)] 小计行，写明2项，与读到的2项一致
            7 [Some(false)] 合计行，写明4项，但读到3项
            8 注释行
            9 落款行
            序号 → - (序号列，不读)
            工作任务 → name (别名“工作任务”相同)
            责任单位 → unit (名称相同)
            完成时限 → due_on (名称相同)
            第7行：合计行，写明4项，但读到3项
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn a_header_of_two_lines_is_joined() {
    check(
        "重点工作进展表|<|<|<|<
        序号|工作任务|完成情况|<|备注
        ^|^|责任单位|办理时限|^
        1|甲|组织人事局|2020-12-31
        2|乙|^|2020-11-30
        ^|丙|^|2020-10-30",
        expect![[r#"
            1 标题行
            2 表头
            3 表头的下一行
            4 数据
            5 数据
            6 数据
            序号 → - (序号列，不读)
            工作任务 → name (别名“工作任务”相同)
            完成情况·责任单位 → unit (名称相同)
            完成情况·办理时限 → due_on (别名“办理时限”相同)
            备注 → - (没有与之相符的项目，不读)
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn without_a_header_columns_bear_letters() {
    check(
        "甲任务|组织人事局|2020-12-31\n\n乙任务|组织人事局|2020-12-31",
        expect![[r#"
            1 数据
            2 空行
            3 数据
            A → - (没有表头，请指定去处)
            B → - (没有表头，请指定去处)
            C → - (没有表头，请指定去处)
            没有找到表头，各列以A、B、C…代称，请逐列指定去处
            缺少必填的“任务名称”一列
            缺少必填的“责任单位”一列
            缺少必填的“完成时限”一列
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn columns_find_their_fields_by_part_of_a_name_and_by_content() {
    check(
        "编号|重点任务名称|牵头责任单位|何时完成
        1|甲|组织人事局|2020-12-31
        2|乙|综合办公室|2020-12-30
        以下空白",
        expect![[r#"
            1 表头
            2 数据
            3 数据
            4 以下空白行
            编号 → - (序号列，不读)
            重点任务名称 → name (与名称“任务名称”相近)
            牵头责任单位 → unit (与名称“责任单位”相近)
            何时完成 → due_on (内容都是日期，只有“完成时限”用得上)
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn odd_lines_say_what_they_are() {
    check(
        "序号|工作任务|责任单位|完成时限
        1|2|3|4
        示例|写明任务|写明单位|2020-12-31
        一|党建类
        1|甲|组织人事局|2020-12-31
        2
        二、人才类
        3|总计划编制|组织人事局|2020-12-31
        ……|……|……|……
        共2项",
        expect![[r#"
            1 表头
            2 栏次行，只有各列的编号
            3 示例行
            4 分节标题行“一 党建类”
            5 数据
            6 只有序号，没有内容
            7 分节标题行“二、人才类”
            8 数据
            9 省略号行
            10 [Some(true)] 合计行，写明2项，与读到的2项一致
            序号 → - (序号列，不读)
            工作任务 → name (别名“工作任务”相同)
            责任单位 → unit (名称相同)
            完成时限 → due_on (名称相同)
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn a_person_has_the_last_word_about_columns() {
    let grid = sheet("工作任务|说明|责任单位|完成时限\n甲|详情|组织人事局|2020-12-31");
    let overrides = BTreeMap::from([(0, None), (1, Some("name".into())), (3, Some("nothing".into()))]);
    expect![[r#"
        1 表头
        2 数据
        工作任务 → - (由人指定不读)
        说明 → name (由人指定)
        责任单位 → unit (名称相同)
        完成时限 → - (所指定的项目不存在或已另有一列)
        缺少必填的“完成时限”一列
        缺少必填的“任务年度”一列"#]]
    .assert_eq(&show(&understand(&grid, &task_columns(), &overrides)));
}

#[test]
fn a_bare_number_in_a_total_counts_lines_or_cannot_be_told() {
    check(
        "序号|工作任务|责任单位|完成时限
        (一)党建类
        1|甲|组织人事局|年底前
        (二)人才类
        2|乙|组织人事局|年底前
        小计|2项
        3|丙|组织人事局|年底前
        合计|3
        总计|4",
        expect![[r#"
            1 表头
            2 分节标题行“(一)党建类”
            3 数据
            4 分节标题行“(二)人才类”
            5 数据
            6 [Some(true)] 小计行，写明2项，与以上各节读到的2项一致
            7 数据
            8 [Some(true)] 合计行，各列数字与读到的各行一致
            9 [None] 合计行，B列写明4，读到的各行为3
            序号 → - (序号列，不读)
            工作任务 → name (别名“工作任务”相同)
            责任单位 → unit (名称相同)
            完成时限 → due_on (名称相同)
            缺少必填的“任务年度”一列"#]],
    );
}

#[test]
fn sums_of_numbers_are_checked_and_units_are_known() {
    let grid = sheet(
        "支出情况\n单位:万元\n项目|预算数|实际支出(元)\n基本支出|1460.16|10\n项目支出|5262.40|20\n总计|6722.56|31",
    );
    let wanted =
        [wanted("item", "项目", &[], WantedKind::Text, true), wanted("budget", "预算数", &[], WantedKind::Money, true)];
    let it = understand(&grid, &wanted, &BTreeMap::new());
    let units: Vec<_> = it.header.iter().map(|cell| cell.unit).collect();
    assert_eq!(units, [Some("万元"), Some("万元"), Some("元")]);
    expect![[r#"
        1 标题行
        2 填报说明行，在表头以上
        3 表头
        4 数据
        5 数据
        6 [None] 合计行，C列写明31，读到的各行为30
        项目 → item (名称相同)
        预算数 → budget (名称相同)
        实际支出(元) → - (没有与之相符的项目，不读)"#]]
    .assert_eq(&show(&it));
}

#[test]
fn the_sheet_that_fits_best_is_chosen() {
    let other = Grid { name: "说明".to_owned(), ..sheet("本表填写要求\n一律用四位年份") };
    let tasks = Grid {
        name: "任务".to_owned(), ..sheet("工作任务|责任单位|完成时限\n甲|组织人事局|2020-12-31")
    };
    let choice = choose(&[other, Grid::default(), tasks], &task_columns()).expect("there are sheets");
    assert_eq!(choice.index, 2);
    expect!["共2张有内容的工作表，“任务”最合适：认出3列，读到1行"].assert_eq(&choice.why);
    assert_eq!(choose(&[Grid::default()], &task_columns()), None);
}

#[test]
fn a_cell_merged_down_counts_for_every_row() {
    let grid = sheet("甲|乙\n^|丙\n^|丁|<");
    let merges = Merges::of(&grid);
    for row in 0..3 {
        assert_eq!(merges.cell_at(&grid, row, 0), &Cell::Text("甲".to_owned()));
        assert_eq!(cell_at(&grid, row, 0), &Cell::Text("甲".to_owned()));
    }
    assert_eq!(merges.cell_at(&grid, 2, 2), &Cell::Empty);
    assert_eq!(merges.cell_at(&grid, 9, 9), &Cell::Empty);
}

#[test]
fn a_large_sheet_is_read_in_one_pass() {
    let mut rows = vec![["序号", "工作任务", "责任单位", "完成时限"].map(|it| Cell::Text(it.to_owned())).to_vec()];
    for row in 0..20_000_u32 {
        let texts =
            ["一项写得相当长的工作任务内容", "组织人事局", "2020年12月31日"].map(|it| Cell::Text(it.to_owned()));
        rows.push(std::iter::once(Cell::Number(row.into())).chain(texts).collect());
    }
    let merged = (0..5_000).map(|at| ((at * 4 + 1, 2), (at * 4 + 4, 2))).collect();
    let it = understand(&Grid { name: String::new(), rows, merged }, &task_columns(), &BTreeMap::new());
    assert_eq!(it.data_rows().count(), 20_000);
}

#[test]
fn a_sheet_full_of_totals_does_not_take_forever() {
    let mut text = "序号|工作任务|责任单位|完成时限\n".to_owned();
    text.push_str(&"1|甲|组织人事局|年底前\n总计|9|9项\n合计|7\n".repeat(10_000));
    let it = understand(&sheet(&text), &task_columns(), &BTreeMap::new());
    assert_eq!(it.lines.iter().filter(|line| matches!(line.meaning, Meaning::Total { .. })).count(), 20_000);
    assert!(it.notes.len() < 30);
}

/// One line of a made-up sheet.
#[derive(Clone, Debug)]
enum Made {
    Data(String),
    Blank,
    Section(String),
    Header,
    SubTotal,
}

fn made() -> impl Strategy<Value = Made> {
    prop_oneof![
        6 => "[甲乙丙丁戊己庚辛]{1,12}".prop_map(Made::Data),
        1 => Just(Made::Blank),
        1 => "[甲乙丙丁]{2,8}".prop_map(Made::Section),
        1 => Just(Made::Header),
        1 => Just(Made::SubTotal),
    ]
}

proptest! {
    #[test]
    fn a_made_up_sheet_is_understood_back(lines in proptest::collection::vec(made(), 1..40), wide in any::<bool>()) {
        let header = "序号|任务来源|工作任务|责任单位|完成时限|备注";
        let mut text = format!("一览表{}\n{header}\n", "|<".repeat(5));
        let mut kinds = vec!["title", "header"];
        let (mut part, mut whole, mut running) = (0, 0, 0);
        for line in &lines {
            let (row, kind) = match line {
                Made::Data(name) => {
                    (part, whole, running) = (part + 1, whole + 1, running + 1);
                    (format!("{running}|来源|{name}|组织人事局|2020-12-31"), "data")
                }
                Made::Blank => (String::new(), "blank"),
                Made::Section(name) => {
                    (part, running) = (0, 0);
                    (format!("(一){name}{}", if wide { "|<|<|<|<|<" } else { "" }), "section")
                }
                Made::Header => (header.to_owned(), "header"),
                Made::SubTotal => (format!("小计||{}项", std::mem::take(&mut part)), "agrees"),
            };
            text.push_str(&format!("{row}\n"));
            kinds.push(kind);
        }
        text.push_str(&format!("合计||{whole}项\n"));
        kinds.push("agrees");
        let it = understand(&sheet(&text), &task_columns(), &BTreeMap::new());
        let read: Vec<&str> = it.lines.iter().map(|line| match &line.meaning {
            Meaning::Data => "data",
            Meaning::Title => "title",
            Meaning::Header => "header",
            Meaning::Section(_) => "section",
            Meaning::Total { agrees: Some(true), .. } => "agrees",
            Meaning::Total { .. } => "total",
            Meaning::Blank => "blank",
            Meaning::Note(_) => "note",
        }).collect();
        prop_assert_eq!(read, kinds, "{}", text);
        prop_assert!(it.lines.iter().all(|line| (line.meaning == Meaning::Data) == line.why.is_empty()));
    }

    #[test]
    fn no_sheet_makes_it_panic(
        rows in proptest::collection::vec(proptest::collection::vec(prop_oneof![
            Just(Cell::Empty), "\\PC{1,12}".prop_map(Cell::Text), any::<i32>().prop_map(|it| Cell::Number(it.into())), any::<bool>().prop_map(Cell::YesNo),
            prop::sample::select(vec!["合计", "51项", "序号", "工作任务", "注:", "(一)", "小计", "制表人:", "完成时限", "共9项"]).prop_map(|it| Cell::Text(it.to_owned())),
        ], 0..6), 0..12),
        merged in proptest::collection::vec(((0_u32..14, 0_u32..8), (0_u32..2_000_000, 0_u32..20_000)), 0..6),
    ) {
        let grid = Grid { name: "表".to_owned(), rows, merged };
        let it = understand(&grid, &task_columns(), &BTreeMap::new());
        prop_assert_eq!(it.lines.len(), grid.rows.len());
        prop_assert_eq!(it.mapping.len(), it.header.len());
        let _ = choose(std::slice::from_ref(&grid), &task_columns());
        for (row, column) in [(0, 0), (3, 2), (11, 5)] {
            let _ = cell_at(&grid, row, column);
        }
    }
}
