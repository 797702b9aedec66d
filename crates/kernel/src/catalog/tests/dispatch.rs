//! What is told of papers that do not hold together?

use super::{check, first_hand, shipped};

/// What is told once places of the shipped file are changed.
fn said(edits: &[(&str, &str)]) -> String {
    let mut files = shipped();
    let one = files.iter_mut().find(|it| it.path.ends_with("work_paper.kdl")).expect("it is shipped");
    for (from, to) in edits {
        assert!(one.text.contains(from), "{from}");
        one.text = one.text.replace(from, to).into();
    }
    first_hand(check(&files).1)
}

// proves: circulation.to
// proves: circulation.issue
// proves: circulation.open
// proves: circulation.who
// proves: circulation.within
// proves: circulation.keeps
// proves: circulation.void
// proves: circulation.revoke
// proves: circulation.by
// proves: publicity.open
// proves: publicity.step
// proves: publicity.place
// proves: number.by
// proves: deadline.when
#[test]
fn a_number_that_could_be_lost_or_a_text_that_could_change_is_told() {
    assert_eq!(said(&[]), "");
    for (from, to, words) in [
        ("to=\"main_to\"", "to=\"title\"", "to 要写单位栏目"),
        ("by=\"replaced_by\"", "by=\"files\"", "by 要写关联本机制的栏目"),
        (" paper=\"red_head\"", "", "“印发”没有出文书"),
        ("open=\"issued\" who", "open=\"numbered\" who", "走完“印发”到的状态不能签收"),
        ("open=\"issued\" who", "open=\"issued archived\" who", "办完的状态“已归档”不能签收"),
        ("within=\"3个工作日\" keeps", "within=\"很快\" keeps", "很快"),
        (
            "stays=#true who=\"paper_officer\" needs=\"public_place\"",
            "stays=#true who=\"paper_officer\" needs=\"public_place\" asks=\"body\"",
            "会改动已经印发的内容：body",
        ),
        (
            "step \"archive\" \"归档\"   from=\"issued\" to=\"archived\"",
            "step \"archive\" \"归档\"   from=\"issued\" to=\"drafted\"",
            "印发以后还能回到印发以前",
        ),
        (
            "from=\"drafted signed\" to=\"dropped\"",
            "from=\"drafted numbered\" to=\"dropped\"",
            "编了号以后走“不发了”，号码就没有着落了",
        ),
        (
            "to=\"voided\" who=\"paper_officer\" reason=#true",
            "to=\"voided\" who=\"paper_officer\"",
            "“作废”没有写明理由",
        ),
        ("from=\"numbered\" to=\"voided\"", "from=\"numbered issued\" to=\"voided\"", "已经印发的号码不能作废"),
        ("reason=#true needs=\"replaced_by\"", "reason=#true asks=\"replaced_by\"", "没有写由哪份文件替代"),
        ("from=\"issued\" to=\"replaced\"", "from=\"issued numbered\" to=\"replaced\"", "只能废止已经印发的文件"),
        (
            "who=\"unit_head unit_liaison\" states=\"issued archived replaced\"",
            "who=\"unit_head unit_liaison\" states=\"archived replaced\"",
            "要签收，却看不到发给本单位的文件",
        ),
        ("publicity \"openness\"", "publicity \"title\"", "公开属性要写在选项栏目里"),
        ("open=\"open\" step", "open=\"opened\" step", "opened"),
        ("needs=\"public_place\"", "asks=\"public_place\"", "没有写在哪里公开的"),
        ("stops=\"publicise\" when=\"公开属性 = 主动公开\"", "stops=\"publicise\"", "要公开的文件没有公开的期限"),
        ("at=\"assign\" by=\"series\"", "at=\"assign\"", "{代字}和 by 要一起写"),
        ("by=\"series\"", "by=\"main_to\"", "by 要写必填的选项栏目"),
        ("recall=#false asks=\"over_because\"", "recall=#false asks=\"over_because series\"", "号码就换了序列"),
        ("from=\"numbered\" to=\"issued\"", "from=\"numbered signed\" to=\"issued\"", "没有编号的也能印发"),
        (
            "state \"voided\"     \"作废\"   final=#true",
            "state \"voided\"     \"作废\"   holder=\"paper_officer\"",
            "作废的状态要写 final=#true",
        ),
    ] {
        let said = said(&[(from, to)]);
        assert!(said.contains(words), "{words}: {said}");
    }
}
