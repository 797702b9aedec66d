//! How do the parts of a Word document become one file? Packed small, and the same each time.
//!
//! Never lets a counter or a clock of the library into the file.

use std::io::{Cursor, Error, Read as _, Write as _};

use docx_rs::Docx;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Packs the document.
pub(super) fn pack(docx: Docx) -> Result<Vec<u8>, Error> {
    let mut plain = Cursor::new(Vec::new());
    docx.build().pack(&mut plain).map_err(Error::other)?;
    let mut parts = ZipArchive::new(plain)?;
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for at in 0..parts.len() {
        let mut part = parts.by_index(at)?;
        if part.is_dir() {
            continue;
        }
        let name = part.name()?.into_owned();
        let mut content = String::new();
        part.read_to_string(&mut content)?;
        packed.start_file(&name, options)?;
        packed.write_all(settled(&name, content).as_bytes())?;
    }
    Ok(packed.finish()?.into_inner())
}

/// The part without numbers that the library counts up, and with what it cannot say.
fn settled(name: &str, content: String) -> String {
    let content = without(content, " w14:paraId=\"");
    match name {
        // The header line of each table is repeated on every page.
        "word/document.xml" => repeat_headers(content),
        // The grid is counted from the default style, which has to say its size.
        "word/styles.xml" => content.replacen(NORMAL, NORMAL_WITH_SIZE, 1),
        _ => content,
    }
}

/// The default style as the library writes it.
const NORMAL: &str = r#"<w:style w:type="paragraph" w:styleId="Normal"><w:name w:val="Normal" /><w:rPr />"#;
/// The same as the default, with characters of 16 pt.
const NORMAL_WITH_SIZE: &str = r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal" /><w:rPr><w:sz w:val="32" /><w:szCs w:val="32" /></w:rPr>"#;

/// Leaves out an attribute.
fn without(mut content: String, attribute: &str) -> String {
    while let Some(start) = content.find(attribute) {
        let value = start + attribute.len();
        let Some(end) = content[value..].find('"') else { break };
        content.replace_range(start..=value + end, "");
    }
    content
}

/// Marks the first row of each table as its header.
fn repeat_headers(content: String) -> String {
    let mut result = String::with_capacity(content.len() + 256);
    for (at, piece) in content.split("<w:tbl>").enumerate() {
        if at == 0 {
            result.push_str(piece);
            continue;
        }
        let (header, rest) = piece.split_at(piece.find("</w:tr>").unwrap_or(0));
        result.push_str("<w:tbl>");
        result.push_str(&header.replacen("<w:trPr />", "<w:trPr><w:tblHeader/></w:trPr>", 1));
        result.push_str(rest);
    }
    result
}
