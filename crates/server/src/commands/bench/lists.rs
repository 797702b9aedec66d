//! The register page over HTTP against the same rows by one prepared statement, in turn, in the same run.

use std::time::{Duration, Instant};

use anyhow::bail;
use app::Ctx;
use store::P;

use super::acting;
use super::browser::Browser;
use super::child::{self, Server};
use super::district::{self, MECHANISM};
use super::measure::{Times, milliseconds, ratio};
use super::report::{Line, Report};

const OF_SITE: &str = include_str!("../../../bench/page_of_site.sql");
const OF_UNIT: &str = include_str!("../../../bench/page_of_unit.sql");
/// The filtered and sorted pages. Who sees one community has too few records of one source to fill a page.
const PAGE: &str = "/m/task_order?tab=open&source=key_project&sort=due";
const PAGE_OF_CLERK: &str = "/m/task_order?tab=open&sort=due";
/// Words that all records hold, that some do, and that few or none do; initials.
const SOUGHT: [&str; 8] = ["任务", "年度", "重点", "验收", "街道", "办法", "wcnd", "zdgz"];
/// Memory settles for so long before it is read.
const SETTLE: Duration = Duration::from_secs(3);

/// Measures the pages of a database with so many records, and the memory before and after `views` pages.
pub(super) async fn measure(
    ctx: &Ctx,
    server: &Server,
    count: usize,
    views: usize,
    report: &mut Report,
) -> anyhow::Result<Lists> {
    child::wait(SETTLE).await;
    let idle = server.resident();
    let rounds = (views / 20).clamp(50, 500);
    let mut whole = Browser::open(server.port).await?;
    whole.sign_in(district::ADMINISTRATOR, acting::PASSWORD).await?;
    let mut clerk = Browser::open(server.port).await?;
    clerk.sign_in(district::CLERK, acting::PASSWORD).await?;
    let (of_whole, bare) = in_turn(ctx, &mut whole, Whose::Site, rounds).await?;
    report.line(pages(count, "全区管理员", "administrator, whole site", &of_whole, &bare));
    let (of_clerk, bare) = in_turn(ctx, &mut clerk, Whose::Unit, rounds).await?;
    report.line(pages(count, "一个社区的经办人", "clerk of one community", &of_clerk, &bare));
    report.line(Line {
        name: format!("台账一页：一个社区的经办人，对全区管理员，{count}件"),
        english: format!("register page, {count} records: clerk of one community vs administrator, p50"),
        ours: milliseconds(of_clerk.percentile(50)),
        bare: milliseconds(of_whole.percentile(50)),
        ratio: ratio(of_clerk.percentile(50), of_whole.percentile(50)),
        budget: "≤ 1.5×",
    });
    for (name, english, browser) in
        [("全区管理员", "administrator", &mut whole), ("一个社区的经办人", "clerk of one community", &mut clerk)]
    {
        report.line(search(browser, (name, english), count, rounds).await?);
    }
    for number in 0..views {
        let browser = if number % 2 == 0 { &mut whole } else { &mut clerk };
        view(browser, ["/", PAGE, "/m/task_order", "/inbox"][number / 2 % 4]).await?;
    }
    child::wait(SETTLE).await;
    report.line(Line {
        name: format!("内存（连同映射的文件）：{count}件，空闲 → 看过{views}页之后"),
        english: format!("memory of its own (with mapped files), {count} records: idle → after {views} page views"),
        ours: format!("{idle} → {}", server.resident()),
        bare: String::new(),
        ratio: String::new(),
        budget: "≤ 60 MB → ≤ 250 MB",
    });
    Ok(Lists { whole: of_whole.percentile(50), clerk: of_clerk.percentile(50) })
}

/// Searching, by words that all records hold, that some do and that none does.
async fn search(browser: &mut Browser, who: (&str, &str), count: usize, rounds: usize) -> anyhow::Result<Line> {
    let mut took = Times::default();
    for at in 0..rounds + 10 {
        let began = Instant::now();
        view(browser, &format!("/search?{}", serde_urlencoded::to_string([("q", SOUGHT[at % SOUGHT.len()])])?)).await?;
        if at >= 10 {
            took.push(began.elapsed());
        }
    }
    let (name, english) = who;
    Ok(Line {
        name: format!("全文查找，两个字的词和拼音首字母，{count}件，{name}，p50 / p99"),
        english: format!("search, words of two signs and initials, {count} records, {english}, p50 / p99"),
        ours: took.shown(),
        bare: String::new(),
        ratio: String::new(),
        budget: "p99 ≤ 50 ms",
    })
}

/// How long a page took at one size, in the middle.
pub(super) struct Lists {
    whole: Duration,
    clerk: Duration,
}

impl Lists {
    /// Ten times as many records against this size: the page must not grow with what was ever recorded.
    pub(super) fn against(&self, smaller: &Self, report: &mut Report) {
        let pairs = [
            ("全区管理员", "administrator", self.whole, smaller.whole),
            ("一个社区的经办人", "clerk", self.clerk, smaller.clerk),
        ];
        for (name, english, ours, bare) in pairs {
            report.line(Line {
                name: format!("台账一页：最多的件数，对最少的件数，{name}"),
                english: format!("register page: the largest number of records vs the smallest, {english}, p50"),
                ours: milliseconds(ours),
                bare: milliseconds(bare),
                ratio: ratio(ours, bare),
                budget: "≤ 1.5×",
            });
        }
    }
}

#[derive(Clone, Copy)]
enum Whose {
    Site,
    Unit,
}

fn pages(count: usize, who: &str, english: &str, page: &Times, bare: &Times) -> Line {
    Line {
        name: format!("台账一页50行（筛选+排序），{count}件，{who}，p50 / p99"),
        english: format!("register page of 50 rows (filtered, sorted), {count} records, {english}, p50 / p99"),
        ours: page.shown(),
        bare: bare.shown(),
        ratio: ratio(page.percentile(50), bare.percentile(50)),
        budget: "p99 ≤ 8 ms",
    }
}

/// A page and the statement behind it, in turn, so that both see the same machine.
async fn in_turn(ctx: &Ctx, browser: &mut Browser, whose: Whose, rounds: usize) -> anyhow::Result<(Times, Times)> {
    let (mut pages, mut statements) = (Times::default(), Times::default());
    let mut conn = ctx.office.db.read().await?;
    for round in 0..rounds + 10 {
        let (path, sql, last) = match whose {
            Whose::Site => (PAGE, OF_SITE, P::text("key_project")),
            Whose::Unit => (PAGE_OF_CLERK, OF_UNIT, P::from(district::clerk_ord())),
        };
        let began = Instant::now();
        view(browser, path).await?;
        let page = began.elapsed();
        let began = Instant::now();
        let params = vec![P::from(conn.site()), P::text(MECHANISM), last];
        let rows = conn.list(sql, params).await?;
        let statement = began.elapsed();
        if rows.is_empty() {
            bail!("这一页没有数据，量不出来");
        }
        // The first rounds fill caches and are not counted, for either.
        if round >= 10 {
            pages.push(page);
            statements.push(statement);
        }
    }
    Ok((pages, statements))
}

async fn view(browser: &mut Browser, path: &str) -> anyhow::Result<()> {
    match browser.page(path).await?.status {
        200 => Ok(()),
        status => bail!("{path} 回答{status}"),
    }
}
