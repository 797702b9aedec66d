//! Who is there? The small world: 岚湾新区, six units and eight people whom every story knows by heart. All invented.
//!
//! Their ids are fixed and sort before anything made in a story.
//! Never a second world: what a story needs beside it, its builder makes at the top of the story.

mod execution;
mod small;
mod workbook;

pub(crate) use execution::{Sheet, execution, workbook as workbook_of};
pub(crate) use small::{PASSWORD, PEOPLE, end_grants, grant, place};
pub(crate) use workbook::{Line, annual_lines, annual_list, plain_list};
