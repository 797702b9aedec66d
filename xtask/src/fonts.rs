//! Which fonts does a paper need, and how does the 仿宋 come that no small Debian package has?
//!
//! FandolFang is one file of 7 MB inside `texlive-lang-chinese`.
//! Installing that package brings a whole TeX; so the archive (49 MB) is downloaded, one file taken out, the rest dropped.
//! It goes to the user's font folder, not into `target/`: there the product, the browser and LibreOffice find it too,
//! and `cargo clean` does not cost another download.
//! Never needs root, and never stops a command: without it 仿宋 is set in the next font of the chain.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{self, Outcome, say};

const FANDOL: &str = "FandolFang-Regular.otf";
const FANDOL_PACKAGE: &str = "texlive-lang-chinese";
const FANDOL_IN_PACKAGE: &str = "./usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf";

/// The first font file whose name begins so, in the folders where a system keeps fonts.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    folders().iter().find_map(|folder| find_under(folder, name, 6))
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = vec!["/usr/share/fonts".into(), "/usr/local/share/fonts".into()];
    folders.extend(own_folder());
    folders.extend(shell::setting("HOME").map(|home| Path::new(&home).join(".fonts")));
    folders
}

/// The user's own font folder, where no root is needed.
fn own_folder() -> Option<PathBuf> {
    let share = shell::setting("XDG_DATA_HOME").map(PathBuf::from);
    let share = share.or_else(|| Some(Path::new(&shell::setting("HOME")?).join(".local/share")));
    share.map(|share| share.join("fonts"))
}

fn find_under(folder: &Path, name: &str, depth: usize) -> Option<PathBuf> {
    let mut inner = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            inner.push(path);
        } else if entry.file_name().to_string_lossy().starts_with(name) {
            return Some(path);
        }
    }
    inner.iter().filter(|_| depth > 0).find_map(|folder| find_under(folder, name, depth - 1))
}

/// Makes sure that 仿宋 is there.
pub(crate) fn provide_fangsong() -> Outcome<()> {
    if let Some(path) = find("FandolFang") {
        say(format_args!("  已有  仿宋：{}", path.display()));
        return Ok(());
    }
    let folder = own_folder().ok_or("没有 HOME，不知道字体放在哪里。")?.join("zugong");
    if shell::program("apt-get").is_none() || shell::program("dpkg-deb").is_none() {
        return Err(format!("这台机器没有 apt：请把 {FANDOL}（CTAN 的 fandol）放进 {}", folder.display()));
    }
    let room = std::env::temp_dir().join(format!("zugong-font-{}", std::process::id()));
    fs::create_dir_all(&room).map_err(|error| format!("建不了临时目录 {}：{error}", room.display()))?;
    let outcome = fetch(&room, &folder);
    let _ = fs::remove_dir_all(&room);
    let path = outcome?;
    say(format_args!("  已放好 {}", path.display()));
    Ok(())
}

fn fetch(room: &Path, folder: &Path) -> Outcome<PathBuf> {
    say(format_args!("  从 {FANDOL_PACKAGE}(49 MB)取出一个字体文件（7 MB），不安装 TeX。"));
    // apt's own user cannot write into our folder; without its sandbox it need not.
    let words = ["-q", "-o", "APT::Sandbox::User=root", "download", FANDOL_PACKAGE];
    shell::run(Command::new("apt-get").args(words).current_dir(room).stdin(Stdio::null()))?;
    let archive = fs::read_dir(room).ok().and_then(|mut entries| entries.find_map(|entry| Some(entry.ok()?.path())));
    let archive = archive.ok_or("apt-get download 没有留下软件包。")?;
    let font = room.join(FANDOL);
    extract(&archive, &font)?;
    let bytes = fs::read(&font).map_err(|error| format!("读不了 {}：{error}", font.display()))?;
    if !bytes.starts_with(b"OTTO") {
        return Err(format!("软件包里没有取到可用的 {FANDOL}。"));
    }
    fs::create_dir_all(folder).map_err(|error| format!("建不了字体目录 {}：{error}", folder.display()))?;
    // Written beside and renamed, so that an interrupted run leaves no half font.
    let (half, whole) = (folder.join(format!("{FANDOL}.{}", std::process::id())), folder.join(FANDOL));
    let placed = fs::write(&half, bytes).and_then(|()| fs::rename(&half, &whole));
    placed.map_err(|error| format!("写不了 {}：{error}", whole.display()))?;
    Ok(whole)
}

/// Takes one file out of a Debian package without unpacking the rest to disk.
fn extract(archive: &Path, font: &Path) -> Outcome<()> {
    let broken = |error: std::io::Error| format!("打不开 {}：{error}", archive.display());
    let mut unpack =
        Command::new("dpkg-deb").arg("--fsys-tarfile").arg(archive).stdout(Stdio::piped()).spawn().map_err(broken)?;
    let tar = unpack.stdout.take().expect("the pipe was asked for");
    let out = fs::File::create(font).map_err(broken)?;
    let status = Command::new("tar").args(["-xO", FANDOL_IN_PACKAGE]).stdin(tar).stdout(out).status();
    let _ = unpack.wait();
    match status.map_err(broken)? {
        status if status.success() => Ok(()),
        status => Err(format!("tar 没有取出 {FANDOL_IN_PACKAGE}({status})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_found_by_the_beginning_of_its_name_in_deeper_folders() {
        let room = std::env::temp_dir().join(format!("zugong-fonts-test-{}", std::process::id()));
        let deep = room.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("Sample-Regular.otf"), "OTTO").unwrap();
        assert_eq!(find_under(&room, "Sample", 6), Some(deep.join("Sample-Regular.otf")));
        assert_eq!(find_under(&room, "Sample", 1), None);
        assert_eq!(find_under(&room, "Other", 6), None);
        fs::remove_dir_all(&room).unwrap();
    }
}
