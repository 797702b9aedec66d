//! A rule changes while work goes on: what was begun goes on under the old one, until somebody moves it knowingly.

use std::sync::Arc;

use kernel::problem::SourceFile;

use super::tasks;
use crate::harness::Office;

/// The shipped definitions with a shorter task order: no remark any more, and a week for signing.
fn changed() -> Vec<SourceFile> {
    let mut files = server::definitions::shipped();
    let file = files.iter_mut().find(|file| file.path.ends_with("task_order.kdl")).expect("task orders are shipped");
    let kept = file.text.lines().filter(|line| !line.trim_start().starts_with("field \"remark\""));
    let text = kept.collect::<Vec<_>>().join("\n").replace(" remark", "");
    file.text = Arc::from(text.replace("within=\"2个工作日\"", "within=\"5个工作日\""));
    files
}

#[tokio::test]
async fn a_record_keeps_its_rules_until_somebody_moves_it_knowingly() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let more = [("备注", "年初已部署。")];
    let old = tasks::drafted_with(&mut lin, "建立渔船台账", "农业农村局", "2026-03-31", &more).await;
    let ctx = office.db_ctx();
    let (definitions, problems) = app::office::read_definitions(changed());
    assert!(problems.is_empty(), "{problems:?}");
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the new definitions are taken");

    lin.takes("下达任务书", &old, &[]).await;
    lin.opens(&old).await.says("按开立时的版本办理").says("年初已部署。").says("2026-01-12");
    zheng.opens(&old).await.does_not_say("换用现行规定");

    lin.tries("换用现行规定", &old, &[]).await.answers(422).says("“换用现行规定”要写理由");
    lin.takes("换用现行规定", &old, &[("理由", "新办法已印发。")]).await;
    let page = lin.opens(&old).await;
    page.does_not_say("按开立时的版本办理").says("新办法已印发。");
    page.does_not_say("换用现行规定，");
    let new = tasks::issued(&mut lin, "建立泵站台账", "农业农村局", "2026-03-31").await;
    lin.opens(&new).await.says("2026-01-15");
    office.db_verify().await;
}
