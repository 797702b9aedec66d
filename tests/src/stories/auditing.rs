//! What does the audit administrator see, why may somebody do something, and what does everybody know about themselves?
//! `task_order`.
//!
//! Never a business record, and never a log that one person can flood.

use super::tasks;
use crate::harness::Office;

#[tokio::test]
async fn sign_ins_refused_acts_and_grants_stand_in_the_log_with_person_and_address() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let (mut xue, mut yan) = (office.sign_in("xue").await, office.sign_in("yan").await);
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let request = axum::http::Request::post(format!("{record}/steps/close"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let refused = zheng.forges(request, b"step.opinion=x".to_vec()).await;
    assert!(matches!(refused.status, 403 | 422), "{}", refused.status);
    let request = axum::http::Request::post("/grants/00000000000000000000000000000302/end")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let by_head = office.sign_in("zhou").await.forges(request, b"when=now&reason=x".to_vec()).await;
    assert_eq!(by_head.status, 303, "the head of the unit may end the liaison's role");
    let form = xue.opens("/grants/new").await.form("/grants").with("角色", "督查员").with("单位", "岚湾新区");
    let own = form.with("依据", "通知").forged("person", "00000000000000000000000000000208");
    xue.sends(own).await.answers(403);

    let log = yan.opens("/audit").await;
    log.says("操作被拒").says("POST /grants").says("终止授权").says("郑海生：单位联络员").says("登录");
    log.does_not_say("完成渔港码头产权移交");
    yan.opens("/audit?kind=grants").await.says("终止授权").does_not_say("操作被拒");
    yan.opens("/audit?kind=refused&person=xjy").await.says("薛静言").does_not_say("终止授权");
    yan.opens("/audit?from=2026-01-07").await.says("没有符合条件的记录");
    yan.opens("/audit?until=2026-01-06&person=%E8%96%9B").await.says("薛静言");
    for nonsense in ["kind=x", "from=2026-02-30", "before=x", "until=%00"] {
        yan.asks(&format!("/audit?{nonsense}")).await.answers(422);
    }
    for login in ["lin", "gao", "xue"] {
        office.sign_in(login).await.asks("/audit").await.answers(404);
    }
    office.db_verify().await;
}

#[tokio::test]
async fn the_log_is_taken_away_as_a_workbook_and_that_is_in_the_log() {
    let office = Office::open().await;
    let mut yan = office.sign_in("yan").await;
    let file = yan.downloads("/audit/export.xlsx?kind=sign_in").await;
    let read = documents::workbook_in::read(&file.bytes, documents::workbook_in::Limits::default());
    let text = format!("{:?}", read.expect("a workbook"));
    assert!(text.contains("登录") && text.contains("严子正"), "{text}");
    yan.opens("/audit").await.says("导出审计日志");
}

#[tokio::test]
async fn many_denials_are_counted_told_once_and_never_flood_the_log() {
    let office = Office::open().await;
    let (mut li, mut yan) = (office.sign_in("li").await, office.sign_in("yan").await);
    let before = office.db_count("SELECT COUNT(*) FROM act WHERE kind <> 'seal'").await;
    for number in 0..45 {
        li.asks(&format!("/records/{number:032x}")).await.answers(404);
    }
    office.tick().await;
    let after = office.db_count("SELECT COUNT(*) FROM act WHERE kind <> 'seal'").await;
    let told = "addresses that are not there are counted: after ten, after twenty more, at the next minute";
    assert_eq!(after - before, 4, "{told}; and that there were many");
    assert_eq!(office.db_count("SELECT unseen FROM denial").await, 45);
    assert_eq!(yan.notices("黎澄今天已有").await, 1);
    yan.opens("/audit/denials").await.says("黎澄").says("45").says("已通知");
    yan.opens("/audit?kind=refused").await.says("多次被拒").says("看不到");
}

#[tokio::test]
async fn for_a_person_a_record_and_a_step_the_page_says_by_which_grant_or_what_is_against_it() {
    let office = Office::open().await;
    let (mut lin, mut xue) = (office.sign_in("lin").await, office.sign_in("xue").await);
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let id = record.rsplit('/').next().expect("an id");
    let of = |person: &str| format!("/explain?person={person}&record={id}");
    let (zheng, li) = ("00000000000000000000000000000202", "00000000000000000000000000000206");
    let page = xue.opens(&of(zheng)).await;
    page.says("看得到").says("单位联络员，管岚湾新区农业农村局").says("能办").does_not_say("完成渔港码头产权移交");
    let accept = page.rows().into_iter().find(|row| row[0].0 == "签收").expect("the step is explained");
    assert_eq!(accept[1].0, "能办", "{accept:?}");
    let close = page.rows().into_iter().find(|row| row[0].0 == "核验办结").expect("the step is explained");
    assert_eq!(close[1].0, "不能办", "{close:?}");
    assert!(close[3].0.contains("没有“核验办结”的权限"), "{close:?}");
    let page = xue.opens(&of(li)).await;
    page.says("看不到").says("看得到这类事项的是").says("这个人看不到这件事");
    // By number too, and whoever sees the record may ask who else does.
    let number = lin.opens(&record).await.line("任〔2026〕1号");
    assert!(number.contains("任〔2026〕1号"));
    let asked = "/explain?person=00000000000000000000000000000202&record=%E4%BB%BB%E3%80%942026%E3%80%951%E5%8F%B7";
    lin.opens(asked).await.says("完成渔港码头产权移交").says("能办");
    // Whoever was asked about reads that somebody looked.
    office.sign_in("zheng").await.opens("/me").await.says("薛静言").says("查看你的授权和权限说明");
    xue.opens("/explain?record=nowhere").await.says("没有找到这件事");
    let mut li = office.sign_in("li").await;
    li.asks(asked).await.answers(404);
    li.asks("/explain").await.answers(404);
    office.sign_in("gao").await.asks(asked).await.answers(404);
}

#[tokio::test]
async fn who_can_see_a_record_is_exactly_who_can_open_it() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let record = tasks::issued(&mut lin, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    office.db_grants("li", "supervisor", "岚湾新区农业农村局").await;
    let page = lin.opens(&format!("{record}/seers")).await;
    for (login, name, ..) in crate::world::PEOPLE {
        let opens = office.sign_in(login).await.asks(&record).await.status == 200;
        let named = page.rows().iter().any(|row| row[0].0 == name);
        assert_eq!(opens, named, "{login}:\n{}", page.text());
    }
    office.sign_in("su").await.asks(&format!("{record}/seers")).await.answers(404);
    office.sign_in("xue").await.opens(&format!("{record}/seers")).await.does_not_say("完成渔港码头产权移交");
}

#[tokio::test]
async fn everybody_reads_their_own_file_and_asks_for_a_correction() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    tasks::drafted(&mut lin, "建立书屋管护台账", "葵岭街道", "2026-03-31").await;
    let file = lin.opens("/me").await;
    file.says("林书敏").says("岚湾新区综合办公室").says("督查员").says("拟制任务").says("还没有别人看过");
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens("/me").await.does_not_say("林书敏").does_not_say("建立书屋管护台账");
    let form = file.form("请求更正");
    lin.sends(form.clone()).await.answers(422).says("没有填");
    lin.sends(form.clone().with("哪里不对", &"错".repeat(501))).await.answers(422);
    lin.sends(form.with("哪里不对", "职务应为督查室主任")).await.answers(200).says("已转告");
    assert_eq!(office.sign_in("xue").await.notices("林书敏请求更正个人信息：职务应为督查室主任").await, 1);
    office.db_verify().await;
}

#[tokio::test]
async fn who_looked_at_ones_file_is_told_to_oneself_once_a_day() {
    let office = Office::open().await;
    let mut lin = office.sign_in("lin").await;
    let looks = async |reason: Option<&str>, how: &str| {
        let ctx = office.db_ctx_of("su");
        let lin = ctx.tree.named_people("林书敏").expect("a word was typed");
        app::commands::looks::looked(&ctx, &lin, how, reason).await.expect("it is written down");
    };
    looks(None, "page").await;
    looks(None, "page").await;
    looks(Some("核对任免表"), "reveal").await;
    let file = lin.opens("/me").await;
    file.says("苏芮").says("打开你的人员页").says("查看遮掩的内容").says("核对任免表");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM look").await, 2);
}

#[tokio::test]
async fn whoever_is_named_in_a_record_reads_who_revealed_it_and_who_took_it_away() {
    let office = Office::ruled_by(&[
        (
            r#"field "contact_phone" "联系电话""#,
            "field \"owner\" \"经办人\" person\n    field \"contact_phone\" \"联系电话\"",
        ),
        (
            r#"asks="responsible milestone evidence contact_phone""#,
            r#"asks="responsible milestone evidence contact_phone owner""#,
        ),
    ])
    .await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let zhou = "00000000000000000000000000000203";
    let fields = serde_json::json!({
        "progress": "40", "situation": "已核清两处。", "contact_phone": "00000001234", "owner": zhou,
    });
    let report = serde_json::json!({ "fields": fields });
    zheng.posts_json(&format!("/api/v1{record}/steps/report"), &report).await.answers(200);
    let reason = serde_json::json!({ "field": "contact_phone", "reason": "电话催办。" });
    lin.posts_json(&format!("/api/v1{record}/reveals"), &reason).await.answers(200);
    lin.downloads("/m/task_order/export.xlsx?tab=all").await;
    let file = office.sign_in("zhou").await.opens("/me").await;
    file.says("林书敏").says("查看遮掩的内容").says("电话催办。").says("导出的表里有你");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM look").await, 2);
    office.db_verify().await;
}
