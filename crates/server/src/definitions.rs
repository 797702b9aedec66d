//! Which definitions are in force? Those inside the binary, with the site's own folder laid over them.
//!
//! The folder is watched: a change is taken if it has no problems; else what was in force stays.
//! Never takes a definition with a problem.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use app::office::Definitions;
use kernel::problem::{Problem, SourceFile};
use rust_embed::RustEmbed;

/// The definitions as they lay beside the sources when the binary was built.
#[derive(RustEmbed)]
#[folder = "../../definitions"]
struct Shipped;

/// The most files, the deepest folder and the longest file of a site: more is not definitions.
const MOST_FILES: usize = 5_000;
const DEEPEST: usize = 4;
const LONGEST: u64 = 4 * 1024 * 1024;

/// The definitions inside the binary.
pub fn shipped() -> Vec<SourceFile> {
    let file = |path: std::borrow::Cow<'static, str>| {
        let bytes = Shipped::get(&path)?.data;
        Some(SourceFile { path: Arc::from(&*path), text: Arc::from(String::from_utf8_lossy(&bytes)) })
    };
    Shipped::iter().filter(|path| is_definition(path)).filter_map(file).collect()
}

/// The definitions inside the binary with the files of a folder laid over them.
pub fn overlay(folder: &Path) -> anyhow::Result<Vec<SourceFile>> {
    Ok(kernel::catalog::overlay(shipped(), in_folder(folder)?))
}

/// Mechanisms and vocabulary are `.kdl`, templates `.txt`; anything else is for people.
fn is_definition(path: &str) -> bool {
    path.ends_with(".kdl") || path.ends_with(".txt")
}

/// The definitions that a start with or without a site's folder has, and what is wrong with them.
pub fn load(site: Option<&Path>) -> anyhow::Result<(Definitions, Vec<Problem>)> {
    let files = match site {
        Some(folder) => overlay(folder)?,
        None => shipped(),
    };
    Ok(app::office::read_definitions(files))
}

/// Problems by file and line.
pub fn in_order(problems: &[Problem]) -> Vec<&Problem> {
    let mut all: Vec<&Problem> = problems.iter().collect();
    all.sort();
    all
}

/// The definition files of a folder.
fn in_folder(folder: &Path) -> anyhow::Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for (path, _) in listing(folder)? {
        let full = folder.join(&path);
        let bytes = std::fs::read(&full).with_context(|| format!("读不到定义文件 {}", full.display()))?;
        let Ok(text) = String::from_utf8(bytes) else {
            bail!("定义文件 {} 不是 UTF-8 编码，请另存为 UTF-8", full.display());
        };
        let text = text.trim_start_matches('\u{feff}');
        files.push(SourceFile { path: Arc::from(path.as_str()), text: Arc::from(text) });
    }
    Ok(files)
}

/// When each file of a folder was changed, and how long it is.
type Seen = BTreeMap<String, (Option<SystemTime>, u64)>;

fn listing(folder: &Path) -> anyhow::Result<Seen> {
    let mut seen = Seen::new();
    walk(folder, "", 0, &mut seen).with_context(|| format!("读不到定义文件夹 {}", folder.display()))?;
    if seen.len() > MOST_FILES {
        bail!("定义文件夹 {} 里的文件太多，最多{MOST_FILES}个", folder.display());
    }
    if let Some((path, _)) = seen.iter().find(|(_, (_, length))| *length > LONGEST) {
        bail!("定义文件 {} 太大", folder.join(path).display());
    }
    Ok(seen)
}

fn walk(folder: &Path, inside: &str, depth: usize, seen: &mut Seen) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || seen.len() > MOST_FILES {
            continue;
        }
        let path = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        let facts = std::fs::metadata(entry.path())?;
        if facts.is_dir() && depth < DEEPEST {
            walk(&entry.path(), &path, depth + 1, seen)?;
        } else if facts.is_file() && is_definition(&name) {
            seen.insert(path, (facts.modified().ok(), facts.len()));
        }
    }
    Ok(())
}

/// Looks at a site's folder from time to time.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    seen: Seen,
}

impl Watch {
    /// Watches the folder from how it is now.
    pub fn new(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self { folder: folder.to_owned(), seen: listing(folder)? })
    }

    /// The definitions anew, if a file was added, changed or taken away since the last look.
    pub fn look(&mut self) -> anyhow::Result<Option<(Definitions, Vec<Problem>)>> {
        let seen = listing(&self.folder)?;
        if seen == self.seen {
            return Ok(None);
        }
        self.seen = seen;
        load(Some(&self.folder)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_definitions_are_inside_and_have_no_problems() {
        let (definitions, problems) = load(None).unwrap();
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
        assert!(definitions.catalog.mechanism("task_order").is_some());
        assert!(definitions.catalog.vocabulary.messages.contains_key("field.missing"));
    }

    #[test]
    fn a_change_in_the_sites_folder_is_seen_once_and_its_problems_are_told() {
        let folder = std::env::temp_dir().join(format!("zugong-overlay-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("vocabulary")).unwrap();
        let mut watch = Watch::new(&folder).unwrap();
        assert!(watch.look().unwrap().is_none());
        let site = folder.join("vocabulary/site.kdl");
        let settings =
            ["机关名称", "发文机关", "印发机关", "机关代字"].map(|it| format!("setting \"{it}\" \"丙区\"\n"));
        std::fs::write(&site, settings.concat()).unwrap();
        let (definitions, problems) = watch.look().unwrap().expect("a file was added");
        assert_eq!(problems, []);
        assert_eq!(definitions.catalog.vocabulary.setting("发文机关"), Some("丙区"));
        assert!(watch.look().unwrap().is_none());
        std::fs::write(&site, "settin \"机关名称\" \"丙区\"\n").unwrap();
        let (_, problems) = watch.look().unwrap().expect("a file was changed");
        assert!(problems.iter().any(|it| it.path == "vocabulary/site.kdl"), "{problems:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
