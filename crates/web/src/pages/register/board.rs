//! The register as a board: a column a state.

use app::queries::register::{self, Board, Card};
use axum::response::Response;
use maud::{Markup, html};

use super::address::Address;
use super::{list, narrow};
use crate::error::Failure;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::board::{Lane, Slip, board};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /m/{mechanism}/board`.
pub(crate) async fn show(visitor: Visitor, At(mechanism): At<String>) -> Result<Response, Failure> {
    let address = Address::read(&visitor.guest.query)?;
    let register = register::list(&visitor.ctx, &mechanism, address.ask.clone()).await?;
    let shown = register::board(&visitor.ctx, &mechanism, &address.ask).await?;
    let content = html! {
        section.card id="list" data-live {
            (narrow::tabs(&register, &address, narrow::Shape::Board))
            (narrow::filters(&register, &address, narrow::Shape::Board))
            (lanes(&mechanism, &address, &shown))
        }
    };
    visitor.page(Place::Mechanism(&mechanism), &list::head(&register, &address), content).await
}

fn lanes(mechanism: &str, address: &Address, shown: &Board) -> Markup {
    let path = urls::register(mechanism);
    let lane = |column: &register::BoardColumn| Lane {
        label: column.name.clone(),
        count: words::count(column.count),
        slips: column.cards.iter().map(slip).collect(),
        more_href: (column.count > column.cards.len() as i64 && !column.cards.is_empty())
            .then(|| Address::asking(&path, |ask| ask.tab.clone_from(&column.state), &address.ask)),
    };
    board(&shown.columns.iter().map(lane).collect::<Vec<_>>())
}

fn slip(card: &Card) -> Slip {
    Slip {
        href: urls::record(card.id),
        number: card.number.clone().unwrap_or_default(),
        title: card.title.clone(),
        note: card.lines.join(" · "),
        light: words::pair(card.light.as_ref()),
    }
}
