//! How long does the platform keep what it knows of people? As long as the rule says, and then somebody decides.
//! `task_order`, whose rule is shortened so that its time is over on the day on which the task is closed.
//!
//! Never a word of it left in the record, its journal or its page.

use super::tasks;
use crate::harness::{Office, Visitor};

const TITLE: &str = "完成渔港码头产权移交";
const PHONE: &str = "00000001234";
const HERE: &str = "/m/task_order/retention";

/// A closed task in whose report a telephone number stood, and one of another unit without any.
async fn closed() -> (Office, Visitor, Visitor, String) {
    let office = Office::ruled_by(&[("retention years=3", "retention years=0")]).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let (mut zhou, mut chen) = (office.sign_in("zhou").await, office.sign_in("chen").await);
    let record = tasks::underway(&mut lin, &mut zheng, TITLE, "农业农村局", "2026-03-31").await;
    zheng.takes("报进度", &record, &[("进度", "40"), ("进展情况", "已核清两处。"), ("联系电话", PHONE)]).await;
    tasks::finished(&mut lin, &mut zhou, &record).await;
    let mut su = office.sign_in("su").await;
    let other = tasks::underway(&mut lin, &mut su, "建立书屋管护台账", "组织人事局", "2026-03-31").await;
    tasks::finished(&mut lin, &mut chen, &other).await;
    office.tick().await;
    (office, lin, zheng, record)
}

// proves: retention.years
// proves: retention.who
#[tokio::test]
async fn personal_information_whose_time_is_over_is_proposed_once_and_goes_on_somebodys_word() {
    let (office, mut lin, mut zheng, record) = closed().await;
    lin.opens("/inbox").await.says("有1件办结事项的个人信息已满保存年限");
    office.tick().await;
    assert_eq!(lin.notices("已满保存年限").await, 1, "once");
    let page = lin.opens(HERE).await;
    page.says(TITLE).says("联系电话").does_not_say(PHONE).does_not_say("建立书屋管护台账");
    // Whoever does not decide has no such page, and nothing comes of what they send.
    zheng.asks(HERE).await.answers(404);
    lin.sends(page.form("确定").with("理由", "期满。")).await.answers(422).says("没有选中任何事项").says("期满。");
    let form = page.form("确定").ticking_all("record");
    lin.sends(form.clone()).await.answers(422).says("请写明理由");
    let done = lin.sends(form.with("理由", "核验已满三年。")).await;
    done.says("处理了 1 件").says("没有到期的个人信息");
    for visitor in [&mut lin, &mut zheng] {
        let page = visitor.opens(&record).await;
        page.says("清除到期的个人信息").says("到期已清除").does_not_say(PHONE).does_not_say("000****1234");
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM journal WHERE entry LIKE '%00000001234%'").await, 0);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record WHERE facts LIKE '%00000001234%'").await, 0);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'retention.cleared'").await, 1);
    office.db_verify().await;
    office.tick().await;
    lin.opens(HERE).await.says("没有到期的个人信息");
}

#[tokio::test]
async fn what_is_still_needed_is_kept_until_a_day_and_then_proposed_again() {
    let (office, mut lin, mut zheng, record) = closed().await;
    let page = lin.opens(HERE).await;
    let keep = |until: &str| {
        page.form("确定")
            .ticking_all("record")
            .with("怎样处理", "延长保存")
            .with("保存到", until)
            .with("理由", "尚有信访未结。")
    };
    lin.sends(keep("")).await.answers(422).says("“保存到”没有填");
    lin.sends(keep("2020-01-01")).await.answers(422).says("今天以后").says("尚有信访未结");
    lin.sends(keep("2099-01-01")).await.answers(422).says("今天以后");
    let until = office.db_ctx().today.tomorrow().unwrap();
    lin.sends(keep(&until.to_string())).await.says("处理了 1 件").says("没有到期的个人信息");
    zheng.opens(&record).await.says("延长保存个人信息").says("000****1234");
    office.on(&until.to_string());
    let mut lin = office.sign_in("lin").await;
    lin.opens(HERE).await.says(TITLE);
    office.db_verify().await;
}

#[tokio::test]
async fn machines_ask_and_decide_the_same_and_nonsense_is_told() {
    let (office, mut lin, mut zheng, record) = closed().await;
    let id = record.rsplit('/').next().unwrap();
    let api = "/api/v1/mechanisms/task_order/retention";
    let asked = lin.asks(api).await.json();
    assert_eq!((asked["records"][0]["id"].as_str(), asked["records"].as_array().map(Vec::len)), (Some(id), Some(1)));
    zheng.asks(api).await.answers(404);
    let decide = |decision: &str, reason: &str, records: serde_json::Value| serde_json::json!({ "records": records, "decision": decision, "reason": reason });
    let own = serde_json::json!([id]);
    zheng.posts_json(api, &decide("clear", "试试。", own.clone())).await.answers(404);
    lin.posts_json(api, &decide("burn", "试试。", own.clone())).await.answers(422);
    lin.posts_json(api, &decide("clear", "试试。", serde_json::json!([]))).await.answers(422);
    lin.posts_json(api, &decide("clear", &"长".repeat(201), own.clone())).await.answers(422);
    lin.asks(&format!("{HERE}?after=nonsense")).await.answers(200);
    let open = tasks::issued(&mut lin, "还没有办完的任务", "农业农村局", "2026-03-31").await;
    let open = serde_json::json!([open.rsplit('/').next().unwrap()]);
    let refused = lin.posts_json(api, &decide("clear", "试试。", open)).await.json().to_string();
    assert!(refused.contains("还没有办结") && refused.contains("\"done\":0"), "{refused}");
    let done = lin.posts_json(api, &decide("clear", "期满。", own.clone())).await.json();
    assert_eq!((done["done"].as_i64(), done["left"].as_i64()), (Some(1), Some(0)));
    let again = lin.posts_json(api, &decide("clear", "期满。", own)).await.json().to_string();
    assert!(again.contains("已经没有个人信息"), "{again}");
    office.db_verify().await;
}
