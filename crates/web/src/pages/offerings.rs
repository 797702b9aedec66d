//! Templates 模板 and views that are shared: kept under a name, used, renamed, taken away.
//!
//! Never the content of one that is another's.

use app::commands::offerings::{self, Kept};
use app::queries::forms::Choice;
use app::queries::offerings::{self as known, Offered, To};
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::Failure;
use crate::pages::controls;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::{StepForm, card};
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/templates`.
pub(crate) async fn templates(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let (name, list) = known::templates(&visitor.ctx, &mechanism).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new(&name, urls::register(&mechanism)), Anchor::new("模板", "")],
        title: format!("{name}的模板"),
        ..PageHead::default()
    };
    let content = html! {
        @if list.is_empty() {
            (nothing_yet("还没有模板：在一件已经登记的事项页上“存为模板”，以后照它新建。"))
        } @else {
            (card("模板", html! { "个人信息、附件、编号、数字和日期不放进模板" }, lines(&list, true)))
        }
    };
    visitor.page(Place::Mechanism(&mechanism), &head, content).await
}

/// `POST /records/{record}/templates`.
pub(crate) async fn keep(visitor: Visitor, At(id): At<RecordId>, sent: Sent) -> Result<Response, Failure> {
    let mechanism = offerings::keep_template(&visitor.ctx, id, sent.text("name"), &To::read(sent.text("to"))).await?;
    Ok(answer::see(&urls::templates(&mechanism)))
}

/// `POST /offerings/{offering}/name`.
pub(crate) async fn rename(visitor: Visitor, At(id): At<Uuid>, sent: Sent) -> Result<Response, Failure> {
    let kept = offerings::rename(&visitor.ctx, id, sent.text("name")).await?;
    Ok(answer::see(&home(&kept)))
}

/// `POST /offerings/{offering}/removal`.
pub(crate) async fn remove(visitor: Visitor, At(id): At<Uuid>) -> Result<Response, Failure> {
    let kept = offerings::remove(&visitor.ctx, id).await?;
    let is_own = visitor.ctx.person() == Some(kept.owner);
    Ok(answer::see(&if is_own { home(&kept) } else { "/admin/offerings".to_owned() }))
}

fn home(kept: &Kept) -> String {
    if kept.is_view { urls::register(&kept.mechanism) } else { urls::templates(&kept.mechanism) }
}

/// `GET /admin/offerings`: what people offer to others.
pub(crate) async fn all(visitor: Visitor) -> Result<Response, Failure> {
    let list = known::all_offered(&visitor.ctx).await?;
    let head = PageHead {
        crumbs: vec![Anchor::new("管理", "/admin"), Anchor::new("分享的视图和模板", "")],
        title: "分享的视图和模板".to_owned(),
        ..PageHead::default()
    };
    let content = html! {
        @if list.is_empty() {
            (nothing_yet("没有人分享视图或模板；分享出来的在这里都列得出，不合适的可以删去。"))
        } @else {
            (card("分享的视图和模板", html! {}, lines(&list, false)))
        }
    };
    visitor.page(Place::Admin, &head, content).await
}

fn lines(list: &[Offered], used: bool) -> Markup {
    table(&Table {
        caption: "模板".to_owned(),
        columns: ["名称", "机制", "谁的", "给谁用", "办理"].map(|title| Column::new(title, ColumnKind::Text)).into(),
        rows: list.iter().map(|it| line(it, used)).collect(),
        choose: None,
        wide: false,
    })
}

fn line(it: &Offered, used: bool) -> Row {
    let new = urls::with(&urls::of_register(&it.mechanism.0, "new"), &[("template", &it.id.simple().to_string())]);
    let name = match used {
        true => Cell::link(&it.name, &new),
        false => Cell::text(&it.name),
    };
    let acts = html! {
        @if it.is_own {
            form method="post" action=(urls::offering(it.id, "name")) {
                input type="text" name="name" value=(it.name) maxlength="40" required aria-label="名称";
                (Button::submit("改名").tiny())
            }
        }
        @if it.is_own || !used {
            form method="post" action=(urls::offering(it.id, "removal")) {
                (Button::submit("删去").tiny().confirm(format!("删去“{}”？", it.name)))
            }
        }
    };
    let cells = vec![name, Cell::text(&it.mechanism.1), Cell::text(&it.owner), Cell::text(&it.to), Cell::shown(acts)];
    Row { cells, ..Row::default() }
}

/// The form on a record's page by which it is kept as a template.
pub(crate) fn keep_form(record: RecordId, mechanism: &str, to: &[Choice]) -> StepForm {
    let name =
        Field::new("name", "模板名称", Control::Text { value: String::new(), max: Some(40), autocomplete: None });
    let options = controls::options(to);
    let whose = Field::new("to", "给谁用", Control::Choice { options, chosen: String::new(), as_radios: false });
    StepForm {
        label: "存为模板".to_owned(),
        action: format!("{}/templates", urls::record(record)),
        hidden: Vec::new(),
        fields: html! {
            (field(&name.inside("template").required()))
            (field(&whose.inside("template")))
            p.hint { a href=(urls::templates(mechanism)) { "看模板" } }
        },
        because: "个人信息、附件、编号、数字和日期不放进模板。".to_owned(),
        main: false,
        open: false,
        confirm: None,
        with_files: false,
        cannot: None,
        keep: None,
        refused: false,
    }
}

/// The templates by which a new record may be begun.
pub(crate) fn offered(mechanism: &str, list: &[Offered]) -> Markup {
    html! {
        @if !list.is_empty() {
            div.chips {
                span.quiet { "用模板" }
                @for it in list {
                    span.chip {
                        a href=(urls::with(&urls::of_register(mechanism, "new"), &[("template", &it.id.simple().to_string())])) {
                            (it.name) @if !it.is_own { "（" (it.owner) "分享）" }
                        }
                    }
                }
                a href=(urls::templates(mechanism)) { "管理" }
            }
        }
    }
}
