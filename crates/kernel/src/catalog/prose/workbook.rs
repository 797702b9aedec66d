//! How is a workbook of people's own told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points, table};
use crate::catalog::{FieldType, Mechanism};
use crate::ids::FieldId;
use crate::kinds::ledger::workbook::{Says, Sheet};

impl Teller<'_> {
    pub(super) fn workbooks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for it in &self.it.workbooks {
            blocks.extend(points(vec![format!(
                "“{}”可以原样导入：下面每一格说的是账户到那一天的数，账上差多少记多少，同一个文件再导入一次不会重记。",
                it.name
            )]));
            let rows = it.sheets.iter().flat_map(|sheet| self.cells(sheet)).collect();
            blocks.push(table(&["表", "行", "列", "账户", "说的是", "从哪天起算"], rows));
        }
        blocks
    }

    fn cells(&self, sheet: &Sheet) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (row, column, says) in sheet.cells() {
            let ledger = says.of.as_ref().and_then(|of| self.catalog.mechanism(of.as_str()));
            let ledger = ledger.map_or(self.it, |it| &**it);
            let day = |(month, day): (i8, i8)| format!("{month}月{day}日");
            rows.push(vec![
                sheet.name.clone(),
                row.map_or_else(|| format!("每个“{}”", sheet.by), |row| row.label.clone()),
                column.label.clone(),
                self.account_words(ledger, &says),
                says.reading.clone().unwrap_or_default(),
                says.on.map_or_else(|| "行里的日期".to_owned(), day),
            ]);
        }
        rows
    }

    fn account_words(&self, ledger: &Mechanism, says: &Says) -> String {
        let name = |(field, text): &(FieldId, String)| {
            let list = ledger.field(field.as_str()).and_then(|it| match &it.of {
                FieldType::Choice { list } => self.catalog.vocabulary.list(list.as_str()),
                _ => None,
            });
            let item = list.and_then(|list| list.items.iter().find(|item| *item.id == **text));
            item.map_or_else(|| text.clone(), |item| item.name.to_string())
        };
        let keys: Vec<String> = says.keys.iter().map(name).collect();
        format!("{} {}", ledger.name, keys.join("、"))
    }
}
