//! The full cube of different people by figure, month and unit, from columns in memory, against DuckDB on the same rows.
//!
//! DuckDB is asked through Python, where both are installed; without them our side is measured alone.
//! Never a part of the product: only the benchmark knows another database.

mod rows;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use kernel::distinct::{Columns, Seen, Shape};

use super::measure::{milliseconds, ratio};
use super::report::{Line, Report};
use crate::print;
use rows::{City, FIGURES, MONTHS};

const DUCKDB: &str = include_str!("../../../../bench/cube.py");
/// The unit whose year is asked for: about a thousand units stand below it.
const ASKED: u32 = 1;

/// Measures so many lines of so many people.
pub(super) fn measure(folder: &Path, people: u32, times: usize, report: &mut Report) -> anyhow::Result<()> {
    print::line(format_args!("正在准备{times}人次……"));
    let city = rows::city(people, times);
    let rows: Vec<(u32, Seen)> = city.rows.iter().map(|row| (row.group(), row.seen)).collect();
    let began = Instant::now();
    let (cells, sum) = cube(&city.shape, &rows);
    let ours = began.elapsed();
    drop(rows);
    let theirs = duckdb(folder, &city)?;
    if let Some(theirs) = &theirs {
        ensure!((cells, sum) == theirs.cube, "与 DuckDB 的结果不一致：{cells}格{sum}，{:?}", theirs.cube);
        ensure!(year(&city) == theirs.people, "与 DuckDB 的全年人数不一致：{}，{}", year(&city), theirs.people);
    }
    let bare = theirs.as_ref().map(|theirs| theirs.took);
    report.line(Line {
        name: format!("{FIGURES}个数字×{MONTHS}个月×{}个单位的不重复人数，{times}人次，对 DuckDB", city.shape.units()),
        english: format!(
            "exact different people, {FIGURES} figures × {MONTHS} months × {} units, {times} lines, vs DuckDB",
            city.shape.units()
        ),
        ours: milliseconds(ours),
        bare: bare.map(milliseconds).unwrap_or_default(),
        ratio: bare.map(|bare| ratio(ours, bare)).unwrap_or_default(),
        budget: "≤ 0.15×",
    });
    Ok(())
}

/// Counts every cell: how many are not zero, and their sum.
fn cube(shape: &Shape, rows: &[(u32, Seen)]) -> (i64, i64) {
    let mut columns = Columns::new((FIGURES * MONTHS) as usize, rows);
    let groups = columns.groups();
    let workers = std::thread::available_parallelism().map_or(1, |it| it.get());
    let mut shares: Vec<Vec<&mut [Seen]>> = (0..workers).map(|_| Vec::new()).collect();
    for (at, (_, seen)) in groups.into_iter().enumerate() {
        shares[at % workers].push(seen);
    }
    let count = |share: Vec<&mut [Seen]>| {
        let mut cells = vec![0; shape.units()];
        let (mut filled, mut sum) = (0, 0);
        for seen in share {
            shape.different(seen, &mut cells);
            filled += cells.iter().filter(|cell| **cell != 0).count() as i64;
            sum += cells.iter().sum::<i64>();
        }
        (filled, sum)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| count(share))).collect();
        let parts = threads.into_iter().map(|thread| thread.join().expect("counting does not panic"));
        parts.fold((0, 0), |(cells, sum), (more, plus)| (cells + more, sum + plus))
    })
}

/// The different people of one figure over the first year in the unit that is asked for.
fn year(city: &City) -> i64 {
    let own = city.rows.iter().filter(|row| row.figure == 7 && row.month < 12);
    let mut seen: Vec<Seen> = own.map(|row| row.seen).collect();
    let mut cells = vec![0; city.shape.units()];
    city.shape.different(&mut seen, &mut cells);
    cells[ASKED as usize]
}

/// What DuckDB said.
struct Theirs {
    took: Duration,
    cube: (i64, i64),
    people: i64,
}

/// The same by DuckDB; nothing if it is not installed.
fn duckdb(folder: &Path, city: &City) -> anyhow::Result<Option<Theirs>> {
    let known = Command::new("python3").args(["-c", "import duckdb, pyarrow"]).output();
    if !known.is_ok_and(|answer| answer.status.success()) {
        print::line("  没有 DuckDB（pip install duckdb pyarrow），只量自己这一边");
        return Ok(None);
    }
    write(folder, city)?;
    let folder = folder.display().to_string();
    let answer = Command::new("python3").args(["-c", DUCKDB, &folder, &ASKED.to_string()]).output()?;
    let said = String::from_utf8_lossy(&answer.stdout);
    ensure!(answer.status.success(), "DuckDB 没有算出来：{}", String::from_utf8_lossy(&answer.stderr));
    let line = |name: &str| -> anyhow::Result<(f64, i64, i64)> {
        let line = said
            .lines()
            .find(|line| line.starts_with(name))
            .with_context(|| format!("DuckDB 没有回答{name}：{said}"))?;
        let [_, took, cells, people] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            bail!("DuckDB 的回答读不懂：{line}");
        };
        Ok((took.parse()?, cells.parse()?, people.parse()?))
    };
    let ((took, cells, sum), (_, _, people)) = (line("cube")?, line("year")?);
    Ok(Some(Theirs { took: Duration::from_secs_f64(took), cube: (cells, sum), people }))
}

/// The rows as plain columns, and for each unit all units above it, itself among them.
fn write(folder: &Path, city: &City) -> anyhow::Result<()> {
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).context("存不下要比的数据");
    put("figure", city.rows.iter().map(|row| row.figure as u8).collect())?;
    put("month", city.rows.iter().map(|row| row.month as u8).collect())?;
    put("unit", city.rows.iter().flat_map(|row| (row.seen.unit() as u16).to_le_bytes()).collect())?;
    put("person", city.rows.iter().flat_map(|row| row.seen.person().to_le_bytes()).collect())?;
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for unit in 0..city.above.len() {
        let mut at = unit;
        loop {
            below.extend((unit as u16).to_le_bytes());
            above.extend((at as u16).to_le_bytes());
            if at == 0 {
                break;
            }
            at = city.above[at] as usize;
        }
    }
    put("below", below)?;
    put("above", above)
}
