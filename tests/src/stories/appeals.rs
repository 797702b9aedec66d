//! How is an appeal handled? Filed by telephone, handled at three tiers, refused and ruled on within hours, waiting for
//! its raiser, answered, rated, raised again; kept confidential; compared with the duty list. `appeal`, `duty_item`,
//! `helper_group`.
//!
//! Never an appeal that a unit refuses twice, and never a confidential one in anybody else's sight.

use crate::harness::{Office, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";
const STREET: &str = "葵岭街道";

/// 苏芮 receives appeals, 陈望 rules on jurisdiction.
struct Hands {
    su: Visitor,
    chen: Visitor,
}

async fn hands(office: &Office) -> Hands {
    office.db_grants("su", "appeal_officer", ROOT).await;
    office.db_grants("chen", "establishment_officer", ROOT).await;
    Hands { su: office.sign_in("su").await, chen: office.sign_in("chen").await }
}

impl Hands {
    async fn filed(&mut self, title: &str, content: &str, more: &[(&str, &str)]) -> String {
        let fields = [
            ("诉求标题", title),
            ("诉求类别", "居民"),
            ("来源渠道", "电话"),
            ("诉求内容", content),
            ("承办单位", ROOT),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().chain(more).copied().collect();
        self.su.begins("appeal", &fields).await
    }

    async fn accepted(&mut self, title: &str, content: &str) -> String {
        let appeal = self.filed(title, content, &[]).await;
        self.su.takes("受理", &appeal, &[]).await;
        appeal
    }

    async fn assigned(&mut self, title: &str, content: &str, unit: &str) -> String {
        let appeal = self.accepted(title, content).await;
        self.su.takes("分办", &appeal, &[("承办单位", unit), ("诉求类型", "环境卫生")]).await;
        appeal
    }

    async fn item(&mut self, title: &str, words: &str, unit: &str) -> String {
        let fields = [("事项名称", title), ("常见说法", words), ("责任单位", unit), ("依据", "岚编〔2026〕1号")];
        let item = self.chen.begins("duty_item", &fields).await;
        self.chen.takes("核定", &item, &[]).await;
        item
    }
}

async fn figure(by: &mut Visitor, figure: &str) -> String {
    let path = format!("/api/v1/mechanisms/appeal/figures/{figure}?period=2026-03");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{figure}: {json}")).to_owned()
}

/// From the ruling on: the raiser is asked, answered, dissatisfied, raises it again and is satisfied.
async fn answered_and_raised_again(office: &Office, hands: &mut Hands, li: &mut Visitor, appeal: &str) {
    // The clock stands still while the raiser is asked.
    office.on("2026-03-04");
    li.takes("请诉求人补充", appeal, &[("要补充什么", "请说明是哪一家。")]).await.says("暂停计时");
    office.on("2026-03-06");
    hands.su.takes("补充情况", appeal, &[("补充情况", "八号一楼海鲜馆。")]).await.says("2026-03-12");
    li.takes("答复", appeal, &[("答复", "已责令安装油烟净化器。")]).await;
    hands.su.tries("评价", appeal, &[("满意度", "不满意")]).await.answers(422).says("写明哪里不满意");
    hands.su.takes("评价", appeal, &[("满意度", "不满意"), ("评价意见", "还是有油烟。")]).await.says("已办结");
    assert_eq!(figure(&mut hands.su, "satisfied").await, "0");
    office.on("2026-03-09");
    hands.su.takes("重新提出", appeal, &[("理由", "净化器没有开。")]).await.says("待受理");
    hands.su.takes("受理", appeal, &[]).await;
    hands.su.takes("专办", appeal, &[("承办单位", STREET), ("诉求类型", "环境卫生")]).await.says("2026-03-30");
    let page = li.opens(appeal).await;
    page.says("已责令安装油烟净化器").says("重新提出");
    li.takes("答复", appeal, &[("答复", "已停业整改。")]).await;
    hands.su.takes("评价", appeal, &[("满意度", "满意")]).await;
    let page = hands.su.opens(appeal).await;
    page.says("评价意见").says("诉〔2026〕1号");
    for (name, wanted) in [
        ("received", "1"),
        ("closed", "1"),
        ("on_time", "100"),
        ("satisfied", "100"),
        ("response", "2"),
        ("reopened", "1"),
        ("ruled", "1"),
    ] {
        let shown = figure(&mut hands.su, name).await;
        assert!(shown.starts_with(wanted), "{name}: {shown}");
    }
}

// proves: step.set
// proves: field.once
#[tokio::test]
async fn an_appeal_is_refused_ruled_on_answered_rated_and_raised_again() {
    ruled_on(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn ruled_on(office: &Office) {
    office.on("2026-03-03");
    let mut hands = hands(office).await;
    let (mut zheng, mut li) = (office.sign_in("zheng").await, office.sign_in("li").await);
    let appeal = hands
        .filed("沿街餐馆油烟扰民", "每天傍晚油烟飘进居民楼。", &[("诉求人", "汪晓宁"), ("联系电话", "13900001111")])
        .await;
    let page = hands.su.opens(&appeal).await;
    page.says("诉〔2026〕1号").says("待受理").does_not_say("13900001111").does_not_say("汪晓宁");
    zheng.asks(&appeal).await.answers(404);
    office.minutes_pass(120);
    hands.su.takes("受理", &appeal, &[]).await.says("待分办");
    hands
        .su
        .takes("分办", &appeal, &[("承办单位", FARMS), ("诉求类型", "环境卫生")])
        .await
        .says("分办")
        .says("2026-03-10");
    zheng.opens(&appeal).await.says("待签收");
    li.asks(&appeal).await.answers(404);
    // A unit that it does not concern says why, and within hours of work somebody rules.
    zheng.tries("不属本单位职责", &appeal, &[]).await.answers(422).says("理由");
    zheng.takes("不属本单位职责", &appeal, &[("理由", "油烟排放不归农业部门。")]).await;
    let page = hands.chen.opens(&appeal).await;
    page.says("待裁定").says("限8个工作小时");
    hands.chen.tries("裁定", &appeal, &[("承办单位", STREET)]).await.answers(422).says("裁定依据");
    let ruling = [("承办单位", STREET), ("裁定的事项", "沿街商铺油烟扰民"), ("裁定依据", "街道综合执法事项目录第八项")];
    hands.chen.takes("裁定", &appeal, &ruling).await;
    // It binds: the unit that was named cannot refuse.
    let page = li.opens(&appeal).await;
    page.says("已裁定待签收");
    assert!(page.find_form("不属本单位职责").is_none(), "a ruling binds");
    assert!(page.find_form("签收").is_some());
    // What was ruled is proposed for the duty list, with the ruling as its basis.
    let list = hands.chen.opens("/m/duty_item?tab=all").await;
    list.says("沿街商铺油烟扰民").says("待核定");
    let item = list.link("沿街商铺油烟扰民");
    hands.chen.opens(&item).await.says("街道综合执法事项目录第八项").says("诉〔2026〕1号");
    hands.chen.takes("核定", &item, &[]).await.says("有效");
    li.takes("签收", &appeal, &[]).await;
    answered_and_raised_again(office, &mut hands, &mut li, &appeal).await;
    office.db_verify().await;
}

#[tokio::test]
async fn a_deadline_in_hours_is_late_by_the_minute_and_rings_once() {
    let office = Office::open().await;
    office.on("2026-03-06");
    let mut hands = hands(&office).await;
    let appeal = hands.filed("路灯不亮", "码头路路灯坏了。", &[]).await;
    // Friday nine o'clock: four hours of work are over at three in the afternoon, the break left out.
    hands.su.opens(&appeal).await.says("限4个工作小时").says("15:00").says("剩");
    office.minutes_pass(5 * 60);
    office.tick().await;
    hands.su.opens(&appeal).await.does_not_say("逾期");
    office.minutes_pass(62);
    office.tick().await;
    office.tick().await;
    hands.su.opens(&appeal).await.says("逾期0小时");
    assert_eq!(hands.su.notices("逾期").await, 1, "it rings once");
    hands.su.takes("受理", &appeal, &[]).await.says("逾期完成");
    // Over the weekend nothing passes.
    office.minutes_pass(120);
    let late = hands.filed("垃圾没有清运", "菜市场门口垃圾满溢。", &[]).await;
    hands.su.opens(&late).await.says("2026年3月9日");
    office.db_verify().await;
}

#[tokio::test]
async fn what_is_confidential_is_seen_by_nobody_but_who_received_it() {
    let office = Office::open().await;
    office.on("2026-03-03");
    let mut hands = hands(&office).await;
    let (mut wu, mut zheng) = (office.sign_in("wu").await, office.sign_in("zheng").await);
    let secret = hands.filed("反映渔港工地拖欠工资", "三个月没有发工资。", &[("请求保密", "是")]).await;
    hands.su.takes("转保密办理", &secret, &[]).await.says("保密办理");
    let open = hands.assigned("渔港工地夜间施工", "渔港工地夜里施工太吵。", FARMS).await;
    for visitor in [&mut wu, &mut zheng] {
        visitor.asks(&secret).await.answers(404);
        visitor.opens("/m/appeal?tab=all").await.says("渔港工地夜间施工").does_not_say("拖欠工资");
        visitor.opens("/search?q=渔港工地").await.says("夜间施工").does_not_say("拖欠工资");
    }
    // Not among similar ones either, for whoever does not see it.
    let more = hands.accepted("渔港工地又拖欠工资", "渔港工地两个月没有发工资。").await;
    hands.su.opens(&more).await.says("反映渔港工地拖欠工资").says("共同的词");
    office.db_grants("wu", "appeal_officer", FARMS).await;
    let mut wu = office.sign_in("wu").await;
    wu.asks(&secret).await.answers(404);
    hands.su.takes("保密答复", &secret, &[("答复", "已协调补发。")]).await.says("保密办结");
    wu.asks(&secret).await.answers(404);
    assert_eq!(figure(&mut hands.su, "closed").await, "0", "a confidential one is in no such number");
    zheng.opens(&open).await.says("夜间施工");
    office.db_verify().await;
}

// proves: suggest.at
// proves: suggest.from
// proves: suggest.item
// proves: suggest.states
// proves: suggest.take
#[tokio::test]
async fn the_likeliest_of_the_list_is_shown_with_its_words_and_somebody_chooses() {
    let office = Office::open().await;
    office.on("2026-03-03");
    let mut hands = hands(&office).await;
    let lamps = hands.item("路灯不亮", "路灯坏了、路灯损坏、晚上太黑", FARMS).await;
    hands.item("垃圾清运不及时", "垃圾堆放、垃圾桶满溢、异味", STREET).await;
    // What is only proposed is not suggested.
    let fields = [("事项名称", "路灯费用"), ("责任单位", STREET), ("依据", "待定")];
    hands.chen.begins("duty_item", &fields).await;
    let before = hands.assigned("南湖路路灯坏了", "南湖路的路灯坏了一个月。", FARMS).await;
    let appeal = hands.accepted("小区门口路灯坏了", "晚上太黑，老人出门看不清路。").await;
    let page = hands.su.opens(&appeal).await;
    page.says("供“分办”参考").says("路灯不亮").says("共同的词：路灯坏").says("南湖路路灯坏了");
    page.does_not_say("垃圾清运").does_not_say("路灯费用");
    // Nothing is chosen by itself: the form is empty until somebody clicks.
    assert_eq!(page.form("分办").typed("职责事项"), "");
    let picked = hands.su.opens(&page.link("填入")).await;
    let form = picked.form("分办");
    assert!(form.typed("职责事项").starts_with("职责〔2026〕1号"), "{}", form.typed("职责事项"));
    let form = form.with("诉求类型", "道路和路灯");
    hands.su.sends(form).await.answers(200).says("待签收").says("农业农村局");
    // Who does not see the earlier one is not shown it; who may not take the step is shown nothing.
    let page = office.sign_in("zheng").await.opens(&appeal).await;
    page.does_not_say("共同的词");
    hands.su.asks(&format!("{before}?pick={}", lamps.rsplit('/').next().unwrap_or_default())).await.answers(404);
    hands.su.asks(&format!("{appeal}?pick=nonsense")).await.answers(404);
}

#[tokio::test]
async fn tiers_rise_and_the_groups_keep_their_members_and_firms() {
    let office = Office::open().await;
    office.on("2026-03-03");
    let mut hands = hands(&office).await;
    let mut zheng = office.sign_in("zheng").await;
    let fields = [("名称", "要素保障功能组"), ("种类", "功能组"), ("牵头单位", FARMS), ("组建日", "2026-03-02")];
    let group = hands.su.begins("helper_group", &fields).await;
    let group_id = group.rsplit('/').next().unwrap_or_default().to_owned();
    let number = hands.su.opens(&group).await;
    number.says("助企〔2026〕1号");
    let appeal = hands.accepted("补助没有到账", "公示一个月还没有到账。").await;
    hands.su.takes("即办", &appeal, &[("承办单位", FARMS), ("诉求类型", "融资和补助")]).await.says("2026-03-04");
    zheng.tries("提请升级", &appeal, &[("理由", "要会同财政核实。")]).await.answers(200).says("已办理");
    let special = [("承办单位", FARMS), ("诉求类型", "融资和补助"), ("功能组", "助企〔2026〕1号")];
    hands.su.takes("专办", &appeal, &special).await.says("专办").says("要素保障功能组").says("2026-03-24");
    zheng.tries("提请升级", &appeal, &[("理由", "再升一级。")]).await.answers(422).says("已经是专办");
    // What nobody rates is closed after five working days, and not before.
    zheng.takes("答复", &appeal, &[("答复", "已到账。")]).await;
    hands.su.tries("逾期未评办结", &appeal, &[]).await.answers(422).says("五个工作日内等诉求人评价");
    office.on("2026-03-10");
    hands.su.takes("逾期未评办结", &appeal, &[]).await.says("已办结");
    // How in time each group answers, and from there the appeals behind it.
    let parts = hands.su.opens("/m/appeal/figures/on_time/parts?period=2026&by=group").await;
    let row = parts.line("要素保障功能组");
    assert!(row.contains("1001/1"), "{row}");
    let behind = parts.hrefs("slice=group").into_iter().find(|href| href.contains(&group_id)).expect("a door");
    hands.su.opens(&behind).await.says("补助没有到账").says("功能组：要素保障功能组");
    office.on("2026-04-10");
    hands.su.tries("重新提出", &appeal, &[("理由", "又停了。")]).await.answers(422).says("超过三十天");
    // Late: a supervision order is opened by the clock.
    let late = hands.assigned("垃圾没有清运", "垃圾满溢。", FARMS).await;
    office.days_pass_until("2026-04-21").await;
    office.sign_in("lin").await.opens("/m/supervision_order?tab=all").await.says("垃圾没有清运");
    zheng.opens(&late).await.says("逾期");
    office.db_verify().await;
}
