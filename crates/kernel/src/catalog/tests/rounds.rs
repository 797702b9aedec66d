//! What is told of a round or of its stages that do not hold together?

use super::{check, first_hand, shipped};

/// What is told once places of the shipped files of a chapter are changed.
fn said(file: &str, edits: &[(&str, &str)]) -> String {
    let mut files = shipped();
    let one = files.iter_mut().find(|it| it.path.ends_with(file)).expect("it is shipped");
    for (from, to) in edits {
        assert!(one.text.contains(from), "{from}");
        one.text = one.text.replace(from, to).into();
    }
    first_hand(check(&files).1)
}

// proves: call.entry
// proves: call.opens
// proves: call.late
// proves: call.places
// proves: call.lists
// proves: entry.stage.passes
// proves: entry.stage.during
// proves: entry.during.state
#[test]
fn a_stage_that_can_be_skipped_is_told_and_so_is_all_that_does_not_hold_together() {
    let entry = "star_entry.kdl";
    for (from, to, words) in [
        ("from=\"drafted\" to=\"first\"", "from=\"drafted\" to=\"final\"", "“初检”可以跳过"),
        (
            "step \"resubmit\"  \"补正后上报\" from=\"mending\" to=\"first\"",
            "step \"resubmit\"  \"补正后上报\" from=\"mending\" to=\"final\"",
            "不合“初检”",
        ),
        (
            "from=\"first\" to=\"final\" who=\"round_officer\" recall=#false",
            "from=\"first\" to=\"final\" who=\"round_officer\"",
            "要写 recall=#false",
        ),
        ("from=\"first\" to=\"final\"", "from=\"first\" to=\"proposed\"", "“终检”可以跳过"),
        (
            "opinion=#true apart=\"apply submit resubmit\"\n    step \"fail_first\"",
            "opinion=#true apart=\"submit\"\n    step \"fail_first\"",
            "谁也不评自己的申报",
        ),
        ("needs=\"objection\"", "needs=\"final_score\"", "它只由系统写"),
        ("each=2 rule=\"all\"", "each=16 rule=\"all\"", "each 要在1到15之间"),
        ("rule=\"score\" line=80", "rule=\"majority\" line=80", "line 和 rule 不配"),
        ("rule=\"score\" line=80", "rule=\"score\"", "line 和 rule 不配"),
        ("rule=\"score\" line=80", "rule=\"places\"", "没有写 places"),
        ("most=20", "most=0", "most 要在1到1000之间"),
        ("result=\"first_result\"", "result=\"title\"", "要写五种结果的选项栏目"),
        ("turn=\"first_turn\"", "turn=\"area\"", "要写不必填的 whole 栏目"),
        ("during=\"first\"", "during=\"nowhere\"", "没有还没办完的状态 nowhere"),
        ("during state=\"done\"", "during state=\"nowhere\"", "没有状态 nowhere"),
        (
            "asks=\"title area staff hours case_for proofs\"\n    step \"submit\"",
            "asks=\"title round area staff hours case_for proofs\"\n    step \"submit\"",
            "申报会换到另一批",
        ),
    ] {
        let said = said(entry, &[(from, to)]);
        assert!(said.contains(words), "{words}: {said}");
    }
    let round = "star_round.kdl";
    for (from, to, words) in [
        ("call entry=\"star_entry\"", "call entry=\"star_title\"", "star_title 不是这一种评审的申报"),
        ("opens=\"opens_at\"", "opens=\"public_on\"", "opens 要写必填的 moment 栏目"),
        ("late=\"late\"", "late=\"result\"", "写不了准许迟交"),
        ("announce=\"publicise\" lists", "lists", "名单没有写全"),
        ("lists=\"proposed\"", "lists=\"nowhere\"", "没有状态 nowhere"),
        (
            "to=\"public\" who=\"round_officer\" recall=#false",
            "to=\"public\" who=\"round_officer\"",
            "“公示”不能公布名单",
        ),
        ("call entry", "// call entry", "没有写收谁的申报"),
    ] {
        let said = said(round, &[(from, to)]);
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn what_is_listed_chosen_and_ranked_apart_must_fit() {
    let (claim, round, case) = ("challenge_claim.kdl", "challenge_round.kdl", "good_case.kdl");
    for (file, from, to, words) in [
        (claim, "within=\"problem\"", "within=\"team\"", "within 要写必填的 record、unit 或 choice 栏目"),
        (claim, "rule=\"score\" line=70", "rule=\"score\" line=70 within=\"problem\"", "within 和 rule 不配"),
        (claim, "of=\"hard_problem\" states=\"listed\"", "of=\"hard_problem\" states=\"nowhere\"", "没有状态 nowhere"),
        (claim, "\"攻坚题目\" text", "\"攻坚题目\" text states=\"listed\"", "text 栏目不能写 states"),
        (round, "by=\"round\"", "by=\"same_as\"", "没有指着“发榜”的关联栏目 same_as"),
        (round, "states=\"listed\" at", "states=\"nowhere\" at", "没有状态 nowhere"),
        (round, "at=\"call\"\n", "at=\"revise\"\n", "“修改”不能写下别的记录"),
        (
            round,
            "closes_at places notes notice_days\"\n",
            "closes_at places notes notice_days problem\"\n",
            "只由系统写",
        ),
        (case, " who=\"unit_liaison unit_head party_officer round_reviewer\"", "", "anywhere 要写明哪些角色"),
    ] {
        let said = said(file, &[(from, to)]);
        assert!(said.contains(words), "{words}: {said}");
    }
}
