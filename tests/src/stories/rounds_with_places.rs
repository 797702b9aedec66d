//! Fifty-two apply, forty-nine are set up: two rounds of review, a majority, then places by points. `pioneer_round`,
//! `pioneer_task`.
//!
//! Never more than there are places for.

use app::commands::rounds::deciding::{self, Said};
use kernel::ids::RecordId;

use super::rounds::{HR, host};
use crate::harness::{Office, Visitor, record_of};

const FARMS: &str = "岚湾新区农业农村局";
const REVIEWERS: [&str; 4] = ["lin", "wu", "chen", "li"];

async fn called(su: &mut Visitor, places: &str) -> String {
    let fields = [
        ("批次名称", "2026年党建先锋任务"),
        ("主办单位", HR),
        ("申报范围", FARMS),
        ("申报开始", "2026-03-02T08:00"),
        ("申报截止", "2026-03-06T18:00"),
        ("立项名额", places),
        ("公示期", "5"),
    ];
    let round = su.begins("pioneer_round", &fields).await;
    su.takes("发通知", &round, &[]).await;
    round
}

async fn declares(zheng: &mut Visitor, title: &str) -> String {
    let form = zheng.opens("/m/pioneer_task/new").await.form("/records");
    let fields = [
        ("申报批次", "先锋〔2026〕1号"),
        ("任务名称", title),
        ("党组织", FARMS),
        ("领衔书记", "周启"),
        ("任务类型", "攻坚难题"),
        ("目标", "三个月内见效。"),
        ("举措", "书记领办。"),
    ];
    let page = zheng.sends(fields.iter().fold(form, |form, (label, value)| form.with(label, value))).await;
    let task = record_of(&page.answers(200).url);
    zheng.takes("上报", &task, &[]).await;
    task
}

fn id(task: &str) -> RecordId {
    task.rsplit('/').next().and_then(|id| id.parse().ok()).expect("an address ends with its record")
}

/// Whoever has the task says so; the others are told that it is not there.
async fn db_reviews(office: &Office, task: &str, (verdict, points): (&str, i64)) -> usize {
    let mut count = 0;
    for login in REVIEWERS {
        let items = [("fresh", points - 40), ("hard", 20), ("doable", 20)];
        let said = Said {
            verdict: verdict.to_owned(),
            items: items.map(|(item, points)| (item.to_owned(), points.to_string())).into(),
            opinion: "再想想怎么量化。".to_owned(),
        };
        count += usize::from(deciding::say(&office.db_ctx_of(login), id(task), &said).await.is_ok());
    }
    count
}

async fn settles(su: &mut Visitor, round: &str) -> crate::harness::Page {
    let form = su.opens(&format!("{round}/round")).await.form("按规则办结");
    su.sends(form).await
}

// proves: call.places
#[tokio::test]
async fn of_fifty_two_tasks_forty_nine_are_set_up() {
    set_up(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn set_up(office: &Office) {
    office.on("2026-03-03");
    let mut su = host(office).await;
    office.db_grants("zheng", "branch_secretary", FARMS).await;
    let round = called(&mut su, "49").await;
    let mut zheng = office.sign_in("zheng").await;
    let mut tasks = Vec::new();
    for at in 1..=52 {
        tasks.push(declares(&mut zheng, &format!("先锋任务第{at}项")).await);
    }
    office.on("2026-03-09");
    let (mut su, mut zheng) = (office.sign_in("su").await, office.sign_in("zheng").await);
    su.takes("开始初审", &round, &[]).await;
    let form = su.opens(&format!("{round}/round")).await.form("平均分配").forged("do", "evenly");
    su.sends(form).await.answers(200).says("分出156件次");
    // 周启 leads them all and 郑海生 wrote them: neither reviews any. Four share what is left.
    let board = su.opens(&format!("{round}/round")).await;
    assert_eq!(board.rows().iter().filter(|row| row.len() == 4 && row[2].0 == "39").count(), 4, "{}", board.text());
    zheng.takes("撤回申报", &tasks[51], &[("理由", "和别的重复")]).await;
    for (at, task) in tasks[..51].iter().enumerate() {
        assert_eq!(db_reviews(office, task, if at == 50 { ("fail", 80) } else { ("pass", 80) }).await, 3);
    }
    settles(&mut su, &round).await.answers(200).says("通过50件，未通过1件");
    su.takes("开始复审", &round, &[]).await;
    let form = su.opens(&format!("{round}/round")).await.form("平均分配").forged("do", "evenly");
    su.sends(form).await.answers(200).says("分出150件次");
    for (at, task) in tasks[..50].iter().enumerate() {
        if at == 0 {
            // As long as one is open nobody has a rank, and nobody gets a place by hand.
            su.tries("复审通过", task, &[("意见", "好")]).await.answers(422).says("还有3名评审人没有评");
        }
        let points = if at < 48 { 75 } else { 60 };
        assert_eq!(db_reviews(office, task, ("pass", points)).await, 3);
        if at == 0 {
            su.tries("复审通过", task, &[("意见", "好")]).await.answers(422).says("按名次取，不能单独办一件");
        }
    }
    // The last place lies between two equals.
    settles(&mut su, &round).await.answers(200).says("通过48件").says("有2件规则没有定论");
    let form = su.opens(&format!("{round}/round")).await.form("按规则办结");
    su.sends(form.clone().ticking_all("chosen")).await.answers(200).says("有2件规则没有定论");
    let page = su.sends(form.forged("chosen", &id(&tasks[48]).to_string())).await;
    page.answers(200);
    let board = su.opens(&format!("{round}/round?stage=second&outcome=passed")).await;
    assert!(board.line("复审").contains("49"), "{}", board.text());
    su.takes("公示", &round, &[]).await.says("先锋任务第1项").says("75分");
    office.on("2026-03-19");
    let mut su = office.sign_in("su").await;
    su.takes("公布立项", &round, &[]).await;
    su.takes_on_all("立项", "/m/pioneer_task?tab=proposed").await.answers(200);
    office.db_grants("zhou", "party_officer", "岚湾新区").await;
    let mut zhou = office.sign_in("zhou").await;
    let json = zhou.asks("/api/v1/mechanisms/pioneer_task/figures/set_up?period=2026").await.json();
    assert_eq!(json["whole"]["total"]["shown"].as_str(), Some("49"), "{json}");
    let json = zhou.asks("/api/v1/mechanisms/pioneer_task/figures/declared?period=2026").await.json();
    assert_eq!(json["whole"]["total"]["shown"].as_str(), Some("52"), "{json}");
    office.db_verify().await;
}
