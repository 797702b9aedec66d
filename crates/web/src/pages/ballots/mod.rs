//! A voting: who is admitted, how many came, who keeps the words, and what it came to.
//!
//! Never a result that is not counted, and never whose a vote is.

pub(crate) mod admit;
pub(crate) mod result;
pub(crate) mod sheets;
pub(crate) mod vote;

use app::queries::ballots::{self as asked, BallotPage, ClassLine, Phase};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::ids::RecordId;
use maud::{Markup, html};

use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{self, card};
use crate::parts::facts::{Fact, facts};
use crate::parts::fields::{Control, Field, field};
use crate::parts::light::{Light, light};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::table::{Cell, Column, ColumnKind, Row, Table, table};
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /records/{record}/ballot`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>) -> Result<Response, Failure> {
    shown(&visitor, id, StatusCode::OK, html! {}).await
}

/// The page again, with what was refused; anything else is a failure.
async fn refused(visitor: &Visitor, id: RecordId, error: app::Error) -> Result<Response, Failure> {
    let app::Error::Refused(refusals) = error else { return Err(error.into()) };
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    shown(visitor, id, error::status_of(&refusals), words::refused(&said)).await
}

async fn shown(visitor: &Visitor, id: RecordId, status: StatusCode, said: Markup) -> Result<Response, Failure> {
    let page = asked::ballot(&visitor.ctx, id).await?;
    let content = html! {
        (said)
        div.grid {
            div.c8.pile {
                @if let Some(tally) = &page.tally { (result::cards(&page, tally)) }
                (card("投票人", cards::count(page.entitled().max(0) as u64), classes(&page)))
                @if page.is_host && page.phase == Phase::Prepare { (card("加投票人", html! {}, admit::form(&page))) }
                @if page.is_host { (accounts(&page)) }
            }
            div.c4.pile.lead {
                (card("进度", html! { (page.state) }, progress(&page)))
                @if let Some(voted) = page.own { (own(&page, voted)) }
                @if page.phase == Phase::Prepare { (card("监票人", html! {}, tellers(&page))) }
                @if page.phase == Phase::Count && (page.is_host || page.is_teller) { (card("开票", html! {}, opening(&page))) }
                (card("规则", html! {}, rules(&page)))
            }
        }
    };
    visitor.page_as(status, Place::Mechanism(&page.mechanism.0), &head(&page, ""), content).await
}

fn head(page: &BallotPage, last: &str) -> PageHead {
    let mut crumbs = vec![
        Anchor::new(&page.mechanism.1, urls::register(&page.mechanism.0)),
        Anchor::new(&page.title, urls::record(page.id)),
    ];
    match last {
        "" => crumbs.push(Anchor::new("投票", "")),
        last => crumbs.extend([Anchor::new("投票", urls::ballot(page.id)), Anchor::new(last, "")]),
    }
    let title = if last.is_empty() { format!("{}：投票", page.title) } else { format!("{}：{last}", page.title) };
    PageHead { crumbs, title, ..PageHead::default() }
}

fn progress(page: &BallotPage) -> Markup {
    let mut all = vec![
        Fact::text("应投票", &format!("{} 票", page.entitled())),
        Fact::text("网上已投", &format!("{} 票", page.voted())),
        Fact::text("测评对象", &page.candidates.join("、")),
    ];
    if let Some((hash, at)) = &page.sealed {
        all.push(Fact::text("计票时间", at));
        all.push(Fact::shown("结果校验值", html! { code.hash { (hash.get(..16).unwrap_or(hash)) } }));
    }
    html! {
        (facts(&all, true))
        p.hint { "计票以前，谁也看不到投了什么，包括主持人、监票人和系统管理员。" }
    }
}

fn own(page: &BallotPage, voted: bool) -> Markup {
    let body = match (page.phase, voted) {
        (_, true) => html! { (light(Light::Green, "你已经投过票")) },
        (Phase::Open, false) => html! { (Button::link("去投票", urls::vote(page.id)).main().full()) },
        (Phase::Prepare, false) => html! { p { "投票还没有开始。" } },
        _ => html! { p { "投票已经结束。" } },
    };
    card("你的一票", html! {}, body)
}

fn classes(page: &BallotPage) -> Markup {
    let columns = vec![
        Column::new("类别", ColumnKind::Text),
        Column::new("权重", ColumnKind::Number),
        Column::new("账号", ColumnKind::Number),
        Column::new("票签", ColumnKind::Number),
        Column::new("纸质票", ColumnKind::Number),
        Column::new("网上已投", ColumnKind::Number),
        Column::new("", ColumnKind::Acts),
    ];
    let row = |it: &ClassLine| {
        let online = it.accounts.len() as i64 + it.slips;
        let cells = vec![
            Cell::text(&it.name),
            Cell::text(&format!("{}%", it.weight)),
            Cell::text(&it.accounts.len().to_string()),
            Cell::text(&it.slips.to_string()),
            Cell::text(&it.sheets.to_string()),
            Cell::text(&format!("{} / {online}", it.voted)),
            Cell::shown(acts(page, it)),
        ];
        Row { key: it.id.clone(), cells, ..Row::default() }
    };
    let rows = page.classes.iter().map(row).collect();
    table(&Table { caption: "各类投票人".to_owned(), columns, rows, choose: None, wide: false })
}

fn acts(page: &BallotPage, class: &ClassLine) -> Markup {
    let counts = page.is_host || page.is_teller;
    match page.phase {
        Phase::Count if counts && class.sheets > 0 => html! {
            @match class.by_hand {
                (_, true) => { (light(Light::Green, "两人相符")) }
                (0, _) => { (light(Light::Grey, "未录入")) }
                (1, _) => { (light(Light::Amber, "一人已录")) }
                _ => { (light(Light::Red, "不相符")) }
            }
            " " (Button::link("录入纸质票", urls::ballot_sheets(page.id, &class.id)).tiny())
        },
        Phase::Prepare if page.is_host => html! {
            form method="post" action=(urls::ballot_voters(page.id)) {
                input type="hidden" name="class" value=(class.id);
                input type="hidden" name="do" value="withdraw";
                @if class.slips > 0 { (Button::submit("作废票签").named("way", "slips").tiny().confirm("这一类的票签全部作废，已经发出去的也不能用。确定？")) }
                @if class.sheets > 0 { (Button::submit("撤回纸质票").named("way", "sheets").tiny()) }
            }
        },
        _ => html! {},
    }
}

fn accounts(page: &BallotPage) -> Markup {
    let all: Vec<_> = page.classes.iter().flat_map(|class| class.accounts.iter().map(move |it| (class, it))).collect();
    if all.is_empty() {
        return html! {};
    }
    let mut columns = vec![
        Column::new("姓名", ColumnKind::Text),
        Column::new("单位", ColumnKind::Text),
        Column::new("类别", ColumnKind::Text),
        Column::new("情况", ColumnKind::Chip),
    ];
    if page.phase == Phase::Prepare {
        columns.push(Column::new("", ColumnKind::Acts));
    }
    let row = |(class, (person, name, unit, voted)): &(&ClassLine, &(kernel::ids::PersonId, String, String, bool))| {
        let stand = if *voted { light(Light::Green, "已投") } else { light(Light::Grey, "未投") };
        let mut cells = vec![Cell::text(name), Cell::text(unit), Cell::text(&class.name), Cell::shown(stand)];
        if page.phase == Phase::Prepare {
            cells.push(Cell::shown(html! {
                form method="post" action=(urls::ballot_voters(page.id)) {
                    input type="hidden" name="class" value=(class.id);
                    input type="hidden" name="do" value="withdraw";
                    input type="hidden" name="way" value="accounts";
                    (Button::submit("移出").named("person", person.to_string()).tiny())
                }
            }));
        }
        Row { key: person.to_string(), cells, ..Row::default() }
    };
    let rows = all.iter().map(row).collect();
    let shown = table(&Table { caption: "用账号投票的人".to_owned(), columns, rows, choose: None, wide: false });
    card("用账号投票的人", cards::count(all.len() as u64), shown)
}

fn tellers(page: &BallotPage) -> Markup {
    html! {
        @if page.tellers.is_empty() { p { "还没有人领口令。" } }
        @else { p { "已领口令：" (page.tellers.join("、")) } }
        @if page.is_teller && (page.wants_words || page.has_word) {
            form method="post" action=(urls::ballot_word(page.id)) {
                @if page.has_word {
                    (Button::submit("重领口令").confirm("重领以后，原来的口令就不能用了。确定？"))
                } @else {
                    (Button::submit("领开票口令").main().full())
                }
            }
        }
        p.hint { "两名监票人各领一个口令，各自抄下保管，不要给别人看。口令只显示一次，系统不保存；丢了任何一个，票就打不开，只能重新投票。" }
    }
}

fn opening(page: &BallotPage) -> Markup {
    let word = |name: &str, label: &str| {
        let control = Control::Text { value: String::new(), max: Some(40), autocomplete: Some("off") };
        field(&Field::new(name, label, control).required().inside("count"))
    };
    html! {
        form method="post" action=(urls::ballot_count(page.id)) {
            div.form {
                (word("one", "一名监票人的口令"))
                (word("other", "另一名监票人的口令"))
            }
            div.send { (Button::submit(if page.sealed.is_some() { "再计一次" } else { "开票计票" }).main()) }
        }
        p.hint {
            @if page.sealed.is_some() { "再计一次，结果应当和第一次完全一样。" }
            @else { "计票以后结果就封存了，不能再改。有纸质票的，先由两个人各自录入。" }
        }
    }
}

fn rules(page: &BallotPage) -> Markup {
    let it = &page.voting;
    let merges = it.classes.iter().filter_map(|class| Some((&class.name, &it.classes.get(class.merges?)?.name)));
    html! {
        ul.plain {
            @if let Some(share) = it.quorum { li { "收回的票占应投票" (share.words()) "才有效。" } }
            li { "一类票不够" (it.least) "张的，不单独出结果。" }
            @for (class, into) in merges { li { (class) "的票太少时，并入" (into) "，权重一起并过去。" } }
            @for item in &it.items {
                @for choice in item.choices.iter().filter(|choice| choice.most.is_some()) {
                    li { "“" (choice.name) "”一张票最多" (choice.most.unwrap_or_default()) "个。" }
                }
                @if let Some(share) = item.pass { li { (item.name) "：赞成" (share.words()) "收回的票通过。" } }
            }
            li { "每类先算平均分，再按权重加权；没有选的算弃权，不计入平均；只在最后四舍五入到两位小数。" }
        }
    }
}
