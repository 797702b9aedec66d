//! What stands beside a file: roles over time, the line of posts, roles on the platform, merges, and what does not add up.

use app::queries::people::{Lasting, PersonCards};
use kernel::identity::Doubt;
use maud::{Markup, html};

use crate::parts::buttons::Button;
use crate::parts::cards::card;
use crate::parts::empty::nothing_yet;
use crate::parts::fields::{Control, Field, field};
use crate::parts::light::{Light, light};
use crate::parts::notice::{Tone, notice};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::urls;

/// Above the file: what a person should look at first.
pub(crate) fn above(cards: &PersonCards) -> Markup {
    let doubt = |doubt: &Doubt| match doubt {
        Doubt::Birth => {
            "身份证号里的出生年月和档案的出生年月不一致。组织认定的出生年月可以和证件不同，请核对后保留认定的那个。"
        }
        Doubt::Sex => "身份证号的性别位和档案的性别不一致，请核对。",
        Doubt::Future => "身份证号里的出生日期还没有到，请核对。",
    };
    html! {
        @if let Some((id, name)) = &cards.merged_into {
            (notice(Tone::Warn, "这份档案已并入另一份", html! { "现在以 " a href=(urls::person(*id)) { (name) } " 的档案为准。" }))
        }
        @if !cards.doubts.is_empty() {
            (notice(Tone::Warn, "请核对", html! { ul { @for one in &cards.doubts { li { (doubt(one)) } } } }))
        }
    }
}

/// Below the file.
pub(crate) fn below(cards: &PersonCards) -> Markup {
    html! {
        (card("任职经历", html! {}, lasting("任职经历", "还没有登记任职。任免发文后，用“任免”登记职位、起止时间和文号。", &cards.posts, "方式")))
        (card("人员身份", html! {}, lasting("人员身份", "还没有登记身份。公务员、党员、专家等身份可以同时有几个，用“登记身份”写明起止时间。", &cards.roles, "单位")))
        @if !cards.links.is_empty() { (card("期限关系", html! {}, lasting("关系", "", &cards.links, "和谁"))) }
    }
}

/// Beside the file: roles on the platform, and files that were put into this one.
pub(crate) fn beside(cards: &PersonCards) -> Markup {
    html! {
        (card("系统授权", html! {}, html! {
            @if cards.grants.is_empty() { (nothing_yet("没有在有效期内的授权。")) } @else {
                ul.points {
                    @for grant in &cards.grants {
                        li { (grant.what) " " span.quiet.small { (grant.how) "，自 " (day_cell(grant.from_on)) @if let Some(until) = grant.until_on { " 至 " (day_cell(until)) } } }
                    }
                }
            }
        }))
        @if !cards.merges.is_empty() {
            (card("并入的档案", html! {}, html! {
                @for merge in &cards.merges {
                    div.pad {
                        p { (merge.at) " 由" (merge.by) "并入一份档案。理由：" (merge.reason) }
                        (undo_form(&merge.id.to_string()))
                    }
                }
            }))
        }
    }
}

/// The form that takes two files apart again.
pub(crate) fn undo_form(merge: &str) -> Markup {
    let control = Control::Text { value: String::new(), max: Some(500), autocomplete: None };
    html! {
        details.reason {
            summary { "撤销这次合并" }
            form method="post" action={ (urls::PEOPLE) "/merges/" (merge) "/undo" } {
                div.form { (field(&Field::new("reason", "理由", control).inside(merge).required())) }
                div.send { (Button::submit("撤销合并").danger()) }
            }
        }
    }
}

/// What lasts from a day to a day, as a table.
pub(crate) fn lasting(caption: &str, nothing: &str, all: &[Lasting], how: &str) -> Markup {
    if all.is_empty() {
        return nothing_yet(nothing);
    }
    let row = |it: &Lasting| Row {
        cells: vec![
            match it.post {
                Some(post) => Cell::link(&it.what, &urls::record(post)),
                None => Cell::text(&it.what),
            },
            Cell::text(&it.how),
            Cell::text(&day_cell(it.from_on)),
            Cell::text(&it.until_on.map(day_cell).unwrap_or_default()),
            Cell::text(&it.basis),
            Cell::shown(if it.is_now { light(Light::Green, "现任") } else { light(Light::Grey, "已止") }),
        ],
        ..Row::default()
    };
    table(&Table {
        caption: caption.to_owned(),
        columns: vec![
            Column::new(caption, ColumnKind::Text),
            Column::new(how, ColumnKind::Text),
            Column::new("自", ColumnKind::Day),
            Column::new("至", ColumnKind::Day),
            Column::new("依据", ColumnKind::Text),
            Column::new("状态", ColumnKind::Chip),
        ],
        rows: all.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}
