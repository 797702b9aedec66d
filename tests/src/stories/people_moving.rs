//! What is a person's own goes with them: through a merge and back, through a reorganisation, to their own page; and who
//! may be chosen. `person_file`, `post`, `task_order`.
//!
//! Never a role by one's own hand, and nothing past its mask without a reason.

use tokio::task::JoinSet;

use super::people::{appoints, founds, id, keeper, number, registers};
use super::tasks;
use crate::harness::{Office, Visitor};

/// The file of somebody who was on the list before there were files.
async fn opened(by: &mut Visitor, initials: &str, name: &str) -> String {
    let list = by.opens(&format!("/people?q={initials}")).await;
    let bare = by.opens(&list.link(name)).await;
    let made = by.sends(bare.form("建立档案")).await;
    made.url.split('?').next().unwrap_or("").to_owned()
}

/// Puts one file into another by the form that the page of duplicates gives for any two.
async fn merges(by: &mut Visitor, keep: &str, gone: &str) -> crate::harness::Page {
    let page = by.opens("/people/duplicates").await;
    let form = page.form("合并到这一份").forged("keep", id(keep)).forged("gone", id(gone));
    by.sends(form.with("理由", "同一人")).await
}

#[tokio::test]
async fn roles_accounts_work_and_what_one_handled_go_along_with_a_merge_and_come_back() {
    let rights = r#"rights see="leader" import="supervisor" export="supervisor leader unit_head unit_liaison" figures="analyst assessment_officer finance_officer" {"#;
    let handled = format!("{rights}\n        sight relation=\"handled\"");
    let office = Office::ruled_by(&[(rights, &handled)]).await;
    let mut su = keeper(&office).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let task = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    let old = opened(&mut su, "zhs", "郑海生").await;
    let facts = [("所在单位", "岚湾新区农业农村局"), ("出生年月", "1980-02")];
    let new = su.begins("person_file", &[&[("姓名", "郑海生")], &facts[..]].concat()).await;
    merges(&mut su, &new, &old).await.answers(200).says("已合并");
    let left = office
        .db_count("SELECT COUNT(*) FROM grant_ g, person p WHERE p.id = g.person AND p.merged_into IS NOT NULL")
        .await;
    assert_eq!(left, 0, "nothing is held by a file that went");
    zheng.opens(&task).await.says("移交渔港码头");
    zheng.takes("报进度", &task, &[("进度", "40"), ("进展情况", "已核清两处。")]).await;
    zheng.opens("/me").await.says("出生年月").says("1980-02");
    office.db_verify().await;

    let undo = su.opens("/people/duplicates").await.form("撤销合并").with("理由", "其实是两个人");
    su.sends(undo).await.answers(200).says("已撤销合并");
    zheng.opens(&task).await.says("40%");
    zheng.opens("/me").await.does_not_say("1980-02");
    office.db_verify().await;
}

#[tokio::test]
async fn a_file_goes_nowhere_while_work_waits_for_that_person_by_name() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    office.db_grants("zhou", "unit_liaison", "岚湾新区农业农村局").await;
    let task = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    zheng.takes("转办", &task, &[("转给谁", "周启"), ("理由", "周启熟悉产权。")]).await.says("周启");
    let old = opened(&mut su, "zq", "周启").await;
    let new = su.begins("person_file", &[("姓名", "周启"), ("所在单位", "岚湾新区农业农村局")]).await;
    merges(&mut su, &new, &old).await.answers(422).says("还有事项点名等“周启”办理");
    // The other way round nothing is lost.
    merges(&mut su, &old, &new).await.answers(200).says("已合并");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_merges_their_own_file_or_that_of_an_administrator() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let twin = registers(&mut su, "苏芮", &[]).await;
    let third = registers(&mut su, "苏芮", &[]).await;
    let own = opened(&mut su, "sr", "苏芮").await;
    merges(&mut su, &twin, &own).await.answers(403).says("不能合并你自己的档案");
    merges(&mut su, &own, &third).await.answers(403).says("不能合并你自己的档案");
    let xue = opened(&mut su, "xjy", "薛静言").await;
    merges(&mut su, &twin, &xue).await.answers(422).says("管理员，不能合并档案");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM person_merge").await, 0);
    office.db_verify().await;
}

const ORDER: &str = "岚编〔2026〕3号";

async fn plans(su: &mut Visitor, kind: &str, unit: usize, fields: &[(&str, &str)]) -> crate::harness::Page {
    let page = su.opens(&format!("/units/orders/new?kind={kind}&unit=000000000000000000000000000001{unit:02x}")).await;
    let form = page.form("看方案").with("批准文号", ORDER).with("生效日", "2026-01-06");
    let form = fields.iter().fold(form, |form, (label, value)| form.with(label, value));
    su.sends(form).await
}

#[tokio::test]
async fn posts_and_files_go_along_when_units_are_merged_and_holders_hold_on() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let head =
        su.begins("post", &[("职位名称", "渔业科科长"), ("设在单位", "岚湾新区农业农村局"), ("职数", "1")]).await;
    let file = opened(&mut su, "zhs", "郑海生").await;
    appoints(&mut su, &file, &head, "main", "2024-03-01", "").await.answers(200);
    plans(&mut su, "dissolve", 3, &[]).await.answers(422).says("还有2名人员").says("还有1个职位");
    let plan = plans(&mut su, "merge", 3, &[("并入到", "综合办公室")]).await;
    plan.says("职位：渔业科科长")
        .says("郑海生任职不变")
        .says("人员：郑海生")
        .says("档案随人")
        .does_not_say("在办人员档案");
    let done = su.sends(plan.form("按此方案办理")).await;
    done.says("划转职位").says("1个");
    su.opens(&file).await.says("岚湾新区综合办公室").says("随单位调整划转").says("综合办公室 渔业科科长");
    su.opens(&head).await.says("岚湾新区综合办公室");
    let line = su.opens("/people/line-up?unit=00000000000000000000000000000102").await;
    line.says("渔业科科长").says("郑海生");
    su.opens("/people?unit=00000000000000000000000000000102&q=zhs").await.says("郑海生");
    office.db_verify().await;
}

#[tokio::test]
async fn a_part_takes_along_the_posts_of_those_who_go_and_leaves_the_others() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let at = [("设在单位", "岚湾新区农业农村局"), ("职数", "2")];
    let both = su.begins("post", &[&[("职位名称", "一级主任科员")], &at[..]].concat()).await;
    let own = su.begins("post", &[&[("职位名称", "渔业科科长")], &at[..]].concat()).await;
    su.begins("post", &[&[("职位名称", "种植科科长")], &at[..]].concat()).await;
    let zheng = opened(&mut su, "zhs", "郑海生").await;
    let zhou = opened(&mut su, "zq", "周启").await;
    appoints(&mut su, &zheng, &own, "main", "2024-03-01", "").await.answers(200);
    appoints(&mut su, &zhou, &both, "main", "2024-03-01", "").await.answers(200);
    let fields = [("单位名称", "岚湾新区海洋渔业局"), ("种类", "部门"), ("划走的人员", "郑海生")];
    let plan = plans(&mut su, "split", 3, &fields).await;
    plan.says("职位：渔业科科长").does_not_say("职位：一级主任科员").does_not_say("职位：种植科科长");
    su.sends(plan.form("按此方案办理")).await.answers(200);
    su.opens(&zheng).await.says("岚湾新区海洋渔业局").says("海洋渔业局 渔业科科长");
    su.opens(&zhou).await.does_not_say("海洋渔业局");
    su.opens(&own).await.says("岚湾新区海洋渔业局");
    office.db_verify().await;
}

#[tokio::test]
async fn somebody_is_called_by_a_post_from_the_day_on_which_they_take_it_up() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    office.tick().await;
    let (old, new) = (founds(&mut su, "综合科科长", "1").await, founds(&mut su, "副局长", "1").await);
    let file = registers(&mut su, "何思源", &[]).await;
    let form = su.opens(&file).await.form("任免");
    let rows = [(&old, "2024-01-01", "2026-01-31"), (&new, "2026-02-01", "")];
    let form = rows.iter().enumerate().fold(form, |form, (at, (post, from, until))| {
        let cells = [
            ("post", id(post)),
            ("kind", "main"),
            ("from_on", from),
            ("until_on", until),
            ("basis", "岚组干〔2026〕3号"),
        ];
        cells.iter().fold(form, |form, (column, text)| form.forged(&format!("posts.{at}.{column}"), text))
    });
    su.sends(form).await.answers(200);
    su.opens("/people?q=hsy").await.says("综合科科长").does_not_say("副局长");
    office.on("2026-02-03");
    office.tick().await;
    su.opens("/people?q=hsy").await.says("副局长").does_not_say("综合科科长");
    su.takes("调整职位", &new, &[("职位名称", "副局长（分管干部）"), ("理由", "重新分工")]).await;
    su.opens("/people?q=hsy").await.says("副局长（分管干部）");
    office.db_verify().await;
}

#[tokio::test]
async fn ones_own_page_shows_ones_file_in_full_and_who_looked_at_it() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let (post, file) = (founds(&mut su, "局长", "1").await, opened(&mut su, "cw", "陈望").await);
    let number = number("19710415002");
    su.takes("更正补充", &file, &[("身份证号", &number), ("理由", "补录")]).await;
    appoints(&mut su, &file, &post, "main", "2021-09-01", "").await.answers(200);
    let mut chen = office.sign_in("chen").await;
    let me = chen.opens("/me").await;
    me.says(&number).says("组织人事局 局长").says("岚组干〔2026〕3号").says("苏芮").says("打开你的人员页");
    chen.asks(&file).await.answers(404);
    // The machine's door masks as the page does, and tells of the look.
    let told = su.asks(&format!("/api/v1{file}")).await.json().to_string();
    assert!(told.contains("9999**********") && !told.contains(&number), "{told}");
    let form = su.opens(&file).await.form("看“身份证号”全文");
    su.sends(form.with("看全文的理由", "核对任免表")).await.answers(200).says(&number);
    chen.opens("/me").await.says("查看遮掩的内容").says("核对任免表");
    office.db_verify().await;
}

#[tokio::test]
async fn a_roster_goes_out_masked_and_in_full_only_for_a_reason_that_everybody_on_it_reads() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let number = number("19880415002");
    registers(&mut su, "何思源", &[("身份证号", &number)]).await;
    let cells = |bytes: &[u8]| {
        let grids = documents::workbook_in::read(bytes, documents::workbook_in::Limits::default()).expect("a workbook");
        format!("{grids:?}")
    };
    let masked = cells(&su.downloads("/people/export.xlsx?q=hsy").await.bytes);
    assert!(masked.contains("9999**********") && !masked.contains(&number), "{masked}");
    let form = su.opens("/people?q=hsy").await.form("/people/exports");
    su.sends(form.clone()).await.answers(422).says("请写明为什么要看“身份证号”的全文");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE detail LIKE '%in_full%'").await, 0);
    let whole = cells(&su.sends(form.with("理由", "填报年度统计")).await.body);
    assert!(whole.contains(&number) && whole.contains("填报年度统计") && whole.contains("苏芮"), "{whole}");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE detail LIKE '%in_full%'").await, 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM look WHERE how = 'reveal' AND reason = '填报年度统计'").await, 1);
    office.db_verify().await;
}

#[tokio::test]
async fn only_who_is_here_and_inside_ones_reach_may_be_chosen_by_name_initials_or_number() {
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
    let mut su = keeper(&office).await;
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let task = tasks::underway(&mut lin, &mut zheng, "移交渔港码头", "农业农村局", "2026-03-31").await;
    let offered = zheng.opens(&task).await.form("报进度").choices("经办人");
    assert_eq!(offered, ["郑海生", "周启"]);
    let twin =
        su.begins("person_file", &[("姓名", "周启"), ("所在单位", "岚湾新区农业农村局"), ("人员编号", "LW0007")]);
    let twin = twin.await;
    let asked = async |zheng: &mut Visitor, typed: &str| {
        let answer = zheng.asks(&format!("/choose/people?for=task_order.report.owner&q={typed}")).await.json();
        let labels = answer["choices"].as_array().expect("choices").iter();
        labels.map(|it| it["label"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(asked(&mut zheng, "lsm").await, Vec::<String>::new(), "林书敏 works elsewhere");
    assert_eq!(asked(&mut zheng, "zhs").await, ["郑海生"]);
    assert_eq!(asked(&mut zheng, "LW0007").await.len(), 1);
    let report = async |zheng: &mut Visitor, owner: &str| {
        let form = zheng.opens(&task).await.form("报进度").with("进度", "40").with("进展情况", "已核清两处。");
        zheng.sends(form.forged("owner", owner)).await
    };
    report(&mut zheng, "周启").await.answers(422).says("可以指几个人").says("周启（岚湾新区农业农村局，局长）");
    report(&mut zheng, "林书敏").await.answers(422).says("不是可以选择的人员");
    report(&mut zheng, "00000000000000000000000000000200").await.answers(422).says("不在你管辖范围内");
    su.takes("离开", &twin, &[("理由", "调出")]).await;
    report(&mut zheng, id(&twin)).await.answers(422).says("已经离开");
    report(&mut zheng, "周启").await.answers(200);
    zheng.opens(&task).await.says("周启");
    office.db_verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_give_the_last_place_at_once_one_does() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let post = founds(&mut su, "副局长", "1").await;
    let mut acts = JoinSet::new();
    for name in ["何思源", "骆青禾", "温知行", "纪明轩"] {
        let file = registers(&mut su, name, &[]).await;
        let mut one = office.sign_in("su").await;
        let row = serde_json::json!({
            "post": id(&post), "kind": "main", "from_on": "2026-02-01", "basis": "岚组干〔2026〕3号",
        });
        acts.spawn(async move {
            let step = serde_json::json!({ "rows": { "posts": [row] } });
            one.posts_json(&format!("/api/v1{file}/steps/appoint"), &step).await.status
        });
    }
    let mut statuses = acts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422]);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM holding").await, 1);
    office.db_verify().await;
}
