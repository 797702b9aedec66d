//! A workbook on trial: what was understood of it, what is missing, and the taking in.

use app::commands::intake::{self, UploadId};
use app::queries::intake::{self as asked, Preview};
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::refusal::Refusal;
use maud::{Markup, html};
use uuid::Uuid;

use super::{at, lines, mapping};
use crate::answer;
use crate::error::{self, Failure};
use crate::pages::register::address;
use crate::pages::shell::Place;
use crate::pages::words;
use crate::parts::buttons::Button;
use crate::parts::cards::{SummaryNumber, card, plain_card, summary};
use crate::parts::icons::Icon;
use crate::parts::light::Light;
use crate::parts::notice::{Tone, notice};
use crate::parts::shell::{Anchor, PageHead};
use crate::parts::stepper::walk;
use crate::sent::Sent;
use crate::urls;
use crate::visitor::{At, Visitor};

/// Which lines are shown, and what was just done.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    show: String,
    taken: Option<usize>,
}

/// `GET /m/{mechanism}/imports/{upload}`.
pub(crate) async fn show(
    visitor: Visitor,
    At((_, upload)): At<(String, UploadId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let said = html! {
        @if let Some(taken) = asked.taken {
            (notice(Tone::Ok, &format!("已导入 {taken} 件"), html! { "有问题的行留在下面，改好后可以再导入同一个文件，已导入的不会重复。" }))
        }
    };
    page(&visitor, upload, StatusCode::OK, said, &asked.show).await
}

/// `POST /m/{mechanism}/imports/{upload}/mapping`.
pub(crate) async fn remap(
    visitor: Visitor,
    At((mechanism, upload)): At<(String, UploadId)>,
    sent: Sent,
) -> Result<Response, Failure> {
    let known = asked::looking(&visitor.ctx, upload).await?.mapping;
    match intake::remap(&visitor.ctx, upload, mapping::read(&sent, known)).await {
        Ok(()) => Ok(answer::see(&at(&mechanism, upload))),
        Err(app::Error::Refused(refusals)) => again(&visitor, upload, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /m/{mechanism}/imports/{upload}/taking`: the good rows become records, in one act.
pub(crate) async fn take_in(
    visitor: Visitor,
    At((mechanism, upload)): At<(String, UploadId)>,
    sent: Sent,
) -> Result<Response, Failure> {
    match intake::take_in(&visitor.ctx, upload, sent.key().as_deref()).await {
        Ok(done) if done.left == 0 => Ok(answer::see(&address::done(&mechanism, "import", done.taken))),
        Ok(done) => {
            let taken = done.taken.to_string();
            Ok(answer::see(&urls::with(&at(&mechanism, upload), &[("taken", &taken), ("show", "problems")])))
        }
        Err(app::Error::Refused(refusals)) => again(&visitor, upload, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// `GET /m/{mechanism}/imports/{upload}/marked.xlsx`.
pub(crate) async fn marked(visitor: Visitor, At((_, upload)): At<(String, UploadId)>) -> Result<Response, Failure> {
    Ok(answer::file(asked::marked(&visitor.ctx, upload).await?))
}

async fn again(visitor: &Visitor, upload: UploadId, refusals: &[Refusal]) -> Result<Response, Failure> {
    let said: Vec<_> = refusals.iter().map(|refusal| visitor.say(refusal)).collect();
    page(visitor, upload, error::status_of(refusals), words::refused(&said), "").await
}

async fn page(
    visitor: &Visitor,
    upload: UploadId,
    status: StatusCode,
    said: Markup,
    show: &str,
) -> Result<Response, Failure> {
    let preview = asked::preview(&visitor.ctx, upload).await?;
    let content = html! {
        (said)
        (walk(&["选文件", "核对", "导入"], 1))
        (card("列的去处", html! {}, mapping::form(&preview)))
        (plain_card(html! { (numbers(&preview)) (lines::shown(&preview, show)) }))
        (remarks(&preview))
    };
    visitor.page_as(status, Place::Mechanism(&preview.mechanism), &head(&preview), content).await
}

fn head(preview: &Preview) -> PageHead {
    let (mechanism, own) = (&preview.mechanism, at(&preview.mechanism, preview.upload));
    let acts = html! {
        (Button::link("换文件", urls::of_register(mechanism, "imports")))
        @if preview.counts.problems > 0 {
            (Button::link("下载标注后的工作簿", format!("{own}/marked.xlsx")).icon(Icon::Export).download())
        }
        @if preview.counts.good > 0 {
            form method="post" action={ (own) "/taking" } {
                input type="hidden" name="_key" value=(Uuid::new_v4().simple());
                (Button::submit(format!("导入 {} 件", preview.counts.good)).main())
            }
        }
    };
    PageHead {
        crumbs: vec![
            Anchor::new(&preview.name, urls::register(mechanism)),
            Anchor::new("导入", urls::of_register(mechanism, "imports")),
            Anchor::new(&preview.file_name, ""),
        ],
        title: preview.file_name.clone(),
        remark: "试读，尚未导入".to_owned(),
        lights: None,
        acts: Some(acts),
    }
}

fn numbers(preview: &Preview) -> Markup {
    let own = at(&preview.mechanism, preview.upload);
    let counts = &preview.counts;
    let number = |value: usize, label: &str, light, show: &str| SummaryNumber {
        value: value.to_string(),
        label: label.to_owned(),
        light,
        href: (value > 0).then(|| urls::with(&own, &[("show", show)])),
    };
    let known = html! { @if counts.known > 0 { "其中 " (counts.known) " 行以前导入过，不会重复" } };
    summary(
        &[
            number(counts.rows, "识别为事项", None, "records"),
            number(counts.good, "可以导入", Some(Light::Green), "good"),
            number(counts.problems, "有问题", Some(Light::Red), "problems"),
            number(counts.other, "不是数据（标题、表头、合计）", Some(Light::Grey), "other"),
        ],
        known,
    )
}

/// Totals that do or do not agree, what was guessed, and what else is worth knowing.
fn remarks(preview: &Preview) -> Markup {
    html! {
        @for total in &preview.totals {
            @let tone = match total.agrees { Some(true) => Tone::Ok, Some(false) => Tone::Warn, None => Tone::Note };
            (notice(tone, &format!("第 {} 行的合计“{}”", total.row, total.claim), html! { (total.why) }))
        }
        @if !preview.guesses.is_empty() {
            (notice(Tone::Note, "这些写法按下面的意思读", html! {
                ul { @for guess in &preview.guesses { li { (guess.field) "：“" (guess.written) "”读作“" (guess.taken_as) "”，共 " (guess.rows) " 行" } } }
            }))
        }
        @if !preview.notes.is_empty() {
            (notice(Tone::Note, "说明", html! { ul { @for note in &preview.notes { li { (note) } } } }))
        }
    }
}
