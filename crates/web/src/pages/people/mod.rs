//! People 人员: the list, what stands beside a file, line-ups of units, and who may be one human with two files.
//!
//! Never a number in full, and nobody outside the subtrees over which the visitor keeps files.

pub(crate) mod cards;
pub(crate) mod choosing;
pub(crate) mod duplicates;
pub(crate) mod line_up;
pub(crate) mod list;

use app::commands::people;
use app::queries::people as asked;
use axum::response::Response;
use kernel::ids::PersonId;
use maud::html;

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::facts::{Fact, facts};
use crate::parts::icons::Icon;
use crate::parts::shell::{Anchor, PageHead};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /people/{person}`: their file; or what the list says of them, with the way to a file.
pub(crate) async fn show(visitor: Visitor, At(id): At<PersonId>) -> Result<Response, Failure> {
    let page = match asked::person(&visitor.ctx, id).await? {
        Ok(file) => return Ok(answer::see(&urls::record(file))),
        Err(page) => page,
    };
    let head = PageHead {
        crumbs: vec![Anchor::new("人员", urls::PEOPLE), Anchor::new(&page.name, "")],
        title: page.name.clone(),
        remark: "尚未建立档案".to_owned(),
        lights: None,
        acts: Some(html! {
            form method="post" action={ (urls::person(id)) "/file" } { (Button::submit("建立档案").icon(Icon::Plus).main()) }
        }),
    };
    let list = [Fact::text("单位", &page.unit), Fact::text("职务", &page.post)];
    let content = html! {
        (card("名册上登记的", html! {}, html! {
            (facts(&list, false))
            p.pad { "这个人在名册里，但还没有" (page.files) "。建立档案后可以登记基本情况、身份和任职，每次改动都留痕。" }
        }))
        (card("系统授权", html! {}, cards::lasting("系统授权", "还没有授权。", &page.grants, "单位")))
    };
    visitor.page(Place::Elsewhere, &head, content).await
}

/// `POST /people/{person}/file`: a file for whoever is on the list without one.
pub(crate) async fn open_file(visitor: Visitor, At(id): At<PersonId>) -> Result<Response, Failure> {
    let file = people::open_file(&visitor.ctx, id).await?;
    Ok(answer::see(&urls::record(file)))
}
