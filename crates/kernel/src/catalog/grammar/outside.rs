//! What may an expert write about those who have no account, about suggestions, and about what a step writes itself?
//!
//! Never a rule that needs more than the node itself.

use super::parts::{ID, NAME, arg, may, must};
use super::{MECHANISM, Node, Scalar, Times};

/// What a step writes itself.
pub(crate) const SET: Node = Node {
    key: "step.set",
    name: "set",
    inside: &["step"],
    times: Times::Any,
    args: &[arg("栏目", Scalar::Id), arg("公式", Scalar::Formula)],
    props: &[],
    means: "走这一步时，这一栏由系统按公式写好，谁也不用填；公式看的是填完以后的样子。",
};

/// What is open to those without an account.
pub(crate) const PUBLIC: Node = Node {
    key: "public",
    name: "public",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("unit", Scalar::Text, "哪一项设置写着由哪个单位受理；没有这项设置，或者没有那个单位，就不对外开放。"),
        may("steps", Scalar::Ids, "来件人凭编号和查询码还可以走哪几步。"),
        must("shows", Scalar::Ids, "来件人查询时看得到哪些栏目；个人信息和受保护的栏目不能写。"),
    ],
    means: "对外：没有账号的人可以提交，凭编号和查询码查办理情况。",
};

/// A form for them.
pub(crate) const FORM: Node = Node {
    key: "public.form",
    name: "form",
    inside: &["public"],
    times: Times::Some,
    args: &[ID, NAME],
    props: &[must("asks", Scalar::Ids, "对外的表上填哪些栏目；要在第一步的 needs 或 asks 里。")],
    means: "一张对外的表。",
};

/// What the form fills in itself.
pub(crate) const PRESET: Node = Node {
    key: "public.form.set",
    name: "set",
    inside: &["public.form"],
    times: Times::Any,
    args: &[arg("栏目", Scalar::Id), arg("公式", Scalar::Formula)],
    props: &[],
    means: "这张表自己写好的栏目，来件人改不了。",
};

/// What is suggested to whoever takes a step.
pub(crate) const SUGGEST: Node = Node {
    key: "suggest",
    name: "suggest",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("at", Scalar::Ids, "在哪几步的表旁边给建议。"),
        must("from", Scalar::Ids, "看哪几个文字栏目。"),
        must("states", Scalar::Ids, "只从那个机制在这些状态的记录里找，例如有效的。"),
        must("item", Scalar::Id, "哪个关联栏目写选中的那一条；建议就从它关联的机制里找。"),
    ],
    means: "按文字里共同的词，给出最像的几条和以前类似的几件，写明是哪些词；只是建议，要由人点选。",
};

/// What a suggestion fills in.
pub(crate) const TAKE: Node = Node {
    key: "suggest.take",
    name: "take",
    inside: &["suggest"],
    times: Times::Any,
    args: &[arg("本记录的栏目", Scalar::Id), arg("那一条的栏目", Scalar::Id)],
    props: &[],
    means: "点选以后，本记录的这一栏照那一条的那一栏填好，还可以改。",
};
