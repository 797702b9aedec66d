//! `zugong check`: what is wrong with the definitions, and what a change of them does to existing records.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Instant;

use app::office::Definitions;
use clap::Args;
use kernel::problem::Problem;

use crate::config::Config;
use crate::{definitions, print};

/// Options of `zugong check`.
#[derive(Args, Debug)]
pub struct Check {
    #[arg(
        long,
        value_name = "数据库",
        help_heading = "选项",
        help = "对照这个数据库：说明改了定义会影响哪些未办结的事项"
    )]
    against: Option<String>,
}

impl Check {
    /// Prints all problems; ends with 1 if there are any.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let began = Instant::now();
        let (definitions, problems) = definitions::load(config.definitions.as_deref())?;
        if !problems.is_empty() {
            say_problems(&problems);
            return Ok(ExitCode::from(1));
        }
        say_fine(&definitions, began.elapsed().as_millis());
        match self.against {
            Some(database) => super::check_against::run(config.with_database(database), definitions).await,
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// All problems, by file and line, then how many.
pub(crate) fn say_problems(problems: &[Problem]) {
    let mut files = BTreeSet::new();
    for problem in definitions::in_order(problems) {
        files.insert(&problem.path);
        print::line(format_args!("{}:{}:{} {}", problem.path, problem.line, problem.column, problem.sentence));
        if let Some(hint) = &problem.hint {
            print::line(format_args!("    → {hint}"));
        }
    }
    print::line(format_args!("\n{}个文件里有{}处问题。", files.len(), problems.len()));
}

fn say_fine(definitions: &Definitions, milliseconds: u128) {
    let mechanisms = definitions.catalog.mechanisms.values();
    let (mut steps, mut figures, mut examples) = (0, 0, 0);
    for mechanism in mechanisms.clone() {
        steps += mechanism.steps.len();
        figures += mechanism.figures.len();
        examples += mechanism.examples.len();
        examples += mechanism.figures.iter().map(|figure| figure.examples.len()).sum::<usize>();
    }
    print::line(format_args!(
        "没有问题：{}个机制，{steps}个步骤，{figures}个数字，{examples}个例子都成立（{milliseconds}毫秒）。",
        mechanisms.len()
    ));
}
