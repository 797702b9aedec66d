//! What may an expert write? One table of every node, argument and property, with a sentence for each.
//!
//! The raw reader accepts exactly what stands here, the manual prints it, and the conformance ledger
//! asks of each line where it is enforced and which test proves it.
//! Never a rule that needs more than the node itself: those are checks.

/// A kind of node.
#[derive(Debug, PartialEq, Eq)]
pub struct Node {
    /// Its key in the ledger, unique: `field`, `deadline.warn`.
    pub key: &'static str,
    /// The word that the expert writes; [`ANY`] if it is the id of a field.
    pub name: &'static str,
    /// The keys of the nodes that it may stand in.
    pub inside: &'static [&'static str],
    /// How often it may stand there.
    pub times: Times,
    /// What is written behind it without a name.
    pub args: &'static [Argument],
    /// What is written behind it with a name.
    pub props: &'static [Property],
    /// What it does, for the expert.
    pub means: &'static str,
}

/// How often a node may stand in the node above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Exactly once.
    Once,
    /// Once or not at all.
    Maybe,
    /// At least once.
    Some,
    /// As often as one likes.
    Any,
}

/// What is written without a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Argument {
    /// What it is called in messages.
    pub name: &'static str,
    /// What may be written.
    pub of: Scalar,
    /// May there be several? Only the last argument of a node.
    pub many: bool,
}

/// What is written with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Property {
    /// The name; [`ANY`] if it is the id of a field.
    pub name: &'static str,
    /// What may be written.
    pub of: Scalar,
    /// Must it be written?
    pub required: bool,
    /// What it does, for the expert.
    pub means: &'static str,
}

/// What may be written as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Text that is shown to people.
    Text,
    /// `#true` or `#false`.
    YesNo,
    /// A whole number.
    Whole,
    /// A machine's name: small letters, digits, `_`.
    Id,
    /// Ids with blanks between.
    Ids,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A span such as 10个工作日.
    Span,
    /// A formula.
    Formula,
    /// A day such as 2026-03-05.
    Day,
    /// A pattern of numbers such as 任〔{年}〕{序号}号.
    Pattern,
    /// Text with holes.
    Template,
    /// The value of a field, text, number or yes-no.
    Value,
}

/// The name that stands for the id of a field.
pub const ANY: &str = "*";
/// The key of a mechanism's file.
pub const MECHANISM_FILE: &str = "mechanism_file";
/// The key of a file of the vocabulary.
pub const VOCABULARY_FILE: &str = "vocabulary_file";

/// The types that a field may have.
pub const FIELD_TYPES: &[&str] = &[
    "text", "long_text", "whole", "decimal", "money", "percent", "day", "month", "moment", "yes_no", "choice", "unit", "units", "person",
    "people", "record", "files", "computed",
];

/// The types that a column of a child table may have.
pub const COLUMN_TYPES: &[&str] = &[
    "text", "long_text", "whole", "decimal", "money", "percent", "day", "month", "yes_no", "choice", "unit", "person", "record",
];

/// The layouts that a paper may take.
pub const LAYOUTS: &[&str] = &["document", "letter", "order"];
/// What a register may be ordered by.
pub const SORTS: &[&str] = &["due", "opened", "number"];
/// The columns of a register that are no fields; no field may be called so.
pub const OWN_COLUMNS: &[&str] = &["number", "state", "light", "due", "holder"];

const fn arg(name: &'static str, of: Scalar) -> Argument {
    Argument { name, of, many: false }
}

const fn many(name: &'static str, of: Scalar) -> Argument {
    Argument { name, of, many: true }
}

const fn must(name: &'static str, of: Scalar, means: &'static str) -> Property {
    Property { name, of, required: true, means }
}

const fn may(name: &'static str, of: Scalar, means: &'static str) -> Property {
    Property { name, of, required: false, means }
}

const ID: Argument = arg("代号", Scalar::Id);
const NAME: Argument = arg("名称", Scalar::Text);

/// Every node, parents first.
pub const GRAMMAR: &[Node] = &[
    Node {
        key: "matter",
        name: "matter",
        inside: &[MECHANISM_FILE],
        times: Times::Once,
        args: &[ID, NAME],
        props: &[],
        means: "闭环事项：从提出到确认办结的一类事项。一个文件写一个，文件名就是代号。",
    },
    Node {
        key: "purpose",
        name: "purpose",
        inside: &["matter"],
        times: Times::Once,
        args: &[arg("用途", Scalar::Text)],
        props: &[],
        means: "一句话说明这个机制做什么，印在机制手册开头。",
    },
    Node {
        key: "basis",
        name: "basis",
        inside: &["matter"],
        times: Times::Some,
        args: &[many("依据", Scalar::Text)],
        props: &[],
        means: "依据的文件和原文，印在机制手册里。",
    },
    Node {
        key: "covers",
        name: "covers",
        inside: &["matter"],
        times: Times::Maybe,
        args: &[many("机制清单编号", Scalar::Text)],
        props: &[],
        means: "对应机制清单的哪几行，写成 S 加三位数字。",
    },
    Node {
        key: "number",
        name: "number",
        inside: &["matter"],
        times: Times::Maybe,
        args: &[arg("编号样式", Scalar::Pattern)],
        props: &[must("at", Scalar::Id, "走到哪一步时编号。")],
        means: "怎样编号：样式里写{年}就每年重新从1编起。",
    },
    Node {
        key: "subject",
        name: "subject",
        inside: &["matter"],
        times: Times::Once,
        args: &[],
        props: &[
            must("title", Scalar::Id, "哪个栏目作标题，要是必填的文字栏目。"),
            must("unit", Scalar::Id, "哪个栏目是所属单位，要是必填的单位栏目；权限和统计都按它算。"),
        ],
        means: "一条记录说的是什么事、属于哪个单位。",
    },
    Node {
        key: "field",
        name: "field",
        inside: &["matter"],
        times: Times::Some,
        args: &[ID, NAME, arg("类型", Scalar::Word(FIELD_TYPES))],
        props: &[
            may("required", Scalar::YesNo, "一开始就必须填。"),
            may("max", Scalar::Whole, "文字最多多少字，或者整数最大是多少。"),
            may("min", Scalar::Whole, "整数最小是多少。"),
            may("measure", Scalar::Text, "数字的计量单位，例如项、人、场。"),
            may("places", Scalar::Whole, "小数最多几位，0到6。"),
            may("list", Scalar::Id, "从哪张选项表里选。"),
            may("of", Scalar::Id, "关联哪个机制的记录。"),
            may("formula", Scalar::Formula, "不用填，按这个公式算出来。"),
            may("default", Scalar::Formula, "新建时先填好的值。"),
            may("filter", Scalar::YesNo, "台账里可以按它筛选。"),
            may("search", Scalar::YesNo, "搜索框能搜到它的内容。"),
            may("help", Scalar::Text, "填写时显示在下面的提示。"),
            may("stamped", Scalar::Id, "走到哪一步时自动记下当天日期。"),
        ],
        means: "一个栏目：记什么、是什么类型。",
    },
    Node {
        key: "field.aliases",
        name: "aliases",
        inside: &["field", "child.field"],
        times: Times::Maybe,
        args: &[many("别名", Scalar::Text)],
        props: &[],
        means: "导入表格时认得的其他列名。",
    },
    Node {
        key: "child",
        name: "child",
        inside: &["matter"],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[],
        means: "子表：一条记录里的多行明细。",
    },
    Node {
        key: "child.field",
        name: "field",
        inside: &["child"],
        times: Times::Some,
        args: &[ID, NAME, arg("类型", Scalar::Word(COLUMN_TYPES))],
        props: &[
            may("required", Scalar::YesNo, "有这一行就必须填。"),
            may("max", Scalar::Whole, "文字最多多少字，或者整数最大是多少。"),
            may("min", Scalar::Whole, "整数最小是多少。"),
            may("measure", Scalar::Text, "数字的计量单位，例如项、人、场。"),
            may("places", Scalar::Whole, "小数最多几位，0到6。"),
            may("list", Scalar::Id, "从哪张选项表里选。"),
            may("of", Scalar::Id, "关联哪个机制的记录。"),
            may("help", Scalar::Text, "填写时显示在下面的提示。"),
        ],
        means: "子表的一栏。",
    },
    Node {
        key: "state",
        name: "state",
        inside: &["matter"],
        times: Times::Some,
        args: &[ID, NAME],
        props: &[
            may("final", Scalar::YesNo, "到这里就办完了，记下结束日。"),
            may("holder", Scalar::Id, "在这个状态由哪个角色来办。"),
        ],
        means: "一个状态。",
    },
    Node {
        key: "step",
        name: "step",
        inside: &["matter"],
        times: Times::Some,
        args: &[ID, NAME],
        props: &[
            may("from", Scalar::Ids, "在哪些状态可以走这一步；不写就是新建记录的第一步。"),
            may("to", Scalar::Id, "走完到哪个状态。"),
            may("stays", Scalar::YesNo, "走完状态不变。"),
            must("who", Scalar::Ids, "哪些角色可以走这一步，管辖范围要包含记录所属的单位。"),
            may("clock", Scalar::YesNo, "也可以由系统按时自动走，只用于新建记录的第一步。"),
            may("needs", Scalar::Ids, "走这一步时必须填的栏目。"),
            may("asks", Scalar::Ids, "走这一步时可以填的栏目。"),
            may("when", Scalar::Formula, "满足什么条件才可以走。"),
            may("else", Scalar::Text, "条件不满足时告诉办理人的话。"),
            may("opinion", Scalar::YesNo, "要填写意见。"),
            may("reason", Scalar::YesNo, "必须写明理由。"),
            may("paper", Scalar::Id, "出哪一种文书。"),
            may("opens", Scalar::Id, "同时开立哪一条联动。"),
            may("batch", Scalar::YesNo, "可以成批办理。"),
            may("apart", Scalar::Id, "走过那一步的人不能走这一步。"),
            may("within", Scalar::Span, "进入前面的状态后多久之内要走完这一步。"),
            may("because", Scalar::Text, "依据的规定，拒绝时一并告诉办理人。"),
        ],
        means: "一步：谁、在什么状态、可以做什么。记录只能通过步骤改变。",
    },
    Node {
        key: "deadline",
        name: "deadline",
        inside: &["matter"],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[
            must("from", Scalar::Id, "从哪一步开始计。"),
            may("until", Scalar::Id, "到哪个日期栏目写的那天为止。"),
            may("within", Scalar::Span, "开始后多久到期。"),
            must("stops", Scalar::Id, "走完哪一步就算按期。"),
            may("main", Scalar::YesNo, "主要期限：台账按它排序、亮灯。"),
            may("because", Scalar::Text, "依据的规定。"),
        ],
        means: "一个期限。",
    },
    Node {
        key: "deadline.warn",
        name: "warn",
        inside: &["deadline"],
        times: Times::Maybe,
        args: &[many("提前多久", Scalar::Span)],
        props: &[],
        means: "到期前多久提醒经办人，可以写几个。",
    },
    Node {
        key: "deadline.pause",
        name: "pause",
        inside: &["deadline"],
        times: Times::Maybe,
        args: &[many("状态", Scalar::Id)],
        props: &[],
        means: "在这些状态里停止计时。",
    },
    Node {
        key: "extend",
        name: "extend",
        inside: &["deadline"],
        times: Times::Maybe,
        args: &[],
        props: &[must("by", Scalar::Id, "走完哪一步就算延期获准。"), must("to", Scalar::Id, "延到哪个日期栏目写的那天。")],
        means: "怎样延期。",
    },
    Node {
        key: "late",
        name: "late",
        inside: &["deadline"],
        times: Times::Maybe,
        args: &[],
        props: &[must("opens", Scalar::Id, "开立哪一条联动。")],
        means: "逾期后首个工作日由系统做什么。",
    },
    Node {
        key: "opening",
        name: "opening",
        inside: &["matter"],
        times: Times::Any,
        args: &[ID],
        props: &[
            must("mechanism", Scalar::Id, "在哪个机制里新建记录。"),
            must("back", Scalar::Id, "新记录里哪个栏目指回本记录。"),
        ],
        means: "联动：在另一个机制里开立一条新记录。",
    },
    Node {
        key: "opening.fill",
        name: "fill",
        inside: &["opening"],
        times: Times::Any,
        args: &[arg("新记录的栏目", Scalar::Id), arg("公式", Scalar::Formula)],
        props: &[],
        means: "新记录的这个栏目按公式填好。",
    },
    Node {
        key: "paper",
        name: "paper",
        inside: &["matter"],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[
            must("layout", Scalar::Word(LAYOUTS), "版式：document 文件，letter 信函，order 令。"),
            must("head", Scalar::Template, "发文机关标志。"),
            must("title", Scalar::Template, "标题。"),
            may("to", Scalar::Template, "主送。"),
            must("sign", Scalar::Template, "署名。"),
            may("copy", Scalar::Template, "抄送。"),
        ],
        means: "一种文书；正文写在同名文件夹的“代号.txt”里。",
    },
    Node {
        key: "notice",
        name: "notice",
        inside: &["matter"],
        times: Times::Any,
        args: &[],
        props: &[
            must("at", Scalar::Id, "走完哪一步时发。"),
            must("to", Scalar::Id, "发给哪个角色。"),
            must("words", Scalar::Template, "写什么。"),
        ],
        means: "一条消息。",
    },
    Node {
        key: "figure",
        name: "figure",
        inside: &["matter"],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[
            may("count", Scalar::Formula, "数满足这个条件的记录。"),
            may("sum", Scalar::Formula, "把这个数加起来。"),
            may("ratio", Scalar::Formula, "比率的分子：满足这个条件的记录。"),
            may("over", Scalar::Formula, "比率的分母：满足这个条件的记录。"),
            may("average", Scalar::Formula, "这个数的平均。"),
            may("when", Scalar::Formula, "只算满足这个条件的记录。"),
            may("at", Scalar::Formula, "按哪一天归到哪个期间。"),
            may("stock", Scalar::Formula, "数期末在册、满足这个条件的记录。"),
            may("since", Scalar::Formula, "从哪天起算在册。"),
            may("until", Scalar::Formula, "到哪天起不再算在册。"),
            must("unit", Scalar::Text, "单位，例如项、件、%。"),
        ],
        means: "一个指标。count、sum、ratio、average、stock 五种里写一种。",
    },
    Node {
        key: "figure.words",
        name: "words",
        inside: &["figure"],
        times: Times::Once,
        args: &[arg("说明", Scalar::Text)],
        props: &[may("over", Scalar::Text, "比率的分母说的是什么。")],
        means: "用一句话说明数的是什么。",
    },
    Node {
        key: "figure.example",
        name: "example",
        inside: &["figure"],
        times: Times::Some,
        args: &[],
        props: &[may("on", Scalar::Day, "期间的最后一天。")],
        means: "指标的算例：有哪些记录，应该得多少；每次检查都会实际算一遍。",
    },
    Node {
        key: "example.record",
        name: "record",
        inside: &["figure.example"],
        times: Times::Any,
        args: &[],
        props: &[
            may("state", Scalar::Id, "记录所在的状态。"),
            may(ANY, Scalar::Value, "记录的栏目和它的值。"),
        ],
        means: "算例里的一条记录。",
    },
    Node {
        key: "example.gives",
        name: "gives",
        inside: &["figure.example"],
        times: Times::Once,
        args: &[arg("结果", Scalar::Text)],
        props: &[],
        means: "应该得多少，写成页面上显示的样子。",
    },
    Node {
        key: "rights",
        name: "rights",
        inside: &["matter"],
        times: Times::Once,
        args: &[],
        props: &[
            may("see", Scalar::Ids, "除了经办的角色以外，还有哪些角色可以看。"),
            may("import", Scalar::Ids, "哪些角色可以导入表格。"),
            may("export", Scalar::Ids, "哪些角色可以导出。"),
        ],
        means: "谁看、谁导入、谁导出，都以管辖范围为限。",
    },
    Node {
        key: "list",
        name: "list",
        inside: &["matter"],
        times: Times::Once,
        args: &[],
        props: &[
            must("columns", Scalar::Ids, "台账显示哪些列：栏目，或者 number state light due holder。"),
            must("sort", Scalar::Word(SORTS), "排序：due 按到期日，opened 按登记日，number 按编号。"),
        ],
        means: "台账怎样列。",
    },
    Node {
        key: "board",
        name: "board",
        inside: &["matter"],
        times: Times::Maybe,
        args: &[],
        props: &[must("card", Scalar::Ids, "卡片上显示哪些栏目。")],
        means: "看板：一个状态一列。",
    },
    Node {
        key: "calendar",
        name: "calendar",
        inside: &["matter"],
        times: Times::Maybe,
        args: &[],
        props: &[must("by", Scalar::Id, "按哪个日期栏目排。")],
        means: "日历视图。",
    },
    Node {
        key: "example",
        name: "example",
        inside: &["matter"],
        times: Times::Some,
        args: &[NAME],
        props: &[must("ends", Scalar::Id, "走完停在哪个状态。")],
        means: "走一遍：一条记录从头到尾的例子，每次检查都会实际走一遍。",
    },
    Node {
        key: "example.step",
        name: "step",
        inside: &["example"],
        times: Times::Some,
        args: &[arg("步骤", Scalar::Id)],
        props: &[
            must("on", Scalar::Day, "哪一天走。"),
            may("refused", Scalar::YesNo, "这一步应该被拒绝。"),
        ],
        means: "例子里的一步。",
    },
    Node {
        key: "example.fact",
        name: ANY,
        inside: &["example.step"],
        times: Times::Any,
        args: &[many("值", Scalar::Value)],
        props: &[may(ANY, Scalar::Value, "子表一行里的栏目和它的值。")],
        means: "这一步填的栏目和值；子表一行写一次，栏目写成“栏目=值”。",
    },
    Node {
        key: "vocabulary.role",
        name: "role",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[
            must("words", Scalar::Text, "一句话说明这个角色做什么。"),
            may("administers", Scalar::YesNo, "只管系统，不看业务事项。"),
        ],
        means: "一个角色。",
    },
    Node {
        key: "vocabulary.list",
        name: "list",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[],
        means: "一张选项表。",
    },
    Node {
        key: "vocabulary.item",
        name: "item",
        inside: &["vocabulary.list"],
        times: Times::Some,
        args: &[ID, NAME],
        props: &[may("parent", Scalar::Id, "上一级选项。")],
        means: "一个选项。",
    },
    Node {
        key: "vocabulary.item.aliases",
        name: "aliases",
        inside: &["vocabulary.item"],
        times: Times::Maybe,
        args: &[many("别名", Scalar::Text)],
        props: &[],
        means: "导入时认作同一项的其他叫法。",
    },
    Node {
        key: "vocabulary.unit_kind",
        name: "unit_kind",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[],
        means: "一种单位。",
    },
    Node {
        key: "vocabulary.chapter",
        name: "chapter",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[ID, NAME],
        props: &[must("icon", Scalar::Text, "图标的名字。")],
        means: "菜单的一章，代号是文件夹名。",
    },
    Node {
        key: "vocabulary.setting",
        name: "setting",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[arg("设置名", Scalar::Text), arg("值", Scalar::Text)],
        props: &[],
        means: "本单位的一项设置，模板里写{设置名}就会换成它。",
    },
    Node {
        key: "vocabulary.message",
        name: "message",
        inside: &[VOCABULARY_FILE],
        times: Times::Any,
        args: &[arg("话的代号", Scalar::Text)],
        props: &[
            must("says", Scalar::Text, "怎么说，{名字}处换成具体的值。"),
            may("next", Scalar::Text, "接下来可以怎么办。"),
        ],
        means: "系统说的一句话。",
    },
];

/// The node that may be written as `name` inside the node `inside`.
pub fn find(inside: &str, name: &str) -> Option<&'static Node> {
    let fits = |node: &&Node| node.inside.contains(&inside);
    let named = GRAMMAR.iter().filter(fits).find(|node| node.name == name);
    named.or_else(|| GRAMMAR.iter().filter(fits).find(|node| node.name == ANY))
}

/// What may stand inside the node `inside`.
pub fn within(inside: &str) -> impl Iterator<Item = &'static Node> {
    GRAMMAR.iter().filter(move |node| node.inside.contains(&inside))
}

impl Node {
    /// A property by name, [`ANY`] included.
    pub fn prop(&self, name: &str) -> Option<&'static Property>
    where
        Self: 'static,
    {
        let props: &'static [Property] = self.props;
        props.iter().find(|prop| prop.name == name).or_else(|| props.iter().find(|prop| prop.name == ANY))
    }
}

/// Every line of the grammar that must do something: key and sentence.
/// A node stands for its arguments if it has more of them than an id and a name.
pub fn lines() -> Vec<(String, &'static str)> {
    let mut lines = Vec::new();
    for node in GRAMMAR {
        if node.args.iter().any(|arg| *arg != ID && *arg != NAME) {
            lines.push((node.key.to_owned(), node.means));
        }
        for prop in node.props {
            lines.push((format!("{}.{}", node.key, prop.name), prop.means));
        }
    }
    lines
}

impl Scalar {
    /// What is expected, in Chinese.
    pub fn words(self) -> String {
        match self {
            Self::Text => "引号里的文字".into(),
            Self::YesNo => "#true 或 #false".into(),
            Self::Whole => "整数".into(),
            Self::Id => "代号（小写字母、数字和下划线）".into(),
            Self::Ids => "一个或几个代号，中间空格".into(),
            Self::Word(words) => format!("{}其中之一", words.join("、")),
            Self::Span => "时间长度，例如“10个工作日”“1个月”".into(),
            Self::Formula => "引号里的公式".into(),
            Self::Day => "日期，例如“2026-03-05”".into(),
            Self::Pattern => "编号样式，例如“任〔{年}〕{序号}号”".into(),
            Self::Template => "引号里的文字，可以带{栏目}".into(),
            Self::Value => "栏目的值".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_unique_and_every_parent_exists() {
        let mut keys: Vec<_> = GRAMMAR.iter().map(|node| node.key).collect();
        for node in GRAMMAR {
            for parent in node.inside {
                let known = keys.contains(parent) || [MECHANISM_FILE, VOCABULARY_FILE].contains(parent);
                assert!(known, "{} stands in {parent}, which is not in the table", node.key);
            }
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn every_line_of_the_grammar_has_a_sentence() {
        for (key, means) in lines() {
            assert!(means.ends_with('。'), "{key}: {means}");
        }
    }

    #[test]
    fn several_arguments_stand_only_at_the_end() {
        for node in GRAMMAR {
            let before_last = node.args.iter().rev().skip(1);
            assert!(before_last.into_iter().all(|arg| !arg.many), "{}", node.key);
        }
    }
}
