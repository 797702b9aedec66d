//! What does the paper look like? Facts and template to bytes (docx, pdf, xlsx, svg), and workbooks to cells.
//!
//! Words of the room: a *paper* is an official paper with its facts ([`official`]); the *press* prints it ([`pdf`]);
//! a *grid* is what stands in a sheet ([`workbook_in`]); a *drawing* is SVG text ([`chart`]).
//! The same facts give the same bytes, so that a hash over them holds.
//! Never speaks SQL or HTTP, never decides, and reads no file but the fonts it is pointed to.

pub mod official;
pub mod pdf;
pub mod word;
pub mod word_in;
pub mod workbook_in;
pub mod workbook_out;
pub mod chart;
