//! Do cells add up? In one transaction, in many that come together, and over units.

use kernel::authority::Subtree;
use kernel::ids::{FigureId, PersonId};
use store::figures::{self, CellChange, CellKey, CellQuery, Changes, DayQuery, Days, NONE, Units};
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
    CellQuery { figures: vec![FigureId::from("task_order.on_time")], slices: None, periods, units }
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
    figures::apply(tx, &cells(&changes)).await.expect("added");
}

fn cells(changes: &[CellChange]) -> Changes {
    Changes { cells: changes.to_vec(), days: Vec::new() }
}

#[tokio::test]
async fn whoever_counts_people_reads_theirs_and_not_the_whole_figure() {
    let trial = Trial::durable().await;
    let mut conn = trial.db.read().await.expect("it can be read");
    for (figures, humans) in [(1, 1), (3, 1), (1, 256), (120, 256)] {
        let figures: Vec<FigureId> = (0..figures).map(|at| format!("lesson.people_{at}").into()).collect();
        let humans: Vec<PersonId> = (0..humans).map(id).collect();
        let way = store::presences::plan_of_humans(&mut conn, &figures, &humans).await.expect("it says how");
        assert!(
            way.iter().all(|line| line.contains("COVERING INDEX presence_human") && line.contains("human=?")),
            "{way:?}"
        );
    }
}

#[tokio::test]
async fn cells_add_up_over_units_and_periods() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        keep_some(&mut tx).await;
        let more = [change(2, "2026-04", 3, 3), change(2, "2026-03", 1, 0), change(2, "2026-03", 0, -1)];
        figures::apply(&mut tx, &cells(&more)).await.expect("added");
        figures::apply(&mut tx, &cells(&[])).await.expect("nothing");
        tx.commit().await.expect("commit");
        let mut reader = trial.db.read().await.expect("a reader");
        let sums = figures::read(&mut reader, &query(&[2, 3])).await.expect("read");
        let short: Vec<_> = sums.iter().map(|it| (it.period.as_str(), it.numerator, it.denominator)).collect();
        assert_eq!(short, [("2026-03", 3, 2), ("2026-04", 3, 3)]);
        let all = figures::read(&mut reader, &query(&[1, 2, 3, 4, 5])).await.expect("read");
        assert_eq!(all.iter().map(|it| it.numerator).collect::<Vec<_>>(), [8, 3]);
        let each = |it: figures::Piece<'_>| (it.unit, it.period.to_owned(), it.numerator);
        let mut pieces = figures::pieces(&mut reader, &query(&[3, 4]), each).await.expect("read");
        pieces.sort();
        assert_eq!(pieces.iter().map(|it| it.0).collect::<Vec<_>>(), [id(3), id(4)]);
        let sliced = CellQuery { slices: Some(("other".to_owned(), "other".to_owned())), ..query(&[1, 2, 3, 4, 5]) };
        assert_eq!(figures::read(&mut reader, &sliced).await.expect("read"), []);
        drop(reader);
        let mut tx = trial.db.begin().await.expect("begin");
        figures::apply(&mut tx, &cells(&[change(4, "2026-03", -5, -7)])).await.expect("added");
        let all = figures::all_of(&mut tx, &"task_order.on_time".into()).await.expect("walked");
        assert_eq!(all.cells.len(), 3, "a cell that went back to nothing is left out");
        figures::clear(&mut tx, &["task_order.on_time".into()]).await.expect("cleared");
        assert_eq!(figures::all_of(&mut tx, &"task_order.on_time".into()).await.expect("walked"), Changes::default());
        assert!(figures::kept(&mut tx).await.expect("listed").is_empty());
        drop(tx);
        trial.end().await;
    }
}

#[tokio::test]
async fn days_are_summed_over_the_units_of_their_tree_each_span_with_each_place() {
    for trial in Trial::each().await {
        let mut tx = trial.db.begin().await.expect("begin");
        units::insert_many(&mut tx, &[unit(1, 0, 3), unit(2, 1, 2), unit(3, 2, 2), unit(4, 3, 3)]).await.expect("kept");
        let days = [
            (1, "2026-03-01", 1),
            (2, "2026-03-02", 2),
            (3, "2026-03-02", 4),
            (4, "2026-03-31", 8),
            (3, "2026-04-01", 16),
        ];
        let days = days.map(|(unit, on, numerator)| change(unit, on, numerator, 1)).to_vec();
        figures::apply(&mut tx, &Changes { cells: Vec::new(), days: days.clone() }).await.expect("added");
        figures::apply(&mut tx, &Changes { cells: Vec::new(), days: vec![change(2, "2026-03-02", 32, 0)] })
            .await
            .expect("more");
        let span = |at, era, from: &str, until: &str| Days {
            at,
            era,
            from: from.parse().expect("a day"),
            until: until.parse().expect("a day"),
        };
        let over = |at, era, first, last| Units { at, era, over: Subtree { first, last } };
        let query = DayQuery {
            figures: vec!["task_order.on_time".into()],
            slices: None,
            days: vec![span(0, 0, "2026-03-01", "2026-03-02"), span(1, 1, "2026-03-31", "2026-04-30")],
            // By the tree of the second span, unit 3 stands below 4 and no longer below 2.
            units: vec![over(0, 0, 0, 3), over(2, 0, 1, 2), over(0, 1, 0, 3), over(2, 1, 1, 1), over(4, 1, 2, 3)],
        };
        let sums = figures::read_days(&mut tx, &query).await.expect("read");
        let short: Vec<_> = sums.iter().map(|it| (it.days, it.units, it.numerator, it.denominator)).collect();
        assert_eq!(short, [(0, 0, 39, 3), (0, 2, 38, 2), (1, 0, 24, 2), (1, 4, 24, 2)]);
        let sliced = DayQuery { slices: Some(("a".to_owned(), "z".to_owned())), ..query.clone() };
        assert_eq!(figures::read_days(&mut tx, &sliced).await.expect("read"), []);
        let nothing = DayQuery { days: Vec::new(), ..query };
        assert_eq!(figures::read_days(&mut tx, &nothing).await.expect("read"), []);
        let all = figures::all_of(&mut tx, &"task_order.on_time".into()).await.expect("walked");
        assert_eq!((all.cells.len(), all.days.len()), (0, 5));
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
                                figures::apply(&mut tx, &cells(&changes)).await?;
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
