//! What does the address of a register say? What is asked of it, both ways.
//!
//! Everything that narrows a list stays in its address, so that it can be kept, sent on and come back to.

use app::queries::register::RegisterAsk;
use kernel::ids::UnitId;

use crate::error::Failure;
use crate::urls;

/// The names under which the fields of an ask travel.
const PLAIN: [&str; 11] =
    ["tab", "q", "due_from", "due_until", "sort", "after", "figure", "period", "part", "slice", "who"];
/// The pages behind us that an address remembers.
const MOST_BEHIND: usize = 20;

/// What an address asks of a register, with what is about the way and not about the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Address {
    /// What is asked.
    pub(crate) ask: RegisterAsk,
    /// The keys of the pages behind this one, the first page first; the first page's key is empty.
    pub(crate) behind: Vec<String>,
    /// How many pages lie behind, also those no longer remembered.
    pub(crate) page: u32,
    /// The month of the calendar.
    pub(crate) month: String,
    /// What was just done, and to how many.
    pub(crate) done: String,
    /// To how many.
    pub(crate) count: String,
}

impl Address {
    /// Reads a query string.
    pub(crate) fn read(query: &str) -> Result<Self, Failure> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|_| Failure::unreadable())?;
        Ok(Self::of_pairs(&pairs))
    }

    /// Reads pairs of name and text, from an address or from a form.
    pub(crate) fn of_pairs(pairs: &[(String, String)]) -> Self {
        let mut address = Self::default();
        for (name, text) in pairs {
            address.take(name, text);
        }
        // A state chosen in the filter is a tab of its own.
        let state = pairs.iter().find(|(name, text)| name == "state" && !text.is_empty());
        if let Some((_, state)) = state {
            address.ask.tab.clone_from(state);
        }
        address
    }

    fn take(&mut self, name: &str, text: &str) {
        let ask = &mut self.ask;
        let place = match name {
            "tab" => &mut ask.tab,
            "q" => &mut ask.words,
            "due_from" => &mut ask.due_from,
            "due_until" => &mut ask.due_until,
            "sort" => &mut ask.sort,
            "after" => &mut ask.after,
            "figure" => &mut ask.figure,
            "period" => &mut ask.period,
            "part" => &mut ask.part,
            "slice" => &mut ask.slice,
            "who" => &mut ask.who,
            "month" => &mut self.month,
            "done" => &mut self.done,
            "count" => &mut self.count,
            "unit" => {
                // Nothing is chosen under an id that is none; a unit out of reach holds nothing either way.
                ask.unit = text.parse::<UnitId>().ok();
                return;
            }
            "behind" => {
                self.behind.push(text.to_owned());
                return;
            }
            "page" => {
                self.page = text.parse().unwrap_or(0);
                return;
            }
            _ => {
                if let Some(field) = name.strip_prefix("f.").filter(|_| !text.is_empty()) {
                    ask.fields.push((field.to_owned(), text.to_owned()));
                }
                return;
            }
        };
        text.clone_into(place);
    }

    /// What is asked as pairs, the empty ones left out.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let ask = &self.ask;
        let plain = [
            &ask.tab, &ask.words, &ask.due_from, &ask.due_until, &ask.sort, &ask.after, &ask.figure, &ask.period,
            &ask.part, &ask.slice, &ask.who,
        ];
        let mut pairs: Vec<(String, String)> =
            PLAIN.iter().zip(plain).map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
        pairs.push(("unit".to_owned(), ask.unit.map(|id| id.to_string()).unwrap_or_default()));
        pairs.extend(ask.fields.iter().map(|(field, text)| (format!("f.{field}"), text.clone())));
        pairs.retain(|(_, text)| !text.is_empty());
        pairs
    }

    /// The address below a path, on its first page.
    pub(crate) fn first(&self, path: &str) -> String {
        let first = Self { ask: RegisterAsk { after: String::new(), ..self.ask.clone() }, ..Self::default() };
        first.at(path)
    }

    /// The address of another ask, on its first page.
    pub(crate) fn asking(path: &str, change: impl FnOnce(&mut RegisterAsk), ask: &RegisterAsk) -> String {
        let mut ask = ask.clone();
        change(&mut ask);
        Self { ask, ..Self::default() }.first(path)
    }

    pub(crate) fn at(&self, path: &str) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.behind.iter().map(|key| ("behind".to_owned(), key.clone())));
        if self.page > 0 {
            pairs.push(("page".to_owned(), self.page.to_string()));
        }
        let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The next page, which begins after a key; this page joins those behind.
    pub(crate) fn next(&self, path: &str, after: &str) -> String {
        let mut next =
            Self { ask: self.ask.clone(), behind: self.behind.clone(), page: self.page + 1, ..Self::default() };
        next.behind.push(self.ask.after.clone());
        if next.behind.len() > MOST_BEHIND {
            next.behind.remove(0);
        }
        after.clone_into(&mut next.ask.after);
        next.at(path)
    }

    /// The page before; the first one if this address does not remember it; none on the first.
    pub(crate) fn previous(&self, path: &str) -> Option<String> {
        if self.ask.after.is_empty() {
            return None;
        }
        let mut before = self.clone();
        let Some(key) = before.behind.pop() else { return Some(self.first(path)) };
        before.page = if key.is_empty() { 0 } else { self.page.saturating_sub(1) };
        before.ask.after = key;
        Some(Self { month: String::new(), done: String::new(), count: String::new(), ..before }.at(path))
    }

    /// Is nothing narrowed beyond the tab?
    pub(crate) fn is_plain(&self) -> bool {
        let ask = &self.ask;
        let narrowed = [&ask.words, &ask.due_from, &ask.due_until, &ask.figure];
        ask.unit.is_none() && ask.fields.is_empty() && narrowed.iter().all(|text| text.is_empty())
    }
}

/// A register with a remark on what was done.
pub(crate) fn done(mechanism: &str, what: &str, count: usize) -> String {
    urls::with(&urls::register(mechanism), &[("done", what), ("count", &count.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_was() {
        let query = "tab=late&q=%E6%B8%94%E6%B8%AF&sort=-due&f.source=party_committee";
        let address = Address::read(query).expect("a readable address");
        assert_eq!(address.first("/m/x"), "/m/x?tab=late&q=%E6%B8%94%E6%B8%AF&sort=-due&f.source=party_committee");
    }

    #[test]
    fn pages_lead_on_and_back_to_where_one_came_from() {
        let first = Address::read("tab=open").expect("a readable address");
        assert_eq!(first.previous("/m/x"), None);
        let second = first.next("/m/x", "k1");
        let second = Address::read(second.split_once('?').expect("a query").1).expect("a readable address");
        assert_eq!((second.ask.after.as_str(), second.page), ("k1", 1));
        let third = second.next("/m/x", "k2");
        let third = Address::read(third.split_once('?').expect("a query").1).expect("a readable address");
        assert_eq!(third.previous("/m/x").as_deref(), Some("/m/x?tab=open&after=k1&behind=&page=1"));
        assert_eq!(second.previous("/m/x").as_deref(), Some("/m/x?tab=open"));
    }

    #[test]
    fn a_state_of_the_filter_is_a_tab() {
        assert_eq!(Address::read("tab=open&state=review").expect("a readable address").ask.tab, "review");
        assert_eq!(Address::read("tab=late&state=").expect("a readable address").ask.tab, "late");
    }
}
