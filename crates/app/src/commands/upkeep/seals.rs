//! What was known at the end of each day, sealed so that whoever keeps the seals elsewhere can tell whether it changed?
//!
//! A seal covers the heads of all journals that grew since the last one, and the last act. Seals go out as a file of
//! lines; a file that was kept elsewhere is compared with what the database says now.
//! Never seals a day that is not over, and never seals one twice.

use jiff::civil::Date;
use kernel::journal::seal::{Algorithm, Seal, root};
use store::Conn;
use store::acts::ActAsk;
use store::seals::SealRow;

use super::Verified;
use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// A step is written at most so long after the moment that it bears: what is younger may still come.
const STILL_COMING_MS: i64 = 24 * 3_600_000;
/// Seals looked at in one go.
const AT_ONCE: u32 = 200;
/// The setting of the site that names the algorithm.
const SETTING: &str = "封存算法";
/// The first words of an exported file.
const TITLE: &str = "# 组工每日封存。请另存他处；核对：zugong verify --seals 本文件";

/// Seals what was written up to yesterday's end, if yesterday is not sealed yet. Gives whether it did.
pub async fn seal_yesterday(ctx: &Ctx) -> Result<bool, Error> {
    let Ok(yesterday) = ctx.today.yesterday() else { return Ok(false) };
    let is_done = |last: Option<Date>| last.is_some_and(|day| day >= yesterday);
    {
        let mut conn = ctx.office.db.read().await?;
        if is_done(store::seals::last_day(&mut conn).await?) {
            return Ok(false);
        }
    }
    let mut tx = ctx.office.db.begin_long().await?;
    let last = store::seals::last(&mut tx).await?;
    if is_done(last.as_ref().map(|row| row.seal.on)) {
        return Ok(false);
    }
    let since = last.as_ref().map_or(i64::MIN, |row| row.seal.sealed_at.saturating_sub(STILL_COMING_MS));
    let leaves = store::seals::unsealed(&mut tx, since).await?;
    let head = store::acts::head(&mut tx).await?;
    let seal = next(ctx, last.map(|row| row.seal), yesterday, &leaves, head);
    let mac = ctx.office.keys().map(|keys| keys.mac("seal", seal.hash.as_bytes()));
    store::seals::insert_leaves(&mut tx, seal.number, &leaves).await?;
    let detail = serde_json::json!({ "number": seal.number, "on": seal.on, "hash": seal.hash });
    store::seals::insert(&mut tx, &SealRow { seal, mac }).await?;
    crate::commands::receivers::sealed(ctx, &mut tx, &detail).await?;
    act(ctx, &mut tx, ACT, detail).await?;
    tx.commit().await?;
    Ok(true)
}

/// The act that tells of a seal, so that no seal can be taken away from the end.
const ACT: &str = "seal";

fn next(
    ctx: &Ctx,
    last: Option<Seal>,
    on: Date,
    leaves: &[kernel::journal::seal::Leaf],
    head: Option<(i64, String)>,
) -> Seal {
    let algorithm = ctx.vocabulary().setting(SETTING).and_then(Algorithm::named).unwrap_or_default();
    let (act_seq, act_hash) = head.map_or((0, None), |(seq, hash)| (seq, Some(hash)));
    let mut seal = Seal {
        number: last.as_ref().map_or(1, |seal| seal.number + 1),
        on,
        sealed_at: ctx.now,
        algorithm,
        heads: leaves.len() as i64,
        root: root(algorithm, leaves),
        act_seq,
        act_hash,
        prior_hash: last.map(|seal| seal.hash),
        hash: String::new(),
    };
    seal.hash = seal.reckoned();
    seal
}

/// Verifies every seal, all at one moment: its chain, its root, and that the journals still say what it covers.
pub async fn verify(ctx: &Ctx) -> Result<Verified, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let mut verified = Verified::default();
    let mut last: Option<Seal> = None;
    let mut leaves = 0;
    loop {
        let some = store::seals::walk(&mut conn, last.as_ref().map_or(0, |seal| seal.number), AT_ONCE).await?;
        if some.is_empty() {
            break;
        }
        for row in some {
            verified.looked_at += 1;
            leaves += one(ctx, &mut conn, &row, last.as_ref(), &mut verified).await?;
            last = Some(row.seal);
        }
    }
    let all = store::evidence::count(&mut conn, "seal_leaf").await?;
    if all != leaves || store::evidence::count(&mut conn, "seal").await? != verified.looked_at as i64 {
        verified.differs("封存明细", format!("有{all}条，属于封存的有{leaves}条"));
    }
    told(&mut conn, last.as_ref(), &mut verified).await?;
    if let Some(last) = last {
        for record in store::seals::passed_over(&mut conn, last.sealed_at.saturating_sub(STILL_COMING_MS)).await? {
            verified.differs(format!("事项 {record}"), "有早已写下、却没有任何封存覆盖的日志");
        }
    }
    Ok(verified)
}

/// Is the last seal the one that the acts tell of last?
async fn told(conn: &mut Conn, last: Option<&Seal>, verified: &mut Verified) -> Result<(), Error> {
    let ask = ActAsk { kinds: vec![ACT.to_owned()], ..ActAsk::default() };
    let act = store::acts::page(conn, &ask, 1).await?.pop();
    let detail = act.and_then(|act| serde_json::from_str::<serde_json::Value>(&act.detail).ok());
    let hash = detail.as_ref().and_then(|detail| detail.get("hash")).and_then(|hash| hash.as_str());
    if hash != last.map(|seal| seal.hash.as_str()) {
        verified.differs("每日封存", "最后一次封存不是行为记录所说的那一次");
    }
    Ok(())
}

async fn one(
    ctx: &Ctx,
    conn: &mut Conn,
    row: &SealRow,
    last: Option<&Seal>,
    verified: &mut Verified,
) -> Result<i64, Error> {
    let seal = &row.seal;
    let about = format!("第{}次封存 {}", seal.number, seal.on);
    if seal.number != last.map_or(1, |last| last.number + 1) || seal.prior_hash.as_ref() != last.map(|it| &it.hash) {
        verified.differs(&about, "没有接着前一次");
    }
    if seal.reckoned() != seal.hash {
        verified.differs(&about, "内容与校验值不符");
    }
    if let Some(keys) = ctx.office.keys()
        && !keys.proves("seal", seal.hash.as_bytes(), row.mac.as_deref().unwrap_or_default())
    {
        verified.differs(&about, "不是用本单位的密钥证明的");
    }
    if seal.act_seq > 0 {
        let act = store::acts::at(conn, seal.act_seq).await?;
        if act.map(|act| act.hash) != seal.act_hash {
            verified.differs(&about, format!("第{}条行为记录已不是封存时的样子", seal.act_seq));
        }
    }
    let leaves = store::seals::leaves(conn, seal.number).await?;
    for (leaf, now) in &leaves {
        if now.as_ref() != Some(&leaf.hash) {
            verified.differs(format!("事项 {}", leaf.record), format!("日志第{}条已不是{about}时的样子", leaf.seq));
        }
    }
    let count = leaves.len() as i64;
    let leaves: Vec<_> = leaves.into_iter().map(|(leaf, _)| leaf).collect();
    if count != seal.heads || root(seal.algorithm, &leaves) != seal.root {
        verified.differs(&about, "所覆盖的日志与封存的根不符");
    }
    Ok(count)
}

/// All seals as the lines of a file that is to be kept elsewhere.
pub async fn export(ctx: &Ctx) -> Result<String, Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let (mut text, mut after) = (format!("{TITLE}\n"), 0);
    loop {
        let some = store::seals::walk(&mut conn, after, AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(text) };
        after = last.seal.number;
        for row in &some {
            let line = serde_json::to_string(&row.seal).map_err(|fault| Error::broken("write a seal", fault))?;
            text.push_str(&line);
            text.push('\n');
        }
    }
}

/// Compares a file that was kept elsewhere with the seals of now. A line that nobody can read is a difference.
pub async fn compare(ctx: &Ctx, text: &str) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    let mut conn = ctx.office.db.snapshot().await?;
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        verified.looked_at += 1;
        let Ok(seal) = serde_json::from_str::<Seal>(line) else {
            verified.differs(format!("文件第{number}行"), "读不懂，不是导出的封存");
            continue;
        };
        let about = format!("第{}次封存 {}", seal.number, seal.on);
        if seal.reckoned() != seal.hash {
            verified.differs(&about, "文件里的这一行被改动过");
        }
        let now = store::seals::walk(&mut conn, seal.number - 1, 1).await?.pop().map(|row| row.seal);
        match now {
            Some(now) if now == seal => {}
            Some(now) if now.number == seal.number => {
                verified.differs(&about, format!("库里的与另存的不同：库里{}，另存{}", now.hash, seal.hash));
            }
            _ => verified.differs(&about, "另存的文件里有，库里没有"),
        }
    }
    if verified.looked_at == 0 {
        verified.differs("文件", "里面没有一次封存");
    }
    Ok(verified)
}
