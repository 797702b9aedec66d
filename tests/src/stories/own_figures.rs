//! Figures that people of the site add in the page: seen before they are kept, there for everybody at once, made from all
//! records, changed in versions, and not taken away while anything needs them. `task_order`, `supervision_order`,
//! `person_file`.
//!
//! Never a figure that the checks of a definition file would refuse.

use super::tasks;
use crate::harness::{Form, Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const OWN: &str = "/figures/own";

/// A closed task and two open ones, of two units; 林书敏 may add figures, as a supervisor may.
async fn three_tasks(office: &Office) -> (Visitor, Visitor) {
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let mut zhou = office.sign_in("zhou").await;
    let done = tasks::underway(&mut lin, &mut zheng, "建立书屋管护台账", "农业农村局", "2026-01-30").await;
    tasks::underway(&mut lin, &mut zheng, "完成码头产权移交", "农业农村局", "2026-01-28").await;
    tasks::issued(&mut lin, "建立驿站管护台账", "组织人事局", "2026-03-20").await;
    office.on("2026-01-20");
    tasks::finished(&mut lin, &mut zhou, &done).await;
    (lin, zheng)
}

async fn blank(lin: &mut Visitor, mechanism: &str, how: &str) -> Page {
    lin.opens(&format!("{OWN}/new?mechanism={mechanism}&how={how}")).await
}

/// The form of tasks underway, filled in.
fn underway(page: &Page, button: &str) -> Form {
    let form = page.form(button).with("名称", "推进中的任务").with("数哪些事项", "状态 = 推进中");
    let form = form.with("按哪一天归到期间", "下达日").with("单位", "项");
    form.with("说明：数的是什么", "正在推进的任务").with("理由", "调度会要看")
}

/// Keeps the figure of tasks underway, and gives its address.
async fn kept(lin: &mut Visitor) -> String {
    let page = blank(lin, "task_order", "count").await;
    let list = lin.sends(underway(&page, "保存")).await;
    list.answers(200).says("已保存").says("推进中的任务").says("林书敏");
    list.hrefs("/m/task_order/figures/own_")[0].clone()
}

async fn api(by: &mut Visitor, figure: &str) -> String {
    let json = by.asks(&format!("/api/v1{}?period=2026", figure.replace("/m/", "/mechanisms/"))).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

#[tokio::test]
async fn a_figure_is_seen_before_it_is_kept_and_is_there_for_everybody_afterwards() {
    let mut office = Office::open().await;
    let (mut lin, mut zheng) = three_tasks(&office).await;
    let page = blank(&mut lin, "task_order", "count").await;
    page.says("可以写的名称").says("完成时限").says("已办结");
    // Tried: nothing is kept.
    let tried = lin.sends(underway(&page, "试算")).await;
    tried.answers(200).says("看了3件事项，计入1件").says("完成码头产权移交").does_not_say("建立驿站管护台账");
    assert_eq!(tried.form("保存").typed("数哪些事项"), "状态 = 推进中");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM added_figure").await, 0);

    let figure = kept(&mut lin).await;
    lin.opens(OWN).await.says("正在算（稍后开始）");
    lin.opens("/m/task_order/figures?period=2026").await.says("推进中的任务").says("正在重算").says("自建：林书敏");
    office.tick().await;
    assert_eq!(api(&mut lin, &figure).await, "1");
    // What is done from now on counts at once.
    tasks::underway(&mut lin, &mut zheng, "核清岸线权属", "农业农村局", "2026-02-28").await;
    assert_eq!(api(&mut lin, &figure).await, "2");
    let own = lin.opens(&format!("{figure}?period=2026")).await;
    own.says("自建：林书敏").says("调度会要看").says("状态 = 推进中");
    lin.opens(&own.hrefs("figure=own_")[0].clone()).await.says("完成码头产权移交").says("核清岸线权属");
    // Whoever sees the mechanism reads it, on every node and after a restart; who may not add figures does not see the door.
    let mut there = office.sign_in_at_another_node("zhou").await;
    there.opens("/m/task_order/figures?period=2026").await.says("推进中的任务");
    zheng.opens("/figures").await.says("推进中的任务").does_not_say("自建指标");
    zheng.asks(OWN).await.answers(404);
    zheng.asks(&figure.replace("/m/task_order/figures", "/figures/own/task_order")).await.answers(404);
    office.db_verify().await;
    drop((lin, zheng, there));
    office.reopens().await;
    let mut lin = office.sign_in("lin").await;
    assert_eq!(api(&mut lin, &figure).await, "2");
    office.db_verify().await;
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_with_what_was_typed() {
    let office = Office::open().await;
    let (mut lin, _) = three_tasks(&office).await;
    let page = blank(&mut lin, "task_order", "count").await;
    // Nothing is complained about that is only not written yet.
    let form = page.form("试算").with("数哪些事项", "状态 = 推进");
    let tried = lin.sends(form).await;
    tried.answers(200).says("推进中").does_not_say("还没有填写");
    assert_eq!(tried.form("保存").typed("数哪些事项"), "状态 = 推进");
    let refused = lin.sends(tried.form("保存").with("名称", "推进中的任务")).await;
    refused.answers(422).says("还没有填写").says("您填写的内容都还在");
    assert_eq!(refused.form("保存").typed("名称"), "推进中的任务");

    let wrong = [
        ("count", vec![("数哪些事项", "完成期限 > 登记日")], "是否为“完成时限”？"),
        ("count", vec![("数哪些事项", "今天() > 完成时限")], "指标的公式里不能用今天()"),
        ("count", vec![("单位", "人")], "数“人”要写 people"),
        ("count", vec![("名称", "办结数")], "写了两次"),
        ("count", vec![("少于多少不给只看数字的人看", "五")], "要写一个整数"),
        ("ratio", vec![("单位", "项")], "比率的单位应当是%"),
        ("of", vec![("算式", "按时办结率 + 办结数")], "不能再拿来算"),
        ("of", vec![("算式", "办结数 + 责任人数")], "单位不同的数不能相加"),
        ("of", vec![("算式", "督办令.发出督办令 / 不存在的机制.甲")], "没有你能看数字的机制“不存在的机制”"),
        (
            "should",
            vec![("应到的人", "责任人数"), ("已到的人", "责任人数"), ("单位", "项")],
            "应到和已到比出来的不是项",
        ),
    ];
    for (how, typed, said) in wrong {
        let page = blank(&mut lin, "task_order", how).await;
        let form =
            page.form("保存").with("名称", "新的").with("单位", "项").with("说明：数的是什么", "甲").with("理由", "乙");
        let must = [("count", vec!["数哪些事项"]), ("ratio", vec!["分子：哪些事项", "分母：哪些事项"])];
        let must = must.into_iter().find(|(own, _)| *own == how).map(|(_, list)| list).unwrap_or_default();
        let form = must.into_iter().fold(form, |form, field| form.with(field, "全部"));
        let form =
            if how == "count" || how == "ratio" { form.with("按哪一天归到期间", "下达日") } else { form };
        let form = typed.into_iter().fold(form, |form, (field, text)| form.with(field, text));
        lin.sends(form).await.answers(422).says(said);
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM added_figure").await, 0);
}

#[tokio::test]
async fn nobody_counts_by_what_they_may_not_see() {
    let office = Office::open().await;
    let (mut lin, _) = three_tasks(&office).await;
    // A field that is masked tells through numbers as well.
    office.db_grants("lin", "org_officer", ROOT).await;
    let page = blank(&mut lin, "person_file", "count").await;
    page.does_not_say("手机");
    let form = page.form("试算").with("数哪些事项", "手机 = “19900000001”").with("按哪一天归到期间", "登记日");
    lin.sends(form).await.answers(200).says("要遮住的栏目");
    // Who knows numbers only reckons with numbers.
    office.db_ends("chen", "2026-01-09").await;
    office.db_grants("chen", "analyst", ROOT).await;
    let mut chen = office.sign_in("chen").await;
    chen.opens(OWN).await.says("还没有自建的指标");
    chen.asks(&format!("{OWN}/new?mechanism=person_file&how=count")).await.does_not_say("试算哪个单位");
    // The same role over a part is not enough: a figure is there for everybody.
    office.db_grants("su", "supervisor", "岚湾新区组织人事局").await;
    office.sign_in("su").await.asks(OWN).await.answers(404);
}

#[tokio::test]
async fn who_knows_numbers_only_adds_figures_over_figures() {
    let office = Office::open().await;
    let (_lin, _) = three_tasks(&office).await;
    office.db_ends("chen", "2026-01-09").await;
    office.db_grants("chen", "analyst", ROOT).await;
    let mut chen = office.sign_in("chen").await;
    let page = blank(&mut chen, "task_order", "count").await;
    page.says("你只看这个机制的数字");
    let form = underway(&page, "保存").with("数哪些事项", "任务名称 = “建立书屋管护台账”");
    chen.sends(form).await.answers(422).says("你只看这个机制的数字，不看事项").does_not_say("计入");
    let page = blank(&mut chen, "task_order", "of").await;
    let form = page.form("保存").with("名称", "办结比").with("算式", "办结数 / 交办数").with("单位", "%");
    let form = form.with("说明：数的是什么", "办结的比交办的").with("理由", "月报要用");
    let refused = chen.sends(form).await;
    refused.answers(422).says("还没有填写");
    let form = refused.form("保存").with("说明：占什么", "交办的任务");
    let list = chen.sends(form).await;
    list.answers(200).says("办结比");
    let figure = list.hrefs("/m/task_order/figures/own_")[0].clone();
    assert_eq!(api(&mut chen, &figure).await, "33.33");
    office.db_verify().await;
}

/// As a file of the site's folder it is the same figure.
fn is_the_same_as_a_file(text: &str, id: &str) {
    assert!(text.starts_with("figure \"own_") && text.contains("count=\"状态 = 已办结\""), "{text}");
    let mut files = server::definitions::shipped();
    files.push(kernel::problem::SourceFile { path: "figures/task_order.kdl".into(), text: text.into() });
    let (definitions, problems) = app::office::read_definitions(files);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(definitions.catalog.mechanism("task_order").is_some_and(|it| it.figure(id).is_some()));
}

#[tokio::test]
async fn a_changed_figure_keeps_its_versions_and_says_what_uses_it() {
    let office = Office::open().await;
    let (mut lin, mut zheng) = three_tasks(&office).await;
    let figure = kept(&mut lin).await;
    office.tick().await;
    let own = figure.replace("/m/task_order/figures", "/figures/own/task_order");
    let page = lin.opens(&own).await;
    page.says("用在哪里").says("第1版");
    let stale = page.form("保存").with("数哪些事项", "状态 = 已办结").with("理由", "改口径");
    lin.sends(stale.clone()).await.answers(200).says("已保存");
    let again = lin.sends(stale.with("理由", "又改口径")).await;
    again.answers(422).says("有人刚改过自建的指标");
    assert_eq!(again.form("保存").typed("理由"), "又改口径");
    office.tick().await;
    assert_eq!(api(&mut lin, &figure).await, "1");
    let taken = lin.downloads(&format!("{own}/kdl")).await;
    let id = figure.rsplit('/').next().unwrap_or_default().to_owned();
    is_the_same_as_a_file(&String::from_utf8_lossy(&taken.bytes), &id);

    // Another figure stands on it, it has a target, and it was reported: it stays until nothing needs it.
    let page = blank(&mut lin, "task_order", "of").await;
    let form = page.form("保存").with("名称", "在办占比").with("算式", "推进中的任务 / 交办数").with("单位", "%");
    let asked = lin.sends(form.with("说明：数的是什么", "甲").with("理由", "丙")).await;
    let list = lin.sends(asked.answers(422).form("保存").with("说明：占什么", "乙")).await;
    list.answers(200);
    let path = format!("{figure}?unit=00000000-0000-0000-0000-000000000103&period=2026-01");
    let form = lin.opens(&path).await.form("下达目标").with("目标值", "3").with("目标依据", "岚综督〔2026〕1号");
    lin.sends(form).await.answers(200);
    office.on("2026-02-05");
    let grid = "/figures/seals?unit=00000000-0000-0000-0000-000000000103&period=2026-01";
    let form = zheng.opens(grid).await.form("封存并报送");
    zheng.sends(form).await.answers(200).says("推进中的任务");
    let page = lin.opens(&own).await;
    page.says("重点工作任务“在办占比”").says("1个");
    let removal = page.form("停用这个指标");
    lin.sends(removal.clone()).await.answers(422).says("还没有填写");
    let refused = lin.sends(removal.with("停用理由", "不用了")).await;
    refused.answers(422).says("个封存的数，不能停用").says("还有1个目标").says("由它算出来，不能停用");
    office.db_verify().await;

    // The one above it goes.
    let above = list.hrefs("/figures/own/task_order/own_").into_iter().find(|href| !href.ends_with(&id));
    let removal = lin.opens(&above.expect("the other")).await.form("停用这个指标").with("停用理由", "不用了");
    lin.sends(removal).await.answers(200).says("已停用").does_not_say("在办占比");
    lin.opens(&own).await.does_not_say("在办占比");
    office.tick().await;
    office.db_verify().await;
    let mut yan = office.sign_in("yan").await;
    yan.opens("/audit").await.says("自建指标").says("修改自建指标").says("停用自建指标");
}

#[tokio::test]
async fn a_figure_that_no_longer_fits_its_mechanism_rests_and_the_rest_goes_on() {
    let office = Office::open().await;
    let (mut lin, _) = three_tasks(&office).await;
    let page = blank(&mut lin, "task_order", "count").await;
    let form = underway(&page, "保存").with("数哪些事项", "任务来源 ≠ 上级交办 且 状态 = 推进中");
    let list = lin.sends(form).await;
    list.answers(200);
    let figure = list.hrefs("/m/task_order/figures/own_")[0].clone();
    office.tick().await;
    // The field is called otherwise from now on.
    let mut files = server::definitions::shipped();
    for file in files.iter_mut().filter(|file| file.path.starts_with("supervision/")) {
        file.text = file.text.replace("任务来源", "任务出处").into();
    }
    let ctx = office.db_ctx();
    let (definitions, problems) = app::office::read_definitions(files);
    assert!(problems.is_empty(), "{problems:?}");
    ctx.office.take_definitions(definitions, ctx.now).await.expect("the new definitions are taken");
    lin.opens(OWN).await.says("停着").says("任务来源");
    lin.asks(&figure).await.answers(404);
    lin.opens("/m/task_order/figures").await.says("办结数").does_not_say("推进中的任务");
    let own = figure.replace("/m/task_order/figures", "/figures/own/task_order");
    let page = lin.opens(&own).await;
    page.says("这个指标停着");
    let form = page.form("保存").with("数哪些事项", "任务出处 ≠ 上级交办 且 状态 = 推进中").with("理由", "栏目改名");
    lin.sends(form).await.answers(200).says("已保存").does_not_say("停着");
    office.minutes_pass(2);
    office.tick().await;
    lin.opens(&figure).await.says("推进中的任务");
    office.db_verify().await;
}
