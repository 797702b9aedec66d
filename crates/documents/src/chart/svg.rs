//! How is a drawing written down? Shapes as SVG text.
//!
//! Never writes a style attribute, a script or a link that could run one.

use std::fmt::Write as _;

/// Ink of texts.
pub(super) const INK: &str = "#1f2329";
/// Ink of labels.
pub(super) const PALE_INK: &str = "#6b7178";
/// Lines behind the figures.
pub(super) const GRID: &str = "#e3e5e8";
/// The line of a target.
pub(super) const TARGET: &str = "#a15c00";

/// Where a text begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

/// A drawing in the making.
pub(super) struct Drawing {
    text: String,
}

impl Drawing {
    /// An empty sheet, with the words for those who cannot see it.
    pub(super) fn new(width: f64, height: f64, class: &str, title: &str) -> Self {
        let mut text = String::with_capacity(4_096);
        let (width, height, title) = (number(width), number(height), escape(title));
        let _ = write!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" width=\"100%\" \
             role=\"img\" aria-label=\"{title}\" font-family=\"'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif\" font-size=\"12\"><title>{title}</title>"
        );
        Self { text }
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64), colour: &str) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        let dashes = if class == "target" { " stroke-dasharray=\"4 3\"" } else { "" };
        let _ = write!(
            self.text,
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\"{dashes}/>"
        );
    }

    /// A filled box.
    pub(super) fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), colour: &str) {
        let [x, y, width, height] = [corner.0, corner.1, size.0.max(0.0), size.1.max(0.0)].map(number);
        let _ = write!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        );
    }

    /// A box with round corners and an edge.
    pub(super) fn frame(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), fill: &str, edge: &str) {
        let [x, y, width, height] = [corner.0, corner.1, size.0, size.1].map(number);
        let _ = write!(
            self.text,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\" fill=\"{fill}\" stroke=\"{edge}\"/>"
        );
    }

    /// A dot.
    pub(super) fn dot(&mut self, class: &str, centre: (f64, f64), radius: f64, colour: &str) {
        let [x, y, r] = [centre.0, centre.1, radius].map(number);
        let _ = write!(self.text, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{colour}\"/>");
    }

    /// A line through several points.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)], colour: &str, width: f64) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        let _ = write!(
            self.text,
            "<polyline class=\"{class}\" points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>",
            points.join(" "),
            number(width)
        );
    }

    /// A filled area with these corners.
    pub(super) fn polygon(&mut self, class: &str, points: &[(f64, f64)], colour: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
        let _ = write!(self.text, "<polygon class=\"{class}\" points=\"{}\" fill=\"{colour}\"/>", points.join(" "));
    }

    /// A text; its baseline is at `y`.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, colour: &str, words: &str) {
        let [x, y] = [at.0, at.1].map(number);
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(
            self.text,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor} fill=\"{colour}\">{}</text>",
            escape(words)
        );
    }

    /// Draws a group that says its words when pointed at, and is a link if there is somewhere to go.
    pub(super) fn datum(&mut self, words: &str, href: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let href = href.filter(|href| is_safe(href));
        match href {
            Some(href) => {
                let _ = write!(self.text, "<a href=\"{}\"><title>{}</title>", escape(href), escape(words));
            }
            None => {
                let _ = write!(self.text, "<g><title>{}</title>", escape(words));
            }
        }
        draw(self);
        self.text.push_str(if href.is_some() { "</a>" } else { "</g>" });
    }

    /// The SVG text.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }
}

/// May the link be followed? Only paths of our own, places in the page, and web addresses.
fn is_safe(href: &str) -> bool {
    let own = href.starts_with('/') && !href.starts_with("//");
    own || href.starts_with(['#', '?']) || href.starts_with("https://") || href.starts_with("http://")
}

/// A coordinate with at most one decimal.
fn number(value: f64) -> String {
    let tenths = (value.clamp(-1e6, 1e6) * 10.0).round() / 10.0;
    // No "-0": the same drawing has the same text.
    format!("{}", if tenths == 0.0 { 0.0 } else { tenths })
}

/// A text inside XML.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in crate::official::printable(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// The width of a text at this size.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.56 } else { 1.0 }).sum::<f64>() * size
}

/// The text, shortened with `…` to fit.
pub(super) fn shorten(text: &str, size: f64, room: f64) -> String {
    if text_width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if text_width(&short, size) + size > room {
            short.pop();
            break;
        }
    }
    format!("{short}…")
}
