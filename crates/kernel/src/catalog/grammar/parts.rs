//! What several nodes of the grammar have alike: how arguments and properties are written down, and those that a field
//! of a record and a column of a child table share.
//!
//! Never a property that only one node has.

use super::{Argument, LEVELS, MASKS, Property, Scalar};

pub(crate) const fn arg(name: &'static str, of: Scalar) -> Argument {
    Argument { name, of, many: false }
}

pub(crate) const fn many(name: &'static str, of: Scalar) -> Argument {
    Argument { name, of, many: true }
}

pub(crate) const fn must(name: &'static str, of: Scalar, means: &'static str) -> Property {
    Property { name, of, required: true, means }
}

pub(crate) const fn may(name: &'static str, of: Scalar, means: &'static str) -> Property {
    Property { name, of, required: false, means }
}

pub(crate) const ID: Argument = arg("代号", Scalar::Id);
pub(crate) const CODE: Argument = arg("代号", Scalar::Code);
pub(crate) const NAME: Argument = arg("名称", Scalar::Text);

// What a field of a record and a column of a child table say alike.
pub(crate) const MAX: Property = may("max", Scalar::Whole, "文字最多多少字，或者整数最大是多少。");
pub(crate) const MIN: Property = may("min", Scalar::Whole, "整数最小是多少。");
pub(crate) const MEASURE: Property = may("measure", Scalar::Text, "数字的计量单位，例如项、人、场。");
pub(crate) const PLACES: Property = may("places", Scalar::Whole, "小数最多几位，0到6。");
pub(crate) const LIST: Property = may("list", Scalar::Id, "从哪张选项表里选。");
pub(crate) const OF: Property = may("of", Scalar::Id, "关联哪个机制的记录。");
pub(crate) const STATES: Property =
    may("states", Scalar::Ids, "关联的记录要在哪些状态里才能选；写了就列出来选，不用写编号。");
pub(crate) const HELP: Property = may("help", Scalar::Text, "填写时显示在下面的提示。");
pub(crate) const LEVEL: Property =
    may("level", Scalar::Word(LEVELS), "personal 个人信息，sensitive 敏感个人信息；写了就要写 purpose 和 mask。");
pub(crate) const PURPOSE: Property = may("purpose", Scalar::Text, "为什么收集这项个人信息，填写的人看得到。");
pub(crate) const MASK: Property = may(
    "mask",
    Scalar::Word(MASKS),
    "平时遮住：identity 身份号码，phone 电话，name 姓名，all 全部；写明理由才看得到全文，并且留痕。",
);
pub(crate) const READ: Property =
    may("read", Scalar::Ids, "只有这些角色看得到这一栏；不写就是看得到记录的人都看得到。");

// Whom a figure counts, and against whom.
pub(crate) const PEOPLE: Property = may(
    "people",
    Scalar::Text,
    "数人，不论来几次只算一个：写记人的栏目，或者“子表.栏目”；有 attendance 的写“参加”或者“应到”，数来了的人或者应到的人。",
);
pub(crate) const SHOULD: Property = may(
    "should",
    Scalar::Text,
    "应到的人：一个数人的指标；和 reached 一起写，单位写人是还差多少人，写%是到了百分之几。",
);
pub(crate) const PACED: Property = may(
    "paced",
    Scalar::YesNo,
    "相除的指标：分母只算全年已经过去的部分，三月末是四分之一；被除数和除数都要是期末的数。",
);
pub(crate) const QUARTERS: Property =
    may("quarters", Scalar::YesNo, "相除的指标：期间里每个已经结束的季度末各算一次，取平均。");
