//! Targets by workbook: out with those in force, in with a look at every row first. `task_order`.
//!
//! Never a target that the figure's own page would refuse.

use rust_xlsxwriter::Workbook;

use crate::harness::{Office, Visitor};

const HEADER: [&str; 6] = ["指标", "单位", "期间", "怎样算达标", "目标值", "目标依据"];

fn book(rows: &[[&str; 6]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, texts) in (0..).zip([HEADER].iter().chain(rows)) {
        for (column, text) in (0..).zip(texts) {
            sheet.write(row, column, *text).expect("a cell is written");
        }
    }
    book.save_to_buffer().expect("a workbook is written")
}

async fn looked_at(lin: &mut Visitor, rows: &[[&str; 6]]) -> crate::harness::Page {
    let page = lin.opens("/figures/imports").await;
    lin.sends(page.form("试读").with_file("工作簿", "目标.xlsx", &book(rows))).await
}

#[tokio::test]
async fn targets_come_in_by_workbook_row_by_row_and_go_out_in_the_same_columns() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let rows = [
        ["重点工作任务按时办结率", "岚湾新区农业农村局", "2026年", "至少", "90", "岚综督〔2026〕1号"],
        ["逾期数", "组织人事局", "2026年第一季度", "至多", "3", "岚综督〔2026〕1号"],
        ["按时结办率", "岚湾新区农业农村局", "2026年", "", "90", "甲"],
        ["办结数", "不存在的单位", "2026年", "", "90", "甲"],
        ["办结数", "葵岭街道", "二〇二六", "大约", "九十", ""],
        ["逾期数", "组织人事局", "2026Q1", "至多", "4", "岚综督〔2026〕2号"],
    ];
    let dry = looked_at(&mut lin, &rows).await;
    dry.answers(200).says("将下达").says("没有你能看的指标“按时结办率”").says("不存在的单位").says("看不懂");
    dry.says("怎样算达标写的是“大约”").says("前面已有一行");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM figure_target").await, 0, "nothing is set by looking");
    lin.sends(dry.form("下达 2 个目标")).await.answers(200).says("下达了 2 个目标");
    let page = lin.opens("/m/task_order/figures/on_time?unit=00000000-0000-0000-0000-000000000103&period=2026").await;
    page.says("至少 90").says("岚综督〔2026〕1号").says("林书敏");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'target.set'").await, 2);

    // What goes out comes in again as it is.
    let taken = lin.downloads("/figures/imports/targets.xlsx?period=2026").await;
    assert_eq!(taken.status, 200);
    let page = lin.opens("/figures/imports").await;
    let again = lin.sends(page.form("试读").with_file("工作簿", "目标.xlsx", &taken.bytes)).await;
    again.answers(200).says("已是这样").does_not_say("下达 1 个目标");
    // A changed row takes the place of the one in force.
    let mut changed = rows[0];
    changed[4] = "95";
    let dry = looked_at(&mut lin, &[changed]).await;
    lin.sends(dry.form("下达 1 个目标")).await.answers(200);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM figure_target WHERE ended_at IS NULL").await, 2);
    office.db_verify().await;
}

#[tokio::test]
async fn only_whoever_sets_targets_sees_a_workbook_and_a_book_without_columns_is_refused() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let page = lin.opens("/figures/imports").await;
    let mut other = Workbook::new();
    other.add_worksheet().write(0, 0, "甲").expect("a cell is written");
    let bytes = other.save_to_buffer().expect("a workbook is written");
    lin.sends(page.form("试读").with_file("工作簿", "别的.xlsx", &bytes)).await.answers(422);
    lin.sends(page.form("试读")).await.answers(422);
    let dry = looked_at(&mut lin, &[["办结数", "葵岭街道", "2026年", "", "9", "甲"]]).await;
    let mut zheng = office.sign_in("zheng").await;
    zheng.asks("/figures/imports").await.answers(404);
    zheng.asks(&dry.url).await.answers(404);
    zheng.asks("/figures/imports/targets.xlsx").await.answers(404);
    // Over a part of the units, a row about another is refused.
    office.db_grants("su", "supervisor", "岚湾新区组织人事局").await;
    let mut su = office.sign_in("su").await;
    su.asks(&dry.url).await.answers(404);
    let dry = looked_at(&mut su, &[["办结数", "葵岭街道", "2026年", "", "9", "甲"]]).await;
    dry.answers(200).says("不归你下达目标").does_not_say("下达 1 个目标");
}
