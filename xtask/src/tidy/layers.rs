//! Does every crate keep to its layer?
//!
//! `server → web → app → {store, documents} → kernel`; `texts` stands on `kernel` alone.
//! Cargo holds what a manifest does not name; this rule holds the manifests, by reading them.

use super::Finding;
use super::tree::Tree;

/// One crate: the workspace crates it may stand on, and what it must never bring in.
struct Layer {
    name: &'static str,
    stands_on: &'static [&'static str],
    never: &'static [&'static str],
}

const IO: [&str; 10] =
    ["tokio", "sqlx", "rusqlite", "axum", "maud", "tower", "tower-http", "reqwest", "rust-embed", "clap"];
const HTML_AND_HTTP: [&str; 6] = ["axum", "maud", "tower", "tower-http", "http", "rust-embed"];

const LAYERS: [Layer; 7] = [
    Layer { name: "kernel", stands_on: &[], never: &IO },
    Layer { name: "texts", stands_on: &["kernel"], never: &IO },
    Layer { name: "documents", stands_on: &["kernel"], never: &IO },
    Layer { name: "store", stands_on: &["kernel"], never: &HTML_AND_HTTP },
    Layer { name: "app", stands_on: &["documents", "kernel", "store", "texts"], never: &HTML_AND_HTTP },
    Layer { name: "web", stands_on: &["app", "documents", "kernel", "texts"], never: &["sqlx", "rusqlite"] },
    Layer { name: "server", stands_on: &["app", "documents", "kernel", "store", "texts", "web"], never: &[] },
];

/// Crates without IO, clock or randomness: the same input gives the same output, on any machine and any day.
const PURE: [&str; 2] = ["kernel", "texts"];
const IMPURE: [&str; 8] =
    ["std::fs", "std::net", "std::env", "std::process", "std::thread", "Instant::now", "async fn", "thread_rng"];

const LAYER: &str = "ARCHITECTURE.md shows who stands on whom: move the code to the crate that may, or pass a value";
const NEW: &str = "a new crate needs a prohibition or a heavy dependency as its reason: add it to LAYERS in xtask";
const PURITY: &str = "read it in app or server and pass the value down";

/// Manifests name only what their layer allows.
pub(super) fn manifests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let crates = tree.crates();
    for name in &crates {
        let path = format!("crates/{name}/Cargo.toml");
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == *name) else {
            findings.push(Finding::new(&path, 0, format!("crate {name} has no layer"), NEW));
            continue;
        };
        for (line, dependency) in dependencies(tree.text(&path).unwrap_or_default()) {
            let too_high = crates.contains(dependency) && !layer.stands_on.contains(&dependency);
            if too_high || layer.never.contains(&dependency) {
                findings.push(Finding::new(&path, line, format!("{name} must not depend on {dependency}"), LAYER));
            }
        }
    }
    findings
}

/// The pure crates touch neither files nor network, environment, clock, threads or chance; tests may.
pub(super) fn purity(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in PURE {
        let under = format!("crates/{name}/src/");
        for (path, source) in tree.sources(&under).filter(|(path, _)| !is_test(path)) {
            let own = source.code.lines().enumerate().take(source.tests_begin() - 1);
            for (at, line) in own {
                findings.extend(
                    IMPURE
                        .iter()
                        .filter(|word| line.contains(**word))
                        .map(|word| Finding::new(path, at + 1, format!("{word} in {name}, which is pure"), PURITY)),
                );
            }
        }
    }
    findings
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// Names under `[dependencies]`, also in their long forms, with their lines. Tests may depend on anything.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (at, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let section = section.rsplit_once("'.").map_or(section, |(_, section)| section);
            inside = section == "dependencies" || section == "build-dependencies";
            found.extend(section.strip_prefix("dependencies.").map(|name| (at + 1, name)));
        } else if inside
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once('=')
        {
            found.push((at + 1, name.trim().trim_end_matches(".workspace").trim_matches('"')));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::found;
    use super::*;

    #[test]
    fn a_dependency_upwards_and_a_forbidden_one_are_found() {
        let files = [
            ("crates/kernel/Cargo.toml", "[dependencies]\nstore = { workspace = true }\ntokio.workspace = true\n"),
            ("crates/store/Cargo.toml", "[dependencies.axum]\nversion = \"1\"\n[dependencies]\nkernel = {}"),
            ("crates/extra/Cargo.toml", ""),
        ];
        let expected = [
            "crates/extra/Cargo.toml:0: crate extra has no layer",
            "crates/kernel/Cargo.toml:2: kernel must not depend on store",
            "crates/kernel/Cargo.toml:3: kernel must not depend on tokio",
            "crates/store/Cargo.toml:1: store must not depend on axum",
        ];
        assert_eq!(found(manifests, &files), expected);
    }

    #[test]
    fn dependencies_downwards_and_those_of_tests_pass() {
        let files = [
            ("crates/kernel/Cargo.toml", "[dependencies]\njiff = {}\n[dev-dependencies]\ntokio = {}"),
            ("crates/web/Cargo.toml", "[dependencies]\napp = {}\nkernel = {}\naxum = {}"),
            ("crates/app/Cargo.toml", "[package]\nname = \"app\""),
        ];
        assert!(found(manifests, &files).is_empty());
    }

    #[test]
    fn a_pure_crate_that_reads_a_file_is_found_and_its_tests_may() {
        let files = [
            (
                "crates/kernel/src/a.rs",
                "//! std::fs is not for here\nuse std::fs;\n#[cfg(test)]\nmod tests { use std::env; }",
            ),
            ("crates/kernel/src/a/tests/mod.rs", "use std::fs;"),
            ("crates/documents/src/a.rs", "use std::fs;"),
        ];
        assert_eq!(found(purity, &files), ["crates/kernel/src/a.rs:2: std::fs in kernel, which is pure"]);
    }
}
