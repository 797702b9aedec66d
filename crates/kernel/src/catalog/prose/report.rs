//! How is a text with live figures told to people?
//!
//! Never a rule: it says what the definition says.

use super::Block;
use super::parts::{Teller, points};
use crate::ids::FieldId;

impl Teller<'_> {
    pub(super) fn writing(&self) -> Vec<Block> {
        let Some(it) = &self.it.writing else { return Vec::new() };
        let name = |id: &FieldId| format!("“{}”", self.it.field(id.as_str()).map_or("", |field| &field.name));
        points(vec![
            format!("{}里写【数字名】的地方由系统按{}填数，点开就是背后的事项。", name(&it.text), name(&it.period)),
            format!("走完{}以后，正文和数字不再变；以后的变化另外标出。", self.step(it.seal.as_str())),
        ])
    }
}
