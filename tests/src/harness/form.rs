//! How is a form filled in? By the labels that a person reads, and sent by the button that they press.
//!
//! Never sends what stands on no form: a field that is not there fails the story and names those that are.

use super::markup::Element;

/// A form as it stands on a page, and what is filled in.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Where it is sent.
    pub(crate) action: String,
    /// `get` or `post`.
    pub(crate) method: String,
    /// Is it sent in parts, with files?
    pub(crate) in_parts: bool,
    controls: Vec<Control>,
    /// The button that sends it: name and value, if it has a name.
    pressed: Option<(String, String)>,
    /// The words of its buttons.
    pub(crate) buttons: Vec<String>,
    /// The words of the button that sends it.
    pub(crate) sent_by: String,
    /// Which of the page's forms it is.
    pub(crate) place: usize,
    /// The page that it stands on, and where that is shown in a window, if it is.
    pub(crate) page: (String, Option<u64>),
}

#[derive(Clone, Debug)]
struct Control {
    name: String,
    label: String,
    /// The legend of the group that it stands in.
    group: String,
    kind: String,
    value: String,
    is_on: bool,
    options: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
    /// As the page had it; nothing where it stands on no page.
    was: Option<(String, bool)>,
}

/// What somebody did to one control of a form.
#[derive(Clone, Debug)]
pub(crate) struct Filled {
    /// Its name.
    pub(crate) name: String,
    /// Which of the form's controls of that name.
    pub(crate) place: usize,
    /// Its kind: `text`, `select`, `checkbox`, `file` …
    pub(crate) kind: String,
    /// The value, or the value behind a box.
    pub(crate) value: String,
    /// Is the box ticked?
    pub(crate) is_on: bool,
    /// The files put into it.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// A part of a sent form.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// A text.
    Text(String, String),
    /// A file: field, file name, bytes.
    File(String, String, Vec<u8>),
}

impl Form {
    /// The form on a page whose button says so, or whose address ends so.
    pub(super) fn find(page: &Element, here: &str, wanted: &str) -> Option<Self> {
        let forms = page.named("form");
        let read = forms.iter().map(|form| Self::read(page, form, here));
        let read: Vec<Self> = read.collect();
        let exact = read.iter().position(|form| form.buttons.iter().any(|words| words == wanted));
        let ends = |form: &&Self| form.path().ends_with(wanted);
        let loose = |form: &&Self| form.buttons.iter().any(|words| words.contains(wanted));
        let mut found = match exact {
            Some(at) => read[at].clone(),
            None => read.iter().find(ends).or_else(|| read.iter().find(loose))?.clone(),
        };
        found.place = read.iter().position(|form| form.action == found.action && form.buttons == found.buttons)?;
        found.press(page, forms[found.place], wanted);
        Some(found)
    }

    fn path(&self) -> &str {
        self.action.split(['?', '#']).next().unwrap_or("")
    }

    fn read(page: &Element, form: &Element, here: &str) -> Self {
        let action = form.attribute("action").filter(|it| !it.is_empty()).unwrap_or(here).to_owned();
        let mut controls = Vec::new();
        for control in own(page, form, &["input", "select", "textarea"]) {
            controls.extend(Control::read(page, control));
        }
        Self {
            action,
            method: form.attribute("method").unwrap_or("get").to_ascii_lowercase(),
            in_parts: form.attribute("enctype") == Some("multipart/form-data"),
            controls,
            pressed: None,
            buttons: own(page, form, &["button"]).iter().map(|button| spoken(button)).collect(),
            sent_by: String::new(),
            place: 0,
            page: (here.to_owned(), None),
        }
    }

    /// Chooses the button by its words, else the one that only sends.
    fn press(&mut self, page: &Element, form: &Element, words: &str) {
        let buttons = own(page, form, &["button"]);
        let by_words = |exactly: bool| {
            buttons.iter().find(|it| if exactly { spoken(it) == words } else { spoken(it).contains(words) })
        };
        let plain = || buttons.iter().find(|it| it.attribute("name").is_none()).or(buttons.first());
        let Some(button) = by_words(true).or_else(|| by_words(false)).or_else(plain) else { return };
        self.sent_by = spoken(button);
        if let Some(action) = button.attribute("formaction") {
            self.action = action.to_owned();
        }
        if let Some(method) = button.attribute("formmethod") {
            self.method = method.to_ascii_lowercase();
        }
        if let Some(kind) = button.attribute("formenctype") {
            self.in_parts = kind == "multipart/form-data";
        }
        let name = button.attribute("name").filter(|name| !name.is_empty());
        self.pressed = name.map(|name| (name.to_owned(), button.attribute("value").unwrap_or("").to_owned()));
    }

    /// Fills in a field by its label: types, chooses by the words that are read, or ticks.
    pub(crate) fn with(mut self, label: &str, value: &str) -> Self {
        let labels = self.labels();
        let Some(at) = self.at(label) else { panic!("no field “{label}” on the form; there are: {labels}") };
        match self.controls[at].kind.as_str() {
            "select" => self.controls[at].value = self.controls[at].option(value),
            "checkbox" | "radio" => self.tick(label, value),
            "file" => self.controls[at].files.push((value.to_owned(), sample(value))),
            _ => self.controls[at].value = value.to_owned(),
        }
        self
    }

    /// Puts a file into a field.
    pub(crate) fn with_file(mut self, label: &str, name: &str, bytes: &[u8]) -> Self {
        let labels = self.labels();
        let at = self.at(label).or_else(|| self.controls.iter().position(|it| it.kind == "file" && label.is_empty()));
        let Some(at) = at else { panic!("no field “{label}” on the form; there are: {labels}") };
        assert_eq!(self.controls[at].kind, "file", "“{label}” takes no file");
        self.controls[at].files.push((name.to_owned(), bytes.to_vec()));
        self
    }

    /// Sends a value under a name: as a person could, if the form offers it, else as people do who do not use the page.
    pub(crate) fn forged(mut self, name: &str, value: &str) -> Self {
        if self.chooses(name, value) {
            return self;
        }
        let has = |control: &Control| control.name == name;
        self.controls.retain(|control| !has(control));
        let forged = Control {
            name: name.to_owned(),
            label: String::new(),
            group: String::new(),
            kind: "hidden".to_owned(),
            value: value.to_owned(),
            is_on: true,
            options: Vec::new(),
            files: Vec::new(),
            was: None,
        };
        self.controls.push(forged);
        self
    }

    /// Types or chooses a value under a name, if that can be done on the page.
    fn chooses(&mut self, name: &str, value: &str) -> bool {
        let own: Vec<usize> = (0..self.controls.len()).filter(|at| self.controls[*at].name == name).collect();
        let kind = |at: usize| self.controls[at].kind.clone();
        match own[..] {
            [at] if kind(at) == "select" && self.controls[at].options.iter().any(|(own, _)| own == value) => {
                value.clone_into(&mut self.controls[at].value);
            }
            [at] if matches!(kind(at).as_str(), "text" | "textarea") => value.clone_into(&mut self.controls[at].value),
            [first, ..] if kind(first) == "radio" && own.iter().any(|at| self.controls[*at].value == value) => {
                own.iter().for_each(|at| self.controls[*at].is_on = self.controls[*at].value == value);
            }
            _ => return false,
        }
        true
    }

    /// What stands in a field.
    pub(crate) fn typed(&self, label: &str) -> String {
        let labels = self.labels();
        let Some(at) = self.at(label) else { panic!("no field “{label}” on the form; there are: {labels}") };
        self.controls[at].value.clone()
    }

    /// What may be chosen in a field.
    pub(crate) fn choices(&self, label: &str) -> Vec<String> {
        let at = self.at(label).expect("the field is there");
        let control = &self.controls[at];
        if control.kind == "select" {
            return control.options.iter().skip(1).map(|(_, words)| words.clone()).collect();
        }
        self.controls.iter().filter(|it| it.group == label).map(|it| it.label.clone()).collect()
    }

    /// Is there such a field?
    pub(crate) fn has(&self, label: &str) -> bool {
        self.at(label).is_some()
    }

    /// The value sent under a name, hidden ones too.
    pub(crate) fn hidden(&self, name: &str) -> Option<&str> {
        self.controls.iter().find(|it| it.name == name).map(|it| it.value.as_str())
    }

    /// Ticks every box of a name: “select all on this page”.
    pub(crate) fn ticking_all(mut self, name: &str) -> Self {
        for control in self.controls.iter_mut().filter(|it| it.name == name && it.kind == "checkbox") {
            control.is_on = true;
        }
        self
    }

    pub(crate) fn labels(&self) -> String {
        let shown = self.controls.iter().filter(|it| it.kind != "hidden");
        shown
            .map(|it| if it.group.is_empty() { it.label.clone() } else { format!("{}/{}", it.group, it.label) })
            .collect::<Vec<_>>()
            .join("、")
    }

    fn at(&self, label: &str) -> Option<usize> {
        let visible = |it: &&Control| it.kind != "hidden";
        let place = |fits: &dyn Fn(&Control) -> bool| {
            self.controls.iter().enumerate().find(|(_, it)| visible(it) && fits(it)).map(|(at, _)| at)
        };
        place(&|it| it.label == label)
            .or_else(|| place(&|it| it.group == label))
            .or_else(|| place(&|it| it.name == label))
            .or_else(|| place(&|it| it.label.starts_with(label)))
    }

    fn tick(&mut self, label: &str, value: &str) {
        let wanted: Vec<&str> = value.split('、').collect();
        for control in &mut self.controls {
            let is_group = control.group == label && matches!(control.kind.as_str(), "checkbox" | "radio");
            if is_group {
                control.is_on = wanted.iter().any(|it| control.label.starts_with(it) || control.value == *it);
            } else if control.label == label {
                control.is_on = value != "否";
            }
        }
    }

    /// What was done to it; nothing if it holds what no page offers.
    pub(crate) fn filled(&self) -> Option<Vec<Filled>> {
        let mut filled = Vec::new();
        for (at, control) in self.controls.iter().enumerate() {
            let (value, is_on) = control.was.as_ref()?;
            if control.files.is_empty() && *value == control.value && *is_on == control.is_on {
                continue;
            }
            if control.kind == "hidden" {
                return None;
            }
            filled.push(Filled {
                name: control.name.clone(),
                place: self.controls[..at].iter().filter(|it| it.name == control.name).count(),
                kind: control.kind.clone(),
                value: control.value.clone(),
                is_on: control.is_on,
                files: control.files.clone(),
            });
        }
        Some(filled)
    }

    /// What a browser would send.
    pub(super) fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for control in &self.controls {
            match control.kind.as_str() {
                "file" if control.files.is_empty() => {
                    parts.push(Part::File(control.name.clone(), String::new(), Vec::new()));
                }
                "file" => parts.extend(
                    control
                        .files
                        .iter()
                        .map(|(name, bytes)| Part::File(control.name.clone(), name.clone(), bytes.clone())),
                ),
                "checkbox" | "radio" if !control.is_on => {}
                _ => parts.push(Part::Text(control.name.clone(), control.value.clone())),
            }
        }
        parts.extend(self.pressed.iter().map(|(name, value)| Part::Text(name.clone(), value.clone())));
        parts
    }
}

impl Control {
    fn read(page: &Element, element: &Element) -> Option<Self> {
        let name = element.attribute("name").filter(|name| !name.is_empty())?.to_owned();
        if element.attribute("disabled").is_some() {
            return None;
        }
        let kind = match element.name.as_str() {
            "input" => element.attribute("type").unwrap_or("text").to_owned(),
            other => other.to_owned(),
        };
        if matches!(kind.as_str(), "submit" | "button" | "reset" | "image") {
            return None;
        }
        let options: Vec<(String, String)> = element
            .named("option")
            .iter()
            .map(|it| (it.attribute("value").map_or_else(|| it.words(), str::to_owned), it.words()))
            .collect();
        let chosen = element.named("option").iter().position(|it| it.attribute("selected").is_some()).unwrap_or(0);
        let value = match kind.as_str() {
            "select" => options.get(chosen).map(|(value, _)| value.clone()).unwrap_or_default(),
            "textarea" => raw_words(element),
            "checkbox" | "radio" => element.attribute("value").unwrap_or("on").to_owned(),
            _ => element.attribute("value").unwrap_or("").to_owned(),
        };
        let (label, group) = label(page, element);
        let is_on = element.attribute("checked").is_some();
        let was = Some((value.clone(), is_on));
        Some(Self { name, label, group, kind, value, is_on, options, files: Vec::new(), was })
    }

    /// The value of the option that reads so.
    fn option(&self, words: &str) -> String {
        let exact = self.options.iter().find(|(value, own)| own == words || value == words);
        let found = exact.or_else(|| self.options.iter().find(|(_, own)| own.contains(words)));
        let Some((value, _)) = found else {
            panic!("“{}” offers no “{words}”: {:?}", self.label, self.options)
        };
        value.clone()
    }
}

/// The controls of a form: those inside it, and those that name it.
fn own<'a>(page: &'a Element, form: &'a Element, names: &[&str]) -> Vec<&'a Element> {
    let mut found = form.all(&|it| names.contains(&it.name.as_str()) && it.attribute("form").is_none());
    if let Some(id) = form.attribute("id") {
        found.extend(page.all(&|it| names.contains(&it.name.as_str()) && it.attribute("form") == Some(id)));
    }
    found
}

fn spoken(button: &Element) -> String {
    let words = button.words();
    if words.is_empty() { button.attribute("aria-label").unwrap_or("").to_owned() } else { words }
}

fn raw_words(element: &Element) -> String {
    let text: String = element
        .children
        .iter()
        .filter_map(|node| match node {
            super::markup::Node::Text(text) => Some(text.as_str()),
            super::markup::Node::Element(_) => None,
        })
        .collect();
    text.strip_prefix('\n').unwrap_or(&text).to_owned()
}

/// What a person reads beside a control, and the legend over it.
fn label(page: &Element, control: &Element) -> (String, String) {
    let same = |it: &Element| std::ptr::eq(it, control);
    let holds = |it: &Element| !it.all(&same).is_empty();
    let clean = |words: String| words.replace("必填", "").replace(['*', '＊'], "").trim().to_owned();
    let group = page.all(&|it| it.name == "fieldset" && holds(it));
    let group = group.last().and_then(|it| it.elements().find(|it| it.name == "legend")).map(|it| clean(it.words()));
    let by_id = control.attribute("id").and_then(|id| {
        page.all(&|it| it.name == "label" && it.attribute("for") == Some(id)).first().map(|it| clean(it.words()))
    });
    let around = || page.all(&|it| it.name == "label" && holds(it)).last().map(|it| clean(it.words()));
    let spoken = control.attribute("aria-label").map(str::to_owned);
    (by_id.or(spoken).or_else(around).unwrap_or_default(), group.unwrap_or_default())
}

/// Bytes that look like a file of this name.
fn sample(name: &str) -> Vec<u8> {
    let begin: &[u8] = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "pdf" => b"%PDF-1.7\n",
        "png" => b"\x89PNG\r\n\x1a\n",
        "jpg" => b"\xff\xd8\xff",
        "docx" | "xlsx" | "zip" | "ofd" => b"PK\x03\x04",
        _ => b"",
    };
    [begin, name.as_bytes(), "的内容".as_bytes()].concat()
}
