//! What does a mail say? Written when it goes, by what holds then.
//!
//! Never what its reader does not see any more, and never a word of a record that holds personal information.

use kernel::ids::PersonId;
use kernel::retention::Marks;
use store::Conn;
use store::notices::NoticeRow;
use store::outbox::OutboxRow;
use uuid::Uuid;

use super::{Group, boxes, has, server, subject};
use crate::commands::accounts::second_factor::keys;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward::Mail;
use crate::records;

/// What comes of writing a mail.
pub(crate) enum Written {
    /// It goes.
    Goes(Mail),
    /// Nobody needs it any more, and why.
    Needless(&'static str),
    /// It cannot go now, and why.
    Waits(&'static str),
}

/// The most characters of a notice in a mail.
const LONGEST: usize = 200;

/// Writes a mail that was put down.
pub(crate) async fn write(ctx: &Ctx, home: &str, parcel: &OutboxRow) -> Result<Written, Error> {
    let text = |name: &str| parcel.body.get(name).and_then(|it| it.as_str());
    let mut conn = ctx.office.db.read().await?;
    let Some(person) = text("person").and_then(|it| it.parse::<PersonId>().ok()) else {
        return Ok(Written::Needless("没有写明给谁"));
    };
    let Some(row) = store::mail_boxes::find(&mut conn, person).await? else {
        return Ok(Written::Needless("本人已撤下邮箱"));
    };
    let accounts = store::accounts::of_person(&mut conn, person).await?;
    if !accounts.iter().any(|it| it.ended_on.is_none_or(|day| day > ctx.today)) {
        return Ok(Written::Needless("账号已停用"));
    }
    let (about, says) = match (text("code"), text("notice").and_then(|it| it.parse::<Uuid>().ok())) {
        (Some(_), _) if row.code_until_at.is_none_or(|until| until <= ctx.now) => {
            return Ok(Written::Needless("验证码已过期"));
        }
        (Some(sealed), _) => ("确认邮箱", of_code(ctx, person, sealed)?),
        (None, Some(id)) => {
            let notice = store::notices::find(&mut conn, person, id).await?;
            let group = notice.as_ref().map(|it| Group::of(&it.kind));
            let wanted = group.filter(|group| row.confirmed_at.is_some() && has(&row.kinds, *group));
            let (Some(notice), Some(group)) = (notice, wanted) else {
                return Ok(Written::Needless("本人已不要这类邮件"));
            };
            let Some(says) = of_notice(ctx, &mut conn, home, &notice).await? else {
                return Ok(Written::Needless("本人已看不到这件事项"));
            };
            (group.subject(), says)
        }
        (None, None) => return Ok(Written::Needless("没有写明说什么")),
    };
    let Some(server) = server(ctx, &mut conn).await? else {
        return Ok(Written::Waits("没有设置邮件服务器"));
    };
    let office = ctx.vocabulary().setting("机关名称").unwrap_or("组工");
    let foot = format!("这封邮件由{office}的组工系统发出，请勿回复。不想再收到，请登录后在“我的账号”的“通知”里取消。");
    Ok(Written::Goes(Mail {
        server,
        id: parcel.id.to_string(),
        to: boxes::address_of(ctx, &row)?,
        subject: subject(ctx, about),
        text: format!("{says}\n\n{foot}\n"),
        at: parcel.at,
    }))
}

fn of_code(ctx: &Ctx, person: PersonId, sealed: &str) -> Result<String, Error> {
    let plain = keys(ctx)?.open(boxes::CODE, person.0.as_bytes(), sealed)?;
    let code = String::from_utf8(plain).map_err(|fault| Error::broken("read a code", fault))?;
    Ok(format!("你的验证码是 {code}，三十分钟内有效。请在“我的账号”的“通知”里填写。\n不是你本人填的邮箱，不必理会。"))
}

/// What a notice says by mail; nothing if its reader does not see the record any more.
async fn of_notice(ctx: &Ctx, conn: &mut Conn, home: &str, notice: &NoticeRow) -> Result<Option<String>, Error> {
    let short = |words: &str| words.chars().take(LONGEST).collect::<String>();
    let Some(record) = notice.record else { return Ok(Some(format!("{}\n\n{home}/inbox", short(&notice.words)))) };
    let Some(actor) = ctx.as_person(notice.person) else { return Ok(None) };
    let found = match records::visible(&Ctx { actor, ..ctx.clone() }, conn, record).await {
        Ok(found) => found,
        Err(Error::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let current = ctx.catalog().mechanisms.get(found.mechanism.id.as_str());
    let marks = Marks { pinned: &found.mechanism, current: current.map_or(&*found.mechanism, |it| it) };
    let words = match (marks.any(), &found.record.number) {
        (false, _) => short(&notice.words),
        (true, Some(number)) => format!("{number}有新的通知，请登录查看。"),
        (true, None) => "有新的通知，请登录查看。".to_owned(),
    };
    Ok(Some(format!("{words}\n\n{home}/records/{record}")))
}
