//! Which fonts does the press of the stories find? Those that `cargo xtask test` installs.
//!
//! Opened once for all stories: looking for fonts takes longer than a story.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use documents::pdf::Press;

static PRESS: LazyLock<Arc<Press>> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [root.join("target/fonts"), PathBuf::from("/usr/share/fonts")];
    Arc::new(Press::open(&folders).expect("the press opens; `cargo xtask test` installs its fonts"))
});

/// The press of the stories.
pub(super) fn press() -> Arc<Press> {
    PRESS.clone()
}
