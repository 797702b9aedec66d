//! What may an expert write about who sees a record? The node of a rule of sight.
//!
//! Never a right to act: that is for the steps.

use super::parts::{may, must};
use super::{Node, RELATIONS, Scalar, Times};

/// A rule of sight.
pub(crate) const SIGHT: Node = Node {
    key: "sight",
    name: "sight",
    inside: &["rights"],
    times: Times::Any,
    args: &[],
    props: &[
        must(
            "relation",
            Scalar::Word(RELATIONS),
            "凭什么关系看到：unit_and_below 管辖范围内的单位，own_unit 授权写明的那个单位，hosted 栏目里写了管辖范围内的单位，named 栏目里写了本人，opened 本人登记的，handled 本人办理过的，assigned 分给本人评审的，anywhere 担任这个角色就看得到各单位的。",
        ),
        may("who", Scalar::Ids, "哪些角色；named、opened、handled、assigned 可以不写，就是任何人。"),
        may("of", Scalar::Id, "关系看哪个栏目，用于 hosted（单位栏目）和 named（人员栏目），也可以写有这种栏的子表。"),
        may("states", Scalar::Ids, "只在这些状态看得到；不写就是任何状态。"),
    ],
    means: "还有谁看得到：经办的角色看得到轮到自己办和办过以后的状态，其余一律看不到，除非在这里写明。",
};
