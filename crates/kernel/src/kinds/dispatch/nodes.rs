//! What may an expert write about papers that are issued? The nodes of the grammar.
//!
//! Never a rule that needs more than the node itself.

use crate::catalog::grammar::parts::{ID, NAME, arg, may, must};
use crate::catalog::grammar::{MECHANISM, MECHANISM_FILE, Node, Scalar, Times};

/// The top of a definition.
pub(crate) const TOP: Node = Node {
    key: "dispatch",
    name: "dispatch",
    inside: &[MECHANISM_FILE],
    times: Times::Maybe,
    args: &[ID, NAME],
    props: &[],
    means: "文件与公开：起草、核稿、会签、签发、编号、印发、签收、公开的文件，要写 circulation。一条记录就是一份文件。",
};

/// To whom it goes, and what holds from then on.
pub(crate) const CIRCULATION: Node = Node {
    key: "circulation",
    name: "circulation",
    inside: &[MECHANISM],
    times: Times::Maybe,
    args: &[],
    props: &[
        must("to", Scalar::Id, "哪个栏目写主送的单位，一份文件每个单位一份签收。"),
        may("copies", Scalar::Id, "哪个栏目写抄送的单位，同样要签收；主送写了的不再重复。"),
        must("issue", Scalar::Id, "哪一步印发：要出文书，从此内容不再变。"),
        must("open", Scalar::Ids, "印发以后在哪些状态可以签收；其余印发以后的状态都是办完。"),
        must("who", Scalar::Ids, "单位的哪些角色可以签收，都要用 hosted 看得到发给本单位的文件。"),
        must("within", Scalar::Span, "印发后多久之内签收；过了由系统催一次。"),
        must("keeps", Scalar::Ids, "哪些栏目是文件的内容，印发以后谁也改不了；主送、抄送不用再写。"),
        must("void", Scalar::Id, "编了号又不发的到哪个状态：号码留着、写明理由，不再用。"),
        must("revoke", Scalar::Id, "哪一步废止已经印发的文件：只能由另一份已经印发的文件替代。"),
        must("by", Scalar::Id, "哪个栏目写替代它的文件，是关联本机制的栏目。"),
    ],
    means: "发给谁、谁签收、什么时候催；编过的号不跳不重，作废的留着；印发的文件不再变，只能由新的文件替代。",
};

/// Whether and until when it is made public.
pub(crate) const PUBLICITY: Node = Node {
    key: "publicity",
    name: "publicity",
    inside: &["circulation"],
    times: Times::Maybe,
    args: &[arg("栏目", Scalar::Id)],
    props: &[
        must("open", Scalar::Code, "选哪一项就要公开。"),
        must("step", Scalar::Id, "哪一步记下已经公开；要有从印发起、选了那一项才计、到这一步为止的 deadline。"),
        must("place", Scalar::Id, "哪个栏目写在哪里公开的，走那一步时必须填。"),
    ],
    means: "公开属性写在哪个选项栏目，要公开的在哪一步公开；到期日从印发那天算起，不用人填。",
};
