//! Grants 授权: who was given which role over which units, from when to when; giving, ending, correcting, reviewing.
//!
//! Never decides who may: the command does, and says why not.

pub(crate) mod one;
pub(crate) mod give;
pub(crate) mod review;

use app::queries::grants::{self, GrantLine, GrantsAsk, GrantsPage, Standing};
use axum::extract::Query;
use axum::response::Response;
use kernel::catalog::Administers;
use maud::{Markup, html};

use crate::error::Failure;
use crate::pages::shell::Place;
use crate::parts::buttons::Button;
use crate::parts::empty::nothing_yet;
use crate::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, filter_bar};
use crate::parts::icons::Icon;
use crate::parts::light::{Light, light};
use crate::parts::pager::{Pager, pager};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::parts::words::day_cell;
use crate::urls;
use crate::visitor::Visitor;

/// The address of the list.
pub(crate) const HOME: &str = "/grants";

/// What narrows the list, as it stands in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    person: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    soon: String,
    #[serde(default)]
    all: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn ask(&self) -> GrantsAsk {
        GrantsAsk {
            person: self.person.chars().take(40).collect(),
            role: self.role.clone(),
            unit: self.unit.clone(),
            on: if self.all.is_empty() { self.on.clone() } else { "all".to_owned() },
            soon: !self.soon.is_empty(),
            after: self.after.clone(),
        }
    }

    /// The list's address with all that narrows it, at a page.
    fn address(&self, after: &str) -> String {
        let pairs = [
            ("person", self.person.as_str()),
            ("role", &self.role),
            ("unit", &self.unit),
            ("on", &self.on),
            ("soon", &self.soon),
            ("all", &self.all),
            ("after", after),
        ];
        urls::with(HOME, &pairs)
    }
}

/// `GET /grants`.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let page = grants::list(&visitor.ctx, &asked.ask()).await?;
    let is_guard = app::queries::frame::administers(&visitor.ctx, Administers::Security);
    let acts = html! {
        @if is_guard { (Button::link("账号", "/admin/accounts").icon(Icon::People)) }
        @if is_guard { (Button::link("权限说明", "/explain").icon(Icon::Search)) }
        @if is_guard { (Button::link("交接", "/hand-over").icon(Icon::Hand)) }
        (Button::link("年度复核", "/grants/review").icon(Icon::Check))
        (Button::link("授权", "/grants/new").icon(Icon::Plus).main())
    };
    let head = PageHead { title: "授权".to_owned(), acts: Some(acts), ..PageHead::default() };
    let content = html! {
        section.card {
            (filters(&asked, &page))
            @if page.lines.is_empty() { (nothing_yet("没有符合条件的授权。")) } @else {
                (lines(&page.lines))
                (pager(&place(&asked, &page), html! {}))
            }
        }
    };
    visitor.page(Place::Grants, &head, content).await
}

fn place(asked: &Asked, page: &GrantsPage) -> Pager {
    Pager {
        shown: page.lines.len() as u64,
        unit: "项授权".to_owned(),
        previous: (!asked.after.is_empty()).then(|| asked.address("")),
        next: page.next.as_deref().map(|key| asked.address(key)),
        ..Pager::default()
    }
}

fn filters(asked: &Asked, page: &GrantsPage) -> Markup {
    let choice = |(id, name): &(String, String)| FilterChoice { value: id.clone(), label: name.clone() };
    let unit = |unit: &app::queries::forms::Choice| FilterChoice { value: unit.id.clone(), label: unit.name.clone() };
    let select = |label: &str, name: &str, choices: Vec<FilterChoice>, chosen: &str| Filter {
        label: label.to_owned(),
        control: FilterControl::Choice {
            name: name.to_owned(),
            all: "全部".to_owned(),
            searched: choices.len() > 12,
            choices,
            chosen: chosen.to_owned(),
        },
    };
    let words = |label: &str, name: &str, hint: &str, typed: &str| Filter {
        label: label.to_owned(),
        control: FilterControl::Words { name: name.to_owned(), hint: hint.to_owned(), typed: typed.to_owned() },
    };
    let flag = |label: &str, name: &str, on: bool| Filter {
        label: label.to_owned(),
        control: FilterControl::Flag { name: name.to_owned(), on },
    };
    let bar = FilterBar {
        action: HOME.to_owned(),
        filters: vec![
            words("人员", "person", "姓名、拼音首字母", &asked.person),
            select("角色", "role", page.roles.iter().map(choice).collect(), &asked.role),
            select("单位及其下级", "unit", page.units.iter().map(unit).collect(), &asked.unit),
            Filter {
                label: "哪一天有效".to_owned(),
                control: FilterControl::Day { name: "on".to_owned(), chosen: asked.on.clone() },
            },
            flag("30天内到期", "soon", !asked.soon.is_empty()),
            flag("含已终止的", "all", !asked.all.is_empty()),
        ],
        clear_href: (asked.address("") != HOME).then(|| HOME.to_owned()),
        ..FilterBar::default()
    };
    filter_bar(&bar)
}

/// Grants as a table.
pub(crate) fn lines(list: &[GrantLine]) -> Markup {
    as_table(list, true)
}

/// The grants of whoever reads them.
pub(crate) fn own_lines(list: &[GrantLine]) -> Markup {
    as_table(list, false)
}

fn as_table(list: &[GrantLine], says_who: bool) -> Markup {
    let who = |line: &GrantLine| says_who.then(|| Cell::link(&person(line), &address(line)));
    let role = |line: &GrantLine| match says_who {
        true => Cell::text(&line.role),
        false => Cell::link(&line.role, &address(line)),
    };
    let row = |line: &GrantLine| Row {
        key: line.id.to_string(),
        cells: who(line)
            .into_iter()
            .chain([
                role(line),
                Cell::text(&line.unit),
                Cell::text(&day_cell(line.from_on)),
                Cell::text(&line.until_on.map_or_else(|| "长期".to_owned(), day_cell)),
                Cell::shown(standing(line.standing)),
                Cell::text(&line.basis),
            ])
            .collect(),
        ..Row::default()
    };
    table(&Table {
        caption: "授权".to_owned(),
        columns: says_who
            .then(|| Column::new("人员", ColumnKind::Text))
            .into_iter()
            .chain([
                Column::new("角色", ColumnKind::Text),
                Column::new("单位（含下级）", ColumnKind::Text),
                Column::new("自", ColumnKind::Day),
                Column::new("至", ColumnKind::Day),
                Column::new("情况", ColumnKind::Chip),
                Column::new("依据", ColumnKind::Text),
            ])
            .collect(),
        rows: list.iter().map(row).collect(),
        choose: None,
        wide: false,
    })
}

fn person(line: &GrantLine) -> String {
    if line.place.is_empty() { line.person.clone() } else { format!("{}（{}）", line.person, line.place) }
}

fn address(line: &GrantLine) -> String {
    format!("{HOME}/{}", line.id)
}

/// Where a grant stands, as a light.
pub(crate) fn standing(standing: Standing) -> Markup {
    match standing {
        Standing::Coming => light(Light::Grey, "未生效"),
        Standing::InForce => light(Light::Green, "有效"),
        Standing::EndsSoon => light(Light::Amber, "将到期"),
        Standing::RunOut => light(Light::Grey, "已到期"),
        Standing::Ended => light(Light::Grey, "已终止"),
    }
}

/// The way to a page below the list.
fn crumbs(own: &str) -> Vec<Anchor> {
    vec![Anchor::new("授权", HOME), Anchor::new(own, "")]
}
