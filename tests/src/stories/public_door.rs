//! What may somebody without an account do, and what not? They file an appeal, follow it by number and code, answer,
//! rate and raise it again; nonsense, floods, guesses and forgeries are told apart and change nothing. `appeal`.
//!
//! Never a word about a record to whoever does not know its code.

use axum::http::Request;

use crate::harness::{Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";
const FORM: &str = "/public/appeal/resident";

/// An office that lets outsiders in.
pub(crate) async fn opened() -> Office {
    let office =
        Office::ruled_by(&[("setting \"机关代字\"", "setting \"公开受理单位\" \"岚湾新区\"\nsetting \"机关代字\"")])
            .await;
    office.on("2026-03-03");
    office.db_grants("su", "appeal_officer", ROOT).await;
    office
}

/// A page's sentence after a word: number and code.
fn after(page: &Page, word: &str) -> String {
    let text = page.text();
    let at = text.find(word).unwrap_or_else(|| panic!("no {word} in {text}")) + word.len();
    text[at..].split_whitespace().next().unwrap_or_default().to_owned()
}

async fn files(somebody: &mut Visitor, title: &str) -> (String, String) {
    let form = somebody.opens(FORM).await.form("提交");
    let form = form.with("诉求标题", title).with("诉求内容", "晚上太黑，老人出门看不清路。");
    let page = somebody.sends(form.with("联系电话", "13900001111")).await;
    page.answers(200).says("已收到");
    (after(&page, "编号"), after(&page, "查询码"))
}

async fn follows(somebody: &mut Visitor, number: &str, code: &str) -> Page {
    let form = somebody.opens("/public/follow").await.form("查看");
    somebody.sends(form.with("编号", number).with("查询码", code)).await
}

/// The only record of the mechanism, as the officer finds it.
async fn record(su: &mut Visitor, title: &str) -> String {
    su.opens("/m/appeal?tab=all").await.link(title)
}

// proves: public.unit
// proves: public.steps
// proves: public.shows
// proves: public.form.asks
// proves: public.form.set
#[tokio::test]
async fn somebody_without_an_account_files_follows_answers_rates_and_raises_again() {
    from_outside(&opened().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn from_outside(office: &Office) {
    let mut somebody = office.stranger();
    somebody.opens("/public").await.says("企业诉求").says("民生诉求");
    let (number, code) = files(&mut somebody, "小区门口路灯坏了").await;
    assert_eq!(number, "诉〔2026〕1号");
    assert_eq!(code.len(), 19, "{code}");
    let mut su = office.sign_in("su").await;
    assert_eq!(su.notices("收到诉求诉〔2026〕1号").await, 1);
    let appeal = record(&mut su, "小区门口路灯坏了").await;
    let page = su.opens(&appeal).await;
    page.says("网上来件人").says("居民").says("网上").does_not_say("13900001111");
    // A click, a reason and a trace: then the number is read.
    follows(&mut somebody, &number, &code).await.answers(200).says("待受理").says("小区门口路灯坏了");
    su.takes("受理", &appeal, &[]).await;
    su.takes("分办", &appeal, &[("承办单位", FARMS), ("诉求类型", "道路和路灯")]).await;
    let mut zheng = office.sign_in("zheng").await;
    zheng.takes("签收", &appeal, &[]).await;
    zheng.takes("请诉求人补充", &appeal, &[("要补充什么", "是哪个门口？")]).await.says("暂停计时");
    office.on("2026-03-05");
    let small = follows(&mut somebody, &number, &code.to_lowercase().replace('-', " ")).await;
    small.answers(200).says("是哪个门口？").does_not_say("13900001111").does_not_say("郑海生");
    assert!(small.find_form("评价").is_none(), "only what is open now");
    let page = somebody.sends(small.form("补充情况").with("补充情况", "北门，两盏都坏了。")).await;
    page.answers(200).says("办理中").says("北门，两盏都坏了。");
    zheng.opens(&appeal).await.says("北门，两盏都坏了。").says("2026-03-12");
    zheng.takes("答复", &appeal, &[("答复", "已更换两盏路灯。")]).await;
    let page = follows(&mut somebody, &number, &code).await;
    page.says("已更换两盏路灯。");
    let again = somebody.sends(page.form("评价").with("满意度", "不满意")).await;
    again.answers(422).says("写明哪里不满意");
    somebody.sends(again.form("评价").with("评价意见", "又灭了一盏。")).await.answers(200).says("已办结");
    let page = follows(&mut somebody, &number, &code).await;
    somebody.sends(page.form("重新提出")).await.answers(422).says("理由");
    somebody.sends(page.form("重新提出").with("理由", "又灭了一盏。")).await.answers(200).says("待受理");
    su.opens(&appeal).await.says("又灭了一盏。").says("网上来件人");
    office.db_verify().await;
}

#[tokio::test]
async fn without_the_setting_the_door_is_shut() {
    let office = Office::open().await;
    let mut somebody = office.stranger();
    somebody.opens("/public").await.says("没有开放网上提交");
    somebody.asks(FORM).await.answers(404);
    let request = Request::post(FORM).header("sec-fetch-site", "same-origin");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    somebody.forges(request, b"title=x".to_vec()).await.answers(404);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0);
}

#[tokio::test]
async fn nonsense_floods_and_code_are_told_apart_and_nothing_typed_is_lost() {
    let office = opened().await;
    let mut somebody = office.stranger();
    let empty = somebody.opens(FORM).await.form("提交");
    let page = somebody.sends(empty.with("诉求标题", "只有标题").with("联系电话", "打我电话")).await;
    page.answers(422).says("诉求内容").says("联系电话");
    assert_eq!(page.form("提交").typed("诉求标题"), "只有标题");
    assert_eq!(page.form("提交").typed("联系电话"), "打我电话");
    let long = somebody.opens(FORM).await.form("提交").with("诉求标题", "长");
    let page = somebody.sends(long.with("诉求内容", &"长".repeat(2_001))).await;
    page.answers(422).says("写了2001个字，最多2000个字");
    assert_eq!(page.form("提交").typed("诉求内容").chars().count(), 2_001);
    let flood = somebody.opens(FORM).await.form("提交").with("诉求标题", "长");
    somebody.sends(flood.with("诉求内容", &"a".repeat(1024 * 1024))).await.answers(413).says("太大");
    for body in [&b"%ff=%fe&%"[..], b"\0\0\0", b"_key=1&_fields=title"] {
        let request = Request::post(FORM).header("sec-fetch-site", "same-origin");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let page = somebody.forges(request, body.to_vec()).await;
        assert!((400..500).contains(&page.status), "{}", page.status);
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 0);
    let title = "<script>alert(1)</script>'; DROP TABLE record; --";
    let (number, code) = files(&mut somebody, title).await;
    let page = follows(&mut somebody, &number, &code).await;
    page.says(title);
    assert!(!String::from_utf8_lossy(&page.body).contains("<script>alert"));
    let mut su = office.sign_in("su").await;
    let page = su.opens("/m/appeal?tab=all").await;
    page.says(title);
    assert!(!String::from_utf8_lossy(&page.body).contains("<script>alert"));
}

#[tokio::test]
async fn what_is_not_theirs_to_fill_in_is_not_looked_at() {
    let office = opened().await;
    let mut somebody = office.stranger();
    let form = somebody.opens(FORM).await.form("提交").with("诉求标题", "路灯").with("诉求内容", "坏了。");
    let held = format!(
        "{} raiser channel unit tier reply satisfaction due_on duty",
        form.hidden("_fields").unwrap_or_default()
    );
    let form = form.forged("_fields", &held).forged("raiser", "firm").forged("channel", "phone");
    let form = form.forged("tier", "special").forged("reply", "已解决").forged("satisfaction", "good");
    let form = form.forged("unit", "00000000000000000000000000000104").forged("due_on", "2030-01-01");
    let page = somebody.sends(form.clone()).await;
    let (number, code) = (after(&page, "编号"), after(&page, "查询码"));
    let mut su = office.sign_in("su").await;
    let appeal = record(&mut su, "路灯").await;
    let json = su.asks(&format!("/api/v1{appeal}")).await.json().to_string();
    assert!(json.contains("居民") && json.contains("网上"), "{json}");
    assert!(["已解决", "2030", "专办", "葵岭"].iter().all(|forged| !json.contains(forged)), "{json}");
    // The same form again is the same appeal, and its code is not told twice.
    let again = somebody.sends(form).await;
    again.answers(200).says("没有再收一次").says(&number).does_not_say(&code);
    assert_eq!(office.db_count("SELECT COUNT(*) FROM record").await, 1);
    // A step that is not open to them, one of another state, and one that does not exist.
    su.takes("受理", &appeal, &[]).await;
    let page = follows(&mut somebody, &number, &code).await;
    for step in ["decline", "assign", "reply", "rate", "reopen", "recall", "adopt", "nothing"] {
        let mut form = page.form("撤回诉求").forged("reply", "已解决").forged("step.reason", "理由");
        form.action = format!("/public/follow/{step}");
        let refused = somebody.sends(form).await;
        assert!((400..500).contains(&refused.status), "{step}: {}", refused.status);
    }
    su.opens(&appeal).await.says("待分办");
}

#[tokio::test]
async fn guesses_are_counted_and_slowed_and_tell_nothing() {
    let office = opened().await;
    let mut somebody = office.stranger().coming_from("10.1.1.1");
    let (number, code) = files(&mut somebody, "小区门口路灯坏了").await;
    let (_, other) = files(&mut somebody, "菜市场垃圾满溢").await;
    let mut guesser = office.stranger().coming_from("10.9.9.9");
    // Another's number with a code that is somebody's, a number that is none: the same words.
    let wrong = follows(&mut guesser, &number, &other).await;
    wrong.answers(422).says("编号或者查询码不对").does_not_say("路灯坏了");
    office.minutes_pass(1);
    let none = follows(&mut guesser, "诉〔2026〕999号", &other).await;
    let told = |page: &Page| page.text().replace(&number, "").replace("诉〔2026〕999号", "");
    assert_eq!(told(&wrong), told(&none));
    let (mut tried, mut slowed) = (0, 0);
    for guess in 0..200 {
        let page = follows(&mut guesser, &number, &format!("ABCD-EFGH-{guess:04}")).await;
        page.does_not_say("路灯坏了");
        match page.text().contains("稍等再试") {
            true => slowed += 1,
            false => tried += 1,
        }
    }
    assert!(slowed > 150 && tried < 20, "{tried} were tried, {slowed} were slowed down");
    // Whoever comes from elsewhere with the right code is not shut out by that.
    follows(&mut somebody, &number, &code).await.answers(200).says("路灯坏了");
    assert!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'public.held'").await > 0);
    // A step with a wrong code does nothing either.
    let form = follows(&mut somebody, &number, &code).await.form("撤回诉求").with("理由", "不用了");
    office.minutes_pass(60);
    guesser.sends(form.forged("code", &other)).await.answers(422).says("不对");
    follows(&mut somebody, &number, &code).await.says("待受理");
}

#[tokio::test]
async fn one_address_files_so_much_in_an_hour_and_not_more() {
    let office = opened().await;
    let mut somebody = office.stranger().coming_from("10.1.1.1");
    for at in 0..20 {
        files(&mut somebody, &format!("路灯坏了第{at}盏")).await;
    }
    let form = somebody.opens(FORM).await.form("提交").with("诉求标题", "再来一件").with("诉求内容", "坏了。");
    let page = somebody.sends(form).await;
    page.answers(422).says("一小时里已经提交了20件");
    assert_eq!(page.form("提交").typed("诉求标题"), "再来一件");
    files(&mut office.stranger().coming_from("10.1.1.2"), "别处的路灯").await;
    office.minutes_pass(61);
    files(&mut somebody, "一小时以后").await;
}
