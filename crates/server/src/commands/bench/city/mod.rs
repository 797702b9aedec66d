//! A city: its figures in the database, and the full cube of different people by figure, month and unit from columns in
//! memory, against DuckDB on the same rows.
//!
//! DuckDB is asked through Python, where both are installed; without them our side is measured alone.
//! Never a part of the product: only the benchmark knows another database.

mod live;
mod rows;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use kernel::distinct::{Columns, Seen, Shape};

use super::measure::{Times, milliseconds, ratio};
use super::report::{Line, Report};
use crate::config::Config;
use crate::print;
use live::Live;
use rows::{City, FIGURES, MONTHS};

const CUBE: &str = include_str!("../../../../bench/cube.py");
const CITY: &str = include_str!("../../../../bench/city.py");
/// The unit whose year is asked for: some nine hundred units stand below it.
const ASKED: u32 = 1;
/// How many dashboards are read, and how many steps are taken.
const DASHBOARDS: usize = 1_000;
const STEPS: usize = 300;

/// Measures the city in the database, at each of the sizes.
pub(super) async fn measure_live(
    config: &Config,
    people: u32,
    sizes: &[usize],
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut smallest: Option<(Times, Times)> = None;
    for times in sizes.iter().copied() {
        let (live, lines) = Live::make(config, people, times).await?;
        let folder = config.data.join(format!("lines-{times}"));
        std::fs::create_dir_all(&folder)?;
        let theirs = from_parquet(&folder, &lines)?;
        drop(lines);
        made_anew(&live, theirs.as_ref(), report).await?;
        let boards = read(&live, theirs.as_ref(), smallest.as_ref(), report).await?;
        smallest.get_or_insert(boards);
        let (plain, counted) = live.upkeep(STEPS).await?;
        report.line(Line {
            name: format!("{times}人次：触动十个数字的步骤，对不触动数字的同样步骤，p50 / p99"),
            english: format!(
                "{times} lines: a step that ten figures mind, vs the same step that none minds, p50 / p99"
            ),
            ours: counted.shown(),
            bare: plain.shown(),
            ratio: ratio(counted.percentile(50), plain.percentile(50)),
            budget: "≤ 2×",
        });
        live.close().await;
        std::fs::remove_dir_all(config.data.join(format!("city-{times}")))?;
    }
    Ok(())
}

/// All figures anew from the records: where there are none, and where all are.
async fn made_anew(live: &Live, theirs: Option<&FromParquet>, report: &mut Report) -> anyhow::Result<()> {
    let times = live.times;
    let bare = theirs.map(|it| milliseconds(it.all)).unwrap_or_default();
    let against = |took: Duration| theirs.map(|it| ratio(took, it.all)).unwrap_or_default();
    let first = live.rebuild().await?;
    let again = live.rebuild().await?;
    report.line(Line {
        name: format!("{times}人次：全部数字从无到有，写入数据库，对 DuckDB 从 Parquet 算同样的数字"),
        english: format!(
            "{times} lines: all 120 figures from nothing into the database, vs DuckDB computing them from Parquet"
        ),
        ours: milliseconds(first.took),
        bare: bare.clone(),
        ratio: against(first.took),
        budget: "",
    });
    report.line(Line {
        name: format!("{times}人次：全部数字按记录重算并与现有的每一格核对，对 DuckDB"),
        english: format!("{times} lines: all 120 figures anew from the records, every cell held against it, vs DuckDB"),
        ours: milliseconds(again.took),
        bare,
        ratio: against(again.took),
        budget: "≤ 3×",
    });
    let (size, sum) = live.kept().await?;
    if let Some(theirs) = theirs {
        ensure!(sum == theirs.sum, "与 DuckDB 的结果不一致：{sum}，{}", theirs.sum);
    }
    report.line(Line {
        name: format!("{times}人次：重算时的内存（从无到有、核对）；格、本单位当日、整个数据库"),
        english: format!(
            "{times} lines: memory meanwhile (from nothing, anew); cells, days at units, the whole database"
        ),
        ours: format!("{:.0} MB, {:.0} MB", first.memory, again.memory),
        bare: format!("{}, {}, {:.0} MB", size.cells, size.days, size.megabytes),
        ratio: String::new(),
        budget: "≤ 1 GB",
    });
    Ok(())
}

/// A dashboard, and one unit's people of a year.
async fn read(
    live: &Live,
    theirs: Option<&FromParquet>,
    smallest: Option<&(Times, Times)>,
    report: &mut Report,
) -> anyhow::Result<(Times, Times)> {
    let times = live.times;
    let against = |took: &Times, smallest: Option<&Times>, (name, english): (String, String), budget| Line {
        name,
        english,
        ours: took.shown(),
        bare: smallest.map(Times::shown).unwrap_or_default(),
        ratio: smallest.map(|it| ratio(took.percentile(50), it.percentile(50))).unwrap_or_default(),
        budget,
    };
    let (shown, pages) = live.pages(DASHBOARDS).await?;
    let words = (
        format!("{times}人次：任一单位的数字页，{shown}个数字×12个月，p50 / p99，对最小的城市"),
        format!("{times} lines: the page of {shown} figures × 12 months of any unit, p50 / p99, vs the smallest city"),
    );
    report.line(against(&pages, smallest.map(|it| &it.0), words, "p99 ≤ 15 ms, ≤ 1.5×"));
    let boards = live.dashboards(DASHBOARDS).await?;
    let words = (
        format!("{times}人次：其中读任一单位的20个数字×12个月的格，p50 / p99，对最小的城市"),
        format!("{times} lines: of it, reading the cells of 20 figures × 12 months, p50 / p99, vs the smallest city"),
    );
    report.line(against(&boards, smallest.map(|it| &it.1), words, ""));
    let (people, took) = live.year(ASKED).await?;
    if let Some(theirs) = theirs {
        ensure!(people == theirs.people, "与 DuckDB 的全年人数不一致：{people}，{}", theirs.people);
    }
    report.line(Line {
        name: format!("{times}人次：约九百个下级单位的单位全年不重复人数，p50 / p99，对 DuckDB"),
        english: format!(
            "{times} lines: exact different people of a year in a unit of 900 units, p50 / p99, vs DuckDB"
        ),
        ours: took.shown(),
        bare: theirs.map(|it| milliseconds(it.year)).unwrap_or_default(),
        ratio: theirs.map(|it| ratio(took.percentile(50), it.year)).unwrap_or_default(),
        budget: "< 1×",
    });
    Ok((pages, boards))
}

/// What DuckDB took for the live city.
struct FromParquet {
    all: Duration,
    sum: i64,
    year: Duration,
    people: i64,
}

fn from_parquet(folder: &Path, lines: &[live::Line]) -> anyhow::Result<Option<FromParquet>> {
    if !has_duckdb() {
        return Ok(None);
    }
    live::columns(folder, lines)?;
    let said = said(CITY, folder)?;
    let line = |name: &str| -> anyhow::Result<(Duration, i64)> {
        let line = line_of(&said, name)?;
        let [_, took, number] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            bail!("DuckDB 的回答读不懂：{line}");
        };
        Ok((Duration::from_secs_f64(took.parse()?), number.parse()?))
    };
    let ((all, sum), (year, people)) = (line("all")?, line("year")?);
    Ok(Some(FromParquet { all, sum, year, people }))
}

fn has_duckdb() -> bool {
    let known = Command::new("python3").args(["-c", "import duckdb, pyarrow"]).output();
    let is_there = known.is_ok_and(|answer| answer.status.success());
    if !is_there {
        print::line("  没有 DuckDB（pip install duckdb pyarrow），只量自己这一边");
    }
    is_there
}

/// What DuckDB answers to a script about the columns in a folder.
fn said(script: &str, folder: &Path) -> anyhow::Result<String> {
    let folder = folder.display().to_string();
    let answer = Command::new("python3").args(["-c", script, &folder, &ASKED.to_string()]).output()?;
    ensure!(answer.status.success(), "DuckDB 没有算出来：{}", String::from_utf8_lossy(&answer.stderr));
    Ok(String::from_utf8_lossy(&answer.stdout).into_owned())
}

fn line_of<'a>(said: &'a str, name: &str) -> anyhow::Result<&'a str> {
    let line = said.lines().find(|line| line.starts_with(name));
    line.with_context(|| format!("DuckDB 没有回答{name}：{said}"))
}

/// Measures the cube of so many lines of so many people in memory.
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
    if !has_duckdb() {
        return Ok(None);
    }
    write(folder, city)?;
    let said = said(CUBE, folder)?;
    let line = |name: &str| -> anyhow::Result<(f64, i64, i64)> {
        let line = line_of(&said, name)?;
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
    ways(folder, &city.above)
}

/// For each unit all units above it, itself among them.
fn ways(folder: &Path, tree: &[u32]) -> anyhow::Result<()> {
    let put = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes).context("存不下要比的数据");
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for unit in 0..tree.len() {
        let mut at = unit;
        loop {
            below.extend((unit as u16).to_le_bytes());
            above.extend((at as u16).to_le_bytes());
            if at == 0 {
                break;
            }
            at = tree[at] as usize;
        }
    }
    put("below", below)?;
    put("above", above)
}
