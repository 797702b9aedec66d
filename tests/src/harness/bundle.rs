//! What lies in a docx or xlsx? The files of the zip archive, as text.
//!
//! Never writes one.

use std::io::Read as _;

/// The text of one file inside a zip archive.
pub(crate) fn unpacked(bytes: &[u8], path: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("the bytes are a zip archive");
    let mut file = archive.by_name(path).unwrap_or_else(|_| panic!("{path} lies in the archive"));
    let mut text = String::new();
    file.read_to_string(&mut text).expect("it is text");
    text
}
