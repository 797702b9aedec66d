//! What does the platform hold about me, and who looked at it? For each person their own, and nobody else's.
//!
//! Never another person's file.

use jiff::civil::Date;
use kernel::ids::RecordId;

use crate::commands::looks;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::grants::{self, GrantLine};
use crate::queries::people::{self, OwnFile};
use crate::words::moment;

/// The newest steps and looks that are shown.
const NEWEST: u32 = 100;

/// One's own file.
#[derive(Clone, Debug)]
pub struct MyFile {
    /// The name.
    pub name: String,
    /// The pinyin initials under which one is found.
    pub pinyin: String,
    /// The unit where one works.
    pub unit: String,
    /// What one is called there.
    pub post: String,
    /// What one's personnel file says, if there is one.
    pub file: Option<OwnFile>,
    /// Sign-in names, and when each was last used.
    pub accounts: Vec<(String, String)>,
    /// What one was given, past and present.
    pub grants: Vec<GrantLine>,
    /// Who looked.
    pub looks: Vec<LookLine>,
    /// What one did, newest first.
    pub steps: Vec<MyStep>,
}

/// A look.
#[derive(Clone, Debug)]
pub struct LookLine {
    /// On which day.
    pub on: Date,
    /// Who.
    pub who: String,
    /// How, in words.
    pub how: &'static str,
    /// Why, where a reason was asked for.
    pub reason: String,
}

/// A step that one took.
#[derive(Clone, Debug)]
pub struct MyStep {
    /// When.
    pub at: String,
    /// The step's name.
    pub step: String,
    /// The record, if one still sees it, with its title.
    pub record: Option<(RecordId, String)>,
}

/// One's own file.
pub async fn my_file(ctx: &Ctx) -> Result<MyFile, Error> {
    let id = ctx.person().ok_or(Error::NotFound)?;
    let me = ctx.tree.person(id).ok_or(Error::NotFound)?;
    let mut conn = ctx.office.db.read().await?;
    let looks = store::looks::at_person(&mut conn, id, ctx.today, NEWEST).await?;
    let looks = looks.into_iter().map(|row| LookLine {
        on: row.on,
        who: ctx.names().person(row.viewer),
        how: how(&row.how),
        reason: row.reason.unwrap_or_default(),
    });
    let entries = store::journal::newest(&mut conn, Some(id), None, NEWEST).await?;
    let mut ids: Vec<RecordId> = entries.iter().map(|entry| entry.record).collect();
    ids.sort();
    ids.dedup();
    let seen = crate::records::listed_of(ctx, &mut conn, &ids).await?;
    let steps = entries.iter().map(|entry| {
        let read: Option<kernel::journal::Entry> = serde_json::from_str(&entry.entry).ok();
        let visible = seen.iter().find(|found| found.record.id == entry.record);
        MyStep {
            at: moment(entry.at),
            step: read.map_or_else(|| entry.step.to_string(), |entry| entry.step_name),
            record: visible.map(|found| (found.record.id, found.record.title.clone())),
        }
    });
    let accounts = store::accounts::of_person(&mut conn, id).await?;
    let accounts = accounts.into_iter().map(|it| (it.login_name, it.last_in_at.map(moment).unwrap_or_default()));
    drop(conn);
    Ok(MyFile {
        file: people::own_file(ctx).await?,
        name: me.name.clone(),
        pinyin: me.pinyin.clone(),
        unit: me.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default(),
        post: me.post_name.clone().unwrap_or_default(),
        accounts: accounts.collect(),
        grants: grants::of_person(ctx, id).await?,
        looks: looks.collect(),
        steps: steps.collect(),
    })
}

fn how(how: &str) -> &'static str {
    match how {
        looks::RIGHTS => "查看你的授权和权限说明",
        looks::REVEAL => "查看遮掩的内容",
        looks::EXPORT => "导出的表里有你",
        _ => "打开你的人员页",
    }
}
