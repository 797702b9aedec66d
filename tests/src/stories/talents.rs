//! Who is a talent, what do they hold, where do they live? The card of which there is one at a time, flats with a queue,
//! and what departments spend. `talent`, `talent_card`, `flat`, `flat_lease`, `support_fund`, `talent_policy`.
//!
//! Never two cards of one talent on one day, and never two tenants of one flat.

use crate::harness::{Office, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";

async fn officers(office: &Office) -> (Visitor, Visitor) {
    office.db_grants("su", "talent_officer", ROOT).await;
    office.db_grants("chen", "talent_officer", ROOT).await;
    (office.sign_in("su").await, office.sign_in("chen").await)
}

async fn talent(su: &mut Visitor, name: &str, identity: &str) -> String {
    let fields = [
        ("姓名", name),
        ("所在单位", FARMS),
        ("人员", name),
        ("身份证号", identity),
        ("人才层次", "青年人才"),
        ("认定文号", "岚人才〔2026〕8号"),
        ("认定日", "2026-01-05"),
    ];
    su.begins("talent", &fields).await
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{figure}: {json}")).to_owned()
}

#[tokio::test]
async fn a_policy_is_issued_by_another_and_its_successor_is_another_version() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut su, mut chen) = officers(&office).await;
    let fields = |title: &'static str, rate: &'static str| {
        [
            ("政策名称", title),
            ("制定单位", ROOT),
            ("补贴类别", "生活补贴"),
            ("不重复类别", "生活待遇"),
            ("依据文号", "岚人才〔2026〕4号"),
            ("谁能申领", "青年人才。"),
            ("发放方式", "按月"),
            ("发放标准", rate),
            ("最长几个月", "12"),
            ("生效日", "2026-03-01"),
        ]
    };
    let old = su.begins("talent_policy", &fields("生活补贴试行办法", "800")).await;
    su.tries("入库", &old, &[]).await.answers(403);
    chen.takes("入库", &old, &[]).await.says("执行中").says("人才政策〔2026〕1号");
    let new = su.begins("talent_policy", &fields("生活补贴办法", "1000")).await;
    chen.takes("入库", &new, &[]).await;
    assert_eq!(figure(&mut su, "talent_policy", "in_force", "2026-03").await, "2");
    let page = su.takes("由新版本替代", &old, &[("由哪一条替代", "生活补贴办法"), ("理由", "试行期满。")]).await;
    page.says("已被替代").says("生活补贴办法");
    assert_eq!(figure(&mut su, "talent_policy", "in_force", "2026-03").await, "1");
    office.db_verify().await;
}

#[tokio::test]
async fn a_talent_holds_one_card_at_a_time() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut su, _) = officers(&office).await;
    let mut zheng = office.sign_in("zheng").await;
    talent(&mut su, "黎澄", "999999199001010016").await;
    let fields = [("持卡人", "黎澄"), ("推荐单位", FARMS), ("人才", "黎澄"), ("等次", "银卡"), ("推荐理由", "骨干。")];
    let first = zheng.begins("talent_card", &fields).await;
    let second = zheng.begins("talent_card", &fields).await;
    let issued = [("待遇", "年度体检。"), ("生效日", "2026-03-10"), ("有效期至", "2029-03-09"), ("意见", "同意。")];
    su.takes("核发", &first, &issued).await.says("有效");
    su.tries("核发", &second, &issued).await.answers(422).says("英才卡〔2026〕1号").says("2026-03-10");
    su.takes("注销", &first, &[("理由", "换等次。")]).await;
    // The last day of the first is today: the second begins after it.
    su.takes("核发", &second, &issued).await.says("英才卡〔2026〕2号");
    office.on("2026-03-12");
    assert_eq!(figure(&mut su, "talent_card", "valid", "2026-03").await, "1");
    office.db_verify().await;
}

#[tokio::test]
async fn a_flat_has_one_tenant_and_is_vacant_when_they_leave() {
    let office = Office::open().await;
    office.on("2026-03-02");
    let (mut su, _) = officers(&office).await;
    for (name, identity) in [("黎澄", "999999199001010016"), ("郑海生", "999999199203150033")] {
        talent(&mut su, name, identity).await;
    }
    let fields = [
        ("房号", "海晴苑2栋1203"),
        ("管理单位", ROOT),
        ("户型", "单间"),
        ("面积", "45.6"),
        ("月租金", "900"),
        ("启用日", "2026-01-05"),
    ];
    su.begins("flat", &fields).await;
    assert_eq!(figure(&mut su, "flat", "vacant", "2026-03").await, "1");
    let mut leases = Vec::new();
    for name in ["黎澄", "郑海生"] {
        let fields = [("申请人", name), ("用人单位", FARMS), ("人才", name), ("想要的户型", "单间")];
        leases.push(su.begins("flat_lease", &fields).await);
    }
    assert_eq!(figure(&mut su, "flat_lease", "queued", "2026-03").await, "2");
    let from = |from: &'static str| {
        [("配租房号", "海晴苑2栋1203"), ("起租日", from), ("到期日", "2028-03-09"), ("合同编号", "租〔2026〕1号")]
    };
    su.takes("配租入住", &leases[0], &from("2026-03-02")).await.says("在住");
    su.tries("配租入住", &leases[1], &from("2026-03-02")).await.answers(422).says("没有空余");
    assert_eq!(figure(&mut su, "flat", "vacant", "2026-03").await, "0");
    assert_eq!(figure(&mut su, "flat", "occupancy", "2026-03").await, "100");
    office.on("2026-03-09");
    su.takes("腾退", &leases[0], &[("腾退日", "2026-03-09")]).await;
    su.takes("配租入住", &leases[1], &from("2026-03-10")).await;
    assert_eq!(figure(&mut su, "flat_lease", "turnover", "2026-03").await, "1");
    office.db_verify().await;
}

#[tokio::test]
async fn what_departments_spend_is_added_up_and_stays_below_what_they_were_granted() {
    let office = Office::open().await;
    office.on("2026-03-02");
    office.db_grants("su", "finance_officer", ROOT).await;
    let mut su = office.sign_in("su").await;
    for (title, unit, kind) in [("渔业扶持", FARMS, "产业发展"), ("街道人才扶持", "葵岭街道", "人才引进")]
    {
        let fields = [("账户名称", title), ("归口部门", unit), ("年度", "2026"), ("扶持方向", kind)];
        let account = su.begins("support_fund", &fields).await;
        for (word, amount, status) in
            [("grant", "81000000", 200), ("spend", "81000000.01", 422), ("spend", "81000000", 200)]
        {
            let form = su.opens(&format!("{account}/account")).await.form("记下");
            let form = form.forged("word", word).with("数额", amount).with("文号", "岚财〔2026〕3号");
            su.sends(form).await.answers(status);
        }
    }
    assert_eq!(figure(&mut su, "support_fund", "spent", "2026-03").await, "1.62");
    assert_eq!(figure(&mut su, "support_fund", "rate", "2026-03").await, "100");
    office.db_verify().await;
}
