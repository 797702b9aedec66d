//! How does a picture that the server drew reach the page?
//! Charts and flow pictures come as SVG text from our own drawing code and are passed through unchanged.
//! Never: text that a person typed.

use maud::{Markup, PreEscaped};

/// Passes SVG text drawn by our own code into the page, unescaped.
///
/// The caller vouches for it: the drawing code must have escaped the words it was given.
pub fn svg(drawn: &str) -> Markup {
    PreEscaped(drawn.to_owned())
}
