//! Is the file what it says, and how much is in it? A workbook is a parcel of packed parts.
//!
//! The parts are unpacked once, counted while they come out, and handed on without packing:
//! a directory that lies about sizes gains nothing, and the reader need not unpack a second time.
//! Never trusts a size that the file declares.

use std::io::{Cursor, Read as _, Write as _};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Limits, WorkbookFault};

/// The parts of a workbook, unpacked.
pub(super) struct Parcel {
    /// All parts that hold cells, texts and formats.
    pub(super) parts: Vec<u8>,
    /// The same without cells and texts, if some sheet has merged areas: they can be asked for cheaply there.
    pub(super) skeleton: Option<Vec<u8>>,
}

/// What every zip file and every old Office file begins with.
const ZIP: &[u8] = b"PK\x03\x04";
const OLD_OFFICE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// No honest part of a workbook packs better than this; blank cells with formats come to about 100.
const HONEST_RATIO: u64 = 1_000;

/// Checks the file and unpacks its parts.
pub(super) fn unpack(bytes: &[u8], limits: &Limits) -> Result<Parcel, WorkbookFault> {
    if bytes.is_empty() {
        return Err(WorkbookFault::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(WorkbookFault::TooLarge { bytes: bytes.len(), limit: limits.bytes });
    }
    if bytes.starts_with(OLD_OFFICE) {
        return Err(old_office(bytes));
    }
    if !bytes.starts_with(ZIP) {
        return Err(WorkbookFault::NotAWorkbook);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| WorkbookFault::Truncated)?;
    if archive.len() > limits.parts {
        return Err(WorkbookFault::TooManyParts { parts: archive.len(), limit: limits.parts });
    }
    check_kind(&archive)?;
    check_declared(&mut archive, limits)?;
    copy_parts(&mut archive, limits)
}

/// An old Office container: a locked workbook, or the format of before 2007.
fn old_office(bytes: &[u8]) -> WorkbookFault {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    match find(bytes, &name) {
        Some(_) => WorkbookFault::Encrypted,
        None => WorkbookFault::OtherFormat { format: "旧版Office(.xls)" },
    }
}

/// Is it a workbook, and of the kind we read?
fn check_kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), WorkbookFault> {
    let has =
        |name: &str| archive.file_names().flatten().any(|part| part.trim_start_matches('/').eq_ignore_ascii_case(name));
    let other = |format| Err(WorkbookFault::OtherFormat { format });
    if has("xl/workbook.bin") {
        other("Excel二进制（.xlsb）")
    } else if has("word/document.xml") {
        other("Word(.docx)")
    } else if has("ppt/presentation.xml") {
        other("PowerPoint(.pptx)")
    } else if has("mimetype") && has("content.xml") {
        other("OpenDocument(.ods)")
    } else if has("[Content_Types].xml") || has("xl/workbook.xml") {
        Ok(())
    } else {
        Err(WorkbookFault::NotAWorkbook)
    }
}

/// Refuses a parcel whose own directory says that it is a bomb.
fn check_declared(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<(), WorkbookFault> {
    let mut total: u64 = 0;
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(damaged)?;
        if part.encrypted() {
            return Err(WorkbookFault::Encrypted);
        }
        let dense = part.size() > (1 << 20) && part.size() / part.compressed_size().max(1) > HONEST_RATIO;
        total = total.saturating_add(part.size());
        if dense || total > limits.unpacked_bytes {
            return Err(WorkbookFault::UnpacksTooLarge { limit: limits.unpacked_bytes });
        }
    }
    Ok(())
}

/// Unpacks the parts that the reader needs.
fn copy_parts(archive: &mut ZipArchive<Cursor<&[u8]>>, limits: &Limits) -> Result<Parcel, WorkbookFault> {
    let mut parts = ZipWriter::new(Cursor::new(Vec::new()));
    let mut skeleton = ZipWriter::new(Cursor::new(Vec::new()));
    let mut merged = false;
    let mut left = limits.unpacked_bytes;
    let mut content = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.into_owned();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        content.clear();
        let unpacked = (&mut part).take(left + 1).read_to_end(&mut content).map_err(|_| WorkbookFault::Truncated)?;
        left =
            left.checked_sub(unpacked as u64).ok_or(WorkbookFault::UnpacksTooLarge { limit: limits.unpacked_bytes })?;
        put(&mut parts, &name, &[&content])?;
        if name.contains("worksheets/") && name.ends_with(".xml") {
            let (before, after) = around_cells(&content);
            merged |= find(after, b"mergeCell").is_some();
            put(&mut skeleton, &name, &[before, after])?;
        } else if !name.ends_with("sharedStrings.xml") {
            put(&mut skeleton, &name, &[&content])?;
        }
    }
    let parts = parts.finish().map_err(damaged)?.into_inner();
    let skeleton = skeleton.finish().map_err(damaged)?.into_inner();
    Ok(Parcel { parts, skeleton: merged.then_some(skeleton) })
}

/// Writes a part without packing it.
fn put(archive: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, pieces: &[&[u8]]) -> Result<(), WorkbookFault> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file(name, options).map_err(damaged)?;
    pieces.iter().try_for_each(|piece| archive.write_all(piece)).map_err(|error| damaged(error.into()))
}

/// What stands before and after the cells of a sheet.
fn around_cells(sheet: &[u8]) -> (&[u8], &[u8]) {
    const NAME: &[u8] = b"sheetData";
    let first = find(sheet, NAME).and_then(|at| sheet[..at].iter().rposition(|byte| *byte == b'<'));
    let last = sheet.windows(NAME.len()).rposition(|window| window == NAME);
    let end = last.and_then(|at| sheet[at..].iter().position(|byte| *byte == b'>').map(|close| at + close + 1));
    match (first, end) {
        (Some(first), Some(end)) if first < end => (&sheet[..first], &sheet[end..]),
        _ => (sheet, &[]),
    }
}

/// Where the needle begins.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

/// What the archive stumbled on.
fn damaged(error: ZipError) -> WorkbookFault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => WorkbookFault::Encrypted,
        error => WorkbookFault::Damaged {
            detail: crate::official::printable(&error.to_string()).chars().take(120).collect(),
        },
    }
}
