//! Which rows answer for themselves, and how is it found out that one was changed by hand?
//!
//! Every table of the schema stands in [`TABLES`] with its rule; a test holds the list and the schema together.
//! Rows that are nobody's conclusion (units, people, accounts, grants, settings …) are **told**: whoever changes one
//! by `Conn::run` leaves its key with the connection, and the act that follows in the same transaction
//! ([`crate::acts::tell`]) writes the row's hash down as a trace and binds all traces by its own hash. A commit with a
//! changed row and no act after it is refused. Verification compares the last trace of every row with the row.
//! Records, deadlines, ties and papers are bound by their hashes in the journal's entries; the rest is reckoned anew.
//! Never a table without a rule.

use std::collections::BTreeMap;

use kernel::journal::digest;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::param::P;
use crate::row::Row;

/// A row as the names and values of its columns.
type Columns = [(String, P)];

/// What makes a row believable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The act that follows each change keeps its hash; the columns `but` are left out (and answered elsewhere).
    Told {
        /// Columns that may change without an act, each for the reason said beside it.
        but: &'static [&'static str],
        /// Is a new row told as well? Where not, an entry of the journal binds it when it is made.
        from_birth: bool,
    },
    /// An entry of the record's journal holds its hash.
    InJournal {
        /// Columns that another rule answers for.
        but: &'static [&'static str],
    },
    /// It is a chain itself, or follows from others: reckoned anew and compared.
    Reckoned(&'static str),
    /// It is no evidence, for this reason.
    Passing(&'static str),
}

/// A table with its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What one of its rows is called.
    pub noun: &'static str,
    /// The columns of its primary key, without the site.
    pub key: &'static [&'static str],
    /// Do its rows belong to a site?
    pub of_site: bool,
    /// Its rule.
    pub rule: Rule,
}

const fn told(
    name: &'static str,
    noun: &'static str,
    key: &'static [&'static str],
    but: &'static [&'static str],
) -> Table {
    Table { name, noun, key, of_site: true, rule: Rule::Told { but, from_birth: true } }
}

const fn reckoned(name: &'static str, noun: &'static str, key: &'static [&'static str], how: &'static str) -> Table {
    Table { name, noun, key, of_site: true, rule: Rule::Reckoned(how) }
}

const fn passing(name: &'static str, noun: &'static str, key: &'static [&'static str], why: &'static str) -> Table {
    Table { name, noun, key, of_site: true, rule: Rule::Passing(why) }
}

/// Every table.
pub const TABLES: &[Table] = &[
    told("unit", "单位", &["id"], &[]),
    told("unit_span", "单位沿革", &["unit", "seq"], &[]),
    told("unit_link", "单位挂靠", &["id"], &[]),
    told("reorganisation", "机构调整", &["id"], &[]),
    told("person", "人员", &["id"], &[]),
    // Who came in and when stands in the acts.
    told("account", "账号", &["id"], &["last_in_at"]),
    told("old_password", "旧密码", &["account", "at_"], &[]),
    // The last period whose code was used only rises, so that no code is taken twice.
    told("second_factor", "第二因素", &["account"], &["last_step"]),
    told("recovery_code", "恢复码", &["account", "code_hash"], &[]),
    passing("sign_in_failure", "登录失败计数", &["who"], "连续失败的计数，过时即清；每次失败在行为记录里"),
    told("grant_", "授权", &["id"], &[]),
    told("stand_in", "代班", &["id"], &[]),
    told("hand_over", "交接", &["id"], &[]),
    told("denial", "被拒计数", &["on_", "person"], &[]),
    told("retention", "到期个人信息", &["record"], &[]),
    told("person_merge", "合并记录", &["id"], &[]),
    told("person_apart", "不是同一个人", &["one", "other"], &[]),
    told("look", "查看记录", &["person", "on_", "viewer", "how"], &[]),
    told("figure_target", "数字目标", &["id"], &[]),
    told("added_figure", "自建的指标", &["id"], &[]),
    told("offering", "分享的视图和模板", &["id"], &[]),
    told("figure_seal", "封存的数字", &["id"], &[]),
    told("figure_exception", "数字例外", &["id"], &[]),
    told("participation", "参加记录", &["id"], &[]),
    told("movement", "账户变动", &["id"], &[]),
    told("review", "评审", &["id"], &[]),
    told("receipt", "签收", &["record", "unit"], &[]),
    told("ballot_word", "开票口令", &["record", "teller"], &[]),
    told("ballot_voter", "投票人", &["id"], &[]),
    told("ballot_hand_count", "纸质票计数", &["record", "class", "by_"], &[]),
    told("ballot_tally", "计票结果", &["record"], &[]),
    // No act tells of a vote: it would say whose it is.
    reckoned("ballot_vote", "选票", &["record", "id"], "由库外密钥证明每一张，张数与已投的人数相等"),
    told("assessment_sheet", "考核得分单", &["record", "unit"], &[]),
    told("report_seal", "封存的报告", &["record", "turn"], &[]),
    told("follow_code", "查询码", &["record"], &[]),
    told("setting", "设置", &["name"], &[]),
    told("mail_box", "通知邮箱", &["person"], &[]),
    told("receiver", "接收系统", &["id"], &[]),
    told("calendar_feed", "日历订阅", &["person"], &[]),
    Table {
        name: "calendar_year",
        noun: "日历年份",
        key: &["year_"],
        of_site: false,
        rule: Rule::Told { but: &[], from_birth: true },
    },
    Table {
        name: "definition",
        noun: "定义",
        key: &["hash_"],
        of_site: false,
        rule: Rule::Told { but: &[], from_birth: true },
    },
    told("batch", "批次", &["id"], &[]),
    // Which record a file belongs to is what that record's journal says.
    told("file", "文件", &["id"], &["record"]),
    Table {
        name: "paper",
        noun: "文书",
        key: &["id"],
        of_site: true,
        rule: Rule::Told { but: PAPER_AT_BIRTH, from_birth: false },
    },
    Table { name: "record", noun: "事项", key: &["id"], of_site: true, rule: Rule::InJournal { but: &["unit_ord"] } },
    Table {
        name: "deadline",
        noun: "时限",
        key: &["record", "name_"],
        of_site: true,
        rule: Rule::InJournal { but: &[] },
    },
    Table { name: "tie", noun: "关联", key: &["id"], of_site: true, rule: Rule::InJournal { but: &[] } },
    Table {
        name: "waiting",
        noun: "等待的人",
        key: &["record", "place"],
        of_site: true,
        rule: Rule::InJournal { but: &[] },
    },
    Table {
        name: "given_number",
        noun: "给出的编号",
        key: &["series", "year_", "serial"],
        of_site: true,
        rule: Rule::InJournal { but: &[] },
    },
    reckoned("journal", "日志", &["record", "seq"], "每条日志的校验值接着前一条"),
    reckoned("act", "行为记录", &["id"], "每条行为记录的校验值接着前一条"),
    reckoned("act_head", "行为记录之首", &[], "由库外密钥证明的行为记录之首"),
    reckoned("trace", "痕迹", &["table_", "key_", "act"], "由所属的行为记录绑定"),
    reckoned("seal", "封存", &["number_"], "每日封存一环扣一环"),
    reckoned("seal_leaf", "封存明细", &["seal", "record"], "由所属的封存绑定"),
    reckoned("record_reach", "指向", &["record", "how", "whom"], "由事项的事实和日志重新得出"),
    reckoned("record_key", "不能重复的值", &["mechanism", "field", "value_"], "由事项的事实重新得出"),
    reckoned("person_role", "人员身份", &["person", "seq"], "由人员档案重新得出"),
    reckoned("post", "职位", &["id"], "由职位的事实重新得出"),
    reckoned("holding", "任职", &["person", "seq"], "由人员档案重新得出"),
    reckoned("tenure", "关系占用", &["record", "side", "seq"], "由关系的事实重新得出"),
    reckoned("figure_cell", "数字单元", &["figure", "unit", "slice", "period", "stripe"], "由事项重新算出"),
    reckoned("figure_day", "数字的日子", &["figure", "on_", "unit", "slice", "stripe"], "由事项重新算出"),
    reckoned("presence", "到场", &["figure", "slice", "person", "on_", "unit"], "由事项重新算出"),
    reckoned("series", "编号序列", &["series", "year_"], "由日志中给出的编号重新数出"),
    reckoned("file_content", "文件内容", &["file", "part"], "与文件的校验值比对"),
    reckoned("record_text", "检索文本", &["record"], "由事项重新算出"),
    Table {
        name: "migration",
        noun: "表结构步骤",
        key: &["number_"],
        of_site: false,
        rule: Rule::Reckoned("与程序自带的表结构步骤比对"),
    },
    passing("reach_made", "指向的规则", &["mechanism"], "指向是按哪些规则得出的；与现行规则不同就重新得出"),
    passing("figure_made", "数字的算法", &["figure"], "数字是按哪版算法得出的；与现行算法不同就重新得出"),
    passing("import_row", "导入行", &["mechanism", "fingerprint"], "只防止同一行再次导入；导入了什么在日志里"),
    passing("session", "会话", &["token_hash"], "登录会话，几小时内即失效；谁何时登录在行为记录里"),
    passing("notice", "提醒", &["id"], "站内提醒，所说的事都在日志里"),
    passing("outbox", "待发消息", &["id"], "待发的消息，发出即删；所依据的事在日志里"),
    passing("idempotency", "表单键", &["key_"], "防止表单重复提交，三十天后删除"),
    Table {
        name: "lease",
        noun: "值守",
        key: &["name_"],
        of_site: false,
        rule: Rule::Passing("哪个进程正在值守，一分半钟后失效"),
    },
    passing("duty_run", "例行事务记录", &["id"], "例行事务的运行情况；做了什么在日志里"),
    passing("follow", "关注", &["person", "record"], "个人的关注；每次提醒都另看看不看得到"),
    passing("saved_view", "列表视图", &["id"], "个人的列表偏好"),
    passing("upload", "待导入文件", &["id"], "等待核对的导入文件，七天后删除；导入了什么在日志里"),
];

/// What a paper says from the moment it is made: bound by the journal's entry that issues it.
const PAPER_AT_BIRTH: &[&str] = &[
    "site", "id", "record", "kind", "number_", "title", "addressee", "issued_on", "source", "source_hash", "issued_by",
];

/// What a paper gets later, left out of the hash in the journal's entry.
const PAPER_LATER: &[&str] = &["docx", "pdf", "received_at", "received_by"];

/// A table, by its name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Table {
    /// Columns that its hash leaves out.
    fn but(&self) -> &'static [&'static str] {
        match self.rule {
            Rule::Told { but, .. } | Rule::InJournal { but } => but,
            Rule::Reckoned(_) | Rule::Passing(_) => &[],
        }
    }
}

/// The table whose rows a statement changes so that an act must tell it; none if it changes none such.
pub(crate) fn changed_by(sql: &str) -> Option<&'static Table> {
    let mut words = sql.split_ascii_whitespace();
    let is_new = match words.next()? {
        "INSERT" => words.by_ref().find(|word| *word == "INTO").map(|_| true)?,
        "UPDATE" => false,
        "DELETE" => words.next().map(|_| false)?,
        _ => return None,
    };
    let name = words.next()?;
    let found = table(name.split('(').next()?)?;
    let Rule::Told { but, from_birth } = found.rule else { return None };
    if is_new {
        return from_birth.then_some(found);
    }
    let set = sql.split_once(" SET ").map(|(_, rest)| rest.split(" WHERE ").next().unwrap_or(rest));
    let only_others = set.is_some_and(|set| columns_set(set).all(|column| but.contains(&column)));
    (!only_others).then_some(found)
}

/// The columns before each `=` of `a = $1, b = f(c, $2)`.
fn columns_set(set: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let parts = set.split(move |sign: char| {
        depth += i32::from(sign == '(') - i32::from(sign == ')');
        sign == ',' && depth == 0
    });
    parts.filter_map(|part| part.split('=').next().map(str::trim))
}

/// A key as text: ids in hexadecimal, parts joined by a blank.
pub(crate) fn key_text(key: &[P]) -> String {
    let part = |value: &P| match value {
        P::Null(_) => "-".to_owned(),
        P::Int(number) => number.to_string(),
        P::Text(text) => text.clone(),
        P::Bytes(bytes) => hex(bytes),
    };
    key.iter().map(part).collect::<Vec<_>>().join(" ")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a row: over the name and the value of every column that is not empty, in the order of names. A column
/// that is added later and stays empty changes nothing. Nothing if all that counts is empty.
fn row_hash<'a>(columns: impl Iterator<Item = (&'a str, P)>, but: &[&str]) -> Option<String> {
    let counts = |(name, value): &(&str, P)| !but.contains(name) && !matches!(value, P::Null(_));
    let mut columns: Vec<(&str, P)> = columns.filter(counts).collect();
    columns.sort_by(|one, other| one.0.cmp(other.0));
    let mut said = Vec::new();
    for (name, value) in &columns {
        let (sign, bytes) = match value {
            P::Int(number) => (b'i', number.to_string().into_bytes()),
            P::Text(text) => (b't', text.clone().into_bytes()),
            P::Bytes(bytes) => (b'b', bytes.clone()),
            P::Null(_) => continue,
        };
        said.extend_from_slice(format!("{name}\n{}\n", bytes.len()).as_bytes());
        said.push(sign);
        said.extend_from_slice(&bytes);
    }
    (!columns.is_empty()).then(|| digest(&said))
}

/// The hash that a journal's entry keeps of a row which is about to be written: `columns` as in the statement.
pub(crate) fn hash_to_be(name: &str, columns: &str, params: &[P]) -> String {
    let but = if name == "paper" { PAPER_LATER } else { table(name).map_or(&[][..], Table::but) };
    let named = columns.split(',').map(str::trim).zip(params.iter().cloned());
    row_hash(named, but).unwrap_or_default()
}

/// Reads the touched rows back and keeps their hashes under the act of this number. Gives the hash that binds them.
pub(crate) async fn keep_traces(conn: &mut Conn, act: i64) -> Result<Option<String>, StoreError> {
    let touched = conn.take_touched();
    if touched.is_empty() {
        return Ok(None);
    }
    let mut by_table: BTreeMap<&'static str, Vec<(String, Vec<P>)>> = BTreeMap::new();
    for ((table, text), key) in touched {
        by_table.entry(table).or_default().push((text, key));
    }
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for (name, keys) in by_table {
        let now = hashes(conn, name, &keys).await?;
        for (text, _) in keys {
            let hash = now.get(&text).cloned().flatten();
            lines.push(trace_line(name, &text, hash.as_deref()));
            rows.push(vec![conn.here(), act.into(), name.into(), text.into(), hash.into()]);
        }
    }
    many::insert(conn, "trace (site, act, table_, key_, hash_)", rows, "").await.doing("keep the traces of an act")?;
    Ok(Some(bound(lines)))
}

/// The hash that binds the traces of one act.
pub fn bound(mut lines: Vec<String>) -> String {
    lines.sort();
    digest(lines.join("\n").as_bytes())
}

/// A trace as a line.
pub fn trace_line(table: &str, key: &str, hash: Option<&str>) -> String {
    format!("{table} {key} {}", hash.unwrap_or("-"))
}

/// The hashes that rows have now, by key; a row that is not there is left out.
async fn hashes(
    conn: &mut Conn,
    name: &'static str,
    keys: &[(String, Vec<P>)],
) -> Result<BTreeMap<String, Option<String>>, StoreError> {
    let found = table(name).ok_or_else(|| StoreError::said(format!("{name} has no rule")))?;
    let first = if found.of_site { 2 } else { 1 };
    let site = if found.of_site { "site = $1 AND " } else { "" };
    let here = found.of_site.then(|| conn.here());
    let start = || here.iter().cloned();
    let mut all = BTreeMap::new();
    if let [column] = found.key {
        for some in keys.chunks(256) {
            let values = many::padded(some.iter().filter_map(|(_, key)| key.first().cloned()).collect());
            let places = many::places(first, values.len());
            let params: Vec<P> = start().chain(values).collect();
            let sql = format!("SELECT * FROM {name} WHERE {site}{column} IN ({places})");
            for row in conn.named(sql, params).await.doing("read touched rows")? {
                all.insert(key_of(found, &row), hash_without(&row, found.but()));
            }
        }
        return Ok(all);
    }
    let tests: Vec<String> =
        found.key.iter().enumerate().map(|(at, column)| format!("{column} = ${}", first + at)).collect();
    for (_, key) in keys {
        let params: Vec<P> = start().chain(key.iter().cloned()).collect();
        let sql = format!("SELECT * FROM {name} WHERE {site}{}", tests.join(" AND "));
        for row in conn.named(sql, params).await.doing("read a touched row")? {
            all.insert(key_of(found, &row), hash_without(&row, found.but()));
        }
    }
    Ok(all)
}

fn key_of(table: &Table, row: &Columns) -> String {
    let part = |column: &&str| {
        let found = row.iter().find(|(name, _)| name == column);
        found.map_or(P::Null(crate::param::Kind::Text), |(_, value)| value.clone())
    };
    key_text(&table.key.iter().map(part).collect::<Vec<_>>())
}

fn hash_without(row: &Columns, but: &[&str]) -> Option<String> {
    row_hash(row.iter().map(|(name, value)| (name.as_str(), value.clone())), but)
}

/// A trace as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The number of its act.
    pub act: i64,
    /// The table.
    pub table: String,
    /// The row's key.
    pub key: String,
    /// The row's hash then; none if it was gone (or empty in all that counts).
    pub hash: Option<String>,
}

/// The traces of acts after one, of at most `acts` acts, in order.
pub async fn traces(conn: &mut Conn, after: i64, until: i64) -> Result<Vec<Trace>, StoreError> {
    let sql = "SELECT act, table_, key_, hash_ FROM trace WHERE site = $1 AND act > $2 AND act <= $3 \
         ORDER BY act, table_, key_";
    let rows = conn.list(sql, [conn.here(), after.into(), until.into()]).await.doing("walk through the traces")?;
    let trace =
        |row: &Row| Ok(Trace { act: row.int(0)?, table: row.text(1)?, key: row.text(2)?, hash: row.text_if(3)? });
    rows.iter().map(trace).collect()
}

/// Records that something belongs to and that are not there: of the journal, deadlines, papers and ties. The first few.
pub async fn orphans(conn: &mut Conn, name: &'static str) -> Result<Vec<kernel::ids::RecordId>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT t.record FROM {name} t WHERE t.site = $1 AND NOT EXISTS \
         (SELECT 1 FROM record r WHERE r.site = t.site AND r.id = t.record) LIMIT 20"
    );
    let rows = conn.list(sql, [conn.here()]).await.doing("look for what belongs to no record")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// How many rows a table has on this site.
pub async fn count(conn: &mut Conn, table: &'static str) -> Result<i64, StoreError> {
    let (sql, params) = match self::table(table).is_none_or(|it| it.of_site) {
        true => (format!("SELECT COUNT(*) FROM {table} WHERE site = $1"), vec![conn.here()]),
        false => (format!("SELECT COUNT(*) FROM {table}"), Vec::new()),
    };
    conn.find(sql, params).await.doing("count a table")?.map_or(Ok(0), |row| row.int(0))
}

/// The hash of every row of a told table as it is now, by key.
pub async fn all_rows(conn: &mut Conn, table: &'static Table) -> Result<Vec<(String, Option<String>)>, StoreError> {
    let site = if table.of_site { " WHERE site = $1" } else { "" };
    let params = if table.of_site { vec![conn.here()] } else { Vec::new() };
    let rows = conn.named(format!("SELECT * FROM {}{site}", table.name), params).await.doing("read a whole table")?;
    Ok(rows.iter().map(|row| (key_of(table, row), hash_without(row, table.but()))).collect())
}

/// The hashes that the journal's entries of some records must hold now: of the records themselves, their deadlines,
/// their papers and the ties from them, each under `table key` and with the record it belongs to.
pub async fn of_records(
    conn: &mut Conn,
    records: &[kernel::ids::RecordId],
) -> Result<Vec<(kernel::ids::RecordId, String, String)>, StoreError> {
    let mut all = Vec::new();
    let tables = ["record", "deadline", "paper", "tie", "waiting", "given_number"];
    for name in tables {
        let column = if name == "record" { "id" } else { "record" };
        let Some(table) = self::table(name) else { continue };
        let but = if name == "paper" { PAPER_LATER } else { table.but() };
        for some in records.chunks(256) {
            let mut params = many::padded(some.iter().map(|id| P::from(*id)).collect());
            let places = many::places(2, params.len());
            params.insert(0, conn.here());
            let sql = format!("SELECT * FROM {name} WHERE site = $1 AND {column} IN ({places})");
            for row in conn.named(sql, params).await.doing("read what belongs to records")? {
                let owner = row.iter().find(|(name, _)| name == column).map(|(_, value)| value);
                let Some(P::Bytes(owner)) = owner else { continue };
                let owner = uuid::Uuid::from_slice(owner).map_err(StoreError::broken)?;
                let key = format!("{name} {}", key_of(table, &row));
                all.push((kernel::ids::RecordId(owner), key, hash_without(&row, but).unwrap_or_default()));
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(sql: &str) -> Option<&'static str> {
        changed_by(sql).map(|table| table.name)
    }

    #[test]
    fn a_statement_that_changes_a_told_row_is_known_by_its_words() {
        assert_eq!(changed("INSERT INTO unit (id, site) VALUES (?, ?) "), Some("unit"));
        assert_eq!(changed("INSERT INTO grant_(id) VALUES ($1)"), Some("grant_"));
        assert_eq!(changed("UPDATE grant_ SET until_on = $3 WHERE site = $1 AND id = $2"), Some("grant_"));
        assert_eq!(changed("DELETE FROM file WHERE site = $1"), Some("file"));
        assert_eq!(changed("INSERT INTO journal (record) VALUES ($1)"), None);
        assert_eq!(changed("SELECT id FROM unit WHERE site = $1"), None);
    }

    #[test]
    fn what_may_change_without_an_act_does_not_touch_the_row() {
        assert_eq!(changed("UPDATE account SET last_in_at = $3 WHERE site = $1"), None);
        assert_eq!(
            changed("UPDATE account SET last_in_at = COALESCE($1, 0), password_hash = $2 WHERE id = $3"),
            Some("account")
        );
        assert_eq!(changed("UPDATE file SET record = $3 WHERE site = $1 AND id = $2"), None);
        assert_eq!(changed("INSERT INTO paper (id) VALUES ($1)"), None);
        assert_eq!(changed("UPDATE paper SET docx = $3 WHERE site = $1 AND id = $2"), Some("paper"));
    }

    #[test]
    fn a_hash_covers_every_value_and_its_place_and_leaves_out_what_is_empty() {
        let one = |name: &'static str, text: &str| vec![(name, P::text(text))];
        let of = |columns: Vec<(&'static str, P)>| row_hash(columns.into_iter(), &["c"]);
        assert_ne!(of(one("a", "x")), of(one("a", "y")));
        assert_ne!(of(one("a", "x")), of(one("b", "x")));
        assert_ne!(of(vec![("a", P::Int(1))]), of(one("a", "1")));
        assert_eq!(of(vec![("a", P::Int(1)), ("new", P::text(""))]), of(vec![("a", P::Int(1))]));
        assert_eq!(of(vec![("a", P::Int(1)), ("c", P::Int(7))]), of(vec![("a", P::Int(1))]));
        assert_eq!(of(vec![("c", P::Int(7))]), None);
    }
}
