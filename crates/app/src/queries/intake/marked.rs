//! The same workbook with the cells marked that cannot be taken in, and a sentence in each.
//!
//! Never marks a row that was taken in.

use documents::workbook_out::{Mark, annotate};
use kernel::ids::RecordId;
use uuid::Uuid;

use super::opened::Opened;
use super::rows::{self, Rows};
use super::{Looking, looking};
use crate::commands::intake::{UploadId, aside};
use crate::ctx::Ctx;
use crate::error::Error;
use crate::queries::files::{Download, XLSX};

/// The workbook given back.
pub async fn marked(ctx: &Ctx, upload: UploadId) -> Result<Download, Error> {
    let looking = looking(ctx, upload).await?;
    let reading = looking.open(ctx).await?;
    let known = {
        let mut conn = ctx.office.db.read().await?;
        looking.known(&mut conn, &reading).await?
    };
    let name = name(&looking.row.file_name);
    let ctx = ctx.clone();
    let bytes = aside("mark a workbook", move || {
        let new = reading.opened.rows().into_iter().zip(known).filter(|(_, is_known)| !is_known);
        let rows: Vec<u32> = new.map(|(row, _)| row).collect();
        annotate(&looking.row.content, &marks(&ctx, &looking, &reading.opened, &rows))
    });
    let bytes = bytes.await?.map_err(|fault| Error::broken("mark a workbook", fault))?;
    Ok(Download { name, media: XLSX.to_owned(), bytes })
}

fn marks(ctx: &Ctx, looking: &Looking, opened: &Opened, rows: &[u32]) -> Vec<Mark> {
    let (for_all, _) = rows::for_all(ctx, &looking.mechanism, &looking.mapping);
    let mut reader = Rows::of(ctx, &looking.mechanism, opened, &looking.mapping, for_all);
    let mut marks = Vec::new();
    for row in rows {
        let Err(faults) = reader.judge(*row, RecordId(Uuid::nil())) else { continue };
        marks.extend(faults.into_iter().map(|fault| Mark {
            sheet: opened.grid().name.clone(),
            row: *row,
            column: fault.column,
            sentence: fault.sentence,
        }));
    }
    marks
}

fn name(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    format!("{stem}（问题已标注）.xlsx")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_given_back_bears_the_name_of_the_file_sent() {
        assert_eq!(super::name("重点工作.一览表.xlsx"), "重点工作.一览表（问题已标注）.xlsx");
    }
}
