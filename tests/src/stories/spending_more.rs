//! How is money asked for, paid, watched and published during the year? `budget_change`, `spending_request`,
//! `spending_project`, `budget_publication`, `asset_card`, `spending_entry`.
//!
//! Never a payment that no budget covers.

use crate::harness::{Office, Visitor};

const FARMS: &str = "岚湾新区农业农村局";
const ROOT: &str = "岚湾新区";

async fn officer(office: &Office) -> Visitor {
    office.db_grants("su", "finance_officer", ROOT).await;
    office.sign_in("su").await
}

/// An account of the bureau's projects with so much approved.
async fn approved(su: &mut Visitor, amount: &str) -> String {
    let fields =
        [("账户名称", "农业农村局项目支出"), ("预算单位", FARMS), ("预算年度", "2026"), ("预算科目", "项目支出")];
    let account = su.begins("budget", &fields).await;
    moves(su, &account, "grant", amount).await;
    account
}

async fn moves(su: &mut Visitor, account: &str, word: &str, amount: &str) {
    let form = su.opens(&format!("{account}/account")).await.form("记下").forged("word", word);
    let form = form.with("数额", amount).with("文号", "岚财〔2026〕1号").with("生效日", "2026-01-01");
    su.sends(form).await.answers(200);
}

async fn holds(su: &mut Visitor, account: &str) -> String {
    su.opens(&format!("{account}/account")).await.under("余额")
}

#[tokio::test]
async fn a_payment_is_checked_approved_and_paid_from_its_line_and_never_above_it() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let (mut zheng, mut zhou) = (office.sign_in("zheng").await, office.sign_in("zhou").await);
    let account = approved(&mut su, "550000").await;
    let fields = [
        ("用途", "海堤修复工程进度款"),
        ("预算单位", FARMS),
        ("预算年度", "2026"),
        ("预算科目", "项目支出"),
        ("金额", "600000"),
        ("合同或依据", "岚农合〔2026〕2号"),
        ("完成进度", "50"),
        ("凭据", "进度款申请表.pdf"),
    ];
    let request = zheng.begins("spending_request", &fields).await;
    // From 500,000 元 on there has to be an appraisal with its minutes.
    su.tries("审核", &request, &[("意见", "一致")]).await.answers(422).says("论证意见和会议纪要");
    zheng.takes("补材料", &request, &[("论证意见和会议纪要", "论证会纪要.pdf")]).await;
    su.takes("审核", &request, &[("意见", "与合同和进度一致")]).await;
    zhou.takes("批准", &request, &[("意见", "同意支付")]).await;
    let short = su.tries("支付", &request, &[("支付日", "2026-03-02")]).await;
    short.answers(422).says("还差50,000.00元").says("“预算调整申请”");

    // More is asked for, with its reasons, and granted on a document: at once on the account.
    let ask = [
        ("事由", "追加海堤修复经费"),
        ("预算单位", FARMS),
        ("预算年度", "2026"),
        ("预算科目", "项目支出"),
        ("调增还是调减", "调增"),
        ("金额", "100000"),
        ("理由和测算", "台风受损两处。"),
    ];
    let change = zheng.begins("budget_change", &ask).await;
    let how = [("批准文号", "岚财〔2026〕6号"), ("从哪天起算", "2026-03-02"), ("意见", "同意")];
    su.tries("批准调减", &change, &how).await.answers(422).says("申请的是调增");
    su.takes("批准调增", &change, &how).await;
    su.takes("支付", &request, &[("支付日", "2026-03-02")]).await;
    let held = holds(&mut su, &account).await;
    assert!(held.contains("650,000.00元") && held.contains("600,000.00元") && held.contains("50,000.00元"), "{held}");
    let json = su.asks("/api/v1/mechanisms/budget/figures/change_rate?period=2026").await.json();
    assert_eq!(json["whole"]["total"]["shown"], "18.18", "{json}");
    office.db_verify().await;
}

#[tokio::test]
async fn a_project_has_goals_in_numbers_and_ends_with_what_was_reached() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let mut zheng = office.sign_in("zheng").await;
    let goal = |kind: &str, name: &str, actual: Option<&str>| {
        let mut row = serde_json::json!({ "kind": kind, "name": name, "target": "100", "measure": "%" });
        if let Some(actual) = actual {
            row["actual"] = actual.into();
        }
        row
    };
    let fields = serde_json::json!({
        "title": "海岸线宣传教育", "unit": "00000000-0000-0000-0000-000000000103", "year": 2026, "budget": "50000元",
        "due_on": "2026-06-30",
    });
    let body = serde_json::json!({ "fields": fields, "rows": { "goal": [goal("amount", "场次完成率", None)] } });
    let json = zheng.posts_json("/api/v1/mechanisms/spending_project/records", &body).await.json();
    let record = format!("/records/{}", json["id"].as_str().unwrap_or_else(|| panic!("{json}")));
    su.tries("立项", &record, &[("意见", "同意")]).await.answers(422).says("数量、时效和一项效益");
    let id = record.trim_start_matches("/records/");
    let step = async |by: &mut Visitor, step: &str, body: serde_json::Value| {
        by.posts_json(&format!("/api/v1/records/{id}/steps/{step}"), &body).await.answers(200).json()
    };
    let all = |actual: [Option<&str>; 3]| {
        let kinds = [("amount", "场次完成率"), ("time", "按期完成率"), ("content", "满意度")];
        let rows = kinds.iter().zip(actual).map(|((kind, name), actual)| goal(kind, name, actual));
        rows.collect::<Vec<_>>()
    };
    step(&mut zheng, "fill", serde_json::json!({ "rows": { "goal": all([None; 3]) } })).await;
    su.takes("立项", &record, &[("意见", "同意立项")]).await;
    let watch = serde_json::json!([{ "on": "2026-03-02", "words": "刚开始", "mend": "" }]);
    step(&mut zheng, "watch", serde_json::json!({ "rows": { "watch": watch } })).await;
    let done = serde_json::json!({
        "fields": { "done_on": "2026-03-02" }, "rows": { "goal": all([Some("100"), Some("100"), Some("96")]) },
    });
    let bare = zheng.posts_json(&format!("/api/v1/records/{id}/steps/submit"), &done).await;
    bare.answers(422);
    assert!(bare.json().to_string().contains("验收材料"), "{}", bare.text());
    let form = zheng.opens(&record).await.form("申请验收").with("完成日", "2026-03-02").with("验收材料", "验收单.pdf");
    zheng.sends(form).await.answers(422).says("每个绩效目标都要填实际值");
    office.db_verify().await;
}

#[tokio::test]
async fn assets_have_cards_whose_amounts_stand_on_the_account() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let mut su = officer(&office).await;
    let fields = [("账户名称", "农业农村局固定资产"), ("使用单位", FARMS), ("资产类别", "固定资产")];
    let account = su.begins("asset_account", &fields).await;
    let fields = [
        ("资产名称", "渔政执法记录仪"),
        ("使用单位", FARMS),
        ("资产类别", "固定资产"),
        ("原值", "4200"),
        ("入账凭证", "验〔2026〕3号"),
    ];
    let card = su.begins("asset_card", &fields).await;
    assert!(holds(&mut su, &account).await.contains("4,200.00元"));
    su.takes("领用", &card, &[("使用人", "郑海生"), ("存放地点", "渔政码头"), ("理由", "执法用")]).await;
    let rate = su.asks("/api/v1/mechanisms/asset_account/figures/rate?period=2026-03").await.json();
    assert_eq!(rate["whole"]["total"]["shown"], "100", "{rate}");
    su.takes("盘点", &card, &[("盘点情况", "相符"), ("理由", "年中盘点")]).await;
    su.takes("交回", &card, &[("理由", "损坏")]).await;
    let dispose = [("处置文号", "资处〔2026〕1号"), ("处置收入", "100"), ("理由", "无法修复")];
    su.tries("处置", &card, &dispose).await.answers(422).says("上缴凭证");
    let paid = [dispose[0], dispose[1], dispose[2], ("上缴凭证", "缴〔2026〕9号")];
    su.takes("处置", &card, &paid).await;
    assert!(holds(&mut su, &account).await.contains("0.00元"));
    office.db_verify().await;
}

#[tokio::test]
async fn a_budget_is_published_within_twenty_days_or_seen_to_be_late() {
    let office = Office::open().await;
    office.on("2026-01-20");
    let mut su = officer(&office).await;
    let fields = |due: &'static str| {
        [
            ("事项", "2026年部门预算"),
            ("公开单位", FARMS),
            ("预算年度", "2026"),
            ("公开内容", "部门预算"),
            ("批复日", "2026-01-19"),
            ("最迟公开日", due),
        ]
    };
    su.tries_to_begin("budget_publication", &fields("2026-03-01")).await.answers(422).says("二十日");
    let record = su.begins("budget_publication", &fields("2026-02-08")).await;
    office.days_pass_until("2026-02-12").await;
    let mut su = office.sign_in("su").await;
    su.opens(&record).await.says("逾期");
    let how = [("公开表格", "15"), ("公开日", "2026-02-12"), ("网址", "部门预算专栏")];
    su.takes("记公开", &record, &how).await;
    let rate = su.asks("/api/v1/mechanisms/budget_publication/figures/on_time?period=2026-02").await.json();
    assert_eq!(rate["whole"]["total"]["shown"], "0", "{rate}");
    office.db_verify().await;
}
