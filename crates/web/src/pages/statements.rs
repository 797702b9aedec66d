//! A workbook of a unit's own, as it is: whose it is, what each cell would move, and the moving.
//!
//! Never moves what was not looked at.

use app::Error;
use app::commands::intake::UploadId;
use app::commands::ledgers::stating::{self, Became, Line, Statement, Told};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::{Refusal, Spot};
use maud::{Markup, html};
use uuid::Uuid;

use crate::answer;
use crate::error::{self, Failure};
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{SummaryNumber, card, plain_card, summary};
use crate::parts::fields::{Control, Field, Options, Pickable, field};
use crate::parts::light::Light;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::stepper::walk;
use crate::parts::table::{Cell, Column, ColumnKind, Row, RowTone, Table, table};
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// The largest workbook, in bytes; the reader refuses larger ones.
const LARGEST: u64 = 20 * 1024 * 1024;

/// What was just done.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    taken: Option<usize>,
}

fn home(mechanism: &str) -> String {
    urls::of_register(mechanism, "workbooks")
}

/// `GET /m/{mechanism}/workbooks`.
pub(crate) async fn show(
    visitor: Visitor,
    At(mechanism): At<String>,
    Query(done): Query<Done>,
) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(taken) = done.taken {
            (notice(Tone::Ok, &format!("已记 {taken} 笔"), html! { "每一笔的文号写着来自哪个文件、哪张表、哪一格。" }))
        }
    };
    let told = Told { year: visitor.ctx.today.year().to_string(), ..Told::default() };
    page(&visitor, &mechanism, (StatusCode::OK, said), &told, &[]).await
}

/// `POST /m/{mechanism}/workbooks`: the workbook is kept and looked at; nothing is moved.
pub(crate) async fn upload(visitor: Visitor, At(mechanism): At<String>, sent: Sent) -> Result<Response, Failure> {
    let text = |name: &str| sent.text(name).to_owned();
    let told = Told { workbook: text("kind"), unit: text("unit"), year: text("year") };
    let outcome = match sent.files.first() {
        Some(file) => stating::upload(&visitor.ctx, &mechanism, &told, (&file.name, &file.bytes)).await,
        None => Err(Refusal::new("import.no_file").into()),
    };
    match outcome {
        Ok(id) => Ok(answer::see(&format!("{}/{id}", home(&mechanism)))),
        Err(Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            let head = (error::status_of(&refusals), words::refused(&said));
            page(&visitor, &mechanism, head, &told, &refusals).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(
    visitor: &Visitor,
    id: &str,
    (status, said): (StatusCode, Markup),
    told: &Told,
    refusals: &[Refusal],
) -> Result<Response, Failure> {
    let mechanism = visitor.ctx.mechanism(id)?;
    let may = visitor.ctx.actor.holds_any(&mechanism.id, &mechanism.rights.import);
    if mechanism.workbooks.is_empty() || !may {
        return Err(Failure::not_found());
    }
    let kinds = mechanism.workbooks.iter().map(|it| Pickable::new(&*it.id, &it.name)).collect();
    let chosen = match told.workbook.as_str() {
        "" => mechanism.workbooks.first().map(|it| it.id.to_string()).unwrap_or_default(),
        kind => kind.to_owned(),
    };
    let unit = |it: &app::tree::Unit| Pickable::new(it.id.to_string(), &it.name);
    let units: Vec<Pickable> = stating::units(&visitor.ctx, &mechanism).map(unit).collect();
    let wrong = |name: &str| {
        let at = Spot::Field(name.into());
        refusals.iter().find(|it| it.at == at).map(|it| words::sentence(&visitor.say(it)))
    };
    let kind = Control::Choice { options: Options::flat(kinds), chosen, as_radios: false };
    let pick = Control::Pick {
        options: Options::flat(units),
        chosen: told.unit.clone(),
        from: None,
        hint: "单位名称或拼音首字母".to_owned(),
    };
    let year = Control::Whole { value: told.year.clone(), unit: "年".to_owned() };
    let file = Control::Files { many: false, accept: ".xlsx".to_owned(), max_bytes: LARGEST, have: Vec::new() };
    let content = html! {
        (said)
        (walk(&["选文件", "核对", "记到账上"], 0))
        (card("选文件", html! {}, html! {
            form method="post" action=(home(id)) enctype="multipart/form-data" {
                div.form {
                    p { "部门自己的表原样上传，不用改格式。先核对每一格要记到哪个账户，不会直接记；账上已经是这些数的不会重记。" }
                    (field(&Field::new("kind", "工作簿", kind).required()))
                    (field(&Field::new("unit", "哪个单位的", pick).required().wrong(wrong("unit"))))
                    (field(&Field::new("year", "年度", year).required().wrong(wrong("year"))))
                    (field(&Field::new("workbook", "文件", file).required()))
                }
                div.send { (Button::submit("核对").main()) }
            }
        }))
    };
    let head = PageHead {
        crumbs: vec![Anchor::new(&mechanism.name, urls::register(id)), Anchor::new("导入自己的表", "")],
        title: "导入自己的表".to_owned(),
        ..PageHead::default()
    };
    visitor.page_as(status, Place::Mechanism(id), &head, content).await
}

/// `GET /m/{mechanism}/workbooks/{upload}`: what every cell would move.
pub(crate) async fn trial(visitor: Visitor, At((_, upload)): At<(String, UploadId)>) -> Result<Response, Failure> {
    shown(&visitor, upload, (StatusCode::OK, html! {})).await
}

/// `POST /m/{mechanism}/workbooks/{upload}/taking`.
pub(crate) async fn take(
    visitor: Visitor,
    At((mechanism, upload)): At<(String, UploadId)>,
    sent: Sent,
) -> Result<Response, Failure> {
    match stating::take(&visitor.ctx, upload, sent.key().as_deref()).await {
        Ok(done) => Ok(answer::see(&urls::with(&home(&mechanism), &[("taken", &done.moves().to_string())]))),
        Err(Error::Refused(refusals)) => {
            let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
            shown(&visitor, upload, (error::status_of(&refusals), words::refused(&said))).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn shown(visitor: &Visitor, upload: UploadId, (status, said): (StatusCode, Markup)) -> Result<Response, Failure> {
    let it = stating::look(&visitor.ctx, upload).await?;
    let id = it.mechanism.id.to_string();
    let acts = html! {
        (Button::link("换文件", home(&id)))
        @if it.moves() > 0 && it.faults.is_empty() {
            form method="post" action={ (home(&id)) "/" (upload) "/taking" } {
                input type="hidden" name="_key" value=(Uuid::new_v4().simple());
                (Button::submit(format!("记 {} 笔", it.moves())).main())
            }
        }
    };
    let head = PageHead {
        crumbs: vec![
            Anchor::new(&it.mechanism.name, urls::register(&id)),
            Anchor::new("导入自己的表", home(&id)),
            Anchor::new(&it.file_name, ""),
        ],
        title: it.file_name.clone(),
        remark: format!("{}，{}{}年，尚未记账", it.workbook, visitor.ctx.names().unit(it.unit), it.year),
        acts: Some(acts),
        ..PageHead::default()
    };
    let content = html! {
        (said)
        (walk(&["选文件", "核对", "记到账上"], 1))
        (told(&it))
    };
    visitor.page_as(status, Place::Mechanism(&id), &head, content).await
}

fn told(it: &Statement) -> Markup {
    if !it.faults.is_empty() {
        return notice(
            Tone::Error,
            "这个文件读不懂或者合不上，改好以后再上传",
            html! { ul { @for fault in &it.faults { li { (fault) } } } },
        );
    }
    let refused = it.lines.iter().filter(|line| matches!(line.became, Became::Refused(_))).count();
    let same = it.lines.len() - it.moves() - refused;
    let number = |value: usize, label: &str, light| SummaryNumber {
        value: value.to_string(),
        label: label.to_owned(),
        light,
        href: None,
    };
    let numbers = [
        number(it.moves(), "要记的", Some(Light::Green)),
        number(same, "账上已经是这个数", Some(Light::Grey)),
        number(refused, "不能记的", Some(Light::Red)),
    ];
    html! {
        (plain_card(html! { (summary(&numbers, html! {})) (lines(it)) }))
        @if !it.opened.is_empty() {
            (notice(Tone::Note, "这些账户还没有，记账时一起建", html! { ul { @for title in &it.opened { li { (title) } } } }))
        }
        @if !it.notes.is_empty() {
            (notice(Tone::Note, "说明", html! { ul { @for note in &it.notes { li { (note) } } } }))
        }
    }
}

fn lines(it: &Statement) -> Markup {
    let row = |line: &Line| {
        let (tone, what) = match &line.became {
            Became::Same => (RowTone::Skipped, "账上已经是这个数".to_owned()),
            Became::Moved(word, amount) => (RowTone::Plain, format!("记“{word}”{amount}")),
            Became::Refused(why) => (RowTone::Bad, why.clone()),
        };
        let cells = [
            line.stated.at.as_str(),
            &line.stated.label,
            &line.stated.written,
            &line.account,
            &format!("{}：{}", line.ledger, line.reading),
            &line.stated.on.to_string(),
            &line.amount,
            &what,
        ];
        Row { cells: cells.into_iter().map(Cell::text).collect(), tone, ..Row::default() }
    };
    let titles = ["单元格", "说的是", "写的是", "账户", "什么数", "从哪天起算", "读作", "要记的"];
    table(&Table {
        caption: "逐格核对".to_owned(),
        columns: titles.map(|title| Column::new(title, ColumnKind::Text)).into(),
        rows: it.lines.iter().map(row).collect(),
        choose: None,
        wide: true,
    })
}
