//! What do papers and drawings look like? Writes some of each kind into a folder, to be looked at after a change of a template.
//!
//! `cargo run -p documents --example gallery -- FOLDER`
//! Never part of the product.

use std::error::Error;
use std::path::{Path, PathBuf};

use documents::chart::{self, Datum, Series, State, StateKind, Step};
use documents::official::{Layout, OfficialPaper, blocks};
use documents::pdf::Press;
use documents::word;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("在命令后写明文件夹")?);
    std::fs::create_dir_all(&folder)?;
    let press = Press::open(&["/usr/share/fonts", "/usr/local/share/fonts", "target/fonts"].map(PathBuf::from))?;
    for (layout, name) in [(Layout::File, "file"), (Layout::Letter, "letter"), (Layout::Order, "order")] {
        let paper = paper(layout);
        std::fs::write(folder.join(name).with_extension("pdf"), press.official(&paper)?)?;
        std::fs::write(folder.join(name).with_extension("docx"), word::official(&paper)?)?;
    }
    std::fs::write(folder.join("draft.pdf"), press.official(&OfficialPaper { number: None, ..paper(Layout::File) })?)?;
    drawings(&folder)
}

/// A paper with most elements.
fn paper(layout: Layout) -> OfficialPaper {
    let head = match layout {
        Layout::File => "岚湾新区综合办公室文件",
        Layout::Letter => "岚湾新区综合办公室",
        Layout::Order => "岚湾新区综合办公室督办令",
    };
    let sentence = "坚持问题导向、目标导向、结果导向，把51项任务落实到岗、到人、到时限。";
    OfficialPaper {
        layout,
        head: head.into(),
        number: Some("岚综〔2026〕12号".into()),
        urgency: Some("特急".into()),
        title: "岚湾新区综合办公室关于进一步加强年度重点工作任务督查督办工作的通知".into(),
        to: Some("各街道办事处、新区各部门".into()),
        body: blocks(&format!(
            "一、总体要求\n{}\n（一）压实责任\n{sentence}\n（二）按时反馈。{sentence}",
            sentence.repeat(6)
        )),
        attachments: vec!["重点工作任务一览表".into(), "联系人名单".into()],
        signer: "岚湾新区综合办公室".into(),
        signed_on: "2026-07-01".parse().ok(),
        note: Some("此件公开发布".into()),
        cc: vec!["新区领导".into()],
        issuer: Some("岚湾新区综合办公室".into()),
        printed_on: "2026-07-02".parse().ok(),
    }
}

/// A trend and the way of a record.
fn drawings(folder: &Path) -> Result<(), Box<dyn Error>> {
    let months: Vec<String> = (1..=12).map(|month| format!("{month}月")).collect();
    let data = (1..=12).map(|month| Datum::new(f64::from(month * 4), format!("{}", month * 4))).collect();
    let series = [Series { name: "办结数".into(), data }];
    std::fs::write(folder.join("bars.svg"), chart::bars("办结数", &months, &series))?;
    std::fs::write(folder.join("line.svg"), chart::line("办结数", &months, &series, None))?;
    let state = |id: &str, kind| State { id: id.into(), name: id.into(), kind, current: false };
    let states = [
        state("拟制", StateKind::Initial),
        state("推进中", StateKind::Middle),
        state("待核验", StateKind::Middle),
        state("已办结", StateKind::Final),
    ];
    let step = |name: &str, from: &str, to: &str| Step { name: name.into(), from: from.into(), to: to.into() };
    let steps = [
        step("下达", "拟制", "推进中"),
        step("报进度", "推进中", "推进中"),
        step("申请办结", "推进中", "待核验"),
        step("退回", "待核验", "推进中"),
        step("核验办结", "待核验", "已办结"),
    ];
    Ok(std::fs::write(folder.join("flow.svg"), chart::flow("重点任务的流程", &states, &steps))?)
}
