//! One human, one file: who is there, what they are, which posts they hold, and who was there twice. `person_file`, `post`.
//!
//! Never a number in full on a list, and nobody else's people.

use rust_xlsxwriter::Workbook;

use crate::harness::{Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const OWN: &str = "岚湾新区组织人事局";

/// 苏芮 keeps the people of the whole district.
pub(crate) async fn keeper(office: &Office) -> Visitor {
    office.db_grants("su", "org_officer", ROOT).await;
    office.sign_in("su").await
}

/// An identity number with the impossible division 999999 and a right check digit.
pub(crate) fn number(front: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let front = format!("999999{front}");
    let sum: u32 = front.chars().zip(weights).map(|(sign, weight)| sign.to_digit(10).unwrap() * weight).sum();
    format!("{front}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

pub(crate) async fn registers(by: &mut Visitor, name: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("姓名", name), ("所在单位", OWN)];
    fields.extend(more);
    by.begins("person_file", &fields).await
}

pub(crate) async fn founds(by: &mut Visitor, name: &str, places: &str) -> String {
    by.begins("post", &[("职位名称", name), ("设在单位", OWN), ("职数", places)]).await
}

pub(crate) fn id(record: &str) -> &str {
    record.rsplit('/').next().unwrap()
}

/// 任免: the first row of a file.
pub(crate) async fn appoints(by: &mut Visitor, file: &str, post: &str, kind: &str, from: &str, until: &str) -> Page {
    let form = by.opens(file).await.form("任免");
    let rows =
        [("post", id(post)), ("kind", kind), ("from_on", from), ("until_on", until), ("basis", "岚组干〔2026〕3号")];
    let form = rows.iter().fold(form, |form, (column, text)| form.forged(&format!("posts.0.{column}"), text));
    by.sends(form).await
}

/// Two people who hold a post each and are something, for whoever asks what is kept beside their files.
pub(crate) async fn two_with_posts(office: &Office) {
    let mut su = keeper(office).await;
    for (name, front, post) in [("何思源", "19880415002", "综合科科长"), ("骆青禾", "19900101004", "副局长")]
    {
        let post = founds(&mut su, post, "1").await;
        let file = registers(&mut su, name, &[("身份证号", &number(front)), ("出生年月", "1988-04")]).await;
        appoints(&mut su, &file, &post, "main", "2024-03-01", "2029-12-31").await.answers(200);
        let form = su.opens(&file).await.form("登记身份");
        let cells = [("kind", "expert"), ("from_on", "2020-01-01"), ("until_on", "2029-12-31"), ("basis", "聘书")];
        let cells = cells.iter().chain(&[("unit", "00000000000000000000000000000101")]);
        let form = cells.fold(form, |form, (column, text)| form.forged(&format!("roles.0.{column}"), text));
        su.sends(form).await.answers(200);
    }
}

// proves: field.form
// proves: field.unique
#[tokio::test]
async fn a_number_is_checked_kept_once_and_shown_by_its_ends() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let right = number("19880415002");
    let mut wrong = right.clone();
    wrong.replace_range(12..13, "9");
    let refused =
        su.tries_to_begin("person_file", &[("姓名", "何思源"), ("所在单位", OWN), ("身份证号", &wrong)]).await;
    refused.answers(422).says("身份证号");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0);

    registers(&mut su, "何思源", &[("身份证号", &right), ("出生年月", "1988-04")]).await;
    let twice = su.tries_to_begin("person_file", &[("姓名", "何思原"), ("所在单位", OWN), ("身份证号", &right)]).await;
    twice.answers(422).says("和另一条已登记的相同");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 1);

    let list = su.opens("/people?q=hsy").await;
    list.says("何思源").does_not_say(&right);
    list.says(&format!("{}**********{}", &right[..4], &right[14..]));
    let by_number = list.form("/people/found");
    su.sends(by_number.clone().with("身份证号", &right)).await.answers(200).says("何思源");
    let none = su.sends(by_number.clone().with("身份证号", &number("19880415004"))).await;
    none.answers(422).says("没有这个号码的人员");
    let mistyped = right.replace("0026", "0036");
    su.sends(by_number.clone().with("身份证号", &mistyped)).await.answers(422).says("最后一位和前面的数字对不上");
    su.sends(by_number.with("身份证号", &wrong)).await.answers(422).says("出生日期不存在");
    su.opens(&format!("/people?q={right}")).await.says("没有找到");
    let told = office.db_count("SELECT COUNT(*) FROM act WHERE detail LIKE '%19880415002%'").await;
    assert_eq!(told, 0, "a number stands in no log");
    office.db_verify().await;
}

// proves: roster
// proves: roster.identity
// proves: roster.birth
// proves: roster.sex
// proves: roster.post
#[tokio::test]
async fn whoever_has_a_file_is_on_the_list_and_what_does_not_add_up_is_said() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let facts =
        [("身份证号", &*number("19880415002")), ("出生年月", "1988-05"), ("性别", "男"), ("现任职务", "一级主任科员")];
    let file = registers(&mut su, "何思源", &facts).await;
    su.opens(&file).await.says("请核对").says("出生年月不一致").says("性别不一致");
    su.opens("/people").await.says("何思源").says("一级主任科员");
    let amended = su.takes("更正补充", &file, &[("出生年月", "1988-04"), ("性别", "女"), ("理由", "按证件更正")]).await;
    amended.does_not_say("请核对");
    amended.says("出生年月 原为 ******").says("按证件更正").does_not_say("1988");

    // 林书敏 was on the list before there were files.
    let lin = su.opens("/people?q=lsm").await;
    lin.says("尚未建档");
    let bare = su.opens(&lin.link("林书敏")).await;
    let made = su.sends(bare.form("建立档案")).await;
    made.answers(200).says("林书敏").says("由名册建立档案");
    assert_eq!(made.url, lin.link("林书敏").replace("/people/", "/records/"));
}

// proves: roster.holdings
// proves: roster.places
#[tokio::test]
async fn a_single_post_has_one_holder_at_a_time_and_the_line_up_of_any_day_is_known() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let head = founds(&mut su, "副局长（分管干部）", "1").await;
    let first = registers(&mut su, "何思源", &[]).await;
    let second = registers(&mut su, "骆青禾", &[]).await;
    appoints(&mut su, &first, &head, "main", "2024-03-01", "2025-12-31").await.answers(200).says("副局长（分管干部）");
    let refused = appoints(&mut su, &second, &head, "main", "2025-12-31", "").await;
    refused.answers(422).says("已经由何思源任职");
    appoints(&mut su, &second, &head, "acting", "2025-12-01", "").await.answers(200);
    appoints(&mut su, &second, &head, "main", "2026-01-01", "").await.answers(200);
    let backwards = appoints(&mut su, &first, &head, "main", "2024-03-01", "2023-12-31").await;
    backwards.answers(422).says("结束日期早于开始日期");

    su.opens("/people/line-up").await.says("骆青禾").does_not_say("何思源");
    su.opens("/people/line-up?on=2025-03-01").await.says("何思源").does_not_say("骆青禾");
    su.opens("/people/line-up?on=2023-01-01").await.says("空 1");
    su.opens("/people?q=lqh").await.says("副局长（分管干部）");

    su.tries("撤销职位", &head, &[("理由", "机构改革")]).await.answers(422).says("还有1人在任");
    let leaving = su.tries("离开", &second, &[("理由", "调出")]).await;
    leaving.answers(422).says("没有写结束日期");
    office.db_verify().await;
}

// proves: roster.roles
#[tokio::test]
async fn somebody_is_several_things_at_once_and_may_be_found_by_each() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let file = registers(&mut su, "何思源", &[]).await;
    registers(&mut su, "骆青禾", &[]).await;
    let form = su.opens(&file).await.form("登记身份");
    let rows = [("civil_servant", "2012-07-01", ""), ("expert", "2020-01-01", "2024-12-31")];
    let form = rows.iter().enumerate().fold(form, |form, (at, (kind, from, until))| {
        form.forged(&format!("roles.{at}.kind"), kind)
            .forged(&format!("roles.{at}.from_on"), from)
            .forged(&format!("roles.{at}.until_on"), until)
    });
    let page = su.sends(form).await;
    page.answers(200);
    let cards = page.under("人员身份");
    assert!(cards.contains("公务员") && cards.contains("专家"), "{cards}");
    su.opens("/people?role=civil_servant").await.says("何思源").does_not_say("骆青禾");
    su.opens("/people?role=expert").await.says("没有找到");
}

#[tokio::test]
async fn two_files_of_one_human_become_one_and_are_taken_apart_again_exactly() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let post = founds(&mut su, "综合科科长", "1").await;
    let kept = registers(&mut su, "何思源", &[("出生年月", "1988-04")]).await;
    let gone_number = number("19880415002");
    let gone = registers(&mut su, "何思源", &[("出生年月", "1988-04"), ("身份证号", &gone_number)]).await;
    appoints(&mut su, &gone, &post, "main", "2025-01-01", "").await.answers(200);

    let pairs = su.opens("/people/duplicates").await;
    pairs.says("姓名和出生年月相同");
    let forms = pairs.forms_to("/people/merges");
    assert_eq!(forms.len(), 2, "either may be kept");
    let form = pairs.form("合并到这一份").forged("keep", id(&kept)).forged("gone", id(&gone)).with("理由", "同一人");
    let merged = su.sends(form.clone()).await;
    merged.answers(200).says("已合并").says("没有看起来是同一个人的两份档案");
    su.sends(form).await.answers(422).says("已经并入别的档案");
    su.opens(&kept).await.says("综合科科长");
    su.opens(&gone).await.says("已并入另一份");
    assert_eq!(su.opens("/people?q=hsy").await.hrefs("/people/").iter().filter(|it| it.contains(id(&gone))).count(), 0);
    su.opens("/people/line-up").await.says("何思源");

    let form = su_undo(&mut su).await;
    let undone = su.sends(form).await;
    undone.answers(200).says("已撤销合并").says("姓名和出生年月相同");
    su.opens(&kept).await.does_not_say("任职经历 |").does_not_say("综合科科长（");
    su.opens(&gone).await.says("综合科科长").does_not_say("已并入另一份");
    let found = su.opens("/people").await.form("/people/found").with("身份证号", &gone_number);
    assert!(su.sends(found).await.url.contains(id(&gone)));
    assert_eq!(office.db_count("SELECT COUNT(*) FROM holding").await, 1);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record_key").await, 1);

    let pairs = su.opens("/people/duplicates").await;
    su.sends(pairs.form("不是同一个人")).await.says("以后不再列为疑似重复");
    su.opens("/people/duplicates").await.says("没有看起来是同一个人的两份档案");
    office.db_verify().await;
}

async fn su_undo(su: &mut Visitor) -> crate::harness::Form {
    let page = su.opens("/people/duplicates").await;
    page.form("撤销合并").with("理由", "其实是两个人")
}

#[tokio::test]
async fn people_come_in_by_workbook_once_and_go_out_again_while_nothing_hangs_on_them() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    let (one, two) = (number("19900101001"), number("19910101002"));
    registers(&mut su, "何思源", &[("身份证号", &two)]).await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["姓名", "性别", "民族", "工作单位", "身份证号", "政治面貌"],
        ["骆青禾", "女", "汉", "组织人事局", &one, "中共党员"],
        ["温知行", "男", "汉族", "组织人事局", &two, "群众"],
        ["纪明轩", "男", "汉族", "组织人事局", "999999199001010012", "群众"],
    ];
    for (at, row) in rows.iter().enumerate() {
        for (column, text) in row.iter().enumerate() {
            sheet.write_string(at as u32, column as u16, *text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let dry = su.uploads("person_file", "人员.xlsx", &bytes).await;
    dry.says("导入 1 件").says("和另一条已登记的相同").says("最后一位和前面的数字对不上");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 1, "a trial writes nothing");
    su.sends(dry.form("/taking")).await.says("已导入 1 件");
    su.opens("/people?q=lqh").await.says("骆青禾");
    let again = su.uploads("person_file", "人员.xlsx", &bytes).await;
    assert!(again.find_form("/taking").is_none(), "{}", again.text());

    let history = su.opens("/m/person_file/imports").await;
    su.sends(history.form("撤销")).await.says("已撤销导入的 1 件");
    su.opens("/people?q=lqh").await.says("没有找到");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record_key").await, 1);
    office.db_verify().await;
}

#[tokio::test]
async fn a_keeper_sees_and_moves_their_own_people_alone() {
    let office = Office::open().await;
    let mut su = keeper(&office).await;
    office.db_grants("li", "org_officer", "葵岭街道").await;
    let mut li = office.sign_in("li").await;
    let foreign = registers(&mut su, "何思源", &[("出生年月", "1988-04")]).await;
    let own = li.begins("person_file", &[("姓名", "骆青禾"), ("所在单位", "葵岭街道葵北社区")]).await;

    li.opens("/people").await.says("骆青禾").does_not_say("何思源");
    li.opens("/people?q=hsy").await.says("没有找到");
    for page in [foreign.clone(), format!("/people/{}", id(&foreign))] {
        li.asks(&page).await.answers(404);
    }
    let unit = su.opens("/people").await.form("筛选").with("单位", OWN).hidden("unit").map(str::to_owned);
    if let Some(unit) = unit {
        li.asks(&format!("/people?unit={unit}")).await.answers(404);
    }
    let form = li.opens(&own).await.form("更正补充").forged("unit", "00000000000000000000000000000101");
    li.sends(form.with("理由", "想调到别处")).await.answers(422).says("不在你可以“更正补充”的范围内");
    let merge = su.opens("/people/duplicates").await;
    merge.answers(200);
    let mut lin = office.sign_in("lin").await;
    for page in ["/people", "/people/line-up", "/people/duplicates", "/people/export.xlsx", &foreign] {
        lin.asks(page).await.answers(404);
    }
}

#[tokio::test]
async fn what_a_file_said_on_any_past_day_is_shown_and_no_stranger_sees_it() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = keeper(&office).await;
    let file = registers(&mut su, "何思源", &[("现任职务", "科员")]).await;
    office.on("2026-04-01");
    su.takes("更正补充", &file, &[("现任职务", "副科长"), ("理由", "职务变动")]).await.answers(200);
    let then = format!("{file}/then");
    su.opens(&format!("{then}?day=2026-03-20")).await.says("科员").does_not_say("副科长").says("那天以后有 1 次变动");
    su.opens(&format!("{then}?day=2026-04-01")).await.says("副科长").says("那天以后没有变动");
    su.opens(&format!("{then}?day=2026-03-01")).await.says("那一天还没有登记。");
    su.asks(&format!("{then}?day=2026-05-01")).await.answers(422).says("要看的日期不对");
    let mut zheng = office.sign_in("zheng").await;
    zheng.asks(&format!("{then}?day=2026-03-20")).await.answers(404);
}
