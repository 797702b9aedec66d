//! How does a phone read a text from the screen?
//! As a square of dots with a quiet edge, dark on light also where the page is dark.
//! Never: a text longer than such a square holds; then nothing is drawn.

use super::raw;
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// The light edge around the dots, in dots.
const EDGE: usize = 4;

/// The square of a text.
pub fn qr(text: &str) -> Markup {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return html! {} };
    let (width, dots) = (code.width(), code.to_colors());
    let mut way = String::new();
    for (at, dot) in dots.iter().enumerate().filter(|(_, dot)| **dot == Color::Dark) {
        let _ = dot;
        // Writing into a string does not fail.
        let _ = write!(way, "M{} {}h1v1h-1z", at % width + EDGE, at / width + EDGE);
    }
    let size = width + 2 * EDGE;
    raw::svg(&format!(
        "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"二维码\" shape-rendering=\"crispEdges\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{way}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_square_and_none_of_its_letters_reach_the_page() {
        let drawn = qr("otpauth://totp/x:lin?secret=ABC\"><script>").into_string();
        assert!(drawn.starts_with("<svg viewBox=\"0 0 "), "{drawn}");
        assert!(!drawn.contains("script"), "{drawn}");
        assert_eq!(qr(&"x".repeat(5_000)).into_string(), "");
    }
}
