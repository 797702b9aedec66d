//! Is what is kept beside the files of people and posts still what they say? Values that stand once, roles, posts, holdings,
//! places that links take.
//!
//! Never tells a value: what differs is named by its record.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Verified;
use crate::commands::rosters::{self, Kept};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::records;

/// Records looked at in one go.
const AT_ONCE: u32 = 500;

/// Compares what is kept with what the files say.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let (mut verified, mut must) = (Verified::default(), Kept::default());
    let concerns = |it: &&std::sync::Arc<kernel::catalog::Mechanism>| {
        it.roster.is_some()
            || it.account.is_some()
            || it.link.is_some()
            || it.once.is_some()
            || it.fields.iter().any(|field| field.unique)
    };
    for mechanism in ctx.catalog().mechanisms.values().filter(concerns) {
        let mut after = None;
        loop {
            let rows = store::records::walk(&mut conn, Some(&mechanism.id), after, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for found in records::with_deadlines(ctx, &mut conn, rows).await? {
                match rosters::kept(ctx, &found.mechanism, &found.record) {
                    Ok(kept) => {
                        must.keys.extend(kept.keys);
                        must.roles.extend(kept.roles);
                        must.held.extend(kept.held);
                        must.posts.extend(kept.posts);
                        must.tenures.extend(kept.tenures);
                    }
                    Err(_) => verified.differs(found.record.title.clone(), "档案本身前后矛盾"),
                }
            }
        }
    }
    let keys = store::rosters::all_keys(&mut conn).await?;
    let (roles, held) = (store::rosters::all_roles(&mut conn).await?, store::rosters::all_holdings(&mut conn).await?);
    let posts = store::rosters::posts(&mut conn).await?;
    let tenures = store::tenures::all(&mut conn).await?;
    compare(&mut verified, "不能重复的值", &must.keys, &keys, |it| it.record.to_string());
    compare(&mut verified, "人员身份", &must.roles, &roles, |it| it.person.to_string());
    compare(&mut verified, "任职", &must.held, &held, |it| it.person.to_string());
    compare(&mut verified, "关系占用", &must.tenures, &tenures, |it| it.record.to_string());
    compare(&mut verified, "职位", &must.posts, &posts, |it| it.id.to_string());
    Ok(verified)
}

fn compare<T: Debug>(verified: &mut Verified, noun: &str, must: &[T], is: &[T], about: impl Fn(&T) -> String) {
    let by_words =
        |all: &[T]| -> BTreeMap<String, String> { all.iter().map(|it| (format!("{it:?}"), about(it))).collect() };
    let (must, is) = (by_words(must), by_words(is));
    verified.looked_at += must.len() as u64;
    for id in must.iter().filter(|(words, _)| !is.contains_key(*words)).map(|(_, id)| id) {
        verified.differs(format!("{noun} {id}"), "与档案不符或缺少");
    }
    for id in is.iter().filter(|(words, _)| !must.contains_key(*words)).map(|(_, id)| id) {
        verified.differs(format!("{noun} {id}"), "档案里没有");
    }
}
