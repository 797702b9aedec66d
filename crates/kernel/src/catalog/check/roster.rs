//! Are the records a list that the whole platform uses? People or posts, and where their files hold what is needed.
//!
//! Never asks for a field that a site does without: every part of a roster may be left out.

use std::collections::BTreeMap;

use super::Sheet;
use super::desk::Desk;
use super::fields::Fields;
use super::flow::Names;
use crate::catalog::raw::Raw;
use crate::catalog::{Child, FieldType, Mechanism, PeopleRoster, Roster, Vocabulary};
use crate::identity::Form;
use crate::ids::{FieldId, MechanismId};
use crate::roster::{MAIN, columns};

/// The list that the mechanism's records are.
// enforces: roster
pub(super) fn roster(
    desk: &mut Desk<'_>,
    matter: &Raw,
    names: &Names,
    own: &Fields,
    vocabulary: &Vocabulary,
) -> Option<Roster> {
    let raw = matter.first("roster")?;
    let of_people = raw.arg(0) == "people";
    for (prop, written) in &raw.props {
        if of_people == (prop == "places") {
            let sentence = format!("{} 名册没有 {prop}", raw.arg(0));
            desk.tell_hint(written.span.clone(), sentence, "places 用于 posts，其余用于 people");
        }
    }
    let mut reader = Reader { desk, raw, names, own };
    if !of_people {
        let places = reader.field("places", "whole 栏目", |of, _| matches!(of, FieldType::Whole { .. }));
        return Some(Roster::Posts { places });
    }
    let text = |of: &FieldType, _: Option<Form>| matches!(of, FieldType::Text { .. });
    let found = PeopleRoster {
        identity: reader.field("identity", "写了 form=\"identity\" 的 text 栏目", |of, form| {
            matches!(of, FieldType::Text { .. }) && form == Some(Form::Identity)
        }),
        birth: reader.field("birth", "month 栏目", |of, _| matches!(of, FieldType::Month)),
        sex: reader.field("sex", "choice 栏目", |of, _| matches!(of, FieldType::Choice { .. })),
        post: reader.field("post", "text 栏目", text),
        roles: reader.child("roles", &columns::ROLES),
        holdings: reader.child("holdings", &columns::HOLDINGS),
    };
    main_is_listed(desk, raw, own, found.holdings.as_ref(), vocabulary);
    Some(Roster::People(found))
}

struct Reader<'a, 'f> {
    desk: &'a mut Desk<'f>,
    raw: &'a Raw,
    names: &'a Names,
    own: &'a Fields,
}

impl Reader<'_, '_> {
    fn field(&mut self, prop: &str, wanted: &str, fits: impl Fn(&FieldType, Option<Form>) -> bool) -> Option<FieldId> {
        let id = self.desk.one_prop(self.raw, prop, "栏目", &self.names.fields)?;
        let field = self.own.find(id);
        if field.is_none_or(|field| !fits(&field.of, field.form)) {
            self.desk.tell(self.raw.prop_span(prop), format!("{id} 不合适：{prop} 要写{wanted}"));
        }
        field.map(|field| field.id.clone())
    }

    fn child(&mut self, prop: &str, wanted: &[columns::Column]) -> Option<FieldId> {
        let id = self.desk.one_prop(self.raw, prop, "子表", &self.names.fields)?;
        let Some(child) = self.own.children.iter().find(|it| it.id == *id) else {
            self.desk.tell(self.raw.prop_span(prop), format!("{id} 不是子表"));
            return None;
        };
        for (column, of, must) in wanted {
            let found = child.fields.iter().find(|it| it.id == **column);
            let fits = found.is_some_and(|it| columns::fits(&it.of, of) && (it.required || !must));
            if !fits {
                let must = if *must { "必填的" } else { "" };
                let sentence = format!("子表“{}”要有{must} {of} 栏 {column}", child.name);
                self.desk.tell(self.raw.prop_span(prop), sentence);
            }
        }
        Some(child.id.clone())
    }
}

/// Only the item `main` makes a holding the main one, so the list must have it.
fn main_is_listed(desk: &mut Desk<'_>, raw: &Raw, own: &Fields, holdings: Option<&FieldId>, vocabulary: &Vocabulary) {
    let child: Option<&Child> = own.children.iter().find(|it| Some(&it.id) == holdings);
    let kind = child.and_then(|it| it.fields.iter().find(|field| field.id == *"kind"));
    let Some(FieldType::Choice { list }) = kind.map(|it| &it.of) else { return };
    if vocabulary.list(list.as_str()).is_some_and(|list| list.name_of(MAIN).is_none()) {
        let sentence = format!("选项表 {list} 要有代号为 {MAIN} 的选项：一个职位同时只能有规定人数的人以它任职");
        desk.tell(raw.prop_span("holdings"), sentence);
    }
}

/// Each list is kept by one mechanism, and a post that is held is one of the posts.
pub(super) fn across(sheets: &mut [Sheet<'_>], mechanisms: &BTreeMap<MechanismId, Mechanism>) {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for sheet in sheets {
        let Some(raw) = sheet.matter.first("roster") else { continue };
        let what = raw.arg(0).to_owned();
        if let Some(other) = kept.insert(what.clone(), sheet.matter.arg(0).to_owned()) {
            let sentence = format!("{what} 名册已经由机制 {other} 担任");
            sheet.desk.tell(raw.arg_span(0), sentence);
        }
        let Some(mechanism) = mechanisms.get(sheet.matter.arg(0)) else { continue };
        let holdings = mechanism.people().and_then(|roster| mechanism.child(roster.holdings.as_ref()?.as_str()));
        let post = holdings.and_then(|child| child.fields.iter().find(|it| it.id == *"post"));
        let Some(FieldType::Record { of }) = post.map(|it| &it.of) else { continue };
        if mechanisms.get(of.as_str()).is_some_and(|it| !it.is_of_posts()) {
            sheet.desk.tell(raw.prop_span("holdings"), format!("任职的 post 栏要关联职位名册，{of} 不是"));
        }
    }
}
