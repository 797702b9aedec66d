//! What leaves the house after the commit: messages to other systems, mails to people. At least once, each time under
//! the same id, by which a receiver drops repeats.
//!
//! Places are served side by side, so that one that stalls holds up no other; in one place messages go in their order.
//! Never a secret in what is kept of a failure, and never anything where nobody brought a way out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use store::outbox::{NEVER, OutboxRow};
use store::receivers::ReceiverRow;
use tokio::task::JoinSet;

use super::Report;
use crate::commands::mailing::writing::{self, Written};
use crate::commands::{mailing, receivers};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward::{self, Outward, Post, Unsent, Ways};

const AT_ONCE: u32 = 200;
const MINUTE_MS: i64 = 60_000;
/// What was taken and not marked comes up again after so long: the program may have ended in between.
const HIDDEN_MS: i64 = 10 * MINUTE_MS;
/// The first wait after a failure; each further one is twice as long.
const AGAIN_MS: i64 = 10 * MINUTE_MS;
/// The longest wait.
const LONGEST_MS: i64 = 12 * 60 * MINUTE_MS;
/// After so many tries it is a dead letter: some 21 hours after the first.
const MOST_TRIES: i64 = 8;
/// So long one place is served in one go; the rest waits for the next minute.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of one message.
enum Outcome {
    Sent,
    Needless(String),
    Failed(Unsent),
}

/// What holds for all messages of one go.
#[derive(Clone)]
struct Way {
    outward: Arc<dyn Outward>,
    receivers: Arc<Vec<ReceiverRow>>,
    ways: Ways,
}

/// Sends what is due.
pub(super) async fn run(ctx: &Ctx) -> Result<Report, Error> {
    let mut report = Report::default();
    let Some(outward) = ctx.office.outward() else { return Ok(report) };
    let (kinds, until) = ([mailing::KIND, receivers::KIND], ctx.now + HIDDEN_MS);
    let mut tx = ctx.office.db.begin().await?;
    let taken = store::outbox::take_due(&mut tx, &kinds, (ctx.now, until), AT_ONCE).await?;
    let (receivers, ways) = match taken.is_empty() {
        true => (Vec::new(), Ways::default()),
        false => (store::receivers::all(&mut tx).await?, receivers::ways(&mut tx).await?),
    };
    tx.commit().await?;
    let way = Way { outward, receivers: Arc::new(receivers), ways };
    let mut places: BTreeMap<String, Vec<OutboxRow>> = BTreeMap::new();
    for message in taken {
        places.entry(message.to.clone().unwrap_or_default()).or_default().push(message);
    }
    let mut lines = JoinSet::new();
    for messages in places.into_values() {
        let (ctx, way) = (ctx.clone(), way.clone());
        lines.spawn(async move { serve(&ctx, &way, messages).await });
    }
    while let Some(served) = lines.join_next().await {
        let served = served.map_err(|fault| Error::broken("send messages away", fault))?;
        report.done += served?;
    }
    Ok(report)
}

/// Serves one place; gives how many messages left.
async fn serve(ctx: &Ctx, way: &Way, messages: Vec<OutboxRow>) -> Result<i64, Error> {
    let began = Instant::now();
    let mut done = 0;
    // Why nobody answered: then whatever else waits for the place is put off with what was tried.
    let mut shut: Option<Unsent> = None;
    for message in messages {
        if shut.is_none() && began.elapsed() > PATIENCE {
            let mut tx = ctx.office.db.begin().await?;
            store::outbox::put_back(&mut tx, message.id, ctx.now).await?;
            tx.commit().await?;
            continue;
        }
        let outcome = match &shut {
            Some(unsent) => Ok(Outcome::Failed(unsent.clone())),
            None => send(ctx, way, &message).await,
        };
        let outcome = outcome.unwrap_or_else(|error| {
            tracing::error!(message = %message.id, ?error, "a message could not be made ready");
            Outcome::Failed(Unsent {
                why: "本系统没能备好这条消息，原因见运行日志".to_owned(), answered: true
            })
        });
        let mut tx = ctx.office.db.begin().await?;
        match outcome {
            Outcome::Sent => {
                store::outbox::mark_done(&mut tx, message.id, ctx.now).await?;
                done += 1;
            }
            Outcome::Needless(why) => store::outbox::mark_given_up(&mut tx, message.id, &why, ctx.now).await?,
            Outcome::Failed(unsent) => {
                store::outbox::mark_failed(&mut tx, message.id, &unsent.why, again_at(ctx.now, message.tries)).await?;
                shut = Some(unsent).filter(|unsent| !unsent.answered);
            }
        }
        tx.commit().await?;
    }
    Ok(done)
}

/// When a message that failed is tried next, after so many tries.
fn again_at(now: i64, tries: i64) -> i64 {
    match tries {
        MOST_TRIES.. => NEVER,
        tries => now + (AGAIN_MS << (tries - 1).clamp(0, 10)).min(LONGEST_MS),
    }
}

async fn send(ctx: &Ctx, way: &Way, message: &OutboxRow) -> Result<Outcome, Error> {
    let (went, secrets) = if message.kind == mailing::KIND {
        let mail = match writing::write(ctx, way.outward.home(), message).await? {
            Written::Goes(mail) => mail,
            Written::Needless(why) => return Ok(Outcome::Needless(why.to_owned())),
            Written::Waits(why) => return Ok(Outcome::Failed(Unsent { why: why.to_owned(), answered: false })),
        };
        let [password, said] = mail.server.secrets();
        let secrets = vec![password, said, mail.to.clone()];
        (way.outward.mail(mail).await, secrets)
    } else {
        let known = way.receivers.iter().find(|row| message.to.as_deref() == Some(row.id.to_string().as_str()));
        let Some(receiver) = known.filter(|row| row.is_on) else {
            return Ok(Outcome::Needless("接收系统已停用或移除".to_owned()));
        };
        let secret = receivers::secret_of(ctx, receiver)?;
        (way.outward.post(post(ctx, way, receiver, (&secret, message))).await, vec![secret])
    };
    Ok(match went {
        Ok(()) => Outcome::Sent,
        Err(unsent) => {
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            Outcome::Failed(Unsent { why: outward::without_secrets(&unsent.why, &secrets), ..unsent })
        }
    })
}

fn post(ctx: &Ctx, way: &Way, receiver: &ReceiverRow, (secret, message): (&str, &OutboxRow)) -> Post {
    let body = message.body.to_string();
    let signature = receivers::signature(secret, ctx.now.div_euclid(1000), &body);
    Post {
        address: receiver.address.clone(),
        headers: vec![("x-zugong-id", message.id.to_string()), ("x-zugong-signature", signature)],
        body,
        ways: way.ways,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_day_and_the_eighth_failure_is_the_last() {
        let waits: Vec<i64> = (1..MOST_TRIES).map(|tries| again_at(0, tries) / MINUTE_MS).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640]);
        assert_eq!((again_at(0, MOST_TRIES), again_at(0, 99)), (NEVER, NEVER));
    }
}
