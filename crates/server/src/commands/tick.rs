//! `zugong tick`: the duties once, as of today or as of another day.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::civil::Date;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::{demo, open, print};

/// Options of `zugong tick`.
#[derive(Args, Debug)]
pub struct Tick {
    #[arg(long, value_name = "日期", help_heading = "选项", help = "当作这一天来做，例如 2026-03-04")]
    on: Option<String>,
    #[arg(long, value_name = "日期", help_heading = "选项", help = "从今天起逐日做到这一天（只用于演示数据库）")]
    until: Option<String>,
    #[arg(long, value_name = "天数", help_heading = "选项", help = "从今天起逐日做这么多天（只用于演示数据库）")]
    days: Option<u16>,
}

/// The most days that are stepped through.
const MOST_DAYS: usize = 1_000;

impl Tick {
    /// Does the duties of each day in turn.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let today = SystemClock.today();
        let days = self.days_from(today)?;
        let office = open::office(&config).await?;
        open::bring_press(&office, &config.fonts).await;
        let is_demo = demo::password(&office).await?.is_some();
        if !is_demo {
            open::bring_outward(&office, &config)?;
        }
        if days.iter().any(|day| *day > today) && !is_demo {
            bail!("以后的日子只有演示数据库可以提前过：加上 --database sqlite://data/demo.db");
        }
        let owner = format!("tick-{}", std::process::id());
        let mut failed = false;
        for day in &days {
            let ctx = app::Ctx { today: *day, ..open::own_ctx(&office) };
            let reports = app::duties::tick(&ctx, &owner).await?;
            if reports.is_empty() {
                bail!("另一个组工正在做例行事务，请稍后再试，或等它自己做");
            }
            let done = reports.iter().filter(|(_, report)| days.len() == 1 || report.done + report.failed > 0);
            for (duty, report) in done {
                failed |= report.failed > 0;
                print::line(format_args!("{day} {duty}：做了{}，失败{}", report.done, report.failed));
                report.faults.iter().for_each(|fault| print::line(format_args!("  {fault}")));
            }
        }
        office.db.close().await;
        Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn days_from(&self, today: Date) -> anyhow::Result<Vec<Date>> {
        let read = |text: &str| {
            text.parse::<Date>().ok().with_context(|| format!("“{text}”看不出是哪一天，请写成 2026-03-04 的样子"))
        };
        let until = match (&self.on, &self.until, self.days) {
            (None, None, None) => return Ok(vec![today]),
            (Some(on), None, None) => return Ok(vec![read(on)?]),
            (None, Some(until), None) => read(until)?,
            (None, None, Some(days)) => today.checked_add(jiff::Span::new().days(i64::from(days) - 1))?,
            _ => bail!("--on、--until、--days 只能写一个"),
        };
        let days: Vec<Date> =
            today.series(jiff::Span::new().days(1)).take_while(|day| *day <= until).take(MOST_DAYS + 1).collect();
        match days.len() {
            0 => bail!("{until} 在今天之前"),
            many if many > MOST_DAYS => bail!("一次最多过{MOST_DAYS}天"),
            _ => Ok(days),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(on: Option<&str>, until: Option<&str>, days: Option<u16>) -> String {
        let tick = Tick { on: on.map(str::to_owned), until: until.map(str::to_owned), days };
        match tick.days_from(jiff::civil::date(2026, 3, 4)) {
            Ok(days) => days.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn days_are_one_or_a_run_from_today() {
        assert_eq!(days(None, None, None), "2026-03-04");
        assert_eq!(days(Some("2026-01-02"), None, None), "2026-01-02");
        assert_eq!(days(None, Some("2026-03-06"), None), "2026-03-04 2026-03-05 2026-03-06");
        assert_eq!(days(None, None, Some(2)), "2026-03-04 2026-03-05");
        assert_eq!(days(None, Some("2026-03-01"), None), "2026-03-01 在今天之前");
        assert_eq!(days(Some("3月"), None, None), "“3月”看不出是哪一天，请写成 2026-03-04 的样子");
        assert_eq!(days(Some("2026-01-02"), None, Some(3)), "--on、--until、--days 只能写一个");
    }
}
