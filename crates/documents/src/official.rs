//! What stands in an official paper? Its facts, after GB/T 9704-2012, before anybody prints them.
//!
//! The facts are stored as JSON and hashed: names and order of the fields are part of what is kept.
//! Never holds a position, a font or a size: those belong to [`crate::pdf`] and [`crate::word`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Which of the printed forms.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// 文件: red head, number, red line.
    #[default]
    File,
    /// 信函: name alone between two red double lines.
    Letter,
    /// 令: red head, order number, no line.
    Order,
}

/// One piece of the body.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// 正文, indented by two characters.
    Paragraph(String),
    /// `一、`, alone on its line.
    Heading1(String),
    /// `（一）`, alone on its line.
    Heading2(String),
    /// A table with a header line.
    Table {
        /// The titles of the columns.
        columns: Vec<String>,
        /// The lines; short ones are filled up with empty cells.
        rows: Vec<Vec<String>>,
    },
}

/// The facts of an official paper.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct OfficialPaper {
    /// Which printed form.
    pub layout: Layout,
    /// 发文机关标志, for instance `岚湾新区综合办公室文件`.
    pub head: String,
    /// 发文字号, for instance `岚综〔2026〕12号`; a paper without one is a draft and is marked so.
    #[serde(default)]
    pub number: Option<String>,
    /// 紧急程度: `特急` or `加急`.
    #[serde(default)]
    pub urgency: Option<String>,
    /// 标题. A line break in it is kept; otherwise long titles are broken into even lines.
    pub title: String,
    /// 主送机关, without the colon.
    #[serde(default)]
    pub to: Option<String>,
    /// 正文.
    pub body: Vec<Block>,
    /// 附件说明: the names of what is attached.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// 署名.
    pub signer: String,
    /// 成文日期.
    #[serde(default, with = "iso_day")]
    pub signed_on: Option<Date>,
    /// 附注, without brackets.
    #[serde(default)]
    pub note: Option<String>,
    /// 抄送.
    #[serde(default)]
    pub cc: Vec<String>,
    /// 印发机关.
    #[serde(default)]
    pub issuer: Option<String>,
    /// 印发日期.
    #[serde(default, with = "iso_day")]
    pub printed_on: Option<Date>,
}

/// How much of a paper is too much to print: beyond that an attachment or a workbook serves the reader better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measure {
    /// Characters in the whole paper.
    pub characters: usize,
    /// Table lines in the whole paper.
    pub rows: usize,
    /// Columns of one table.
    pub columns: usize,
}

/// What the printers take: some 150 pages of text, some 40 pages of tables.
pub const LIMIT: Measure = Measure { characters: 100_000, rows: 1_000, columns: 16 };

/// The paper is longer than the printers take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TooLong {
    /// Too many characters: found, limit.
    #[error("公文共{0}字，超过{1}字的上限，请把较长的内容改作附件")]
    Characters(usize, usize),
    /// Too many table lines: found, limit.
    #[error("公文中的表格共{0}行，超过{1}行的上限，请把表格改作附件中的电子表格")]
    Rows(usize, usize),
    /// Too many columns: found, limit.
    #[error("公文中的一张表有{0}列，超过{1}列的上限，请把表格改作附件中的电子表格")]
    Columns(usize, usize),
}

impl OfficialPaper {
    /// Is it a draft? A draft carries no number and is marked as one.
    pub fn is_draft(&self) -> bool {
        self.number.as_deref().is_none_or(|number| number.trim().is_empty())
    }

    /// How much of everything.
    pub fn measure(&self) -> Measure {
        let mut measure = Measure { characters: 0, rows: 0, columns: 0 };
        let mut count = |text: &str| measure.characters += text.chars().count();
        let singles = [&self.number, &self.urgency, &self.to, &self.note, &self.issuer];
        singles.into_iter().flatten().for_each(|text| count(text));
        [&self.head, &self.title, &self.signer].into_iter().for_each(|text| count(text));
        self.attachments.iter().chain(&self.cc).for_each(|text| count(text));
        for block in &self.body {
            match block {
                Block::Paragraph(text) | Block::Heading1(text) | Block::Heading2(text) => count(text),
                Block::Table { columns, rows } => {
                    columns.iter().chain(rows.iter().flatten()).for_each(|text| count(text));
                    measure.rows += rows.len();
                    let widest = rows.iter().map(Vec::len).max().unwrap_or(0).max(columns.len());
                    measure.columns = measure.columns.max(widest);
                }
            }
        }
        measure
    }

    /// Refuses a paper that is too long to print.
    pub fn check_length(&self) -> Result<(), TooLong> {
        let found = self.measure();
        if found.characters > LIMIT.characters {
            return Err(TooLong::Characters(found.characters, LIMIT.characters));
        }
        if found.rows > LIMIT.rows {
            return Err(TooLong::Rows(found.rows, LIMIT.rows));
        }
        if found.columns > LIMIT.columns {
            return Err(TooLong::Columns(found.columns, LIMIT.columns));
        }
        Ok(())
    }
}

/// The depth of a heading, by its GB/T 9704 mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// `一、`, set in 黑体.
    First,
    /// `（一）`, set in 楷体.
    Second,
}

/// Splits a text into blocks: one line is one paragraph, a line that is a heading becomes one, and lines between bars,
/// `|单位|件数|`, become a table whose first line is its head.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut in_table = false;
    for line in text.lines().map(|line| printable(line).trim().to_owned()).filter(|line| !line.is_empty()) {
        match (cells(&line), blocks.last_mut()) {
            (Some(cells), Some(Block::Table { rows, .. })) if in_table => rows.push(cells),
            (Some(columns), _) => {
                blocks.push(Block::Table { columns, rows: Vec::new() });
                in_table = true;
            }
            (None, _) => {
                blocks.push(block(line));
                in_table = false;
            }
        }
    }
    blocks
}

/// The cells of a line between bars; nothing where it is none.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// A line that begins like a heading and ends without a full stop is a heading; any other is a paragraph.
fn block(line: String) -> Block {
    let alone = line.chars().count() <= 60 && !line.contains(['。', '；', ';', '！', '？']);
    match level(&line) {
        Some(Level::First) if alone => Block::Heading1(line),
        Some(Level::Second) if alone => Block::Heading2(line),
        _ => Block::Paragraph(line),
    }
}

/// A paragraph that runs on after its heading, `（一）压实责任。各单位要……`: level, heading, the rest.
pub fn running_heading(paragraph: &str) -> Option<(Level, &str, &str)> {
    let level = level(paragraph)?;
    let end = paragraph.find('。')? + '。'.len_utf8();
    let (heading, rest) = paragraph.split_at(end);
    (heading.chars().count() <= 40 && !rest.is_empty()).then_some((level, heading, rest))
}

/// The level that the line's mark claims.
fn level(line: &str) -> Option<Level> {
    let bare = line.strip_prefix(['（', '(']);
    let inside = bare.unwrap_or(line);
    let rest = inside.trim_start_matches(|c| "一二三四五六七八九十百".contains(c));
    if rest.len() == inside.len() {
        return None;
    }
    match bare {
        Some(_) => rest.starts_with(['）', ')']).then_some(Level::Second),
        None => rest.starts_with('、').then_some(Level::First),
    }
}

/// Breaks a title into centred lines of nearly the same length, at most `widest` characters each.
/// Groups in book-title marks, brackets and numbers stay together as far as there is room.
pub fn title_lines(title: &str, widest: usize) -> Vec<String> {
    title
        .lines()
        .map(|line| printable(line).trim().to_owned())
        .filter(|line| !line.is_empty())
        .flat_map(|line| even_lines(&line, widest.max(4)))
        .collect()
}

/// The lines of a title without a break of its own: who issues stands alone if there is no room for all in one line.
fn even_lines(title: &str, widest: usize) -> Vec<String> {
    if let Some(at) = title.find("关于") {
        let issuer = title[..at].chars().count();
        if title.chars().count() > widest && (4..=widest).contains(&issuer) {
            let mut lines = vec![title[..at].to_owned()];
            lines.extend(even_parts(&title[at..], widest));
            return lines;
        }
    }
    even_parts(title, widest)
}

/// Lines of nearly the same length.
fn even_parts(title: &str, widest: usize) -> Vec<String> {
    let characters: Vec<char> = title.chars().collect();
    let count = characters.len().div_ceil(widest);
    let mut lines = Vec::with_capacity(count);
    let mut start = 0;
    for left in (2..=count).rev() {
        let remaining = characters.len() - start;
        let ideal = remaining.div_ceil(left);
        // What is left over must still fit into the lines that follow.
        let least = remaining.saturating_sub(widest * (left - 1)).max(1);
        let place = (least..=widest.min(remaining - 1))
            .min_by_key(|length| awkwardness(&characters, start + length) + length.abs_diff(ideal))
            .unwrap_or(ideal);
        lines.push(characters[start..start + place].iter().collect());
        start += place;
    }
    lines.push(characters[start..].iter().collect());
    lines
}

/// Words that often stand in titles; a line break inside one of them disturbs.
const TITLE_WORDS: [&str; 64] = [
    "工作", "任务", "年度", "重点", "督查", "督办", "办法", "通知", "通报", "建设", "管理", "情况", "方案", "意见",
    "会议", "落实", "推进", "开展", "进一步", "加强", "关于", "做好", "印发", "实施", "组织", "干部", "党员", "考核",
    "评价", "整改", "问题", "提醒", "预警", "报告", "请示", "批复", "决定", "公告", "通告", "纪要", "规定", "细则",
    "制度", "机制", "服务", "社区", "街道", "办公室", "委员会", "新区", "项目", "计划", "要点", "总结", "检查", "监督",
    "审计", "人才", "教育", "培训", "发展", "安全", "生产", "责任",
];

/// Would a break before `at` split a word that we know?
fn splits_word(characters: &[char], at: usize) -> bool {
    TITLE_WORDS.iter().any(|word| {
        let length = word.chars().count();
        (1..length)
            .any(|inside| at >= inside && characters[at - inside..].iter().take(length).copied().eq(word.chars()))
    })
}

/// How much a reader would mind a line break before `at`, in characters of unevenness.
fn awkwardness(characters: &[char], at: usize) -> usize {
    let (before, after) = (characters[at - 1], characters[at]);
    let open = |c: &char| matches!(c, '《' | '（' | '(' | '“' | '〔');
    let close = |c: &char| matches!(c, '》' | '）' | ')' | '”' | '〕');
    let head = &characters[..at];
    let inside = head.iter().filter(|c| open(c)).count() > head.iter().filter(|c| close(c)).count();
    if "，、。：；》）)”〕".contains(after) || open(&before) {
        return 100;
    }
    if splits_word(characters, at) {
        return 12;
    }
    if inside || (before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric()) {
        return 30;
    }
    match (before, after) {
        ('的' | '、' | '，' | '》', _) | (_, '关' | '《') => 0,
        (_, '和' | '与' | '及') => 1,
        (_, '的') => 8,
        _ => 4,
    }
}

/// The text without control characters and line breaks; tabs and unusual blanks become blanks.
/// XML and PDF have no way to carry what is dropped.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// The text as an official paper prints it: printable, and with full-width punctuation after Chinese characters (GB/T 15834).
pub fn full_width(text: &str) -> String {
    let text = printable(text);
    let mut result = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let beside = is_chinese(before) || rest.peek().copied().is_some_and(is_chinese);
        let wide = match c {
            ',' if is_chinese(before) => '，',
            ';' if is_chinese(before) => '；',
            ':' if is_chinese(before) => '：',
            '!' if is_chinese(before) => '！',
            '?' if is_chinese(before) => '？',
            '(' if beside => '（',
            ')' if beside || result.rfind(['（', '(']).is_some_and(|at| result[at..].starts_with('（')) => '）',
            c => c,
        };
        result.push(wide);
        before = wide;
    }
    result
}

/// A Chinese character or a mark that belongs to Chinese text.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{301f}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}' | '“' | '”')
}

/// `2026年7月1日`: Arabic digits, no leading zeros.
pub fn chinese_day(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Days as `2026-07-01`.
mod iso_day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    /// Writes the day, or nothing.
    pub(super) fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.collect_str(day),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a day, or nothing.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom(format!("“{text}”不是日期")))).transpose()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::{Expect, expect};
    use jiff::civil::date;

    use super::*;

    /// A paper in which every element occurs.
    pub(crate) fn sample(layout: Layout) -> OfficialPaper {
        let (head, number) = match layout {
            Layout::File => ("岚湾新区综合办公室文件", "岚综〔2026〕12号"),
            Layout::Letter => ("岚湾新区综合办公室", "岚综函〔2026〕8号"),
            Layout::Order => ("岚湾新区综合办公室督办令", "第3号"),
        };
        let mut body = blocks(
            "根据年度重点工作安排,现将有关事项通知如下，请结合实际认真贯彻落实。\n\
             一、总体要求\n\
             坚持问题导向、目标导向、结果导向，把2026年重点工作51项任务落实到岗、到人、到时限，做到件件有着落、事事有回音，确保按时完成率达到95%以上。\n\
             （一）压实责任\n\
             各责任单位主要负责人为第一责任人，每月25日前报送进度。\n\
             （二）按时反馈。各协办单位应当在收到任务书之日起5个工作日内明确联络员，并向新区综合办公室备案；逾期未备案的，纳入当月通报范围。\n\
             二、任务清单",
        );
        body.push(Block::Table {
            columns: ["序号", "任务名称", "责任单位", "完成时限"].map(String::from).to_vec(),
            rows: (1..=6)
                .map(|n| {
                    vec![
                        n.to_string(),
                        format!("葵岭社区便民服务中心改造提升工程第{n}标段"),
                        "葵岭街道".into(),
                        format!("2026年{n}月底"),
                    ]
                })
                .collect(),
        });
        body.extend(blocks("请于2026年7月15日前将落实情况书面报送我办。"));
        OfficialPaper {
            layout,
            head: head.into(),
            number: Some(number.into()),
            urgency: Some("特急".into()),
            title: "岚湾新区综合办公室关于进一步加强年度重点工作任务督查督办工作的通知".into(),
            to: Some("各街道办事处,新区各部门".into()),
            body,
            attachments: vec!["2026年重点工作任务一览表".into(), "进度报送联系人名单".into()],
            signer: "岚湾新区综合办公室".into(),
            signed_on: Some(date(2026, 7, 1)),
            note: Some("联系人：林知夏，电话：2888 0001".into()),
            cc: vec!["新区领导".into(), "新区监督和审计局".into()],
            issuer: Some("岚湾新区综合办公室".into()),
            printed_on: Some(date(2026, 7, 2)),
        }
    }

    fn check_blocks(text: &str, expected: Expect) {
        let lines: Vec<String> = blocks(text).iter().map(|block| format!("{block:?}\n")).collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn headings_are_told_by_their_mark_and_by_standing_alone() {
        check_blocks(
            "一、总体要求\n\n（一）压实责任\n(二)半角括号\n一、提高认识。各单位要重视。\n十二、附则\n一线人员要到位\n（略）\n　　正文",
            expect![[r#"
                Heading1("一、总体要求")
                Heading2("（一）压实责任")
                Heading2("(二)半角括号")
                Paragraph("一、提高认识。各单位要重视。")
                Heading1("十二、附则")
                Paragraph("一线人员要到位")
                Paragraph("（略）")
                Paragraph("正文")
            "#]],
        );
    }

    #[test]
    fn a_running_heading_ends_at_its_full_stop() {
        assert_eq!(
            running_heading("（一）压实责任。各单位要落实。"),
            Some((Level::Second, "（一）压实责任。", "各单位要落实。"))
        );
        assert_eq!(running_heading("各单位要落实。好。"), None);
        assert_eq!(running_heading("（一）压实责任"), None);
    }

    #[test]
    fn long_titles_break_into_even_lines_at_a_good_place() {
        let lines = |title: &str| title_lines(title, 20).join("/");
        assert_eq!(lines("关于印发工作要点的通知"), "关于印发工作要点的通知");
        assert_eq!(
            lines("岚湾新区综合办公室关于进一步加强年度重点工作任务督查督办工作的通知"),
            "岚湾新区综合办公室/关于进一步加强年度重点/工作任务督查督办工作的通知"
        );
        assert_eq!(
            lines("关于印发《岚湾新区\n重点工作督办办法》的通知"),
            "关于印发《岚湾新区/重点工作督办办法》的通知"
        );
        assert_eq!(title_lines("", 20), Vec::<String>::new());
    }

    #[test]
    fn punctuation_after_chinese_characters_becomes_full_width() {
        assert_eq!(
            full_width("各单位(街道):按时办结,共1,234件;12:30前(含)"),
            "各单位（街道）：按时办结，共1,234件；12:30前（含）"
        );
        assert_eq!(full_width("Rust (a, b)"), "Rust (a, b)");
    }

    #[test]
    fn facts_survive_json_with_stable_names() {
        let mut paper = sample(Layout::File);
        paper.body.truncate(1);
        let json = serde_json::to_string_pretty(&paper).unwrap();
        assert_eq!(serde_json::from_str::<OfficialPaper>(&json).unwrap(), paper);
        expect![[r#"
            {
              "layout": "file",
              "head": "岚湾新区综合办公室文件",
              "number": "岚综〔2026〕12号",
              "urgency": "特急",
              "title": "岚湾新区综合办公室关于进一步加强年度重点工作任务督查督办工作的通知",
              "to": "各街道办事处,新区各部门",
              "body": [
                {
                  "paragraph": "根据年度重点工作安排,现将有关事项通知如下，请结合实际认真贯彻落实。"
                }
              ],
              "attachments": [
                "2026年重点工作任务一览表",
                "进度报送联系人名单"
              ],
              "signer": "岚湾新区综合办公室",
              "signed_on": "2026-07-01",
              "note": "联系人：林知夏，电话：2888 0001",
              "cc": [
                "新区领导",
                "新区监督和审计局"
              ],
              "issuer": "岚湾新区综合办公室",
              "printed_on": "2026-07-02"
            }"#]]
        .assert_eq(&json);
    }

    #[test]
    fn a_paper_that_is_too_long_is_refused_in_words() {
        let mut paper = sample(Layout::File);
        assert_eq!(paper.check_length(), Ok(()));
        paper.body = vec![Block::Table { columns: vec!["甲".into()], rows: vec![vec![]; 1_001] }];
        expect!["公文中的表格共1001行，超过1000行的上限，请把表格改作附件中的电子表格"]
            .assert_eq(&paper.check_length().unwrap_err().to_string());
        paper.body = vec![Block::Paragraph("字".repeat(100_001))];
        assert!(matches!(paper.check_length(), Err(TooLong::Characters(..))));
    }

    proptest::proptest! {
        #[test]
        fn any_title_is_kept_whole(title in "[\\PC]{0,90}", widest in 1usize..30) {
            let lines = title_lines(&title, widest);
            proptest::prop_assert_eq!(lines.concat(), printable(&title).trim().to_owned());
            proptest::prop_assert!(lines.iter().all(|line| line.chars().count() <= widest.max(4)));
        }
    }
}
