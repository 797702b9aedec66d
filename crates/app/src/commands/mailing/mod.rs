//! Mails: by which server they go, what they say, and to whom.
//!
//! A mail says what a notice says, and nothing personal of a record; it is written when it goes, so that whoever lost
//! a right meanwhile gets nothing.
//! Never a password that is shown, logged or kept in the clear.

pub mod boxes;
pub(crate) mod writing;

use kernel::refusal::{Refusal, Spot};
use serde_json::{Value, json};
use store::Conn;
use store::notices::NoticeRow;
use store::outbox::OutboxRow;
use uuid::{ContextV7, Uuid};

use crate::commands::accounts::second_factor::keys;
use crate::commands::batches::act;
use crate::commands::receivers::administrator;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::outward::{self, Mail, MailServer, Tls};

/// The kind of messages that are mails.
pub const KIND: &str = "mail";
/// All mails go to one place: the mail server.
pub const PLACE: &str = "mail";
/// The setting that says by which server mails go.
const SETTING: &str = "邮件服务器";
/// What its password is sealed for.
const PURPOSE: &str = "mail_server";

/// Kinds of notices, as a person chooses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Somebody names them: handed on, asked to sign, copied, called on, urged.
    Named,
    /// A deadline of theirs comes near or is missed.
    Due,
    /// What they follow has moved.
    Followed,
    /// All else: what came to them, answers, grants.
    Other,
}

impl Group {
    /// All of them: id and name.
    pub const ALL: [(&'static str, &'static str, Self); 4] = [
        ("named", "点名找我的（转办、加签、抄送、催办、留言提到）", Self::Named),
        ("due", "时限提醒和逾期", Self::Due),
        ("followed", "我关注的事项有进展", Self::Followed),
        ("other", "其他通知（收到的任务、批复、授权等）", Self::Other),
    ];

    /// The group of a notice's kind.
    pub fn of(kind: &str) -> Self {
        match kind {
            crate::commands::following::FOLLOWED => Self::Followed,
            kind if kind.starts_with("flow.") => Self::Named,
            kind if kind.starts_with("clock.") => Self::Due,
            _ => Self::Other,
        }
    }

    /// Its id.
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|it| it.2 == self).map_or("", |it| it.0)
    }

    /// What the mail is about, in a few words.
    fn subject(self) -> &'static str {
        match self {
            Self::Named => "有人找你办事",
            Self::Due => "时限提醒",
            Self::Followed => "你关注的事项有进展",
            Self::Other => "新的通知",
        }
    }
}

/// Are notices of this group among those that come by mail?
pub(crate) fn has(kinds: &str, group: Group) -> bool {
    kinds.split(' ').any(|it| it == group.id())
}

/// How mails go, as an administrator reads it.
#[derive(Clone, Debug, Default)]
pub struct MailSettings {
    /// The machine.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept secret.
    pub tls: Tls,
    /// Who we say we are.
    pub user: String,
    /// Is there a password?
    pub has_password: bool,
    /// In whose name mails go.
    pub from: String,
}

/// How mails are to go, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct MailForm {
    /// The machine; empty means that no mails go.
    pub host: String,
    /// Its port.
    pub port: String,
    /// How the line is kept secret.
    pub tls: String,
    /// Who we say we are.
    pub user: String,
    /// By which password; empty keeps the one there is, unless the machine or the name is another.
    pub password: String,
    /// In whose name mails go.
    pub from: String,
}

fn read(said: &str) -> (MailSettings, String) {
    let value: Value = serde_json::from_str(said).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let sealed = text("password");
    let settings = MailSettings {
        host: text("host"),
        port: value.get("port").and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok()).unwrap_or(0),
        tls: Tls::named(&text("tls")).unwrap_or_default(),
        user: text("user"),
        has_password: !sealed.is_empty(),
        from: text("from"),
    };
    (settings, sealed)
}

/// How mails go; nothing if nobody has said it.
pub async fn settings(conn: &mut Conn) -> Result<Option<MailSettings>, Error> {
    Ok(store::settings::find(conn, SETTING).await?.map(|said| read(&said).0))
}

/// The server with its password; nothing if nobody has said it.
pub(crate) async fn server(ctx: &Ctx, conn: &mut Conn) -> Result<Option<MailServer>, Error> {
    let Some(said) = store::settings::find(conn, SETTING).await? else { return Ok(None) };
    let (it, sealed) = read(&said);
    let password = match sealed.is_empty() {
        true => Vec::new(),
        false => keys(ctx)?.open(PURPOSE, PURPOSE.as_bytes(), &sealed)?,
    };
    let password = String::from_utf8(password).map_err(|fault| Error::broken("read a secret", fault))?;
    Ok(Some(MailServer { host: it.host, port: it.port, tls: it.tls, user: it.user, password, from: it.from }))
}

/// Says by which server mails go, or that none go.
pub async fn set(ctx: &Ctx, form: &MailForm) -> Result<(), Error> {
    administrator(ctx)?;
    let mut tx = ctx.office.db.begin().await?;
    let host = form.host.trim();
    if host.is_empty() {
        store::settings::put(&mut tx, SETTING, None).await?;
        act(ctx, &mut tx, "mail.none", json!({})).await?;
        return Ok(tx.commit().await?);
    }
    let refusals = wrong(form);
    if !refusals.is_empty() {
        return Err(refusals.into());
    }
    let (user, tls) = (form.user.trim(), form.tls.as_str());
    let old = store::settings::find(&mut tx, SETTING).await?.map(|said| read(&said));
    // A password that was given to one machine goes to no other.
    let kept = old.filter(|(old, _)| old.host == host && old.user == user).map(|it| it.1).unwrap_or_default();
    let password = match form.password.as_str() {
        "" => kept,
        typed => keys(ctx)?.seal(PURPOSE, PURPOSE.as_bytes(), typed.as_bytes())?,
    };
    let port: u16 = form.port.trim().parse().unwrap_or_default();
    let said = json!({
        "host": host, "port": port, "tls": tls, "user": user, "password": password, "from": form.from.trim(),
    });
    store::settings::put(&mut tx, SETTING, Some(&said.to_string())).await?;
    act(ctx, &mut tx, "mail.set", json!({ "host": host, "port": port, "tls": tls })).await?;
    Ok(tx.commit().await?)
}

fn wrong(form: &MailForm) -> Vec<Refusal> {
    let at = |code, field: &str| Refusal::new(code).at(Spot::Field(field.into()));
    let mut refusals = Vec::new();
    let host = form.host.trim();
    if host.len() > 200 || !host.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-:".contains(sign)) {
        refusals.push(at("mail.host", "host"));
    }
    if !form.port.trim().parse::<u16>().is_ok_and(|port| port > 0) {
        refusals.push(at("mail.port", "port"));
    }
    if Tls::named(&form.tls).is_none() {
        refusals.push(at("mail.tls", "tls"));
    }
    let is_plain = |text: &str| text.chars().count() <= 200 && !text.chars().any(char::is_control);
    if !is_plain(&form.user) {
        refusals.push(at("mail.user", "user"));
    }
    if !is_plain(&form.password) {
        refusals.push(at("mail.user", "password"));
    }
    if !outward::is_mail_address(form.from.trim()) {
        refusals.push(at("mail.address", "from"));
    }
    refusals
}

/// Sends a mail at once, to see whether the settings hold; a refusal says what the server said.
pub async fn try_it(ctx: &Ctx, to: &str) -> Result<(), Error> {
    administrator(ctx)?;
    let to = to.trim();
    if !outward::is_mail_address(to) {
        return Err(Refusal::new("mail.address").at(Spot::Field("to".into())).into());
    }
    let mut conn = ctx.office.db.read().await?;
    let server = server(ctx, &mut conn).await?.ok_or_else(|| Refusal::new("mail.not_set"))?;
    drop(conn);
    let outward = ctx.office.outward().ok_or_else(|| Refusal::new("mail.nowhere"))?;
    let secrets = server.secrets();
    let mail = Mail {
        server,
        id: ctx.new_id::<Uuid>().to_string(),
        to: to.to_owned(),
        subject: subject(ctx, "试发"),
        text: format!("收到这封邮件，说明邮件服务器已经设置好。\n{}\n", outward.home()),
        at: ctx.now,
    };
    let went = outward.mail(mail).await;
    let mut tx = ctx.office.db.begin().await?;
    act(ctx, &mut tx, "mail.tried", json!({ "went": went.is_ok() })).await?;
    tx.commit().await?;
    went.map_err(|unsent| {
        let why = outward::without_secrets(&unsent.why, &secrets.each_ref().map(String::as_str));
        Refusal::new("mail.failed").with("why", why).into()
    })
}

/// What a mail is about, with the name of the office.
fn subject(ctx: &Ctx, about: &str) -> String {
    let office = ctx.vocabulary().setting("机关名称").unwrap_or("组工");
    format!("【{office}】{about}")
}

/// Puts down the mail of a notice.
pub(crate) fn of_notice(ctx: &Ctx, order: &ContextV7, notice: &NoticeRow) -> OutboxRow {
    parcel(ctx, ctx.next_id(order), json!({ "person": notice.person.to_string(), "notice": notice.id.to_string() }))
}

fn parcel(ctx: &Ctx, id: Uuid, body: Value) -> OutboxRow {
    OutboxRow {
        id,
        at: ctx.now,
        kind: KIND.to_owned(),
        body,
        due_at: ctx.now,
        tries: 0,
        done_at: None,
        failure: None,
        to: Some(PLACE.to_owned()),
        given_up: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_belongs_to_one_group() {
        for (kind, group) in [
            ("flow.noted", "named"),
            ("clock.warned", "due"),
            ("followed", "followed"),
            ("issue", "other"),
            ("", "other"),
        ] {
            assert_eq!(Group::of(kind).id(), group, "{kind}");
        }
        assert!(has("due followed", Group::Due) && !has("due followed", Group::Named) && !has("", Group::Other));
    }
}
