//! How does an official paper look in print? Facts to PDF, laid out after GB/T 9704-2012.
//!
//! A [`Press`] knows its fonts and prints any number of papers; it is shared between threads.
//! Each job sees the template and its own facts as `data.json`, and nothing else.
//! Never lets a template read a file, a package or the clock: the same facts give the same bytes.

mod facts;
mod fonts;

use std::path::PathBuf;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

pub(crate) use facts::{cc_line, shares};
pub use fonts::Role;

use crate::official::{OfficialPaper, TooLong};

/// How many jobs a remembered piece of layout outlives without being used.
const REMEMBER_JOBS: usize = 8;

/// The template of official papers.
const OFFICIAL: &str = include_str!("official.typ");

/// Why a paper was not printed.
#[derive(Debug, thiserror::Error)]
pub enum PressFault {
    /// None of the folders holds a font with Chinese characters that we know.
    #[error("字体文件夹中没有可用的中文字体，请安装仿宋、小标宋、黑体、楷体、宋体，或 fonts-noto-cjk")]
    NoFonts,
    /// The paper is too long.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The template and its facts do not fit together. We are at fault.
    #[error("排版失败：{0}")]
    Template(String),
}

/// Fonts and template, ready to print.
pub struct Press {
    library: LazyHash<Library>,
    fonts: FontStore,
    chains: fonts::Chains,
    main: FileId,
    facts: FileId,
}

impl Press {
    /// Looks through the folders once; fonts of earlier folders come first. Takes about half a second with the usual fonts.
    pub fn open(font_dirs: &[PathBuf]) -> Result<Self, PressFault> {
        let fonts = fonts::collect(font_dirs);
        let chains = fonts::Chains::of(fonts.book());
        if chains.is_empty() {
            return Err(PressFault::NoFonts);
        }
        let library = LazyHash::new(Library::default());
        Ok(Self { library, fonts, chains, main: inside("official.typ"), facts: inside("data.json") })
    }

    /// The names of the parts for which no font of the right style is there, such as `仿宋`: what to install.
    pub fn missing_fonts(&self) -> Vec<&'static str> {
        fonts::missing(self.fonts.book()).into_iter().map(Role::name).collect()
    }

    /// Prints an official paper. The same facts and fonts give the same bytes.
    pub fn official(&self, paper: &OfficialPaper) -> Result<Vec<u8>, PressFault> {
        let (facts, document) = self.set_official(paper)?;
        // The facts are the identity of the document: no clock, no chance.
        let ident = Smart::Custom(String::from_utf8_lossy(&facts).into_owned());
        let options = PdfOptions { ident, creator: Smart::Custom(Some("组工".to_owned())), ..PdfOptions::default() };
        typst_pdf::pdf(&document, &options).map_err(|faults| {
            PressFault::Template(faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "))
        })
    }

    /// Sets an official paper, and again with less room for the seal if that saves a page:
    /// the standard wants the spacing adjusted rather than name and date carried over.
    fn set_official(&self, paper: &OfficialPaper) -> Result<(Vec<u8>, PagedDocument), PressFault> {
        paper.check_length()?;
        let set = |seal_lines| {
            let facts = serde_json::to_vec(&facts::of(paper, &self.chains, seal_lines))
                .map_err(|error| PressFault::Template(error.to_string()))?;
            let document = self.typeset(OFFICIAL, facts.clone())?;
            Ok::<_, PressFault>((facts, document))
        };
        let usual = set(2)?;
        let pages = usual.1.pages().len();
        if pages == 1 {
            return Ok(usual);
        }
        let tight = set(1)?;
        Ok(if tight.1.pages().len() < pages { tight } else { usual })
    }

    /// Sets the template with its facts.
    fn typeset(&self, template: &str, facts: Vec<u8>) -> Result<PagedDocument, PressFault> {
        let job = Job { press: self, template: Source::new(self.main, template.to_owned()), facts: Bytes::new(facts) };
        let document = typst::compile::<PagedDocument>(&job).output;
        typst::comemo::evict(REMEMBER_JOBS);
        document.map_err(|faults| {
            PressFault::Template(faults.iter().map(|fault| job.place(fault)).collect::<Vec<_>>().join("; "))
        })
    }
}

/// A path inside the job.
fn inside(path: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).expect("the path is a plain file name")).intern()
}

/// One paper on the press: the world that its template sees.
struct Job<'a> {
    press: &'a Press,
    template: Source,
    facts: Bytes,
}

impl Job<'_> {
    /// The fault with its line in the template.
    fn place(&self, fault: &SourceDiagnostic) -> String {
        use typst::WorldExt as _;
        let line =
            self.range(fault.span).map_or(0, |range| self.template.text()[..range.start].matches('\n').count() + 1);
        format!("{} (line {line})", fault.message)
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.press.fonts.book()
    }

    fn main(&self) -> FileId {
        self.press.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.main { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.facts { Ok(self.facts.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests;
