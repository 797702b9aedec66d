//! What kind of work is it? The kinds of mechanisms, each with what it brings and what must always hold in it.
//!
//! The top node of a definition names the main kind. What all mechanisms have (fields, states, steps, deadlines, papers,
//! figures …) belongs to every kind; what a kind brings may stand in mechanisms of another one, and is asked of its own.
//! Never a kind that brings nothing yet: it is declared when it does.

pub mod activity;
pub mod dispatch;
pub mod assessment;
pub mod ledger;
pub mod link;
pub mod ballot;
pub mod matter;
pub mod plan;
pub mod register;
pub mod report;
pub mod round;

/// The kind of a mechanism: it brings behaviour, pages and invariants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 闭环事项: raised, held, confirmed.
    Matter,
    /// 活动与参与: an event with those who come to it.
    Activity,
    /// 台账名册: a dated list of things or people.
    Register,
    /// 额度收支: a ceiling with movements and a balance.
    Ledger,
    /// 票决测评: a closed list of voters, one secret vote each.
    Ballot,
    /// 指标考核: a tree of indicators with weights, scores, ranks and grades.
    Assessment,
    /// 期限关系: who is together with whom from when to when.
    Link,
    /// 分段评审: a call with stages through which entries go.
    Round,
    /// 派生报表: a text with live figures.
    Report,
    /// 文件与公开: drafted, numbered, issued, received, made public.
    Dispatch,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Matter,
        Self::Activity,
        Self::Register,
        Self::Ledger,
        Self::Ballot,
        Self::Assessment,
        Self::Link,
        Self::Round,
        Self::Report,
        Self::Dispatch,
    ];

    /// The word that a definition begins with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Matter => "matter",
            Self::Activity => "activity",
            Self::Register => "register",
            Self::Ledger => "ledger",
            Self::Ballot => "ballot",
            Self::Assessment => "assessment",
            Self::Link => "link",
            Self::Round => "round",
            Self::Report => "report",
            Self::Dispatch => "dispatch",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matter => "闭环事项",
            Self::Activity => "活动与参与",
            Self::Register => "台账名册",
            Self::Ledger => "额度收支",
            Self::Ballot => "票决测评",
            Self::Assessment => "指标考核",
            Self::Link => "期限关系",
            Self::Round => "分段评审",
            Self::Report => "派生报表",
            Self::Dispatch => "文件与公开",
        }
    }

    /// What always holds in it, for the book.
    pub fn always(self) -> &'static str {
        match self {
            Self::Matter => {
                "收到的等于在办的、办结的和撤销的之和，任何一天都是；没有答复和确认不能办结；是否逾期由系统计算，不能填写。"
            }
            Self::Activity => {
                "场次、人次和人数分开数，观看次数另数，不加进人次；应到等于实到、请假、缺席之和，都由名单和签到数出来，不能填写；同一人签到几次都算一次。"
            }
            Self::Register => {
                "过去任何一天是什么样子都查得到；改一个栏目要写理由，经过里看得到从什么改成什么；登记的人和物不等谁来办。"
            }
            Self::Ledger => {
                "余额等于变动之和，过去和将来任何一天都是；超过上限的变动不能记，两个人同时要最后一份也只有一个记得上；记错了只能冲销，原来那笔留着；调剂各份之和等于总数，一分不差。"
            }
            Self::Ballot => {
                "投票人名单先封闭、后投票，每人一票，收回的票不多于发出的票；谁投了查得到，投了什么谁也查不到；计票前谁也看不到结果，计票后结果不再变，人太少的类别不单独出结果。"
            }
            Self::Assessment => {
                "各层权重加起来是总分，一分不差；同样的数值得同样的分，不能填写得分；没有数值不等于零，按写明的规则算；公布的结果不再变，用到结果的事都指回它。"
            }
            Self::Link => {
                "过去和将来任何一天，一方的关系都不超过上限，两个人同时办也一样；没有依据开不了；到期以前会提醒；结束了的留在历史里，过去任何一天谁和谁在一起都查得到。"
            }
            Self::Round => {
                "每个阶段进来的等于通过、未通过、退回、撤回和在评之和，随时都是；不能跳过阶段，前一个阶段没有评完不能进下一个；过了截止时刻不收，准许迟交的要写明哪个单位、到哪天、为什么；谁也不评本单位和自己办过的申报。"
            }
            Self::Report => {
                "正文里的数字都从指标来，不能手填；同一天再算是同一个数；封存以后正文和数字不再变，后来的变化另外标出，说得出是哪几件事项变了。"
            }
            Self::Dispatch => {
                "编号不跳不重，作废的号码留着、写明理由，不再用；印发的文件不再变，要改只能另发一份替代；发给几家就有几家签收，谁收到了、谁还没有，随时都知道；主动公开的，公开的到期日从印发那天算起。"
            }
        }
    }

    /// The kind that a definition begins with.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
