//! Does a mechanism read well?

use expect_test::expect;

use super::*;
use crate::catalog::prose::{Block, prose};

// proves: purpose
// proves: basis
// proves: field.filter
// proves: field.search
// proves: field.help
// proves: field.measure
// proves: field.of
// proves: step.batch
// proves: step.because
// proves: paper.title
// proves: figure.words
// proves: figure.example.on
// proves: rights.import
// proves: rights.export
#[test]
fn a_mechanism_reads_as_prose_and_tables() {
    let (catalog, _) = check(&fixture::files());
    let told = prose(catalog.mechanism("visit").expect("it is there"), &catalog);
    let mut text = format!("{} {} {:?}\n", told.title, told.purpose, told.basis);
    for section in &told.sections {
        text.push_str(&format!("# {}\n", section.heading));
        for block in &section.blocks {
            match block {
                Block::Paragraph(paragraph) => text.push_str(&format!("{paragraph}\n")),
                Block::Points(points) => points.iter().for_each(|it| text.push_str(&format!("- {it}\n"))),
                Block::Table { columns, rows } => {
                    text.push_str(&format!("{}\n", columns.join(" | ")));
                    rows.iter().for_each(|it| text.push_str(&format!("  {}\n", it.join(" | "))));
                }
            }
        }
    }
    expect![[r#"
        走访 走访了解困难,按期办结。 ["走访办法第三条"]
        # 是哪一种
        闭环事项。收到的等于在办的、办结的和撤销的之和，任何一天都是；没有答复和确认不能办结；是否逾期由系统计算，不能填写。
        # 记什么
        栏目 | 类型 | 说明
          事由 | 文字，最多100字 | 必填；可以搜索
          所在单位 | 单位 | 必填；可以筛选
          类别 | 选一项：慰问、调研、乡村调研 | 默认为慰问；可以筛选
          办理时限 | 日期 | 必填
          金额 | 金额 | 
          人数 | 整数（人），1到500 | 
          得分 | 小数，最多1位 | 
          完成比例 | 百分比 | 默认为0%
          所属月份 | 月份 | 
          见面时间 | 时刻 | 
          加急 | 是或否 | 
          协办单位 | 几个单位 | 
          经办 | 人员 | 
          同行人员 | 几个人 | 
          附件 | 附件 | 
          答复 | 多行文字，最多2000字 | 写明怎样解决
          延至 | 日期 | 
          交办日 | 日期 | 走完“交办”时自动记下当天
          办结日 | 日期 | 走完“办结”时自动记下当天
          用时 | 自动计算 | 自动计算：从交办日到办结日的工作日数
        子表“物资”，一条记录可以有多行：
        栏目 | 类型 | 说明
          名称 | 文字，最多50字 | 必填
          数量 | 整数（件） | 
        走完“交办”时编号，每年从1重新编起。
        # 怎么走
        状态 | 由谁来办
          拟办 | 经办人
          待答复 | 负责人
          暂缓 | 经办人
          已办结 | 办完
          已撤销 | 办完
        - 经办人可以“登记”，新建一条记录；转为“拟办”；可以填写事由、所在单位、类别、办理时限、金额、人数、得分、所属月份、见面时间、加急、协办单位、经办、同行人员、物资。
        - 经办人在“拟办”可以“修改”；状态不变；可以填写事由、类别、办理时限、物资。
        - 经办人在“拟办”可以“交办”；转为“待答复”；条件是办理时限不早于今天；出《交办函》；可以成批办理。
        - 负责人在“待答复”可以“答复”；状态不变；必须填写答复；可以填写完成比例、附件（三个工作日内答复）。
        - 负责人在“待答复”可以“申请延期”；状态不变；必须填写延至；写明理由。
        - 经办人在“待答复”可以“同意延期”；状态不变；填写意见；办过“申请延期”的人不能办。
        - 经办人在“待答复”可以“暂缓”；转为“暂缓”；写明理由。
        - 经办人在“暂缓”可以“恢复”；转为“待答复”。
        - 经办人、负责人在“待答复”可以“办结”；转为“已办结”。
        - 经办人在“拟办”、“暂缓”可以“撤销”；转为“已撤销”。
        # 何时到期
        - “办结”：从“交办”起，到办理时限为止走完“办结”；到期前10个工作日、3个工作日提醒经办人；在“暂缓”停止计时；走完“同意延期”后延到延至；逾期后首个工作日由系统开立联动记录（约定的时限）。
        - “答复”：进入“待答复”后，3个工作日内走完“答复”（三个工作日内答复）。
        # 带动什么
        - 走完“撤销”时、“办结”逾期后首个工作日，新建一条“约谈”，指回本记录，带去事由、所在单位。
        # 出什么文、发什么消息
        - 《交办函》，信函格式，标题“关于{事由}的函”。
        - 走完“交办”后告诉负责人：收到{编号}:{事由}。
        # 数什么
        交办数（件）：本期交办的走访。算法：数全部记录，按交办日归期。
        - 算例：2条记录，交办数应为1。
        按时办结率（%）：按时办结的，占本期到期的。算法：满足“办结日不晚于办理时限”的记录除以满足“交办日不为空”的记录，按办理时限归期。
        - 算例：1条记录，按时办结率应为100%。
        慰问金（元）：本期办结的慰问金。算法：满足“状态为已办结”的记录里金额的合计，按办结日归期。
        - 算例：1条记录，慰问金应为500。
        平均用时（工作日）：平均用时。算法：全部记录里用时的平均，按办结日归期。
        - 算例：1条记录，平均用时应为2。
        在办数（件）：期末在办。算法：期末在册：满足“交办日不为空”的记录，从交办日起，到办结日为止。
        - 算例：截至2026-03-31，1条记录，在办数应为1。
        走访人数（人）：本期办结的走访中同行的人，同一人只算一次。算法：满足“状态为已办结”的记录里写明的人，每人只数一次（同行人员不为空），按办结日归期，并按类别、加急分别数。
        - 算例：3条记录，走访人数应为3。
        # 谁能做什么
        角色 | 看 | 办 | 导入 | 导出
          经办人 | 任何状态 | 登记、修改、交办、同意延期、暂缓、恢复、办结、撤销 | 可以 | 可以
          负责人 | 任何状态 | 答复、申请延期、办结 | — | 可以
        都以授权时写明的管辖范围为限；没有写明看得到的，一律看不到。
        # 走一遍
        - 办结：2026-03-02“登记”，2026-03-03“交办”，2026-03-09“办结”，停在“已办结”。
    "#]].assert_eq(&text);
}

#[test]
fn the_flow_has_an_arrow_for_each_state_that_a_step_leaves() {
    let (catalog, _) = check(&fixture::files());
    let flow = crate::catalog::prose::flow(catalog.mechanism("visit").expect("it is there"));
    let first: Vec<&str> = flow.states.iter().filter(|it| it.is_first).map(|it| it.name.as_str()).collect();
    assert_eq!(first, ["拟办"]);
    let drop: Vec<String> =
        flow.arrows.iter().filter(|it| it.name == "撤销").map(|it| format!("{}→{}", it.from, it.to)).collect();
    assert_eq!(drop, ["drafted→dropped", "waiting→dropped"]);
    assert!(flow.arrows.iter().any(|it| it.name == "修改" && it.from == it.to), "a step that stays goes in a ring");
}
