//! The accounts of the site, for whoever manages them.
//!
//! Never a business record.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ids::{AccountId, PersonId};
use store::Conn;
use store::accounts::{AccountRow, Which};

use super::manages_accounts;
use crate::commands::sign_in::{holds, needs_second_factor};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::words::moment;

/// Accounts on a page.
const PAGE: u32 = 50;
/// People offered for a new account.
const OFFERED: usize = 30;

/// What the list is asked for.
#[derive(Clone, Debug, Default)]
pub struct AccountsAsk {
    /// `in_use`, `ended` or `first`; else all.
    pub which: String,
    /// A sign-in name, a name or pinyin initials.
    pub word: String,
    /// The last sign-in name already shown.
    pub after: String,
}

/// The list.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// The accounts, by sign-in name.
    pub lines: Vec<AccountLine>,
    /// After which sign-in name the next page goes on, if there is one.
    pub next: Option<String>,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be used.
    InUse,
    /// Its one-time password was not changed yet.
    First,
    /// Nothing more is tried until a moment.
    Locked,
    /// It cannot be used any more.
    Ended,
}

/// One account.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// Its id.
    pub id: AccountId,
    /// What is typed.
    pub login_name: String,
    /// The person's name.
    pub person: String,
    /// Their unit's name.
    pub unit: String,
    /// How it stands.
    pub standing: Standing,
    /// What is to be said to that: until when it is locked, since when it has ended and why.
    pub remark: String,
    /// The last sign-in.
    pub last_in_at: String,
    /// Has it a second factor?
    pub second_factor: bool,
    /// Does a role of the person demand one?
    pub demanded: bool,
    /// Is it the asker's own?
    pub is_own: bool,
}

/// Somebody who may get an account.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// Their post and unit.
    pub place: String,
    /// Their pinyin initials: a sign-in name to begin with.
    pub pinyin: String,
}

/// The accounts of the site.
pub async fn accounts(ctx: &Ctx, ask: &AccountsAsk) -> Result<Accounts, Error> {
    if !manages_accounts(ctx) {
        return Err(Error::NotFound);
    }
    let which = match ask.which.as_str() {
        "in_use" => Which::InUse,
        "ended" => Which::Ended,
        "first" => Which::First,
        _ => Which::All,
    };
    let mut conn = ctx.office.db.read().await?;
    let word = ask.word.trim();
    if !word.is_empty() {
        let rows = found(ctx, &mut conn, word).await?;
        return Ok(Accounts { lines: lines(ctx, &mut conn, rows).await?, next: None });
    }
    let after = Some(ask.after.as_str()).filter(|after| !after.is_empty());
    let mut rows = store::accounts::page(&mut conn, which, after, PAGE + 1).await?;
    let has_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| has_more).map(|row| row.login_name.clone());
    Ok(Accounts { lines: lines(ctx, &mut conn, rows).await?, next })
}

/// The accounts of that sign-in name and of people called so.
async fn found(ctx: &Ctx, conn: &mut Conn, word: &str) -> Result<Vec<AccountRow>, Error> {
    let word: String = word.chars().filter(|c| !c.is_control()).take(50).collect();
    let mut rows: BTreeMap<String, AccountRow> = BTreeMap::new();
    let people: Vec<PersonId> = called(ctx, &word).into_iter().map(|person| person.id).collect();
    for row in store::accounts::of_people(conn, &people).await? {
        rows.insert(row.login_name.clone(), row);
    }
    if let Some(row) = store::accounts::by_login(conn, &word.to_lowercase()).await? {
        rows.insert(row.login_name.clone(), row);
    }
    Ok(rows.into_values().collect())
}

/// People whose name holds the word, or whose initials begin with it.
fn called<'a>(ctx: &'a Ctx, word: &str) -> Vec<&'a crate::tree::Person> {
    let small = word.to_lowercase();
    let fits = |person: &&crate::tree::Person| person.name.contains(word) || person.pinyin.starts_with(&small);
    let mut people: Vec<_> = ctx.tree.people().filter(fits).collect();
    people.sort_by(|a, b| (&a.pinyin, a.id).cmp(&(&b.pinyin, b.id)));
    people.truncate(OFFERED);
    people
}

/// One account.
pub async fn account(ctx: &Ctx, id: AccountId) -> Result<AccountLine, Error> {
    if !manages_accounts(ctx) {
        return Err(Error::NotFound);
    }
    let mut conn = ctx.office.db.read().await?;
    let row = store::accounts::find(&mut conn, id).await?.ok_or(Error::NotFound)?;
    lines(ctx, &mut conn, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// People called so who have no account in use.
pub async fn candidates(ctx: &Ctx, word: &str) -> Result<Vec<Candidate>, Error> {
    if !manages_accounts(ctx) {
        return Err(Error::NotFound);
    }
    let people = called(ctx, word.trim());
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let mut conn = ctx.office.db.read().await?;
    let taken: BTreeSet<PersonId> = store::accounts::of_people(&mut conn, &ids)
        .await?
        .into_iter()
        .filter(|row| row.ended_on.is_none())
        .map(|row| row.person)
        .collect();
    let candidate = |person: &crate::tree::Person| {
        let unit = person.unit.map(|unit| ctx.names().unit(unit)).unwrap_or_default();
        Candidate {
            person: person.id,
            name: person.name.clone(),
            place: format!("{unit} {}", person.post_name.as_deref().unwrap_or("")).trim().to_owned(),
            pinyin: person.pinyin.clone(),
        }
    };
    Ok(people.into_iter().filter(|person| !taken.contains(&person.id)).map(candidate).collect())
}

async fn lines(ctx: &Ctx, conn: &mut Conn, rows: Vec<AccountRow>) -> Result<Vec<AccountLine>, Error> {
    let ids: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
    let with_factor = store::second_factors::of_accounts(conn, &ids).await?;
    let keys: Vec<String> =
        rows.iter().flat_map(|row| [holds::of_name(&row.login_name), holds::of_codes(row.id)]).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let held = store::sign_in_failures::of(conn, &keys).await?;
    let held: BTreeMap<String, i64> = held.into_iter().map(|row| (row.who, row.held_until_at)).collect();
    Ok(rows.into_iter().map(|row| line(ctx, &row, with_factor.contains(&row.id), &held)).collect())
}

fn line(ctx: &Ctx, row: &AccountRow, second_factor: bool, held: &BTreeMap<String, i64>) -> AccountLine {
    let person = ctx.tree.person(row.person);
    let until = [holds::of_name(&row.login_name), holds::of_codes(row.id)].iter().filter_map(|key| held.get(key)).max();
    let locked = until.filter(|until| **until > ctx.now);
    let (standing, remark) = match (row.ended_on, locked) {
        (Some(day), _) => (Standing::Ended, format!("{day} 起，{}", why(row.ended_why.as_deref()))),
        (None, Some(until)) => (Standing::Locked, format!("到 {}", moment(*until))),
        (None, None) if row.must_change => (Standing::First, String::new()),
        (None, None) => (Standing::InUse, String::new()),
    };
    let unit = person.and_then(|person| person.unit).map(|unit| ctx.names().unit(unit));
    AccountLine {
        id: row.id,
        login_name: row.login_name.clone(),
        person: ctx.names().person(row.person),
        unit: unit.unwrap_or_default(),
        standing,
        remark,
        last_in_at: row.last_in_at.map(moment).unwrap_or_default(),
        second_factor,
        demanded: needs_second_factor(ctx, &ctx.tree.grants_of(row.person, ctx.today)),
        is_own: ctx.person() == Some(row.person),
    }
}

fn why(why: Option<&str>) -> &'static str {
    match why {
        Some("unused") => "长期没有登录",
        Some("left") => "已没有授权",
        _ => "由管理员停用",
    }
}
