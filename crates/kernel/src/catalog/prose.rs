//! How does a mechanism read? As Chinese prose and tables, for the book and for its page.
//!
//! Plain headings, paragraphs and rows: whoever shows them decides how they look.
//! Never shows an id where there is a name.

mod parts;
mod scoring;
mod report;
mod round;
mod voting;
mod workbook;
mod link;
mod circulation;
mod beyond;
mod outside;
mod helps;

use super::{Catalog, Mechanism};
use crate::ids::StateId;

/// A mechanism, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prose {
    /// The Chinese name.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// The rules it rests on.
    pub basis: Vec<String>,
    /// The rows of the list of mechanisms that it answers.
    pub covers: Vec<String>,
    /// The rest, in the order of an expert's questions; sections with nothing to say are left out.
    pub sections: Vec<Section>,
    /// The way of a record.
    pub flow: Flow,
}

/// A heading and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// A list of sentences.
    Points(Vec<String>),
    /// A table.
    Table {
        /// What stands above the columns.
        columns: Vec<String>,
        /// What stands in them.
        rows: Vec<Vec<String>>,
    },
}

/// States and arrows, for a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The states in their order.
    pub states: Vec<FlowState>,
    /// The steps, one arrow for each state that they may be taken in.
    pub arrows: Vec<Arrow>,
}

/// A state of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowState {
    /// Its id.
    pub id: StateId,
    /// Its name.
    pub name: String,
    /// Does a record begin here?
    pub is_first: bool,
    /// Does a record end here?
    pub is_final: bool,
}

/// A step of the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The step's name.
    pub name: String,
    /// From this state.
    pub from: StateId,
    /// To this state, the same if the step stays.
    pub to: StateId,
}

/// Tells a mechanism; the catalog gives the names of roles, lists and other mechanisms.
// enforces: purpose
// enforces: basis
pub fn prose(mechanism: &Mechanism, catalog: &Catalog) -> Prose {
    let teller = parts::Teller { it: mechanism, catalog };
    let sections = [
        ("是哪一种", teller.kind()),
        ("记什么", teller.fields()),
        ("怎么走", teller.steps()),
        ("谁来参加", teller.attendance()),
        ("额度和变动", teller.account()),
        ("自己的工作簿", teller.workbooks()),
        ("怎么投票", teller.voting()),
        ("怎么计分", teller.scoring()),
        ("正文里的数字", teller.writing()),
        ("期限和各方", teller.link()),
        ("发给谁、怎么签收", teller.circulation()),
        ("收谁的申报", teller.call()),
        ("怎么评", teller.stages()),
        ("对外和建议", teller.outside()),
        ("不重复和下载", teller.apart_and_out()),
        ("先填好的和提示", teller.helps()),
        ("何时到期", teller.deadlines()),
        ("带动什么", teller.openings()),
        ("出什么文、发什么消息", teller.papers()),
        ("数什么", teller.figures()),
        ("谁能做什么", teller.rights()),
        ("走一遍", teller.examples()),
    ];
    let sections = sections.into_iter().filter(|(_, blocks)| !blocks.is_empty());
    Prose {
        title: mechanism.name.clone(),
        purpose: mechanism.purpose.clone(),
        basis: mechanism.basis.clone(),
        covers: mechanism.covers.clone(),
        sections: sections.map(|(heading, blocks)| Section { heading: heading.to_owned(), blocks }).collect(),
        flow: flow(mechanism),
    }
}

/// The way of a record as states and arrows.
pub fn flow(mechanism: &Mechanism) -> Flow {
    let first = mechanism.start().to.clone();
    let state = |it: &super::State| FlowState {
        id: it.id.clone(),
        name: it.name.clone(),
        is_first: first.as_ref() == Some(&it.id),
        is_final: it.is_final,
    };
    let arrows = mechanism.steps.iter().flat_map(|step| {
        step.from.iter().map(move |from| Arrow {
            name: step.name.clone(),
            from: from.clone(),
            to: step.to.clone().unwrap_or_else(|| from.clone()),
        })
    });
    Flow { states: mechanism.states.iter().map(state).collect(), arrows: arrows.collect() }
}
