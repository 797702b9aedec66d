//! Is what reaches the browser safe, and does an old browser understand it?
//!
//! The floor is Chromium 91: terminals in closed networks are old.

use super::Finding;
use super::tree::Tree;

const RAW: &str = "raw.rs";
const RAW_MEND: &str = "escape by type; the one place for ready-made markup is a file raw.rs in crates/web/src";
const FLOOR_MEND: &str = "the floor is Chromium 91: do it without, or in the older way";

/// What Chromium 91 does not know, with the version that brought it.
const CSS_TOO_NEW: [(&str, u32); 44] = [
    (":has(", 105),
    ("@layer", 99),
    ("@container", 105),
    ("container-type", 105),
    ("@scope", 118),
    ("@starting-style", 117),
    ("color-mix(", 111),
    ("oklch(", 111),
    ("oklab(", 111),
    ("light-dark(", 123),
    ("subgrid", 117),
    ("dvh", 108),
    ("svh", 108),
    ("lvh", 108),
    ("accent-color", 93),
    ("field-sizing", 123),
    ("text-wrap", 114),
    ("view-transition", 111),
    (":popover-open", 114),
    (":modal", 105),
    (":user-valid", 119),
    (":user-invalid", 119),
    (":open", 133),
    ("@position-try", 125),
    ("anchor-name", 125),
    ("animation-timeline", 115),
    ("scroll-timeline", 115),
    ("interpolate-size", 129),
    ("scrollbar-gutter", 94),
    ("font-palette", 101),
    ("color(", 111),
    ("lab(", 111),
    ("lch(", 111),
    ("hwb(", 101),
    ("linear(", 113),
    ("hypot(", 120),
    ("round(", 125),
    ("cqw", 105),
    ("cqi", 105),
    ("dvw", 108),
    ("svw", 108),
    ("lvw", 108),
    ("(width >", 104),
    ("(width <", 104),
];
const JS_TOO_NEW: [(&str, u32); 34] = [
    ("structuredClone", 98),
    (".at(", 92),
    ("Object.hasOwn", 93),
    ("randomUUID", 92),
    ("showPicker", 99),
    ("showPopover", 114),
    ("togglePopover", 114),
    (".inert", 102),
    ("AbortSignal.timeout", 103),
    ("AbortSignal.any", 116),
    ("startViewTransition", 111),
    ("toReversed", 110),
    ("toSorted", 110),
    ("toSpliced", 110),
    (".findLast(", 97),
    (".findLastIndex(", 97),
    ("Object.groupBy", 117),
    ("withResolvers", 119),
    ("checkVisibility", 105),
    ("static {", 94),
    ("Array.fromAsync", 121),
    ("Promise.try", 128),
    ("isSubsetOf", 122),
    ("Iterator.from", 122),
    ("URL.canParse", 120),
    ("URL.parse", 126),
    ("setHTMLUnsafe", 124),
    ("getHTML", 125),
    ("scheduler.", 94),
    ("navigation.", 102),
    ("URLPattern", 95),
    ("EyeDropper", 95),
    ("scrollend", 114),
    (":has(", 105),
];
const MARKUP_TOO_NEW: [(&str, u32); 4] =
    [("popovertarget", 114), ("popover=", 114), ("shadowrootmode", 111), (" inert", 102)];

/// `PreEscaped` stands in one module of the web crate and nowhere else.
pub(super) fn raw_markup(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut homes = 0;
    for (path, source) in tree.sources("") {
        let Some(line) = source.code.lines().position(|line| line.contains("PreEscaped")) else { continue };
        let is_home = path.starts_with("crates/web/src/") && path.ends_with(&format!("/{RAW}"));
        homes += usize::from(is_home);
        if !is_home || homes > 1 {
            findings.push(Finding::new(path, line + 1, "PreEscaped outside of the one module for it", RAW_MEND));
        }
    }
    findings
}

/// Style sheets, scripts and markup use nothing that Chromium 91 lacks.
pub(super) fn old_browsers(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files("crates/web/assets/", ".css") {
        let text = without_comments(text, false);
        findings.extend(too_new(path, &text, &CSS_TOO_NEW));
        findings.extend(nested(path, &text));
    }
    for (path, text) in tree.files("crates/web/assets/", ".js") {
        findings.extend(too_new(path, &without_comments(text, true), &JS_TOO_NEW));
    }
    for (path, source) in tree.sources("crates/web/src/") {
        findings.extend(too_new(path, &source.code, &MARKUP_TOO_NEW));
    }
    findings
}

fn too_new(path: &str, text: &str, features: &[(&str, u32)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for (feature, version) in features.iter().filter(|(feature, _)| uses(line, feature)) {
            let what = format!("{} came with Chromium {version}", feature.trim_matches(['(', '{', ' ', '=']));
            findings.push(Finding::new(path, at + 1, what, FLOOR_MEND));
        }
    }
    findings
}

/// Whether a line uses a feature as a word of its own; units such as `dvh` may follow a digit.
fn uses(line: &str, feature: &str) -> bool {
    line.match_indices(feature).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + feature.len()..].chars().next();
        let in_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let opens_word = feature.starts_with(|c: char| c.is_ascii_alphabetic());
        let ends_word = feature.ends_with(|c: char| c.is_ascii_alphabetic());
        let inside_a_longer_word = (opens_word && in_word(before)) || (ends_word && in_word(after));
        !inside_a_longer_word
    })
}

/// A rule inside a rule: nesting came with Chromium 112. Only at-rules may hold rules.
fn nested(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open: Vec<bool> = Vec::new();
    let mut prelude = String::new();
    let mut line = 1;
    for c in without_strings(text).chars() {
        match c {
            '{' => {
                if open.last() == Some(&false) {
                    findings.push(Finding::new(path, line, "nesting came with Chromium 112", FLOOR_MEND));
                }
                open.push(prelude.trim_start().starts_with('@') && !prelude.contains("@font-face"));
                prelude.clear();
            }
            '}' => {
                open.pop();
                prelude.clear();
            }
            ';' => prelude.clear(),
            _ => prelude.push(c),
        }
        line += usize::from(c == '\n');
    }
    findings
}

/// The text with its comments made blank. Strings and, in scripts, regular expressions are stepped over.
fn without_comments(text: &str, script: bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = '\n';
    while let Some(c) = rest.chars().next() {
        let (length, comment) = match c {
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |at| at + 2), true),
            '/' if script && rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), true),
            '"' | '\'' | '`' => (quoted(rest, c), false),
            '/' if script && "(,=:[!&|?{};\n".contains(before) => (quoted(rest, '/'), false),
            c => (c.len_utf8(), false),
        };
        let (piece, tail) = rest.split_at(length);
        if comment {
            kept.extend(piece.chars().filter(|c| *c == '\n'));
        } else {
            kept.push_str(piece);
            before = piece.chars().rfind(|c| !c.is_whitespace()).unwrap_or(before);
        }
        rest = tail;
    }
    kept
}

/// The text with the insides of its strings left out, line by line.
fn without_strings(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if c == '"' || c == '\'' { quoted(rest, c) } else { c.len_utf8() };
        let (piece, tail) = rest.split_at(length);
        kept.push_str(if length > c.len_utf8() { "" } else { piece });
        rest = tail;
    }
    kept
}

/// The length of what begins with a quote, up to the same quote; a class in a regular expression may hold it.
fn quoted(text: &str, quote: char) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if quote == '/' => class = true,
            ']' if quote == '/' => class = false,
            '\n' if quote != '`' => return at,
            c if c == quote && !class => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn raw_markup_has_one_home() {
        let use_it = "//! x\nfn f() { PreEscaped(1) }";
        let files = [("crates/web/src/parts/raw.rs", use_it), ("crates/web/src/pages/record.rs", use_it)];
        let expected = ["crates/web/src/pages/record.rs:2: PreEscaped outside of the one module for it"];
        assert_eq!(found(raw_markup, &files), expected);
        assert!(found(raw_markup, &[files[0], ("crates/web/src/a.rs", "// PreEscaped is not for here")]).is_empty());
    }

    #[test]
    fn what_chromium_91_lacks_is_found() {
        let css = "a:has(b) { x: 1 }\n/* :has( */\n.c { height: 100dvh; &:hover { x: 1 } }";
        let js = "let a = b.at(-1); // structuredClone\nconst u = \"http://x\"; x = structuredClone(u)";
        let files = [
            ("crates/web/assets/app.css", css),
            ("crates/web/assets/app.js", js),
            ("crates/web/src/a.rs", "button popovertarget=\"m\" {}"),
        ];
        let expected = [
            "crates/web/assets/app.css:1: :has came with Chromium 105",
            "crates/web/assets/app.css:3: dvh came with Chromium 108",
            "crates/web/assets/app.css:3: nesting came with Chromium 112",
            "crates/web/assets/app.js:1: .at came with Chromium 92",
            "crates/web/assets/app.js:2: structuredClone came with Chromium 98",
            "crates/web/src/a.rs:1: popovertarget came with Chromium 114",
        ];
        assert_eq!(found(old_browsers, &files), expected);
    }

    #[test]
    fn older_ways_pass() {
        let css =
            "@media print { .a { b: c } }\n@font-face { x: url(\"a;b{\") }\n.what-is { content: \"/*\" }\n.d { e: f }";
        let js =
            "const t = s.replace(/[/*\"]+/g, \"\"); format(1); Object.hasOwnProperty; x = a / b; /* structuredClone */";
        let files = [("crates/web/assets/app.css", css), ("crates/web/assets/app.js", js)];
        assert!(found(old_browsers, &files).is_empty(), "{:?}", found(old_browsers, &files));
    }
}
