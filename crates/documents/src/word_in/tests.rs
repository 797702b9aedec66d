//! What a Word file of others may hold: plain ones are read, hostile ones are refused.
//!
//! Never a file that a real office wrote.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::{Block, Limits, WordFault, WordText, read};

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn word(body: &str) -> Vec<u8> {
    let text = format!(r#"<?xml version="1.0"?><w:document xmlns:w="x"><w:body>{body}</w:body></w:document>"#);
    packed(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", text.as_bytes())])
}

fn said(body: &str) -> Vec<Block> {
    read(&word(body), &Limits::default()).unwrap().blocks
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(text.to_owned())
}

#[test]
fn paragraphs_and_tables_are_told_in_order() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let body = format!(
        "<w:p><w:r><w:t>关于开展检查的</w:t></w:r><w:r><w:t xml:space=\"preserve\">通知 &amp; 附表</w:t></w:r></w:p><w:p/>\
         <w:tbl><w:tr>{}{}</w:tr><w:tr>{}<w:tc/></w:tr></w:tbl><w:p><w:r><w:t>完</w:t><w:tab/><w:t>&#x3002;</w:t></w:r></w:p>",
        cell("单位"),
        cell("人数"),
        cell("农业农村局")
    );
    let rows = vec![vec!["单位".to_owned(), "人数".to_owned()], vec!["农业农村局".to_owned(), String::new()]];
    assert_eq!(said(&body), [paragraph("关于开展检查的通知 & 附表"), Block::Table(rows), paragraph("完 。")]);
}

#[test]
fn what_was_deleted_and_what_fields_instruct_is_no_text() {
    let body = "<w:p><w:del><w:r><w:delText>原来</w:delText><w:t>旧</w:t></w:r></w:del><w:ins><w:r><w:t>现在</w:t></w:r></w:ins>\
                <w:r><w:instrText>INCLUDETEXT http://x</w:instrText></w:r></w:p>";
    assert_eq!(said(body), [paragraph("现在")]);
}

#[test]
fn each_kind_of_bad_file_is_told_apart() {
    let limits = Limits::default();
    let fault = |bytes: &[u8]| read(bytes, &limits).unwrap_err();
    assert_eq!(fault(b""), WordFault::NotWord);
    assert_eq!(fault(b"%PDF-1.7"), WordFault::NotWord);
    assert_eq!(fault(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), WordFault::LockedOrOld);
    assert_eq!(fault(&packed(&[("xl/workbook.xml", b"<x/>")])), WordFault::NotWord);
    assert_eq!(fault(&packed(&[("word/document.xml", b"<x/>")])), WordFault::NotWord);
    let whole = word("<w:p/>");
    assert_eq!(fault(&whole[..whole.len() / 2]), WordFault::Damaged);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><w:document/>";
    assert_eq!(fault(&packed(&[("word/document.xml", bomb.as_bytes())])), WordFault::Entities);
    assert_eq!(fault(&word("<w:p><w:t>&own;</w:t></w:p>")), WordFault::Entities);
    assert_eq!(fault(&word(&"<w:p>".repeat(3_000))), WordFault::Damaged);
}

#[test]
fn a_bomb_is_stopped_and_a_long_text_is_cut() {
    let small = Limits { unpacked: 100_000, characters: 10, ..Limits::default() };
    assert_eq!(read(&word(&" ".repeat(200_000)), &small), Err(WordFault::TooLarge));
    let long = word("<w:p><w:r><w:t>一二三四五六七八九十一二三</w:t></w:r></w:p><w:p><w:r><w:t>再</w:t></w:r></w:p>");
    let told = read(&long, &small).unwrap();
    assert_eq!(told, WordText { blocks: vec![paragraph("一二三四五六七八九十")], is_cut: true });
}

#[test]
fn what_is_written_here_can_be_read_here() {
    let paper = crate::official::tests::sample(crate::official::Layout::File);
    let told = read(&crate::word::official(&paper).unwrap(), &Limits::default()).unwrap();
    assert!(told.blocks.iter().any(|it| matches!(it, Block::Table(_))), "{told:?}");
    assert!(told.blocks.contains(&paragraph("各街道办事处，新区各部门：")), "{told:?}");
}

proptest! {
    /// Whatever stands in the part, and whatever is damaged, it is a text or a fault and never a panic.
    #[test]
    fn no_damage_makes_it_panic(text in "[<>/&;#a-z:一 ]{0,200}", at in 0_usize..400, byte in any::<u8>()) {
        let mut bytes = word(&text);
        let _ = read(&bytes, &Limits::default());
        let place = at % bytes.len();
        bytes[place] = byte;
        let _ = read(&bytes, &Limits::default());
    }
}
