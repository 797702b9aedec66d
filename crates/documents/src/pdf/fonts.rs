//! Which font plays which part? Office fonts of the site first, then free ones of the same style.
//!
//! Never embeds a font in the program: fonts are read from the folders that the caller names.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;
use typst::text::{FontBook, FontInfo};
use typst_kit::fonts::{FontPath, FontStore};

/// A part that a font plays in an official paper, by the name the department knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// 小标宋: head and title.
    XiaoBiaoSong,
    /// 仿宋: body.
    FangSong,
    /// 黑体: headings of the first level.
    HeiTi,
    /// 楷体: headings of the second level.
    KaiTi,
    /// 宋体: page numbers.
    SongTi,
}

impl Role {
    /// All parts.
    pub const ALL: [Self; 5] = [Self::XiaoBiaoSong, Self::FangSong, Self::HeiTi, Self::KaiTi, Self::SongTi];

    /// The name the department knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::XiaoBiaoSong => "小标宋",
            Self::FangSong => "仿宋",
            Self::HeiTi => "黑体",
            Self::KaiTi => "楷体",
            Self::SongTi => "宋体",
        }
    }

    /// The families that have this style, the best first: office fonts, then free substitutes.
    pub fn families(self) -> &'static [&'static str] {
        match self {
            Self::XiaoBiaoSong => &[
                "方正小标宋简体",
                "FZXiaoBiaoSong-B05S",
                "FZXiaoBiaoSong-B05",
                "方正小标宋_GBK",
                "方正小标宋_GB18030",
                "STZhongsong",
                "华文中宋",
                "Noto Serif CJK SC",
                "Noto Serif SC",
                "Source Han Serif SC",
            ],
            Self::FangSong => &[
                "仿宋_GB2312",
                "FangSong_GB2312",
                "仿宋",
                "FangSong",
                "STFangsong",
                "华文仿宋",
                "FandolFang",
                "FandolFang R",
                "Zhuque Fangsong (technical preview)",
            ],
            Self::HeiTi => &[
                "黑体", "SimHei", "STHeiti", "方正黑体简体", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
                "FandolHei", "FandolHei R",
            ],
            Self::KaiTi => &[
                "楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti", "华文楷体", "LXGW WenKai", "FandolKai",
                "FandolKai R",
            ],
            Self::SongTi => &[
                "宋体", "SimSun", "NSimSun", "STSong", "华文宋体", "Noto Serif CJK SC", "Noto Serif SC",
                "Source Han Serif SC", "FandolSong", "FandolSong R",
            ],
        }
    }

    /// Who steps in for a rare character or a missing font, whatever the style.
    const REARGUARD: [&'static str; 5] =
        ["LXGW WenKai", "Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Serif SC", "Noto Sans SC"];
}

/// The families to ask for, for each part, in the order to ask.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Chains {
    song: Vec<&'static str>,
    fang: Vec<&'static str>,
    hei: Vec<&'static str>,
    kai: Vec<&'static str>,
    plain: Vec<&'static str>,
}

impl Chains {
    /// The chains made of those families that are there.
    pub(super) fn of(book: &FontBook) -> Self {
        let chain = |role: Role| {
            let mut chain: Vec<&'static str> = Vec::new();
            for family in role.families().iter().chain(&Role::REARGUARD).copied() {
                if has(book, family) && !chain.contains(&family) {
                    chain.push(family);
                }
            }
            chain
        };
        Self {
            song: chain(Role::XiaoBiaoSong),
            fang: chain(Role::FangSong),
            hei: chain(Role::HeiTi),
            kai: chain(Role::KaiTi),
            plain: chain(Role::SongTi),
        }
    }

    /// Is there no font at all for the body?
    pub(super) fn is_empty(&self) -> bool {
        self.fang.is_empty()
    }
}

/// Finds the fonts of the folders, the first folder first. Families that play no part are left out:
/// the same facts then print alike on machines that differ in other fonts, and the search is five times faster.
pub(super) fn collect(folders: &[PathBuf]) -> FontStore {
    let wanted: BTreeSet<String> = Role::ALL
        .iter()
        .flat_map(|role| role.families())
        .chain(&Role::REARGUARD)
        .map(|name| name.to_lowercase())
        .collect();
    let mut store = FontStore::new();
    for folder in folders {
        let mut shelf = fontdb::Database::new();
        shelf.load_fonts_dir(folder);
        let plays =
            |face: &&fontdb::FaceInfo| face.families.iter().any(|(name, _)| wanted.contains(&name.to_lowercase()));
        let mut found: Vec<(FontPath, FontInfo)> =
            shelf.faces().filter(plays).filter_map(|face| describe(&shelf, face)).collect();
        // The order of a folder's listing is not ours to rely on.
        found.sort_by(|(a, _), (b, _)| (&a.path, a.index).cmp(&(&b.path, b.index)));
        store.extend(found);
    }
    store
}

/// The place of a font and what it can show.
fn describe(shelf: &fontdb::Database, face: &fontdb::FaceInfo) -> Option<(FontPath, FontInfo)> {
    let (fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _)) = &face.source else { return None };
    let info = shelf.with_face_data(face.id, FontInfo::new)??;
    Some((FontPath { path: path.clone(), index: face.index }, info))
}

/// The parts for which no font of the right style is there.
pub(super) fn missing(book: &FontBook) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| !role.families().iter().any(|family| has(book, family))).collect()
}

/// Is the family there?
fn has(book: &FontBook, family: &str) -> bool {
    book.contains_family(&family.to_lowercase())
}
