//! Papers: drawn up from the record when a step issues them, rendered after the commit, and never changed since.
//!
//! What is kept in the transaction is the paper's facts and their hash; docx and PDF follow from them and are kept too.

use documents::official::{self, Layout, OfficialPaper};
use kernel::catalog::{FieldType, Mechanism, Paper, PaperLayout};
use kernel::ids::{FieldId, FileId, PaperId};
use kernel::record::{Record, View};
use kernel::template::{Line, Template};
use kernel::value::Value;
use store::Tx;
use store::files::FileRow;
use store::papers::PaperRow;
use store::series::GivenRow;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::Download;

/// The forms a paper takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// To edit.
    Docx,
    /// To send.
    Pdf,
}

impl Form {
    /// The file's ending.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub fn media(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Draws up the paper of a record as it stands: its facts as JSON, and their hash.
// enforces: step.paper
pub fn draw_up(ctx: &Ctx, mechanism: &Mechanism, paper: &Paper, record: &Record) -> Result<PaperRow, Error> {
    let facts = facts(ctx, mechanism, paper, record);
    let source = serde_json::to_string(&facts).map_err(|fault| Error::broken("write a paper's facts", fault))?;
    Ok(PaperRow {
        id: ctx.new_id(),
        record: record.id,
        kind: paper.id.clone(),
        number: record.number.clone(),
        title: paper.name.clone(),
        addressee: facts.to.clone(),
        issued_on: ctx.today,
        source_hash: kernel::journal::digest(source.as_bytes()),
        source,
        docx: None,
        pdf: None,
        received_at: None,
        received_by: None,
        issued_by: ctx.person(),
    })
}

// enforces: paper.head
// enforces: paper.title
// enforces: paper.to
// enforces: paper.sign
// enforces: paper.copy
// enforces: paper.note
// enforces: paper.layout
fn facts(ctx: &Ctx, mechanism: &Mechanism, paper: &Paper, record: &Record) -> OfficialPaper {
    let words = |template: &Template| words_of(ctx, mechanism, template, record);
    let some = |template: &Option<Template>| template.as_ref().map(words).filter(|text| !text.trim().is_empty());
    let copy = some(&paper.copy);
    let (signer, setting) = (words(&paper.sign), |name: &str| ctx.vocabulary().setting(name).map(str::to_owned));
    // The office of the site has its papers printed by a room of its own; whoever else signs prints them.
    let is_of_site = setting("发文机关").is_some_and(|site| site == signer);
    OfficialPaper {
        layout: match paper.layout {
            PaperLayout::Document => Layout::File,
            PaperLayout::Letter => Layout::Letter,
            PaperLayout::Order => Layout::Order,
        },
        head: words(&paper.head),
        number: record.number.clone(),
        urgency: None,
        title: words(&paper.title),
        to: some(&paper.to),
        body: body(ctx, mechanism, &paper.body, record),
        attachments: Vec::new(),
        issuer: if is_of_site { setting("印发机关") } else { Some(signer.clone()) },
        signer,
        signed_on: Some(ctx.today),
        note: some(&paper.note),
        cc: copy.map(|names| names.split('、').map(str::to_owned).collect()).unwrap_or_default(),
        printed_on: Some(ctx.today),
    }
}

fn body(ctx: &Ctx, mechanism: &Mechanism, template: &Template, record: &Record) -> Vec<official::Block> {
    let mut blocks = Vec::new();
    for line in lines(ctx, mechanism, template, record) {
        match line {
            Line::Text(text) => blocks.extend(official::blocks(&text)),
            Line::Table { columns, rows } => blocks.push(official::Block::Table { columns, rows }),
        }
    }
    blocks
}

/// A template's lines for a record.
fn lines(ctx: &Ctx, mechanism: &Mechanism, template: &Template, record: &Record) -> Vec<Line> {
    let view = View { mechanism, record, today: ctx.today, calendar: ctx.calendar(), period: None };
    template.lines(&view, &Shown { ctx })
}

/// A template's words for a record, in one line.
pub fn words_of(ctx: &Ctx, mechanism: &Mechanism, template: &Template, record: &Record) -> String {
    let texts = lines(ctx, mechanism, template, record).into_iter().filter_map(|line| match line {
        Line::Text(text) => Some(text),
        Line::Table { .. } => None,
    });
    texts.collect::<Vec<_>>().join("")
}

/// How values stand in papers: by name and in prose.
struct Shown<'a> {
    ctx: &'a Ctx,
}

impl kernel::template::Shown for Shown<'_> {
    fn unit(&self, id: kernel::ids::UnitId) -> String {
        self.ctx.names().unit(id)
    }

    fn person(&self, id: kernel::ids::PersonId) -> String {
        self.ctx.names().person(id)
    }

    fn record(&self, id: kernel::ids::RecordId) -> String {
        id.to_string()
    }

    fn file(&self, id: kernel::ids::FileId) -> String {
        id.to_string()
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.ctx.vocabulary().setting(name).map(str::to_owned)
    }
}

/// The bytes of a paper: kept ones if there are, else rendered now and kept.
pub async fn bytes(ctx: &Ctx, row: &PaperRow, form: Form) -> Result<Vec<u8>, Error> {
    let kept = match form {
        Form::Docx => row.docx,
        Form::Pdf => row.pdf,
    };
    if let Some(id) = kept {
        let mut conn = ctx.office.db.read().await?;
        return Ok(store::files::content(&mut conn, id).await?);
    }
    let bytes = render(ctx, row, form).await?;
    keep(ctx, row.id, form, row, &bytes).await?;
    Ok(bytes)
}

async fn render(ctx: &Ctx, row: &PaperRow, form: Form) -> Result<Vec<u8>, Error> {
    let facts: OfficialPaper =
        serde_json::from_str(&row.source).map_err(|fault| Error::broken("read a paper's facts", fault))?;
    let press = ctx.office.press();
    let rendered = tokio::task::spawn_blocking(move || match form {
        Form::Docx => documents::word::official(&facts).map_err(anyhow::Error::from),
        Form::Pdf => match press {
            Some(press) => press.official(&facts).map_err(anyhow::Error::from),
            None => Err(anyhow::anyhow!("没有打开排版引擎")),
        },
    });
    let rendered = rendered.await.map_err(|fault| Error::broken("render a paper", fault))?;
    rendered.map_err(|fault| Error::broken("render a paper", fault))
}

/// Keeps the rendered bytes, unless somebody else was faster: then theirs stay.
async fn keep(ctx: &Ctx, id: PaperId, form: Form, row: &PaperRow, bytes: &[u8]) -> Result<(), Error> {
    let file = FileRow {
        id: ctx.new_id::<FileId>(),
        name: format!("{}.{}", row.title, form.ending()),
        media: form.media().to_owned(),
        size: bytes.len() as i64,
        hash: kernel::journal::digest(bytes),
        added_at: ctx.now,
        added_by: None,
        record: Some(row.record),
    };
    let mut tx = ctx.office.db.begin().await?;
    store::files::insert(&mut tx, &file, bytes).await?;
    let is_first = match form {
        Form::Docx => store::papers::keep_docx(&mut tx, id, file.id).await?,
        Form::Pdf => store::papers::keep_pdf(&mut tx, id, file.id).await?,
    };
    if is_first {
        let detail = serde_json::json!({ "paper": id.to_string(), "form": form.ending(), "file": file.id.to_string() });
        act(ctx, &mut tx, "paper.printed", detail).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A paper of a record as it stands, printed and not kept.
pub async fn printed(
    ctx: &Ctx,
    (mechanism, paper): (&Mechanism, &Paper),
    record: &Record,
    form: Form,
) -> Result<Download, Error> {
    let row = draw_up(ctx, mechanism, paper, record)?;
    let name = format!("{}.{}", record.title, form.ending());
    Ok(Download { name, media: form.media().to_owned(), bytes: render(ctx, &row, form).await? })
}

/// Renders both forms of a paper that was issued. Safe to call again.
pub async fn render_both(ctx: &Ctx, id: PaperId) -> Result<(), Error> {
    let row = {
        let mut conn = ctx.office.db.read().await?;
        store::papers::find(&mut conn, id).await?.ok_or(Error::NotFound)?
    };
    bytes(ctx, &row, Form::Docx).await?;
    if ctx.office.press().is_some() {
        bytes(ctx, &row, Form::Pdf).await?;
    }
    Ok(())
}

/// The next number of the mechanism's series, with what binds it to the record: gapless, because it is taken in the same
/// transaction.
// enforces: number
pub(super) async fn give_number(
    ctx: &Ctx,
    tx: &mut Tx,
    mechanism: &Mechanism,
    record: &Record,
) -> Result<(String, Option<(String, String)>), Error> {
    let numbering = mechanism.number.as_ref().expect("a number is wanted only where there is a series");
    let year = ctx.today.year();
    let counted_in = if numbering.pattern.per_year() { year } else { 0 };
    let series = numbering.series(&mechanism.id, &record.facts);
    let serial = store::series::next(tx, &series, counted_in).await?;
    let word = || word_of(ctx, mechanism, numbering.by.as_ref()?, record);
    let names = |name: &str| match name {
        "代字" => word(),
        "单位简称" => ctx.tree.unit(record.unit).map(|unit| unit.short_name.clone()),
        name => ctx.vocabulary().setting(name).map(str::to_owned),
    };
    let number = numbering.pattern.render(year, serial, &names);
    if mechanism.circulation.is_none() {
        return Ok((number, None));
    }
    // Of papers every number is accounted for.
    let given = GivenRow { series, year: counted_in, serial, record: record.id };
    store::series::note(tx, &given).await?;
    Ok((number, Some(given.bound(ctx.office.db.site()))))
}

/// What the option is called that stands in a field.
fn word_of(ctx: &Ctx, mechanism: &Mechanism, field: &FieldId, record: &Record) -> Option<String> {
    let FieldType::Choice { list } = &mechanism.field(field.as_str())?.of else { return None };
    let Some(Value::Choice(chosen)) = record.facts.find(field.as_str()) else { return None };
    let list = ctx.vocabulary().list(list.as_str())?;
    list.items.iter().find(|item| *item.id == **chosen).map(|item| item.name.to_string())
}
