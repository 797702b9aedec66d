//! A figure is declared while work goes on, and declared otherwise later: it counts all records, as if it had been there
//! from the beginning. And what somebody broke by hand is made whole while others work.
//!
//! Never a number that is half old and half new without the program knowing.

use std::sync::Arc;

use app::commands::upkeep::remaking::{self, Underway, Which};
use kernel::problem::SourceFile;

use super::tasks;
use crate::harness::Office;

/// The shipped definitions with one more figure of task orders.
fn with_figure(counted: &str) -> Vec<SourceFile> {
    let mut files = server::definitions::shipped();
    let file = files.iter_mut().find(|file| file.path.ends_with("task_order.kdl")).expect("task orders are shipped");
    let figure = format!(
        "    figure \"begun\" \"开工数\" count=\"{counted}\" at=\"下达日\" unit=\"项\" {{\n        words \"本期下达的任务\"\n        \
         example {{ record state=\"closed\" issued_on=\"2026-03-02\" closed_on=\"2026-03-09\"; gives \"1\" }}\n    }}\n"
    );
    let at = file.text.find("    figure \"assigned\"").expect("task orders are counted");
    let (before, after) = file.text.split_at(at);
    file.text = Arc::from(format!("{before}{figure}{after}"));
    files
}

async fn takes(office: &Office, files: Vec<SourceFile>) {
    let ctx = office.db_ctx();
    let (definitions, problems) = app::office::read_definitions(files);
    assert!(problems.is_empty(), "{problems:?}");
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the new definitions are taken");
}

async fn underway(office: &Office) -> Vec<Underway> {
    let ctx = office.db_ctx();
    let mut conn = ctx.office.db.read().await.expect("a reader");
    remaking::underway(&ctx, &mut conn).await.expect("it is known what is being made anew")
}

/// How many figures the duty made anew.
async fn remade(office: &Office) -> i64 {
    let done = office.tick().await;
    done.into_iter().find(|(duty, _)| *duty == "remake_figures").map(|(_, done)| done).expect("the duty is done")
}

async fn begun(office: &Office) -> i64 {
    office
        .db_count("SELECT CAST(COALESCE(SUM(numerator), 0) AS BIGINT) FROM figure_day WHERE figure LIKE '%.begun'")
        .await
}

#[tokio::test]
async fn a_figure_counts_what_was_there_before_it_was_declared() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    let first = tasks::underway(&mut lin, &mut zhou, "建立书屋管护台账", "农业农村局", "2026-03-30").await;
    tasks::issued(&mut lin, "建立驿站管护台账", "组织人事局", "2026-03-20").await;
    assert_eq!(underway(&office).await, []);

    takes(&office, with_figure("非 为空(下达日)")).await;
    assert_eq!(remade(&office).await, 0, "somebody may still act by the definitions of before");
    let open = underway(&office).await;
    assert_eq!(
        open.iter().map(|it| (it.figure.as_str(), it.shows_before)).collect::<Vec<_>>(),
        [("task_order.begun", false)]
    );
    tasks::issued(&mut lin, "建立泵站管护台账", "组织人事局", "2026-03-20").await;
    office.db_verify().await;
    office.minutes_pass(2);
    assert_eq!(remade(&office).await, 1);
    assert_eq!((underway(&office).await, begun(&office).await), (Vec::new(), 3));
    office.db_verify().await;

    takes(&office, with_figure("状态 = 已办结")).await;
    assert!(underway(&office).await.iter().all(|it| it.shows_before));
    assert_eq!(begun(&office).await, 3, "what was shown is shown until the new is whole");
    tasks::finished(&mut lin, &mut zhou, &first).await;
    office.minutes_pass(2);
    assert_eq!(remade(&office).await, 1);
    assert_eq!(begun(&office).await, 1);
    let page = lin.opens("/m/task_order?tab=all&figure=begun&period=2026-01").await;
    page.says("建立书屋管护台账").does_not_say("建立驿站管护台账").does_not_say("建立泵站管护台账");
    office.db_verify().await;

    takes(&office, server::definitions::shipped()).await;
    office.minutes_pass(2);
    remade(&office).await;
    assert_eq!(begun(&office).await, 0, "what no definition knows leaves no cells");
    office.db_verify().await;
}

#[tokio::test]
async fn what_was_broken_by_hand_is_made_whole_while_others_work() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zhou) = (office.sign_in("lin").await, office.sign_in("zhou").await);
    for at in 0..12 {
        tasks::underway(&mut lin, &mut zhou, &format!("建立第{at}号台账"), "农业农村局", "2026-03-30").await;
    }
    let hand = office.db_by_hand().await;
    hand.db_runs("DELETE FROM figure_cell".to_owned(), Vec::new()).await;
    hand.db_runs("UPDATE figure_day SET numerator = numerator + 7".to_owned(), Vec::new()).await;
    hand.close().await;
    assert!(!office.db_differences_at("figure_cell").await.is_empty());
    let ctx = office.db_ctx();
    let remaking = tokio::spawn(async move { remaking::remake(&ctx, Which::All).await });
    for at in 0..6 {
        tasks::underway(&mut lin, &mut zhou, &format!("建立第{at}号清单"), "农业农村局", "2026-03-30").await;
    }
    let remade = remaking.await.expect("it ends").expect("the figures are made anew");
    assert!(remade.changed > 0 && remade.records >= 12, "{remade:?}");
    office.db_verify().await;
}
