//! Is the chain of acts whole, and are the rows that acts told of still as they told?
//!
//! Every act is hashed anew; the last one must be the one that the head notes under the key outside of the database;
//! the newest trace of every row is compared with the row.

use std::collections::{BTreeMap, HashMap};

use store::Conn;
use store::acts::{ActRow, head_words};
use store::evidence::{Rule, TABLES, Trace, bound, trace_line};

use super::Verified;
use crate::ctx::Ctx;
use crate::error::Error;

/// Acts looked at in one go.
const AT_ONCE: u32 = 500;

/// What traces say of a row: its hash and the act that told of it last.
type Last = HashMap<(String, String), (Option<String>, i64)>;

/// Verifies the acts and the rows they tell of, all at one moment.
pub async fn verify(ctx: &Ctx) -> Result<(Verified, Verified), Error> {
    let mut conn = ctx.office.db.snapshot().await?;
    let (mut acts, mut rows) = (Verified::default(), Verified::default());
    let mut last: Option<ActRow> = None;
    let mut told = Last::new();
    let mut traces = 0;
    loop {
        let after = last.as_ref().map_or(0, |act| act.seq);
        let some = store::acts::walk(&mut conn, after, AT_ONCE).await?;
        let Some(until) = some.last().map(|act| act.seq) else { break };
        let mut by_act: BTreeMap<i64, Vec<Trace>> = BTreeMap::new();
        for trace in store::evidence::traces(&mut conn, after, until).await? {
            traces += 1;
            by_act.entry(trace.act).or_default().push(trace);
        }
        for act in some {
            acts.looked_at += 1;
            let own = by_act.remove(&act.seq).unwrap_or_default();
            for words in faults(&act, last.as_ref(), &own) {
                acts.differs(about(&act), words);
            }
            told.extend(own.into_iter().map(|it| ((it.table, it.key), (it.hash, act.seq))));
            last = Some(act);
        }
    }
    let all = store::evidence::count(&mut conn, "trace").await?;
    if all != traces || store::evidence::count(&mut conn, "act").await? != acts.looked_at as i64 {
        acts.differs("痕迹", format!("有{all}条，属于某条行为记录的有{traces}条"));
    }
    head(ctx, &mut conn, last.as_ref(), &mut acts).await?;
    compare(&mut conn, told, &mut rows).await?;
    if let Some(step) = ctx.office.db.wrong_migration().await? {
        rows.differs("表结构步骤", format!("{step}与程序不符"));
    }
    Ok((acts, rows))
}

fn about(act: &ActRow) -> String {
    format!("第{}条 {}", act.seq, act.kind)
}

fn faults(act: &ActRow, last: Option<&ActRow>, traces: &[Trace]) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if act.seq != last.map_or(1, |last| last.seq + 1) || act.prior_hash.as_ref() != last.map(|last| &last.hash) {
        faults.push("没有接着前一条");
    }
    if act.reckoned() != act.hash {
        faults.push("内容与校验值不符");
    }
    let lines: Vec<String> = traces.iter().map(|it| trace_line(&it.table, &it.key, it.hash.as_deref())).collect();
    if act.rows_hash != (!lines.is_empty()).then(|| bound(lines)) {
        faults.push("所记的行的痕迹被改动过");
    }
    faults
}

/// Is the last act the one that the head notes, and was that noted by whoever has the key?
async fn head(ctx: &Ctx, conn: &mut Conn, last: Option<&ActRow>, acts: &mut Verified) -> Result<(), Error> {
    const NAME: &str = "行为记录之首";
    let noted = store::acts::noted_head(conn).await?;
    let Some((seq, hash, code)) = noted else {
        if last.is_some() {
            acts.differs(NAME, "没有了");
        }
        return Ok(());
    };
    if last.map(|act| (act.seq, Some(&act.hash))) != Some((seq, hash.as_ref())) {
        acts.differs(NAME, format!("写明最后一条是第{seq}条，现在最后一条是第{}条", last.map_or(0, |act| act.seq)));
    }
    if let Some(keys) = ctx.office.keys() {
        let words = head_words(seq, hash.as_deref().unwrap_or_default());
        if !keys.proves("act", words.as_bytes(), code.as_deref().unwrap_or_default()) {
            acts.differs(NAME, "不是用本单位的密钥证明的：内容被改动过，或密钥文件不是原来那个");
        }
    }
    Ok(())
}

/// Compares every row with its newest trace.
async fn compare(conn: &mut Conn, mut told: Last, rows: &mut Verified) -> Result<(), Error> {
    for table in TABLES {
        let Rule::Told { .. } = table.rule else { continue };
        for (key, now) in store::evidence::all_rows(conn, table).await? {
            rows.looked_at += 1;
            let then = told.remove(&(table.name.to_owned(), key.clone()));
            let about = || format!("{} {key}", table.noun);
            match (then, now) {
                (Some((then, _)), now) if then == now => {}
                (Some((_, act)), _) => rows.differs(about(), format!("被改动过，与第{act}条行为记录不符")),
                // A paper that was not printed yet: the journal binds what it says.
                (None, None) => {}
                (None, Some(_)) => rows.differs(about(), "不是任何行为记录写下的"),
            }
        }
    }
    for ((table, key), (hash, act)) in told {
        if hash.is_some() {
            let noun = store::evidence::table(&table).map_or(table.as_str(), |table| table.noun);
            rows.differs(format!("{noun} {key}"), format!("没有了，第{act}条行为记录写下过它"));
        }
    }
    Ok(())
}
