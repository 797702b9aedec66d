//! 揭榜破题: problems go into the pool and on the list, several take up one, the best of each problem is chosen, milestones,
//! a jury at the end of the year, what is proven counts in the assessment and goes into the library of cases.
//! `hard_problem`, `challenge_round`, `challenge_claim`, `good_case`.
//!
//! Never a problem that is taken up and not on the list, and never a list that is typed.

use serde_json::json;

use super::assessing::{FARMS, STREET, board, drafted, leaf, officer, ranks, scheme, told, with};
use super::rounds::{HR, everybody_scores, host, settles, shares};
use crate::harness::{Office, Visitor};

const CHOOSE: [(&str, i64); 3] = [("fit", 40), ("base", 30), ("fresh", 30)];
const JUDGE: [(&str, i64); 3] = [("aim", 50), ("effect", 30), ("spread", 20)];

async fn raises(by: &mut Visitor, title: &str, unit: &str) -> String {
    let fields = [
        ("难题名称", title),
        ("提出单位", unit),
        ("领域", "营商环境"),
        ("现状和难点", "平均10天。"),
        ("要达到什么", "减到3天。"),
    ];
    let problem = by.begins("hard_problem", &fields).await;
    by.takes("上报", &problem, &[]).await;
    problem
}

/// A claim that is not handed in yet.
async fn claims(by: &mut Visitor, problem: &str, title: &str, unit: &str, leader: &str) -> String {
    let fields = [
        ("榜单", "榜〔2026〕1号 2026年需求榜单"),
        ("难题", problem),
        ("攻坚题目", title),
        ("揭榜单位", unit),
        ("领衔人", leader),
        ("攻坚方案", "一窗受理。"),
    ];
    by.begins("challenge_claim", &fields).await
}

async fn hands_in_claim(by: &mut Visitor, claim: &str) {
    let form = by.opens(claim).await.form("揭榜");
    let form = form.forged("milestone.0.month", "2026-03").forged("milestone.0.aim", "开窗");
    by.sends(form).await.answers(200);
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period=2026")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// Three problems, of which one is the same as another; two are put on the list, which the call writes down.
async fn listed(office: &Office, su: &mut Visitor, (zheng, li): (&mut Visitor, &mut Visitor)) -> (String, [String; 3]) {
    let slow = raises(zheng, "审批慢", FARMS).await;
    let lights = raises(li, "路灯不亮", STREET).await;
    let same = raises(li, "审批件太慢", STREET).await;
    su.takes("入库", &slow, &[]).await;
    su.takes("退回补充", &lights, &[("理由", "写明路段")]).await;
    li.takes("补充后上报", &lights, &[("现状和难点", "三条路。")]).await;
    su.takes("入库", &lights, &[]).await;
    su.takes("并入同类", &same, &[("并入哪一条", "难题〔2026〕1号 审批慢")]).await;
    let fields = [
        ("榜单名称", "2026年需求榜单"),
        ("发榜单位", HR),
        ("揭榜范围", "岚湾新区农业农村局、葵岭街道"),
        ("揭榜开始", "2026-03-02T08:00"),
        ("揭榜截止", "2026-03-06T18:00"),
        ("每题选定", "1"),
        ("公示期", "5"),
    ];
    let round = su.begins("challenge_round", &fields).await;
    su.tries("发榜", &round, &[]).await.answers(422).says("“需求榜单”里一行也没有");
    for problem in [&slow, &lights] {
        let offered = su.opens(problem).await.form("上榜").choices("需求榜单");
        assert!(offered.iter().any(|it| it == "2026年需求榜单"), "{offered:?}");
        su.takes("上榜", problem, &[("需求榜单", "2026年需求榜单")]).await;
    }
    su.takes("发榜", &round, &[]).await.says("难题〔2026〕1号 审批慢").says("路灯不亮").does_not_say("审批件太慢");
    // The list stays, whatever becomes of a problem.
    let third = raises(zheng, "人手不够", FARMS).await;
    su.takes("入库", &third, &[]).await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE mechanism = 'hard_problem'").await, 4);
    (round, [slow, lights, third])
}

// proves: gather
// proves: gather.mechanism
// proves: gather.by
// proves: gather.states
// proves: gather.at
// proves: field.states
// proves: entry.stage.within
#[tokio::test]
async fn hard_problems_are_listed_taken_up_chosen_and_judged() {
    taken_up(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn taken_up(office: &Office) {
    office.on("2026-03-02");
    office.db_grants("zhou", "unit_head", FARMS).await;
    let mut su = host(office).await;
    let (mut zheng, mut li) = (office.sign_in("zheng").await, office.sign_in("li").await);
    let (round, [slow, lights, third]) = listed(office, &mut su, (&mut zheng, &mut li)).await;
    // Two take up one problem; one says why not; what is not on the list cannot be taken up.
    let good = claims(&mut zheng, "难题〔2026〕1号 审批慢", "一窗受理", FARMS, "郑海生").await;
    zheng.tries("揭榜", &good, &[]).await.answers(422).says("要写明里程碑");
    hands_in_claim(&mut zheng, &good).await;
    let worse = claims(&mut li, "难题〔2026〕1号 审批慢", "专人跑腿", STREET, "黎澄").await;
    hands_in_claim(&mut li, &worse).await;
    let alone = claims(&mut li, "难题〔2026〕2号 路灯不亮", "换灯", STREET, "黎澄").await;
    hands_in_claim(&mut li, &alone).await;
    let no = claims(&mut zheng, "难题〔2026〕2号 路灯不亮", "不揭", FARMS, "郑海生").await;
    zheng.takes("不揭榜", &no, &[("理由", "没有资质")]).await.says("没有资质");
    let page = zheng.opens("/m/challenge_claim/new").await;
    assert!(!page.form("/records").choices("难题").iter().any(|it| it.contains("人手不够")));
    let third = third.trim_start_matches("/records/");
    let form = page.form("/records").with("攻坚题目", "调人").with("揭榜单位", FARMS).with("攻坚方案", "调人。");
    let form = form.with("榜单", "榜〔2026〕1号 2026年需求榜单").with("领衔人", "郑海生").forged("problem", third);
    zheng.sends(form).await.answers(422).says("“难题”只能选“已上榜”的").says("现在是“在库”");
    chosen(office, &round, [&good, &worse, &alone]).await;
    judged(office, &round, [&good, &alone]).await;
    // Walked both ways: the problem knows who took it up, the case where it comes from.
    let mut su = office.sign_in("su").await;
    su.opens(&slow).await.says("它的“难题”").says("一窗受理").says("专人跑腿").says("攻坚案例");
    su.opens(&good).await.says("申报到").says("由此开立").says("攻坚案例");
    su.takes("销号", &slow, &[("解决情况", "平均2.8天。")]).await;
    su.takes("回到库里", &lights, &[("理由", "没有攻下来")]).await;
    let page = su.opens("/m/good_case").await;
    let case = page.link("一窗受理");
    su.opens(&case).await.says("审批慢").says("揭榜〔2026〕1号").says("平均2.8天");
    counted(office).await;
    office.db_verify().await;
}

/// Among those who take up one problem the best is chosen; alone at another one it is chosen all the same.
async fn chosen(office: &Office, round: &str, [good, worse, alone]: [&str; 3]) {
    office.on("2026-03-09");
    let mut su = office.sign_in("su").await;
    su.takes("开始选定", round, &[]).await;
    shares(&mut su, round).await.answers(200).says("分出9件次");
    let says = |title: &str| match title {
        "一窗受理" => ("pass", 90),
        "专人跑腿" => ("pass", 80),
        _ => ("pass", 50),
    };
    assert_eq!(everybody_scores(office, &CHOOSE, says).await, 9);
    su.opens(&format!("{round}/round")).await.says("同一个难题的按平均分从高到低");
    settles(&mut su, round).await.answers(200).says("通过2件，未通过1件");
    su.opens(good).await.says("攻坚中");
    su.opens(alone).await.says("攻坚中");
    su.opens(worse).await.says("未选定");
    su.takes("开始攻坚", round, &[]).await;
}

/// What was reached is judged at the end; whoever comes afterwards is too late.
async fn judged(office: &Office, round: &str, [good, alone]: [&str; 2]) {
    office.on("2026-03-16");
    let (mut su, mut zheng, mut li) =
        (office.sign_in("su").await, office.sign_in("zheng").await, office.sign_in("li").await);
    let form = zheng.opens(good).await.form("报进展").forged("milestone.0.month", "2026-03");
    let form = form.forged("milestone.0.aim", "开窗").forged("milestone.0.did", "三月二日开窗");
    zheng.sends(form).await.answers(200).says("三月二日开窗");
    zheng.takes("交评榜材料", good, &[("攻坚成效", "平均2.8天。")]).await;
    su.takes("开始评榜", round, &[]).await;
    shares(&mut su, round).await.answers(200).says("分出3件次");
    assert_eq!(everybody_scores(office, &JUDGE, |_| ("pass", 90)).await, 3);
    settles(&mut su, round).await.answers(200).says("通过1件");
    su.takes("公示", round, &[]).await.says("一窗受理").says("90");
    li.tries("交评榜材料", alone, &[("攻坚成效", "换了三成。")]).await.answers(422).says("“评榜”已经评完");
    su.tries("揭榜成功并收入案例库", good, &[]).await.answers(422).says("要等这一批到“已公布”");
    office.on("2026-03-23");
    let mut su = office.sign_in("su").await;
    su.takes("公布", round, &[]).await;
    su.takes("揭榜成功并收入案例库", good, &[]).await;
}

/// Every number is counted, and the assessment takes the score as the value of an indicator.
async fn counted(office: &Office) {
    office.db_grants("zhou", "party_officer", "岚湾新区").await;
    let mut zhou = office.sign_in("zhou").await;
    for (name, value) in [("claimed", "3"), ("declined", "1"), ("chosen", "2"), ("proven", "1"), ("score", "90")] {
        assert_eq!(figure(&mut zhou, "challenge_claim", name).await, value, "{name}");
    }
    assert_eq!(figure(&mut zhou, "challenge_round", "problems").await, "2");
    assert_eq!(figure(&mut zhou, "hard_problem", "solved").await, "1");
    let mut su = officer(office).await;
    let indicators =
        json!([with(leaf("1", "揭榜破题", "100", "评榜平均分", "ratio"), &[("target", "90"), ("missing", "zero")])]);
    let assessment = drafted(&mut su, &scheme(&indicators)).await;
    su.takes("印发方案", &assessment, &[]).await.answers(200);
    let all = ranks(&board(&mut su, &assessment, "").await);
    assert_eq!(all, told(&[(FARMS, "100.00", 1), (STREET, "0.00", 2)]));
}
