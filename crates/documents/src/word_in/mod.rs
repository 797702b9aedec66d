//! What does a Word file say? Its paragraphs and tables as plain text.
//!
//! Only the part with the text is unpacked, and only so far; pictures, macros, fields and links are left where they are.
//! Never fetches anything, never follows an entity, never trusts a size that the file declares.

mod markup;

#[cfg(test)]
mod tests;

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of the file.
    pub bytes: usize,
    /// The most parts.
    pub parts: usize,
    /// The most bytes of the text's part, unpacked.
    pub unpacked: u64,
    /// The most characters that are told.
    pub characters: usize,
    /// The most cells of all tables.
    pub cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, parts: 5_000, unpacked: 64 << 20, characters: 200_000, cells: 20_000 }
    }
}

/// What a Word file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordText {
    /// Its paragraphs and tables, in order.
    pub blocks: Vec<Block>,
    /// Is there more than was told?
    pub is_cut: bool,
}

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// A table, row by row.
    Table(Vec<Vec<String>>),
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordFault {
    /// It is no Word file of this kind.
    #[error("it is no docx")]
    NotWord,
    /// It is locked by a password, or of the format of before 2007.
    #[error("it is locked or of the old format")]
    LockedOrOld,
    /// It is damaged.
    #[error("it is damaged")]
    Damaged,
    /// It is too large, or unpacks too large.
    #[error("it is too large")]
    TooLarge,
    /// It declares entities of its own: no honest program writes them.
    #[error("it declares entities")]
    Entities,
}

const ZIP: &[u8] = b"PK\x03\x04";
const OLD_OFFICE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// The part with the text.
const TEXT: &str = "word/document.xml";

/// Reads the text of a Word file.
///
/// # Errors
/// If it is none, locked, damaged or too large.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<WordText, WordFault> {
    if bytes.len() > limits.bytes {
        return Err(WordFault::TooLarge);
    }
    if bytes.starts_with(OLD_OFFICE) {
        return Err(WordFault::LockedOrOld);
    }
    if !bytes.starts_with(ZIP) {
        return Err(WordFault::NotWord);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| WordFault::Damaged)?;
    if archive.len() > limits.parts {
        return Err(WordFault::TooLarge);
    }
    let mut part = archive.by_name(TEXT).map_err(|fault| match fault {
        ZipError::FileNotFound => WordFault::NotWord,
        ZipError::UnsupportedArchive(why) if why == ZipError::PASSWORD_REQUIRED => WordFault::LockedOrOld,
        _ => WordFault::Damaged,
    })?;
    let mut content = Vec::new();
    let unpacked = (&mut part).take(limits.unpacked + 1).read_to_end(&mut content).map_err(|_| WordFault::Damaged)?;
    if unpacked as u64 > limits.unpacked {
        return Err(WordFault::TooLarge);
    }
    let text = String::from_utf8(content).map_err(|_| WordFault::Damaged)?;
    markup::blocks(&text, limits)
}
