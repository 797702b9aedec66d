//! What does whoever runs the program do? Sets the organisation up, verifies what is kept, backs it up.
//!
//! Never asked by a page of a person who does business: the server's subcommands call these.

pub mod organisation;
pub mod journal;
pub mod acts;
pub mod files;
pub mod seals;
pub mod figures;
pub mod remaking;
mod reckoning;
pub mod signatures;
pub mod reach;
pub mod rosters;
pub mod backup;
pub mod ballots;
pub mod impact;

use crate::ctx::Ctx;
use crate::error::Error;

/// One thing that is not as it must be, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: a record's number or title, a figure's cell.
    pub about: String,
    /// What differs.
    pub words: String,
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many things were looked at.
    pub looked_at: u64,
    /// What differs, the first thousand.
    pub differences: Vec<Difference>,
    /// How many differ in all.
    pub different: u64,
}

/// One thing that was verified.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is called.
    pub name: &'static str,
    /// What follows the count if all is well.
    pub fine: &'static str,
    /// What was found.
    pub verified: Verified,
}

/// Verifies everything but the figures: journals, acts and the rows they tell of, files, seals.
pub async fn evidence(ctx: &Ctx) -> Result<Vec<Part>, Error> {
    let (acts, rows) = match acts::verify(ctx).await {
        Ok(both) => both,
        Err(error) => (unreadable(&error), Verified::default()),
    };
    let or_unreadable = |found: Result<Verified, Error>| found.unwrap_or_else(|error| unreadable(&error));
    let part = |name, fine, verified| Part { name, fine, verified };
    Ok(vec![
        part("日志", "件事项的日志与现状一致", or_unreadable(journal::verify(ctx).await)),
        part("行为记录", "条行为记录首尾相接", acts),
        part("登记的行", "行单位、人员、账号、授权、设置等与行为记录一致", rows),
        part("指向", "处指向与事项一致", or_unreadable(reach::verify(ctx).await)),
        part("名册", "条身份、职位、任职和不能重复的值与档案一致", or_unreadable(rosters::verify(ctx).await)),
        part("文件", "个文件的内容与校验值一致", or_unreadable(files::verify(ctx).await)),
        part("选票", "张选票由密钥证明，张数与投过票的人数相等", or_unreadable(ballots::verify(ctx).await)),
        part("每日封存", "次封存环环相扣", or_unreadable(seals::verify(ctx).await)),
    ])
}

/// What cannot even be read is a difference, not a failure.
fn unreadable(error: &Error) -> Verified {
    let mut verified = Verified::default();
    verified.differs("读不下去", causes(error));
    verified
}

/// An error with its causes.
fn causes(error: &Error) -> String {
    match error {
        Error::Broken { source, .. } => format!("{source:#}"),
        other => other.to_string(),
    }
}

/// More differences than this are counted, but not kept in words.
const MOST_IN_WORDS: usize = 1_000;

impl Verified {
    /// Adds a difference.
    fn differs(&mut self, about: impl Into<String>, words: impl Into<String>) {
        self.different += 1;
        if self.differences.len() < MOST_IN_WORDS {
            self.differences.push(Difference { about: about.into(), words: words.into() });
        }
    }

    /// Is everything as it must be?
    pub fn holds(&self) -> bool {
        self.different == 0
    }
}
