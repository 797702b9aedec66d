//! Files come in before the step that names them, so that a refused form loses none; a step makes them the record's.
//!
//! Never trusts a name: it is a label, not a path.

use kernel::ids::{FieldId, FileId};
use kernel::record::Record;
use kernel::refusal::{Refusal, Spot};
use kernel::value::Value;
use store::Tx;
use store::files::FileRow;

use crate::commands::batches::act;
use crate::ctx::Ctx;
use crate::error::Error;

/// The largest file, in bytes.
pub const LARGEST: usize = 50 * 1024 * 1024;

/// Kinds of file that may be uploaded, and the media type under which they are sent back.
const KINDS: [(&str, &str); 20] = [
    ("pdf", "application/pdf"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("doc", "application/msword"),
    ("wps", "application/octet-stream"),
    ("et", "application/octet-stream"),
    ("ofd", "application/octet-stream"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xls", "application/vnd.ms-excel"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("csv", "text/csv"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/plain; charset=utf-8"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("zip", "application/zip"),
    ("mp4", "video/mp4"),
    ("mp3", "audio/mpeg"),
];

/// Keeps an uploaded file that belongs to nothing yet.
pub async fn add(ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<FileId, Error> {
    let row = checked(ctx, name, bytes)?;
    let mut tx = ctx.office.db.begin().await?;
    store::files::insert(&mut tx, &row, bytes).await?;
    act(ctx, &mut tx, "file", serde_json::json!({ "file": row.id.to_string() })).await?;
    tx.commit().await?;
    Ok(row.id)
}

/// A file that came in with a form, not kept yet: it is kept with the record or not at all.
#[derive(Clone, Debug)]
pub struct Enclosed {
    /// The field that it belongs to.
    pub field: FieldId,
    /// Its row.
    row: FileRow,
    bytes: Vec<u8>,
}

/// Checks a file that came in with a form.
pub fn enclosed(ctx: &Ctx, field: FieldId, name: &str, bytes: &[u8]) -> Result<Enclosed, Refusal> {
    let row = checked(ctx, name, bytes).map_err(|refusal| refusal.at(Spot::Field(field.clone())))?;
    Ok(Enclosed { field, row, bytes: bytes.to_vec() })
}

/// The files of each field, as a record names them.
pub(super) fn named(all: &[Enclosed]) -> Vec<(FieldId, Option<Value>)> {
    let mut fields: Vec<(FieldId, Vec<FileId>)> = Vec::new();
    for it in all {
        match fields.iter_mut().find(|(field, _)| *field == it.field) {
            Some((_, ids)) => ids.push(it.row.id),
            None => fields.push((it.field.clone(), vec![it.row.id])),
        }
    }
    fields.into_iter().map(|(field, ids)| (field, Some(Value::Files(ids)))).collect()
}

/// Keeps what came in with a form, in the transaction of its record.
pub(super) async fn keep(tx: &mut Tx, all: &[Enclosed]) -> Result<(), Error> {
    for it in all {
        store::files::insert(tx, &it.row, &it.bytes).await?;
    }
    Ok(())
}

/// A file that may come in: its kind by name and by content, not empty, not too large.
fn checked(ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<FileRow, Refusal> {
    let name = clean_name(name)?;
    let media =
        media(&name, ctx.vocabulary().setting(ALLOWED)).ok_or_else(|| Refusal::new("file.kind").with("name", &name))?;
    if bytes.is_empty() {
        return Err(Refusal::new("file.empty").with("name", &name));
    }
    if !looks_like(&name, bytes) {
        return Err(Refusal::new("file.not_its_kind").with("name", &name));
    }
    if bytes.len() > LARGEST {
        return Err(Refusal::new("file.too_large").with("name", &name).with("most", "50 MB"));
    }
    Ok(FileRow {
        id: ctx.new_id(),
        name,
        media: media.to_owned(),
        size: bytes.len() as i64,
        hash: kernel::journal::digest(bytes),
        added_at: ctx.now,
        added_by: ctx.person(),
        record: None,
    })
}

/// A file's name as a label: the last part of whatever path it came with, without signs that mislead.
pub(crate) fn clean_name(name: &str) -> Result<String, Refusal> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let misleading = |c: char| c.is_control() || "<>:\"|?*\u{202e}\u{200b}\u{feff}".contains(c);
    let clean: String = last.chars().filter(|c| !misleading(*c)).take(150).collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    if let Some(mark) = kernel::secrecy::mark(&clean) {
        return Err(Refusal::new("file.secret").with("name", &clean).with("mark", mark));
    }
    if clean.is_empty() {
        return Err(Refusal::new("file.bad_name").with("name", name.chars().take(60).collect::<String>()));
    }
    Ok(clean)
}

/// The setting of the site that names the endings that may come in; all kinds if it is not written.
const ALLOWED: &str = "可上传的文件";

/// Do the first bytes fit the name's ending? A program under another name is not let in.
fn looks_like(name: &str, bytes: &[u8]) -> bool {
    const ZIP: &[u8] = b"PK\x03\x04";
    const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    let begins = |all: &[&[u8]]| all.iter().any(|one| bytes.starts_with(one));
    match ending.as_str() {
        "pdf" => bytes.windows(5).take(1_024).any(|some| some == b"%PDF-"),
        "docx" | "xlsx" | "pptx" | "ofd" => begins(&[ZIP]),
        "zip" => begins(&[ZIP, b"PK\x05\x06"]),
        "doc" | "xls" | "ppt" => begins(&[OLE]),
        "wps" | "et" => begins(&[OLE, ZIP]),
        "jpg" | "jpeg" => begins(&[b"\xff\xd8\xff"]),
        "png" => begins(&[b"\x89PNG\r\n\x1a\n"]),
        "gif" => begins(&[b"GIF87a", b"GIF89a"]),
        "mp4" => bytes.get(4..8) == Some(b"ftyp"),
        "mp3" => begins(&[b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"]),
        // Text in whatever encoding holds no zero byte and is no program.
        _ => !bytes.contains(&0) && !begins(&[b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF-"]),
    }
}

fn media(name: &str, allowed: Option<&str>) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    if allowed.is_some_and(|allowed| !allowed.split_whitespace().any(|one| one.eq_ignore_ascii_case(&ending))) {
        return None;
    }
    KINDS.iter().find(|(known, _)| *known == ending).map(|(_, media)| *media)
}

/// Makes the files that the record now names, and did not before, the record's own.
pub async fn attach(tx: &mut Tx, before: &Record, after: &Record) -> Result<(), Error> {
    for (field, value) in &after.facts.0 {
        let is_new = before.version == after.version || before.facts.find(field.as_str()) != Some(value);
        if let (Value::Files(ids), true) = (value, is_new) {
            for id in ids {
                store::files::attach(tx, *id, after.id).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_path_keeps_only_its_last_part() {
        assert_eq!(clean_name("../../x.pdf"), Ok("x.pdf".to_owned()));
        assert_eq!(clean_name("C:\\桌面\\清单.xlsx"), Ok("清单.xlsx".to_owned()));
        assert!(clean_name("../..").is_err());
        assert_eq!(clean_name("a\u{202e}fdp.exe"), Ok("afdp.exe".to_owned()));
    }

    #[test]
    fn a_program_is_not_a_kind_of_file_that_comes_in() {
        assert_eq!(media("x.exe", None), None);
        assert_eq!(media("x.PDF", None), Some("application/pdf"));
        assert_eq!(media("x.PDF", Some("docx pdf")), Some("application/pdf"));
        assert_eq!(media("x.zip", Some("docx pdf")), None);
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert!(looks_like("a.pdf", b"%PDF-1.7 ..."));
        assert!(looks_like("a.docx", b"PK\x03\x04..."));
        assert!(looks_like("a.txt", "说明".as_bytes()));
        for (name, bytes) in [
            ("a.pdf", &b"MZ\x90"[..]),
            ("a.docx", b"%PDF-1.7"),
            ("a.png", b"<svg onload=x>"),
            ("a.jpg", b"GIF89a"),
            ("a.txt", b"MZ\x90\x00"),
            ("a.csv", b"a\0b"),
            ("a.doc", b"PK\x03\x04"),
            ("a.mp4", b"xx"),
        ] {
            assert!(!looks_like(name, bytes), "{name}");
        }
    }

    #[test]
    fn a_marked_name_is_refused_and_says_why() {
        assert_eq!(clean_name("机密-名册.pdf").expect_err("refused").code, "file.secret");
        assert!(clean_name("秘密.pdf").is_ok());
    }
}
