//! How many sign a joint step 会签? Who they are is for the record to say.

/// How many must sign a joint step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// 会签: everybody named.
    All,
    /// 或签: any of them.
    Any,
    /// 依次: everybody, one after the other.
    InOrder,
    /// So many different people.
    People(u32),
}
