//! What leaves the house 外发: which systems are told, by which server mails go. For the system administrator.
//!
//! Never a secret that is shown twice, and never the password of the mail server.

use app::commands::mailing::{self, MailForm};
use app::commands::receivers::{self, Happening, ReceiverForm};
use app::outward::{Tls, Ways};
use app::queries::deliveries::{self as asked, ReceiverLine, Sending};
use app::words::Said;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Spot;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice, refused};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// What was typed, and why it was refused.
#[derive(Default)]
struct Typed {
    receiver: ReceiverForm,
    mail: Option<MailForm>,
    to: String,
    said: Vec<Said>,
}

/// `GET /admin/sending`.
pub(crate) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Failure> {
    let ok = |title: &str, words: &str| notice(Tone::Ok, title, html! { (words) });
    let above = match done.done.as_str() {
        "mail" => ok("邮件服务器已保存", "先发一封试试，看到收下了再告诉大家。"),
        "tried" => ok("邮件服务器收下了", "请到那个邮箱里看看有没有收到。"),
        "turned" => ok("已更改", "从现在起生效；停用期间发生的事以后也不补发。"),
        "ended" => ok("已移除", "还没有发出的消息不再发。"),
        "ways" => ok("已保存", "从下一条消息起按新的设置。"),
        _ => html! {},
    };
    page(&visitor, StatusCode::OK, above, &Typed::default()).await
}

/// `POST /admin/receivers`: registers a system and shows its secret this once.
pub(crate) async fn register(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let form = ReceiverForm {
        name: sent.text("name").to_owned(),
        address: sent.text("address").to_owned(),
        mechanisms: sent.all("mechanism"),
        happenings: sent.all("happening"),
    };
    match receivers::register(&visitor.ctx, &form).await {
        Ok(secret) => {
            let above = notice(
                Tone::Ok,
                "已登记，共用密钥只显示这一次",
                html! {
                    p { "请抄给对方，用来核对消息确实是本系统发的：" }
                    p { code { (secret) } }
                },
            );
            page(&visitor, StatusCode::OK, above, &Typed::default()).await
        }
        Err(app::Error::Refused(refusals)) => {
            let said = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let typed = Typed { receiver: form, said, ..Typed::default() };
            page(&visitor, error::status_of(&refusals), html! {}, &typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /admin/receivers/{receiver}/turn`.
pub(crate) async fn turn(visitor: Visitor, At(id): At<Uuid>, sent: Sent) -> Result<Response, Failure> {
    receivers::turn(&visitor.ctx, id, sent.text("on") == "yes").await?;
    Ok(answer::see(&urls::with(urls::SENDING, &[("done", "turned")])))
}

/// `POST /admin/receivers/{receiver}/end`.
pub(crate) async fn end(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    receivers::end(&visitor.ctx, id).await?;
    Ok(answer::see(&urls::with(urls::SENDING, &[("done", "ended")])))
}

/// `POST /admin/sending/ways`: which places may be reached.
pub(crate) async fn set_ways(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let has = |word: &str| sent.all("way").iter().any(|it| it == word);
    receivers::set_ways(&visitor.ctx, Ways { http: has("http"), near: has("near") }).await?;
    Ok(answer::see(&urls::with(urls::SENDING, &[("done", "ways")])))
}

/// `POST /admin/mail`: by which server mails go.
pub(crate) async fn set_mail(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    let form = MailForm {
        host: sent.text("host").to_owned(),
        port: sent.text("port").to_owned(),
        tls: sent.text("tls").to_owned(),
        user: sent.text("user").to_owned(),
        password: sent.text("password").to_owned(),
        from: sent.text("from").to_owned(),
    };
    match mailing::set(&visitor.ctx, &form).await {
        Ok(()) => Ok(answer::see(&urls::with(urls::SENDING, &[("done", "mail")]))),
        Err(app::Error::Refused(refusals)) => {
            let said = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let typed = Typed { mail: Some(form), said, ..Typed::default() };
            page(&visitor, error::status_of(&refusals), html! {}, &typed).await
        }
        Err(other) => Err(other.into()),
    }
}

/// `POST /admin/mail/trial`: a mail at once, and what the server says to it.
pub(crate) async fn try_mail(visitor: Visitor, sent: Sent) -> Result<Response, Failure> {
    match mailing::try_it(&visitor.ctx, sent.text("to")).await {
        Ok(()) => Ok(answer::see(&urls::with(urls::SENDING, &[("done", "tried")]))),
        Err(app::Error::Refused(refusals)) => {
            let said = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let typed = Typed { to: sent.text("to").to_owned(), said, ..Typed::default() };
            page(&visitor, error::status_of(&refusals), html! {}, &typed).await
        }
        Err(other) => Err(other.into()),
    }
}

fn label(id: &str) -> String {
    match id {
        "name" => "名称",
        "address" => "地址",
        "mechanism" => "机制",
        "happening" => "发生什么时通知",
        "host" => "邮件服务器",
        "port" => "端口",
        "tls" => "加密",
        "user" => "用户名",
        "password" => "密码",
        "from" => "发件邮箱",
        _ => "收件邮箱",
    }
    .to_owned()
}

async fn page(visitor: &Visitor, status: StatusCode, above: Markup, typed: &Typed) -> Result<Response, Failure> {
    let known = asked::sending(&visitor.ctx).await?;
    let acts = html! { (Button::link("投递情况", urls::DELIVERIES)) };
    let crumbs = vec![Anchor::new("管理", "/admin"), Anchor::new("外发", "")];
    let head = PageHead { crumbs, title: "外发".to_owned(), acts: Some(acts), ..PageHead::default() };
    let content = html! {
        (above)
        @if !typed.said.is_empty() { (refused(&words::wanted(&typed.said, "", label))) }
        @if !known.is_outward { (notice(Tone::Note, "现在什么也不向外发", html! { "演示和工具不向外发送。用 zugong serve 正式运行时才发。" })) }
        @if known.dead > 0 { (notice(Tone::Warn, "有发不出去的消息", html! { (known.dead) " 条已列为死信，请到“投递情况”处理。" })) }
        (card("接收系统", html! {}, receivers_list(&known)))
        div.grid {
            div.c6.pile {
                (card("登记接收系统", html! {}, receiver_form(&known, typed)))
                (card("可以发到哪里", html! {}, ways_form(known.ways)))
            }
            div.c6.pile {
                (card("邮件服务器", html! {}, mail_form(&known, typed)))
                @if known.mail.is_some() { (card("试发", html! {}, trial_form(typed))) }
            }
        }
    };
    visitor.page_as(status, Place::Admin, &head, content).await
}

fn receivers_list(known: &Sending) -> Markup {
    if known.receivers.is_empty() {
        return nothing_yet(
            "还没有登记接收系统。登记以后，发生了什么会通知它们；消息里只有机制、编号、步骤和状态，没有内容。",
        );
    }
    let row = |line: &ReceiverLine| {
        let (standing, act, value) = match line.is_on {
            true => (light(Light::Green, "在用"), "停用", "no"),
            false => (light(Light::Grey, "停用"), "启用", "yes"),
        };
        let acts = html! {
            form method="post" action=(urls::receiver(line.id, "turn")) { (Button::submit(act).tiny().named("on", value)) }
            form method="post" action=(urls::receiver(line.id, "end")) { (Button::submit("移除").tiny().danger().confirm("移除后不再通知它，还没有发出的也不发，确定吗？")) }
        };
        Row {
            cells: vec![
                Cell::text(&line.name),
                Cell::text(&line.address),
                Cell::text(&line.mechanisms),
                Cell::text(&line.happenings),
                Cell::shown(standing),
                Cell::shown(acts),
            ],
            ..Row::default()
        }
    };
    let title = |name: &str, kind| Column::new(name, kind);
    table(&Table {
        caption: "接收系统".to_owned(),
        columns: vec![
            title("名称", ColumnKind::Text),
            title("地址", ColumnKind::Text),
            title("机制", ColumnKind::Text),
            title("通知什么", ColumnKind::Text),
            title("状况", ColumnKind::Chip),
            title("", ColumnKind::Acts),
        ],
        rows: known.receivers.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn one(typed: &Typed, form: &str, id: &str, control: Control) -> Field {
    let at = |said: &&Said| matches!(&said.at, Spot::Field(at) if at.as_str() == id);
    Field::new(id, label(id), control).inside(form).wide().wrong(typed.said.iter().find(at).map(words::sentence))
}

fn text(value: &str, max: u32) -> Control {
    Control::Text { value: value.to_owned(), max: Some(max), autocomplete: Some("off") }
}

fn receiver_form(known: &Sending, typed: &Typed) -> Markup {
    let form = &typed.receiver;
    let mechanisms = known.mechanisms.iter().map(|it| Pickable::new(it.id.as_str(), it.name.as_str())).collect();
    let happenings = Happening::ALL.iter().map(|it| Pickable::new(it.0, it.1)).collect();
    let many = |list, chosen: &[String]| Control::PickMany { options: Options::flat(list), chosen: chosen.to_vec() };
    html! {
        form method="post" action="/admin/receivers" {
            div.form {
                (field(&one(typed, "", "name", text(&form.name, 40)).required().hint("例如 办公自动化系统")))
                (field(&one(typed, "", "address", text(&form.address, 500)).required().hint("以 https:// 开头；封闭的内网里可以在下面允许 http://")))
                (field(&one(typed, "", "happening", many(happenings, &form.happenings)).required()))
                (field(&one(typed, "", "mechanism", many(mechanisms, &form.mechanisms)).hint("一个都不勾，就是全部机制。")))
            }
            div.send { (Button::submit("登记").main()) }
        }
    }
}

fn ways_form(ways: Ways) -> Markup {
    html! {
        form method="post" action="/admin/sending/ways" {
            div.form {
                fieldset.field { legend { "额外允许" }
                    label { input type="checkbox" name="way" value="http" checked[ways.http]; " 不加密的 http:// 地址（只用于封闭的内网）" }
                    label { input type="checkbox" name="way" value="near" checked[ways.near]; " 本机和本网段的地址" }
                }
            }
            div.send { (Button::submit("保存允许的去处")) }
        }
    }
}

fn mail_form(known: &Sending, typed: &Typed) -> Markup {
    let kept = known.mail.clone().unwrap_or_default();
    let form = typed.mail.clone().unwrap_or_else(|| MailForm {
        host: kept.host.clone(),
        port: if kept.port == 0 { "587".to_owned() } else { kept.port.to_string() },
        tls: kept.tls.id().to_owned(),
        user: kept.user.clone(),
        password: String::new(),
        from: kept.from.clone(),
    });
    let ways = Tls::ALL.iter().map(|it| Pickable::new(it.0, it.1)).collect();
    let tls = Control::Choice { options: Options::flat(ways), chosen: form.tls.clone(), as_radios: false };
    let secret = Control::Password { autocomplete: "new-password" };
    let hint = if kept.has_password {
        "不填就用原来的；换了服务器或用户名要重新填。"
    } else {
        "服务器不要密码的留空。"
    };
    html! {
        form method="post" action="/admin/mail" {
            div.form {
                (field(&one(typed, "", "host", text(&form.host, 200)).hint("留空就不发邮件。")))
                (field(&one(typed, "", "port", text(&form.port, 5))))
                (field(&one(typed, "", "tls", tls)))
                (field(&one(typed, "", "user", text(&form.user, 200))))
                (field(&one(typed, "", "password", secret).hint(hint)))
                (field(&one(typed, "", "from", text(&form.from, 254))))
            }
            div.send { (Button::submit("保存邮件服务器")) }
        }
    }
}

fn trial_form(typed: &Typed) -> Markup {
    html! {
        form method="post" action="/admin/mail/trial" {
            div.form { (field(&one(typed, "", "to", text(&typed.to, 254)).required().hint("服务器怎么说，就怎么告诉你。"))) }
            div.send { (Button::submit("发一封试试")) }
        }
    }
}
