//! What does the page's HTML say? A small reader that takes whatever a browser would.
//!
//! Never complains: what it cannot read it leaves out.

/// A piece of a page.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// An element.
    Element(Element),
    /// Words.
    Text(String),
}

/// An element with all it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
}

const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
const RAW: [&str; 2] = ["script", "style"];

impl Element {
    /// An attribute's value.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Has it the class?
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
    }

    /// The elements directly below.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All elements below that fit, in the page's order.
    pub(crate) fn all<'a>(&'a self, fits: &dyn Fn(&Element) -> bool) -> Vec<&'a Element> {
        let mut found = Vec::new();
        self.gather(fits, &mut found);
        found
    }

    fn gather<'a>(&'a self, fits: &dyn Fn(&Element) -> bool, found: &mut Vec<&'a Element>) {
        for element in self.elements() {
            if fits(element) {
                found.push(element);
            }
            element.gather(fits, found);
        }
    }

    /// All elements of a name below.
    pub(crate) fn named(&self, name: &str) -> Vec<&Element> {
        self.all(&|element| element.name == name)
    }

    /// All words below, with single blanks.
    pub(crate) fn words(&self) -> String {
        let mut words = String::new();
        self.gather_words(&mut words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn gather_words(&self, words: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => words.push_str(text),
                Node::Element(element) if element.name == "svg" || RAW.contains(&element.name.as_str()) => {}
                Node::Element(element) => element.gather_words(words),
            }
        }
    }
}

/// Reads a page. The ends of lines are one sign each, as a browser reads them.
pub(crate) fn read(html: &str) -> Element {
    let html = html.replace("\r\n", "\n");
    let mut open = vec![Element { name: "page".to_owned(), ..Element::default() }];
    let mut rest = html.as_str();
    while let Some(at) = rest.find('<') {
        text(&mut open, &rest[..at]);
        rest = tag(&mut open, &rest[at..]);
    }
    text(&mut open, rest);
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().expect("the page itself stays open to the end")
}

fn text(open: &mut [Element], words: &str) {
    if !words.is_empty() {
        open.last_mut().expect("the page stays open").children.push(Node::Text(plain(words)));
    }
}

fn close(open: &mut Vec<Element>) {
    let element = open.pop().expect("only what is open is closed");
    open.last_mut().expect("the page stays open").children.push(Node::Element(element));
}

/// Reads one tag at the front and gives what comes after it.
fn tag<'a>(open: &mut Vec<Element>, rest: &'a str) -> &'a str {
    if let Some(after) = rest.strip_prefix("<!--") {
        return after.split_once("-->").map_or("", |(_, after)| after);
    }
    let Some(end) = end_of_tag(rest) else { return "" };
    let (inside, after) = (&rest[1..end], &rest[end + 1..]);
    if inside.starts_with('!') || inside.starts_with('?') {
        return after;
    }
    if let Some(name) = inside.strip_prefix('/') {
        let name = name.trim().to_ascii_lowercase();
        if open.iter().skip(1).any(|element| element.name == name) {
            while open.last().is_some_and(|element| element.name != name) {
                close(open);
            }
            close(open);
        }
        return after;
    }
    let element = element(inside.trim_end_matches('/'));
    let name = element.name.clone();
    open.push(element);
    if RAW.contains(&name.as_str()) {
        let closing = format!("</{name}>");
        let until = after.find(&closing).unwrap_or(after.len());
        close(open);
        return after[until..].strip_prefix(closing.as_str()).unwrap_or("");
    }
    if VOID.contains(&name.as_str()) || inside.ends_with('/') {
        close(open);
    }
    after
}

/// Where the tag ends: a `>` inside quotes does not count.
fn end_of_tag(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn element(inside: &str) -> Element {
    let (name, mut rest) = inside.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let until = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let key = rest[..until].to_ascii_lowercase();
        rest = rest[until..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            (value, rest) = attribute_value(after.trim_start());
        }
        if key.is_empty() {
            break;
        }
        attributes.push((key, value));
    }
    Element { name: name.to_ascii_lowercase(), attributes, children: Vec::new() }
}

fn attribute_value(rest: &str) -> (String, &str) {
    for quote in ['"', '\''] {
        if let Some(after) = rest.strip_prefix(quote) {
            let (value, after) = after.split_once(quote).unwrap_or((after, ""));
            return (plain(value), after);
        }
    }
    let until = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
    (plain(&rest[..until]), &rest[until..])
}

/// Text with its entities read.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let sign = rest.find(';').filter(|end| *end < 12).and_then(|end| Some((entity(&rest[1..end])?, end)));
        match sign {
            Some((sign, end)) => {
                out.push(sign);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[test]
fn a_page_is_read_even_where_it_is_not_tidy() {
    let page =
        read("<!doctype html><p class='a b'>甲 &lt;1&gt;<br>乙<ul><li>丙</div><li>丁</ul><script>if (a<b) {}</script>");
    assert_eq!(page.words(), "甲 <1>乙丙丁");
    assert!(page.named("p")[0].has_class("b"));
    assert_eq!(page.named("li").len(), 2);
}
