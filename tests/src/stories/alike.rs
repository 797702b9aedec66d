//! Was this filed already? Whoever files sees what is like it, with the reason, and is not hindered. `form_request`,
//! `appeal`.
//!
//! Never a hint at something that its reader may not see.

use crate::harness::{Office, Visitor};

const ROOT: &str = "岚湾新区";
const BUREAU: &str = "岚湾新区组织人事局";
const BUREAU_ID: &str = "00000000-0000-0000-0000-000000000101";
const FARMS_ID: &str = "00000000-0000-0000-0000-000000000103";

async fn filed(by: &mut Visitor, title: &str, content: &str) -> String {
    let fields =
        [("诉求标题", title), ("诉求类别", "居民"), ("来源渠道", "电话"), ("诉求内容", content), ("承办单位", ROOT)];
    by.begins("appeal", &fields).await
}

#[tokio::test]
async fn what_was_filed_already_is_told_with_its_reason_and_hinders_nobody() {
    let office = Office::open().await;
    office.db_grants("su", "appeal_officer", ROOT).await;
    office.on("2026-03-03");
    let mut su = office.sign_in("su").await;
    let first = filed(&mut su, "沿街餐馆油烟扰民", "每天傍晚油烟飘进居民楼。").await;
    su.opens(&first).await.does_not_say("可能重复");
    // As it is typed: what the form asks beside itself.
    let page = su.opens("/m/appeal/new?title=沿街餐馆油烟扰民的问题").await;
    page.says("可能已经登记过").says("沿街餐馆油烟扰民").says("的词相同");
    assert_eq!(page.hrefs("/records/"), std::slice::from_ref(&first));
    su.opens("/m/appeal/new?title=路灯不亮").await.does_not_say("可能已经登记过");
    su.opens("/m/appeal/new").await.does_not_say("可能已经登记过");
    // A form that comes back tells it too; nothing is lost and nothing is refused for it.
    let page = su.tries_to_begin("appeal", &[("诉求标题", "沿街餐馆油烟扰民")]).await;
    page.answers(422).says("可能已经登记过").says("100%的词相同");
    let second = filed(&mut su, "沿街餐馆油烟扰民", "还是那一家。").await;
    su.opens(&second).await.says("可能重复").says("100%的词相同");
    su.opens(&first).await.says("可能重复");
    // Long after it is another matter.
    office.on("2026-07-01");
    su.opens("/m/appeal/new?title=沿街餐馆油烟扰民").await.does_not_say("可能已经登记过");
}

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_see_and_what_has_to_be_the_same_is() {
    let office = Office::open().await;
    office.db_grants("zheng", "unit_liaison", BUREAU).await;
    office.on("2026-03-03");
    let (mut su, mut li) = (office.sign_in("su").await, office.sign_in("li").await);
    let fields = [
        ("名称", "社区人口情况表"),
        ("类别", "报表"),
        ("要求单位", BUREAU),
        ("依据文件", "岚组〔2026〕8号"),
        ("频次", "一次"),
        ("报送期限", "2026-03-31"),
    ];
    su.begins("form_request", &fields).await;
    let path = format!("/m/form_request/new?title=社区人口情况表&unit={BUREAU_ID}");
    su.opens(&path).await.says("可能已经登记过").says("要求单位相同");
    // Of another unit it is another form.
    let mut zheng = office.sign_in("zheng").await;
    zheng.opens(&path).await.says("可能已经登记过");
    let other = format!("/m/form_request/new?title=社区人口情况表&unit={FARMS_ID}");
    zheng.opens(&other).await.does_not_say("可能已经登记过");
    // 黎澄 of 葵岭街道 does not see a draft of another unit, and is told nothing of it.
    li.opens(&path).await.does_not_say("可能已经登记过");
}
