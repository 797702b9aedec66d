//! What do the cells of somebody's own workbook say about accounts?
//!
//! A cell says what an account comes to on a day. What the account lacks of it is moved, so that the same workbook read
//! twice moves nothing the second time, and a corrected one moves the difference.
//! Never which sheet a file has: that is asked when one is there.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Account, Book, Counted, Movement, Word, changes};
use crate::catalog::grammar::parts::{ID, NAME, arg, may, must};
use crate::catalog::grammar::{ANY, MECHANISM, Node, Property, Scalar, Times};
use crate::ids::{FieldId, MechanismId};

/// A workbook that people keep themselves.
pub(crate) const WORKBOOK: Node = Node {
    key: "workbook",
    name: "workbook",
    inside: &[MECHANISM],
    times: Times::Any,
    args: &[ID, NAME],
    props: &[],
    means: "单位自己的一种工作簿，原样导入：哪张表、哪一行、哪一列说的是哪个账户到哪一天是多少，账上差多少就记多少。",
};

/// A sheet of it.
pub(crate) const SHEET: Node = Node {
    key: "workbook.sheet",
    name: "sheet",
    inside: &["workbook"],
    times: Times::Some,
    args: &[arg("表名", Scalar::Text)],
    props: &[
        must("by", Scalar::Text, "每一行说的是什么，写在表头的哪一列：那一列的标题。"),
        may("days", Scalar::YesNo, "那一列写的是日期，每行是截至那一天的数；不用写 row。"),
        OF,
        KEYS,
    ],
    means: "工作簿里的一张表，按名称认；金额单位看表头、单位列或者表头上面的“单位：”。",
};

/// A row of it.
pub(crate) const ROW: Node = Node {
    key: "workbook.row",
    name: "row",
    inside: &["workbook.sheet"],
    times: Times::Any,
    args: &[arg("行名", Scalar::Text)],
    props: &[
        may("adds", Scalar::Text, "是哪几行的和，写行名，中间空格；合不上（四舍五入的差除外）就不收这个文件。"),
        OF,
        READING,
        UP,
        DOWN,
        ON,
        KEYS,
    ],
    means: "表里的一行，前面的“一、”“（一）”不用写；没有写 row 的行不读。",
};

/// A column of it.
pub(crate) const COLUMN: Node = Node {
    key: "workbook.column",
    name: "column",
    inside: &["workbook.sheet"],
    times: Times::Some,
    args: &[arg("列名", Scalar::Text)],
    props: &[READING, UP, DOWN, ON],
    means: "表里的一列，后面括号里的单位不用写；没有写 column 的列不读。",
};

const OF: Property = may("of", Scalar::Id, "哪个额度机制的账户；不写是这个机制自己的。");
const KEYS: Property = may(ANY, Scalar::Value, "账户的栏目和它的值，单位和年度在导入时选。");
const READING: Property =
    may("reading", Scalar::Text, "说的是账户的什么数：写上限、空余、stage 或者 movement 的名称。");
const UP: Property = may("up", Scalar::Id, "账上少了记哪种变动。");
const DOWN: Property = may("down", Scalar::Id, "账上多了记哪种变动；不写就不能少记，会告诉人。");
const ON: Property = may("on", Scalar::Text, "从哪天起算：月和日，例如01-01、12-31；写了 days 的表按行里的日期。");

/// A workbook, as a definition declares it.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// The title of the column that says what each row is about.
    pub by: String,
    /// Is that column a day?
    pub days: bool,
    /// What holds for all its cells.
    pub says: Says,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub label: String,
    /// Of which rows it is the sum.
    pub adds: Vec<String>,
    /// What its cells say.
    pub says: Says,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called.
    pub label: String,
    /// What its cells say.
    pub says: Says,
}

/// What a cell says, or a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Says {
    /// The ledger.
    pub of: Option<MechanismId>,
    /// The fields that tell the account from others, as a form would send them.
    pub keys: Vec<(FieldId, String)>,
    /// What of the account, by name.
    pub reading: Option<String>,
    /// What is moved where the account holds less.
    pub up: Option<Arc<str>>,
    /// What is moved where it holds more.
    pub down: Option<Arc<str>>,
    /// From which day of the year on: month and day.
    pub on: Option<(i8, i8)>,
}

impl Says {
    /// What it says together with what says more.
    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let mut keys = self.keys.clone();
        keys.extend(more.keys.iter().cloned());
        Self {
            of: more.of.clone().or_else(|| self.of.clone()),
            keys,
            reading: more.reading.clone().or_else(|| self.reading.clone()),
            up: more.up.clone().or_else(|| self.up.clone()),
            down: more.down.clone().or_else(|| self.down.clone()),
            on: more.on.or(self.on),
        }
    }
}

impl Sheet {
    /// What its cells say: the row (none where rows are days), the column, and both together. A row that only adds up
    /// others says nothing.
    pub fn cells(&self) -> impl Iterator<Item = (Option<&Row>, &Column, Says)> {
        let rows = self.rows.iter().map(Some).chain(self.days.then_some(None));
        rows.flat_map(move |row| {
            let own = row.map_or_else(|| self.says.clone(), |row| self.says.and(&row.says));
            let is_said = row.is_none_or(|row| row.adds.is_empty() || row.says != Says::default());
            self.columns.iter().filter(move |_| is_said).map(move |column| (row, column, own.and(&column.says)))
        })
    }
}

impl Account {
    /// What figures and workbooks read off it under a name.
    pub fn counted_as(&self, name: &str) -> Option<Counted> {
        self.counted().into_iter().find(|(own, _)| own == name).map(|(_, it)| it)
    }
}

/// By how much a movement of one changes a reading.
pub fn effect(word: &Word, reading: &Counted) -> i64 {
    let on = Date::constant(2000, 1, 1);
    let one = Movement::plain(1, word, 1, on);
    stands(&Book::of(vec![one]), reading, on)
}

/// What a reading comes to at the end of a day.
pub fn stands(book: &Book, reading: &Counted, on: Date) -> i64 {
    let all = changes(book, &[(false, reading.clone())], None);
    all.into_iter().filter(|(day, _)| *day <= on).map(|(_, amount)| amount).fold(0, i64::saturating_add)
}
