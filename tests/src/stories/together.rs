//! What if many act at once? Numbers without a gap, one winner where there can be one, and nobody's work lost.
//! `task_order`.
//!
//! Never a lost update.

use tokio::task::JoinSet;

use super::tasks;
use crate::harness::Office;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_who_issue_at_once_get_eight_numbers_without_a_gap() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let mut lin = office.sign_in("lin").await;
    let mut acts = JoinSet::new();
    for place in ["渔港", "水闸", "栈道", "泵站", "食堂", "书屋", "湿地", "驿站"] {
        let record = tasks::drafted(&mut lin, &format!("建立{place}管护台账"), "农业农村局", "2026-03-31").await;
        let mut one = office.sign_in("lin").await;
        acts.spawn(async move { one.takes("下达任务书", &record, &[]).await.status });
    }
    while let Some(status) = acts.join_next().await {
        assert_eq!(status.expect("nobody panics"), 200);
    }
    let list = lin.opens("/m/task_order?sort=number").await;
    for serial in 1..=8 {
        assert_eq!(list.lines_with(&format!("任〔2026〕{serial}号")), 1, "{}", list.text());
    }
    office.db_verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_take_the_same_step_at_once_one_takes_it() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let record = tasks::issued(&mut lin, "编制岸线修复方案", "农业农村局", "2026-03-31").await;
    let mut ready = Vec::new();
    for login in ["zheng", "zhou", "zheng", "zhou", "zheng", "zhou"] {
        let mut one = office.sign_in(login).await;
        let form = one.opens(&record).await.form("签收");
        ready.push((one, form));
    }
    let mut acts = JoinSet::new();
    for (mut one, form) in ready {
        acts.spawn(async move { one.sends(form).await.status });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| matches!(status, 409 | 422)), "{statuses:?}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE step = 'accept'").await, 1);
    office.db_verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_tick_at_once_open_one_order() {
    let office = Office::open().await;
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-02-13").await;
    office.on("2026-02-14");
    let (one, other) = tokio::join!(office.ticks_on("one"), office.ticks_on("other"));
    assert_ne!(one.is_empty(), other.is_empty(), "one node did the duties, the other left them: {one:?} {other:?}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'supervision_order'").await, 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE step = 'clock.overdue'").await, 1);
}
