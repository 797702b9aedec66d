//! Where does the installation's secret lie? In one file beside the data, made at the first start, read by nobody else.
//!
//! 64 hexadecimal digits, mode 600. Never in the database nor in its backups; never made anew where a database already
//! relies on one that is missing: the person who starts the program decides.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use app::keys::{Keys, LENGTH};
use rand::RngCore as _;

use crate::config::Config;

/// The file's name in the data folder.
const FILE: &str = "zugong.key";

/// The file of these settings.
pub fn file(config: &Config) -> PathBuf {
    config.key.clone().unwrap_or_else(|| config.data.join(FILE))
}

/// Reads the key; makes it if there is none yet.
pub fn take(config: &Config) -> anyhow::Result<Keys> {
    let path = file(config);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            close_to_others(&path)?;
            read(&text).with_context(|| format!("密钥文件 {} 不是64位十六进制数字", path.display()))
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound => make(&path),
        Err(fault) => Err(fault).with_context(|| format!("读不到密钥文件 {}", path.display())),
    }
}

fn read(text: &str) -> anyhow::Result<Keys> {
    let text = text.trim();
    let mut master = [0_u8; LENGTH];
    if text.len() != LENGTH * 2 || !text.is_ascii() {
        bail!("长度不对");
    }
    for (at, byte) in master.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16)?;
    }
    Ok(Keys::new(master))
}

/// Makes the file. If another process was faster, its key is taken.
fn make(path: &Path) -> anyhow::Result<Keys> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    }
    let mut master = [0_u8; LENGTH];
    rand::rng().fill_bytes(&mut master);
    let text: String = master.iter().map(|byte| format!("{byte:02x}")).collect();
    // Written beside its place and linked there whole: nobody ever reads half of it.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = write(&draft, &text).and_then(|()| std::fs::hard_link(&draft, path));
    // The draft is no longer needed, whether it was linked or not.
    let _ = std::fs::remove_file(&draft);
    match written {
        Ok(()) => {
            tracing::info!("已生成密钥文件 {}，请另存一份，与数据库备份分开保管", path.display());
            Ok(Keys::new(master))
        }
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => read(&std::fs::read_to_string(path)?),
        Err(fault) => Err(fault).with_context(|| format!("写不了密钥文件 {}", path.display())),
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A key that others on the machine can read is closed to them, and said so.
fn close_to_others(path: &Path) -> anyhow::Result<()> {
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            "密钥文件 {} 曾对其他用户开放，已改为仅本用户可读；如可能泄露，请按运维手册更换",
            path.display()
        );
        file.set_permissions(Permissions::from_mode(0o600))
            .with_context(|| format!("改不了密钥文件 {} 的权限", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_folder(check: impl Fn(&Path)) {
        let folder = std::env::temp_dir().join(format!("zugong-key-{}", uuid::Uuid::new_v4().simple()));
        check(&folder.join("deep").join(FILE));
        std::fs::remove_dir_all(&folder).expect("the folder goes away");
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_stays() {
        in_folder(|path| {
            let first = make(path).expect("made");
            assert_eq!(std::fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
            let again = make(path).expect("taken");
            assert_eq!(first.mac("a", b"b"), again.mac("a", b"b"));
            let folder = std::fs::read_dir(path.parent().expect("a folder")).expect("read");
            assert_eq!(folder.count(), 1, "no draft stays behind");
        });
    }

    #[test]
    fn a_key_that_others_may_read_is_closed_to_them() {
        in_folder(|path| {
            make(path).expect("made");
            std::fs::set_permissions(path, Permissions::from_mode(0o644)).expect("opened");
            close_to_others(path).expect("closed");
            assert_eq!(std::fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
        });
    }

    #[test]
    fn a_broken_key_is_no_key() {
        for wrong in ["", "12", &"z".repeat(64), &"汉".repeat(22)] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("{}\n", "0a".repeat(32))).is_ok());
    }
}
