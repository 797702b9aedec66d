//! Do cells add up? In one transaction, in many that come together, and over units.

use kernel::ids::FigureId;
use store::figures::{self, CellChange, CellKey, CellQuery, NONE};
use store::units::{self, UnitRow};
use store::{Tx, records};

use crate::trial::{Trial, id, record};

fn change(unit: u128, period: &str, numerator: i64, denominator: i64) -> CellChange {
    let key = CellKey {
        figure: "task_order.on_time".into(),
        slice: NONE.to_owned(),
        period: period.to_owned(),
        unit: id(unit),
    };
    CellChange { key, numerator, denominator }
}

fn query(units: &[u128]) -> CellQuery {
    let units = units.iter().map(|unit| id(*unit)).collect();
    let periods = Some(("2026-01".to_owned(), "2026-12".to_owned()));
    CellQuery { figures: vec![FigureId::from("task_order.on_time")], slices: Vec::new(), periods, units }
}

fn unit(number: u128, ord: i64, ord_last: i64) -> UnitRow {
    UnitRow {
        id: id(number),
        kind: "street".into(),
        name: format!("第{number}街道"),
        short_name: None,
        code: None,
        parent: None,
        ord,
        ord_last,
        depth: 0,
        pinyin: None,
        founded_on: None,
        dissolved_on: None,
        level: None,
        credit_code: None,
    }
}

/// Something of everything, for tests that copy or count.
pub(crate) async fn keep_some(tx: &mut Tx) {
    units::insert_many(tx, &[unit(1, 0, 3), unit(2, 1, 2), unit(3, 2, 2), unit(4, 3, 3)]).await.expect("kept");
    records::insert_many(tx, &[(record(1), "督查".to_owned()), (record(2), "巡察".to_owned())]).await.expect("kept");
    let changes = [change(2, "2026-03", 1, 2), change(3, "2026-03", 1, 1), change(4, "2026-03", 5, 7)];
    figures::apply(tx, &changes).await.expect("added");
}

#[tokio::test]
async fn cells_add_up_over_units_and_periods() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        keep_some(&mut tx).await;
        let more = [change(2, "2026-04", 3, 3), change(2, "2026-03", 1, 0), change(2, "2026-03", 0, -1)];
        figures::apply(&mut tx, &more).await.expect("added");
        figures::apply(&mut tx, &[]).await.expect("nothing");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let sums = figures::read(&mut reader, &query(&[2, 3])).await.expect("read");
        let short: Vec<_> = sums.iter().map(|it| (it.period.as_str(), it.numerator, it.denominator)).collect();
        assert_eq!(short, [("2026-03", 3, 2), ("2026-04", 3, 3)]);
        let all = figures::read(&mut reader, &query(&[1, 2, 3, 4, 5])).await.expect("read");
        assert_eq!(all.iter().map(|it| it.numerator).collect::<Vec<_>>(), [8, 3]);
        let by_unit = figures::read_by_unit(&mut reader, &query(&[3, 4])).await.expect("read");
        assert_eq!(by_unit.iter().map(|it| it.unit).collect::<Vec<_>>(), [Some(id(3)), Some(id(4))]);
        let sliced = CellQuery { slices: vec!["other".to_owned()], ..query(&[1, 2, 3, 4, 5]) };
        assert_eq!(figures::read(&mut reader, &sliced).await.expect("read"), []);
        drop(reader);
        let mut tx = trial.db.begin().await.expect("begin");
        figures::apply(&mut tx, &[change(4, "2026-03", -5, -7)]).await.expect("added");
        let cells = figures::cells(&mut tx, &"task_order.on_time".into()).await.expect("walked");
        assert_eq!(cells.len(), 3, "a cell that went back to nothing is left out");
        figures::clear(&mut tx, &["task_order.on_time".into()]).await.expect("cleared");
        assert_eq!(figures::cells(&mut tx, &"task_order.on_time".into()).await.expect("walked"), []);
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn additions_that_come_together_are_all_there() {
    for trial in Trial::each().await {
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let db = trial.db.clone();
                tokio::spawn(async move {
                    for round in 0..20_i64 {
                        let mut changes: Vec<_> = (1..=5).map(|unit| change(unit, "2026-03", 1, 2)).collect();
                        if (task + round) % 2 == 0 {
                            changes.reverse();
                        }
                        let work = |mut tx: Tx| {
                            let changes = changes.clone();
                            async move {
                                figures::apply(&mut tx, &changes).await?;
                                Ok::<_, store::StoreError>((tx, ()))
                            }
                        };
                        db.transact(work).await.expect("added");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("the task ends");
        }
        let mut reader = trial.db.read().await.expect("a reader");
        let all = figures::read(&mut reader, &query(&[1, 2, 3, 4, 5])).await.expect("read");
        assert_eq!((all[0].numerator, all[0].denominator), (800, 1600));
        drop(reader);
        trial.end().await;
    }
}
