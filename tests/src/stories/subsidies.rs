//! How does a talent get a subsidy, and how is it paid to the cent? Filed from outside with proofs, confirmed, examined by
//! two people, publicised, gathered into a batch, sent to the bank as a workbook, paid from a fund with a ceiling, returned,
//! reviewed after a year, clawed back; nobody twice, nobody above the ceiling, and who could claim and has not.
//! `talent`, `talent_policy`, `talent_fund`, `subsidy_claim`, `subsidy_batch`.
//!
//! Never a step that is led taken by itself, and never a batch that pays other claims than those that were checked.

use documents::workbook_in::{self, Limits};

use crate::harness::{Office, Page, Visitor};

const ROOT: &str = "岚湾新区";
const FARMS: &str = "岚湾新区农业农村局";
const LI: &str = "999999199001010016";
const ZHENG: &str = "999999199203150033";
const FORM: &str = "/public/subsidy_claim/talent";
const PROOF: &[u8] = b"%PDF-1.7 a contract";

/// 苏芮 and 陈望 are the talent officers, 林书敏 and 吴立群 pay.
struct Hands {
    su: Visitor,
    chen: Visitor,
    lin: Visitor,
    wu: Visitor,
    zheng: Visitor,
    fund: String,
}

pub(crate) async fn opened() -> Office {
    let rule = ("setting \"机关代字\"", "setting \"人才受理单位\" \"岚湾新区\"\nsetting \"机关代字\"");
    let office = Office::ruled_by(&[rule]).await;
    office.on("2026-03-02");
    office
}

/// The two officers, the two who pay, a policy of rent and one of living, a fund and two talents.
async fn hands(office: &Office, budget: &str) -> Hands {
    for login in ["su", "chen"] {
        office.db_grants(login, "talent_officer", ROOT).await;
    }
    for login in ["lin", "wu"] {
        office.db_grants(login, "finance_officer", ROOT).await;
    }
    let (su, chen) = (office.sign_in("su").await, office.sign_in("chen").await);
    let (lin, wu) = (office.sign_in("lin").await, office.sign_in("wu").await);
    let mut hands = Hands { su, chen, lin, wu, zheng: office.sign_in("zheng").await, fund: String::new() };
    for (name, identity) in [("黎澄", LI), ("郑海生", ZHENG)] {
        hands.talent(name, identity).await;
    }
    hands.policy("青年人才租房补贴", "租房补贴", "住房待遇", "1500", "18").await;
    hands.policy("青年人才生活补贴", "生活补贴", "生活待遇", "1000", "12").await;
    let fields = [("账户名称", "2026年人才发展专项资金"), ("管理单位", ROOT), ("年度", "2026")];
    hands.fund = hands.lin.begins("talent_fund", &fields).await;
    moves(&mut hands.lin, &hands.fund.clone(), "grant", budget, &[("文号", "岚财〔2026〕2号")]).await.answers(200);
    hands
}

async fn moves(by: &mut Visitor, account: &str, word: &str, amount: &str, fields: &[(&str, &str)]) -> Page {
    let form = by.opens(&format!("{account}/account")).await.form("记下");
    let form = form.forged("word", word).with("数额", amount);
    let form = fields.iter().fold(form, |form, (label, text)| form.with(label, text));
    by.sends(form).await
}

impl Hands {
    async fn talent(&mut self, name: &str, identity: &str) -> String {
        let fields = [
            ("姓名", name),
            ("所在单位", FARMS),
            ("人员", name),
            ("身份证号", identity),
            ("人才层次", "青年人才"),
            ("认定文号", "岚人才〔2026〕8号"),
            ("认定日", "2026-01-05"),
        ];
        self.su.begins("talent", &fields).await
    }

    async fn policy(&mut self, title: &str, kind: &str, group: &str, rate: &str, months: &str) -> String {
        let fields = [
            ("政策名称", title),
            ("制定单位", ROOT),
            ("补贴类别", kind),
            ("不重复类别", group),
            ("依据文号", "岚人才〔2026〕1号"),
            ("谁能申领", "全职工作的青年人才。"),
            ("发放方式", "按月"),
            ("发放标准", rate),
            ("最长几个月", months),
            ("生效日", "2026-01-10"),
        ];
        let policy = self.su.begins("talent_policy", &fields).await;
        self.chen.takes("入库", &policy, &[]).await;
        policy
    }

    /// A claim that the officer takes down.
    async fn filed(&mut self, kind: &str, name: &str, identity: &str) -> String {
        let page = self.su.opens("/m/subsidy_claim/new").await;
        let form = filled(page.form("/records"), kind, name, identity).with("受理单位", ROOT);
        let page = self.su.sends(form.with_file("证明材料", "合同.pdf", PROOF)).await;
        assert!(page.url.starts_with("/records/"), "{}", page.text());
        crate::harness::record_of(&page.url)
    }

    async fn accepts(&mut self, claim: &str, name: &str, policy: &str, from: &str) -> Page {
        self.tries_to_accept(claim, name, policy, from).await
    }

    async fn tries_to_accept(&mut self, claim: &str, name: &str, policy: &str, from: &str) -> Page {
        let page = self.su.opens(claim).await;
        let form = page.form("受理").with("人才", name).with("政策", policy);
        let form = form.with("资金账户", "2026年人才发展专项资金").with("核实单位", FARMS).with("起享日", from);
        self.su.sends(form).await
    }

    /// Confirmed, examined by two, publicised since 3 March.
    async fn publicised(&mut self, claim: &str) {
        self.zheng.takes("核实属实", claim, &[("核实情况", "在岗，合同属实。")]).await;
        self.chen.takes("初审通过", claim, &[("意见", "符合条件。")]).await;
        self.su.takes("复核通过，公示", claim, &[("公示在哪里", "区门户网站"), ("意见", "同意公示。")]).await;
    }

    /// A batch with everything that is ready, checked by another person.
    async fn checked(&mut self, title: &str) -> String {
        let page = self.lin.opens("/m/subsidy_batch/new").await;
        let form = page.form("/records").with("批次名称", title).with("发放单位", ROOT).with("用途", "人才补贴");
        let page = self.lin.sends(form.with("资金账户", "2026年人才发展专项资金")).await;
        let batch = crate::harness::record_of(&page.url);
        self.lin.takes("收进待发放的", &batch, &[]).await;
        self.lin.takes("送复核", &batch, &[]).await;
        self.lin.tries("复核", &batch, &[("意见", "自己复核。")]).await.answers(403);
        self.wu.takes("复核", &batch, &[("意见", "逐笔核对。")]).await;
        batch
    }
}

fn filled(form: crate::harness::Form, kind: &str, name: &str, identity: &str) -> crate::harness::Form {
    let fields = [
        ("申领事项", kind),
        ("补贴类别", kind),
        ("申领人", name),
        ("身份证号", identity),
        ("联系电话", "13900001111"),
        ("用人单位", "渔谷食品公司"),
        ("开户行", "岚湾银行葵岭支行"),
        ("收款账号", "6200000000000001"),
        ("符合条件的情况", "全职工作，租房居住。"),
    ];
    fields.iter().fold(form, |form, (label, text)| form.with(label, text))
}

async fn figure(by: &mut Visitor, mechanism: &str, figure: &str, period: &str) -> String {
    let path = format!("/api/v1/mechanisms/{mechanism}/figures/{figure}?period={period}");
    let json = by.asks(&path).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{figure}: {json}")).to_owned()
}

fn after(page: &Page, word: &str) -> String {
    let text = page.text();
    let at = text.find(word).unwrap_or_else(|| panic!("no {word} in {text}")) + word.len();
    text[at..].split_whitespace().next().unwrap_or_default().to_owned()
}

async fn follows(somebody: &mut Visitor, number: &str, code: &str) -> Page {
    let form = somebody.opens("/public/follow").await.form("查看");
    somebody.sends(form.with("编号", number).with("查询码", code)).await
}

// proves: step.bring
// proves: step.bring.from
// proves: step.bring.field
// proves: step.leads
// proves: step.leads.mechanism
// proves: step.leads.by
// proves: step.leads.states
// proves: step.leads.takes_in
// proves: step.leads.rows
// proves: step.leads.none
// proves: step.led
// proves: extract.of
// proves: extract.who
// proves: extract.states
// proves: extract.total
// proves: extract.column
// proves: extract.column.of
// proves: extract.column.own
#[tokio::test]
async fn a_talent_claims_from_outside_and_is_paid_to_the_cent_in_a_batch() {
    claimed_and_paid(&opened().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn claimed_and_paid(office: &Office) {
    let mut hands = hands(office, "5000000").await;
    let mut somebody = office.stranger();
    // What was typed and what the form does not ask for: the amount is nobody's to choose.
    let form = filled(somebody.opens(FORM).await.form("提交"), "租房补贴", "黎澄", LI);
    let form = form.with_file("证明材料", "劳动合同.pdf", PROOF).with_file("证明材料", "社保记录.pdf", PROOF);
    let page = somebody.sends(form.forged("amount", "9999999").forged("unit", "x")).await;
    page.answers(200).says("已收到");
    let (number, code) = (after(&page, "编号"), after(&page, "查询码"));
    let claim = hands.su.opens("/m/subsidy_claim?tab=all").await.link("租房补贴");
    let page = hands.su.opens(&claim).await;
    page.says("劳动合同.pdf")
        .says("社保记录.pdf")
        .does_not_say(LI)
        .does_not_say("6200000000000001")
        .does_not_say("9999999");
    hands
        .accepts(&claim, "黎澄", "青年人才租房补贴", "2026-03-01")
        .await
        .answers(200)
        .says("待单位核实")
        .says("18,000");
    hands.publicised(&claim).await;
    follows(&mut somebody, &number, &code).await.says("公示中").says("区门户网站").does_not_say(LI);
    // The second claim of the same person is of another kind: it goes along.
    let living = hands.filed("生活补贴", "黎澄", LI).await;
    hands.accepts(&living, "黎澄", "青年人才生活补贴", "2026-03-01").await.answers(200);
    hands.publicised(&living).await;
    hands.su.tries("公示期满", &claim, &[]).await.answers(422).says("还没有满");
    office.on("2026-03-09");
    for claim in [&claim, &living] {
        hands.su.takes("公示期满", claim, &[]).await.says("待发放");
    }
    // Who may not pay has no batch; the steps that are led stand on no page and are refused by hand.
    let page = hands.lin.opens(&claim).await;
    assert!(page.find_form("列入批次").is_none() && page.find_form("到账，发完").is_none());
    let led = format!("/api/v1{claim}/steps/enlist");
    let page = hands.lin.posts_json(&led, &serde_json::json!({})).await;
    assert!(page.answers(422).json().to_string().contains("由别的事项带着走"), "{}", page.text());
    let batch = hands.checked("第一批").await;
    hands.lin.opens(&batch).await.says("30,000").says("2笔").does_not_say("6200000000000001");
    bank_file(office, &mut hands, &batch).await;
    // Somebody leaves the batch after it was checked: it is not sent.
    hands.lin.takes("退出批次", &living, &[("理由", "账号要更正。")]).await;
    hands.lin.tries("送银行", &batch, &[]).await.answers(422).says("少了1条");
    hands.wu.takes("退回", &batch, &[("理由", "明细变了。")]).await;
    hands.lin.takes("收进待发放的", &batch, &[]).await;
    hands.lin.takes("送复核", &batch, &[]).await;
    hands.wu.takes("复核", &batch, &[("意见", "重新核对。")]).await;
    hands.lin.takes("送银行", &batch, &[]).await;
    returned_and_settled(office, &mut hands, (&batch, &claim, &living)).await;
    follows(&mut somebody, &number, &code).await.says("享受中").says("18,000");
    office.db_verify().await;
}

/// The workbook for the bank: every row, the exact sum, in full, and told in the log.
async fn bank_file(office: &Office, hands: &mut Hands, batch: &str) {
    let page = hands.lin.opens(batch).await;
    page.says("银行代发表").says("每次都留痕");
    let file = hands.lin.downloads(&page.link("银行代发表")).await;
    let text = format!("{:?}", workbook_in::read(&file.bytes, Limits::default()).expect("a workbook"));
    for words in ["黎澄", "岚湾银行葵岭支行", "6200000000000001", "人才补贴", "合计", "共2笔", "30000"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    hands.zheng.asks(&format!("{batch}/extracts/bank")).await.answers(404);
    hands.su.asks(&format!("{batch}/extracts/bank")).await.answers(404);
    hands.lin.asks(&format!("{batch}/extracts/other")).await.answers(404);
    let told = office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'extract'").await;
    assert_eq!(told, 1, "each time it is taken is told");
}

/// One is returned by the bank; what the bank paid has to be what was not returned.
async fn returned_and_settled(office: &Office, hands: &mut Hands, (batch, claim, living): (&str, &str, &str)) {
    office.on("2026-03-11");
    hands.lin.takes("银行退回", living, &[("理由", "户名不符。")]).await.says("待发放");
    hands.lin.takes("对账", batch, &[("银行实付金额", "30000")]).await;
    hands.lin.tries("到账", batch, &[]).await.answers(422).says("不相等");
    hands.lin.takes("对账", batch, &[("银行实付金额", "18000")]).await;
    hands.lin.takes("到账", batch, &[]).await.says("已到账");
    hands.lin.opens(claim).await.says("享受中").says("2027-03-11");
    hands.lin.opens(living).await.says("待发放");
    for (name, value) in [("ceiling", "500"), ("paid", "1.8"), ("committed", "1.2"), ("reserved", "0"), ("left", "497")]
    {
        assert_eq!(figure(&mut hands.lin, "talent_fund", name, "2026-03").await, value, "{name}");
    }
    // A batch that was begun in vain is cancelled, with or without claims in it.
    let form = hands.lin.opens("/m/subsidy_batch/new").await.form("/records").with("批次名称", "拟错的");
    let form = form.with("发放单位", ROOT).with("用途", "补贴").with("资金账户", "2026年人才发展专项资金");
    let empty = crate::harness::record_of(&hands.lin.sends(form).await.url);
    hands.lin.takes("作废", &empty, &[("理由", "重复登记。")]).await.says("已作废");
    // It goes again in the next batch.
    hands
        .su
        .takes(
            "更正账号",
            living,
            &[("开户行", "岚湾银行南湾支行"), ("收款账号", "6200000000000009"), ("理由", "本人更正。")],
        )
        .await;
    let second = hands.checked("第二批").await;
    hands.lin.takes("送银行", &second, &[]).await;
    hands.lin.takes("对账", &second, &[("银行实付金额", "12000")]).await;
    hands.lin.takes("到账", &second, &[]).await;
    hands.lin.opens(living).await.says("已发完");
    assert_eq!(figure(&mut hands.lin, "talent_fund", "paid", "2026-03").await, "3");
    // Returned days after it was settled: the money is committed again and not paid.
    hands.lin.takes("到账后退回", living, &[("理由", "账户已注销。")]).await.says("待发放");
    assert_eq!(figure(&mut hands.lin, "talent_fund", "paid", "2026-03").await, "1.8");
    assert_eq!(figure(&mut hands.lin, "talent_fund", "committed", "2026-03").await, "1.2");
}

// proves: once.of
// proves: once.per
// proves: once.from
// proves: once.until
// proves: once.states
#[tokio::test]
async fn nobody_has_the_same_benefit_twice_on_one_day() {
    let office = opened().await;
    let mut hands = hands(&office, "5000000").await;
    hands.policy("购房补贴", "购房补贴", "住房待遇", "2000", "12").await;
    let first = hands.filed("租房补贴", "黎澄", LI).await;
    hands.accepts(&first, "黎澄", "青年人才租房补贴", "2026-03-01").await.answers(200);
    let number = "人才补贴〔2026〕1号";
    // Not under the same policy, and not under one that excludes it.
    let again = hands.filed("租房补贴", "黎澄", LI).await;
    let page = hands.tries_to_accept(&again, "黎澄", "青年人才租房补贴", "2026-06-01").await;
    page.answers(422).says(number).says("2026-03-01").says("2027-08-31").says("同一类同一天只能有一件");
    let home = hands.filed("购房补贴", "黎澄", LI).await;
    hands.tries_to_accept(&home, "黎澄", "购房补贴", "2026-03-01").await.answers(422).says(number);
    // Somebody else's number is not theirs to claim by.
    let page = hands.tries_to_accept(&home, "郑海生", "购房补贴", "2026-03-01").await;
    page.answers(422).says("身份证号要和名录里的一致");
    // After it, and in the place of what was given up, it may be.
    hands.accepts(&again, "黎澄", "青年人才租房补贴", "2027-09-01").await.answers(200);
    hands.su.takes("放弃申领", &first, &[("理由", "改领购房补贴。")]).await;
    hands.accepts(&home, "黎澄", "购房补贴", "2026-03-01").await.answers(200);
    // Another person's is their own.
    let other = hands.filed("租房补贴", "郑海生", ZHENG).await;
    hands.accepts(&other, "郑海生", "青年人才租房补贴", "2026-03-01").await.answers(200);
    office.db_verify().await;
}

#[tokio::test]
async fn of_two_who_accept_the_same_person_at_once_one_gets_through() {
    let office = opened().await;
    let mut hands = hands(&office, "5000000").await;
    let (one, other) = (hands.filed("租房补贴", "黎澄", LI).await, hands.filed("租房补贴", "黎澄", LI).await);
    let form = |page: Page| {
        let form = page.form("受理").with("人才", "黎澄").with("政策", "青年人才租房补贴");
        form.with("资金账户", "2026年人才发展专项资金").with("核实单位", FARMS).with("起享日", "2026-03-01")
    };
    let (first, second) = (form(hands.su.opens(&one).await), form(hands.chen.opens(&other).await));
    let (first, second) = tokio::join!(hands.su.sends(first), hands.chen.sends(second));
    let mut answers = [first.status, second.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 422], "{}\n{}", first.text(), second.text());
    assert_eq!(office.db_count("SELECT COUNT(*) FROM tenure").await, 1);
    office.db_verify().await;
}

#[tokio::test]
async fn above_the_ceiling_nothing_is_accepted_and_it_says_what_is_missing() {
    let office = opened().await;
    let mut hands = hands(&office, "30000").await;
    let first = hands.filed("租房补贴", "黎澄", LI).await;
    hands.accepts(&first, "黎澄", "青年人才租房补贴", "2026-03-01").await.answers(200);
    let second = hands.filed("租房补贴", "郑海生", ZHENG).await;
    let page = hands.tries_to_accept(&second, "郑海生", "青年人才租房补贴", "2026-03-01").await;
    page.answers(422).says("额度").says("30,000.00元").says("18,000.00元").says("还差6,000.00元");
    hands.su.opens(&second).await.says("待受理");
    // A refusal gives the money free.
    hands.zheng.takes("情况不符", &first, &[("答复", "不在岗。"), ("理由", "不在岗。")]).await;
    assert_eq!(figure(&mut hands.lin, "talent_fund", "left", "2026-03").await, "3");
    hands.accepts(&second, "郑海生", "青年人才租房补贴", "2026-03-01").await.answers(200);
    office.db_verify().await;
}

#[tokio::test]
async fn a_year_later_it_is_reviewed_and_what_was_too_much_comes_back() {
    let office = opened().await;
    let mut hands = hands(&office, "5000000").await;
    let claim = hands.filed("租房补贴", "黎澄", LI).await;
    hands.accepts(&claim, "黎澄", "青年人才租房补贴", "2026-03-01").await.answers(200);
    // Who could claim and has not: both, then one.
    assert_eq!(figure(&mut hands.su, "talent", "missed", "2026").await, "2");
    hands.publicised(&claim).await;
    office.on("2026-03-09");
    hands.su.takes("公示期满", &claim, &[]).await;
    let batch = hands.checked("第一批").await;
    hands.lin.takes("送银行", &batch, &[]).await;
    hands.lin.takes("对账", &batch, &[("银行实付金额", "18000")]).await;
    hands.lin.takes("到账", &batch, &[]).await;
    assert_eq!(figure(&mut hands.su, "talent", "missed", "2026").await, "1");
    assert_eq!(figure(&mut hands.su, "talent", "coverage", "2026").await, "50");
    let page = hands.su.opens("/m/talent/figures/missed/people?period=2026").await;
    page.says("郑海生").does_not_say("黎澄");
    let fund = "2026年人才发展专项资金";
    hands.su.tries("年审通过", &claim, &[("资金账户", fund), ("年审情况", "在岗。")]).await.answers(422).says("三十日");
    office.on("2027-03-01");
    hands.su.takes("年审通过", &claim, &[("资金账户", fund), ("年审情况", "在岗。")]).await.says("9,000");
    let second = hands.checked("第二批").await;
    hands.lin.takes("送银行", &second, &[]).await;
    hands.lin.takes("对账", &second, &[("银行实付金额", "9000")]).await;
    hands.lin.takes("到账", &second, &[]).await;
    hands.lin.opens(&claim).await.says("已发完").says("27,000");
    let much = [("应追回", "30000"), ("追回文号", "岚人才〔2027〕9号"), ("答复", "已离职。"), ("理由", "已离职。")];
    hands.su.tries("停发并追回", &claim, &much).await.answers(422).says("不能超过累计已发");
    let right = [("应追回", "3000"), ("追回文号", "岚人才〔2027〕9号"), ("答复", "已离职。"), ("理由", "已离职。")];
    hands.su.takes("停发并追回", &claim, &right).await.says("待追回").says("追回通知");
    hands.lin.tries("追回入账", &claim, &[("本次追回", "4000")]).await.answers(422).says("不能超过应追回的");
    hands.lin.takes("追回入账", &claim, &[("本次追回", "1000")]).await;
    hands.su.tries("追回结清", &claim, &[]).await.answers(422).says("还没有追回齐");
    assert_eq!(figure(&mut hands.su, "subsidy_claim", "recovery", "2027").await, "33.33");
    hands.lin.takes("追回入账", &claim, &[("本次追回", "2000")]).await;
    hands.su.takes("追回结清", &claim, &[]).await.says("已追回结清");
    office.db_verify().await;
}

#[tokio::test]
async fn proofs_come_with_what_is_filed_or_not_at_all() {
    let office = opened().await;
    let mut somebody = office.stranger();
    somebody.opens("/public").await.says("人才补贴申领");
    let form = filled(somebody.opens(FORM).await.form("提交"), "租房补贴", "黎澄", LI);
    // Without one, with a program, with too many: nothing is kept, and what was typed comes back.
    let page = somebody.sends(form.clone()).await;
    page.answers(422).says("证明材料");
    let page = somebody.sends(form.clone().with_file("证明材料", "合同.pdf", b"MZ\x90 a program")).await;
    page.answers(422).says("合同.pdf").says("附件没有收下");
    assert_eq!(page.form("提交").typed("用人单位"), "渔谷食品公司");
    let many = (0..7).fold(form.clone(), |form, at| form.with_file("证明材料", &format!("{at}.pdf"), PROOF));
    somebody.sends(many).await.answers(422).says("一次最多6个");
    let large = vec![b'%'; 10 * 1024 * 1024 + 1];
    let mut pdf = b"%PDF-1.7".to_vec();
    pdf.extend(large);
    somebody.sends(form.clone().with_file("证明材料", "大.pdf", &pdf)).await.answers(422).says("10 MB");
    let wrong = filled(somebody.opens(FORM).await.form("提交"), "租房补贴", "黎澄", "123");
    somebody.sends(wrong.with_file("证明材料", "合同.pdf", PROOF)).await.answers(422).says("身份证号");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM file").await, 0, "nothing is kept of what was refused");
    let page = somebody.sends(form.with_file("证明材料", "合同.pdf", PROOF)).await;
    page.answers(200).says("已收到");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM file WHERE record IS NOT NULL").await, 1);
    // Nobody without an account reads a file, and appeals take none.
    let (number, code) = (after(&page, "编号"), after(&page, "查询码"));
    follows(&mut somebody, &number, &code).await.says("待受理").does_not_say("合同.pdf");
    office.db_verify().await;
}
