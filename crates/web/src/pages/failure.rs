//! What does a person read when there is no answer? What is so, and what to do next; one page for each way.
//!
//! Never what went wrong inside: only the number under which the log knows it.

use app::error::Unwritable;
use axum::response::Response;
use kernel::refusal::Refusal;
use maud::{Markup, html};

use crate::answer;
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::empty::empty;
use crate::parts::icons::Icon;
use crate::parts::shell::{PageHead, gate};
use crate::visitor::{Guest, Visitor};

/// The refusals that say what is so. What the rules refused is said in their own words.
pub(crate) fn refusals(failure: &Failure, request: &str) -> Vec<Refusal> {
    match &failure.error {
        app::Error::Refused(refusals) => refusals.clone(),
        app::Error::NotFound => vec![Refusal::new("page.not_found")],
        app::Error::Stale => vec![Refusal::new("step.stale")],
        app::Error::Broken { .. } if failure.error.unwritable() == Some(Unwritable::Full) => {
            vec![Refusal::new("page.disk_full").with("number", request)]
        }
        app::Error::Broken { .. } if failure.error.unwritable() == Some(Unwritable::ReadOnly) => {
            vec![Refusal::new("page.read_only").with("number", request)]
        }
        app::Error::Broken { .. } => vec![Refusal::new("page.broken").with("number", request)],
    }
}

/// The page, in the person's frame if they are signed in.
pub(crate) async fn answer(guest: &Guest, visitor: Option<&Visitor>, failure: &Failure) -> Response {
    let definitions = guest.site.office.definitions();
    let said = refusals(failure, &guest.request)
        .iter()
        .map(|refusal| app::words::say(&definitions.catalog.vocabulary, refusal))
        .collect::<Vec<_>>();
    let (picture, title) = match &failure.error {
        app::Error::Refused(_) => (Icon::Stop, "没有办成"),
        app::Error::NotFound => (Icon::Search, "没有这个页面"),
        app::Error::Stale => (Icon::History, "别人先改动了"),
        app::Error::Broken { .. } => (Icon::Alert, "系统出了问题"),
    };
    let what = said.iter().map(|said| said.says.as_str()).collect::<Vec<_>>().join(" ");
    let next = said.iter().filter_map(|said| said.next.as_deref()).collect::<Vec<_>>().join(" ");
    let home = [Button::link("回到工作台", "/").main()];
    if let Some(visitor) = visitor {
        let head = PageHead { title: title.to_owned(), ..PageHead::default() };
        let content = html! { section.card { (empty(picture, &what, &next, &home)) } };
        if let Ok(page) = visitor.page_as(failure.status, Place::Elsewhere, &head, content).await {
            return page;
        }
    }
    answer::page(failure.status, bare(guest, title, &what, &next))
}

fn bare(guest: &Guest, title: &str, what: &str, next: &str) -> Markup {
    let content = html! {
        section.card {
            h1 { (title) }
            p { (what) }
            p { (next) }
            (Button::link("回到首页", "/"))
        }
    };
    gate(title, &guest.site.name(), &guest.site.look.assets, content)
}
