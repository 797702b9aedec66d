//! Who may vote, how it is voted, what it comes to: lists closed before the voting opens, votes by slip, by account and on
//! paper, two words that open the urn, a result by class that never changes. `duty_report`.
//!
//! Never a vote that is read before the count.

use tokio::task::JoinSet;

use crate::harness::{Office, Page, Visitor, record_of};

pub(super) const HR: &str = "岚湾新区组织人事局";
const NAMES: [&str; 3] = ["石海涛", "余建章", "邓桂芳"];

/// 苏芮 holds votings of 组织人事局; 陈望 and 黎澄 are tellers.
pub(super) async fn host(office: &Office) -> Visitor {
    office.db_grants("su", "ballot_host", HR).await;
    for teller in ["chen", "li"] {
        office.db_grants(teller, "ballot_teller", "岚湾新区").await;
    }
    office.sign_in("su").await
}

/// A voting that is being prepared.
pub(super) async fn planned(su: &mut Visitor, title: &str) -> String {
    let form = su.opens("/m/duty_report/new").await.form("/records");
    let fields = [("会议名称", title), ("类型", "一把手述职赶考"), ("组织单位", HR), ("测评日", "2026-03-05")];
    let form = fields.iter().fold(form, |form, (label, value)| form.with(label, value));
    let form = NAMES.iter().enumerate().fold(form, |form, (at, name)| {
        form.forged(&format!("speaker.{at}.name"), name).forged(&format!("speaker.{at}.post"), "社区党委书记")
    });
    let page = su.sends(form).await;
    page.answers(200);
    record_of(&page.url)
}

/// Slips of a class: where each leads.
pub(super) async fn slips(su: &mut Visitor, voting: &str, class: &str, number: usize) -> Vec<String> {
    let form = su.opens(&format!("{voting}/ballot")).await.form("生成并打印票签");
    let page = su.sends(form.with("类别", class).with("票签数", &number.to_string())).await;
    let text = page.answers(200).says("票签只显示这一次").text();
    let is_slip = |word: &&str| word.len() == 19 && word.split('-').all(|part| part.len() == 4);
    let slips: Vec<String> =
        text.split_whitespace().filter(is_slip).map(|word| format!("/vote/{}", word.replace('-', ""))).collect();
    assert_eq!(slips.len(), number, "{text}");
    slips
}

/// A teller's word.
pub(super) async fn draws(teller: &mut Visitor, voting: &str) -> String {
    let form = teller.opens(&format!("{voting}/ballot")).await.form("/ballot/word");
    let page = teller.sends(form).await;
    let text = page.answers(200).says("口令只显示这一次").text();
    let is_word = |word: &&str| word.len() == 24 && word.split('-').count() == 5;
    text.split_whitespace().find(is_word).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Two words for a voting.
pub(super) async fn words(office: &Office, voting: &str) -> [String; 2] {
    let (mut chen, mut li) = (office.sign_in("chen").await, office.sign_in("li").await);
    [draws(&mut chen, voting).await, draws(&mut li, voting).await]
}

/// Fills in a vote and sends it after a look.
pub(super) async fn votes(voter: &mut Visitor, door: &str, answers: [&str; 3], comment: &str) -> Page {
    let page = voter.asks(door).await;
    let Some(form) = page.find_form("核对") else { return page };
    let form = (0..3).fold(form, |form, at| form.forged(&format!("a.{at}.0"), answers[at]));
    let page = voter.sends(form.forged("c.0", comment)).await;
    match page.find_form("投票") {
        Some(form) => voter.sends(form).await,
        None => page,
    }
}

pub(super) async fn counts(su: &mut Visitor, voting: &str, words: &[String; 2]) -> Page {
    let form = su.opens(&format!("{voting}/ballot")).await.form("/ballot/count");
    su.sends(form.with("一名监票人的口令", &words[0]).with("另一名监票人的口令", &words[1].to_lowercase())).await
}

/// A voting in whose urn votes lie.
pub(super) async fn with_votes(office: &Office) {
    let mut su = host(office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let doors = slips(&mut su, &voting, "新区领导", 5).await;
    words(office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    for door in &doors[..2] {
        votes(&mut office.stranger(), door, ["0", "1", "1"], "").await.answers(200);
    }
}

async fn figure(by: &mut Visitor, figure: &str) -> String {
    let json = by.asks(&format!("/api/v1/mechanisms/duty_report/figures/{figure}?period=2026")).await.json();
    json["whole"]["total"]["shown"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// What somebody counted of the masses' paper.
async fn counts_paper(who: &mut Visitor, voting: &str, papers: &str, excellent: &str) -> Page {
    let form = who.opens(&format!("{voting}/ballot/sheets?class=masses")).await.form("记下我数的");
    let form = form.with("收回的纸质票", papers).with("其中无效票", "1");
    who.sends(form.with("石海涛：优秀", excellent).with("余建章：称职", "2").with("邓桂芳：称职", "2")).await
}

/// A voting of all three classes, by slips, accounts and sheets, before it is opened.
async fn admitted(office: &Office, su: &mut Visitor) -> (String, [Vec<String>; 2], [String; 2]) {
    let voting = planned(su, "第一季度述职赶考").await;
    su.tries("开始投票", &voting, &[]).await.answers(422).says("只有0个投票人").says("还没有都领开票口令");
    let leaders = slips(su, &voting, "新区领导", 5).await;
    let deputies = slips(su, &voting, "两代表一委员", 4).await;
    let form = su.opens(&format!("{voting}/ballot")).await.form("加入名单");
    su.sends(form.with("类别", "两代表一委员").with("姓名", "郑海生、周启")).await.answers(200).says("郑海生");
    let form = su.opens(&format!("{voting}/ballot")).await.form("加入名单");
    su.sends(form.with("类别", "群众代表").with("姓名", "郑海生")).await.answers(422).says("每人只有一票");
    let form = su.opens(&format!("{voting}/ballot")).await.form("登记纸质票");
    su.sends(form.with("类别", "群众代表").with("发出的纸质票数", "6")).await.answers(200);
    // A class on no list: whoever has a slip reads that it has not begun.
    let mut stranger = office.stranger();
    stranger.asks(&leaders[0]).await.answers(422).says("投票还没有开始");
    let words = words(office, &voting).await;
    let mut third = office.sign_in("lin").await;
    third.asks(&format!("{voting}/ballot")).await.answers(404);
    (voting, [leaders, deputies], words)
}

/// Paper: two people, each by themselves; what differs is shown, what two agree on stands.
async fn paper_is_counted(office: &Office, su: &mut Visitor, voting: &str, words: &[String; 2]) {
    counts_paper(su, voting, "7", "2").await.answers(422).says("多于发出的6张");
    counts_paper(su, voting, "3", "2").await.answers(200).says("等另一个人录入");
    let mut chen = office.sign_in("chen").await;
    let page = chen.opens(&format!("{voting}/ballot/sheets?class=masses")).await;
    page.does_not_say("不相符").does_not_say("苏芮");
    counts_paper(&mut chen, voting, "3", "1").await.answers(200).says("和别人数的不一样").says("石海涛：优秀");
    counts(su, voting, words).await.answers(422).says("还没有两个人数得一样");
    counts_paper(&mut chen, voting, "3", "2").await.answers(200).says("两人相符");
}

// proves: voting.of
// proves: voting.name
// proves: voting.who
// proves: voting.tellers
// proves: voting.prepare
// proves: voting.open
// proves: voting.count
// proves: voting.announce
// proves: voting.result
// proves: voting.score
#[tokio::test]
async fn a_voting_goes_from_its_list_to_a_result_that_is_counted_again_alike() {
    voted(&Office::open().await).await;
}

/// The same, wherever it is walked.
pub(crate) async fn voted(office: &Office) {
    office.on("2026-03-05");
    let mut su = host(office).await;
    let (voting, [leaders, deputies], words) = admitted(office, &mut su).await;
    su.takes("开始投票", &voting, &[]).await;
    // The list is closed.
    let page = su.opens(&format!("{voting}/ballot")).await;
    assert!(page.find_form("生成并打印票签").is_none() && page.find_form("移出").is_none());
    let mut zheng = office.sign_in("zheng").await;
    assert_eq!(zheng.notices("请投票：第一季度述职赶考").await, 1);
    let mut stranger = office.stranger();
    // 5 × 优秀/称职/称职, 4 + 1 × 称职/优秀/称职.
    for slip in &leaders {
        votes(&mut stranger, slip, ["0", "1", "1"], "讲得实").await.answers(200).says("已收到你的票");
    }
    for slip in &deputies {
        votes(&mut stranger, slip, ["1", "0", ""], "").await.answers(200).says("已收到你的票");
    }
    let own = format!("{voting}/vote");
    votes(&mut zheng, &own, ["1", "0", "3"], "").await.answers(200).says("已收到你的票");
    votes(&mut zheng, &own, ["0", "0", "0"], "").await.answers(422).says("已经投过");
    let page = su.opens(&format!("{voting}/ballot")).await;
    page.does_not_say("讲得实").does_not_say("按类别").says("5 / 5").says("5 / 6").says("已投").says("未投");
    su.takes("结束投票", &voting, &[]).await;
    counts(&mut su, &voting, &words).await.answers(422).says("还没有两个人数得一样");
    paper_is_counted(office, &mut su, &voting, &words).await;
    let wrong = [words[0].clone(), words[0].clone()];
    counts(&mut su, &voting, &wrong).await.answers(422).says("口令不对");
    su.tries("公布结果", &voting, &[]).await.answers(422).says("还没有计票");
    counts(&mut su, &voting, &words).await.answers(200).says("收回 13 票，有效 12 票");
    // The masses are too few: they go with the deputies, weight and votes.
    let page = counts(&mut su, &voting, &words).await;
    page.answers(200).says("两代表一委员、群众代表（60%，8票）").says("讲得实");
    // 石海涛: 40 % of 100, 60 % of (5 × 80 + 2 × 100) / 7.
    assert!(page.under("测评结果").contains("91.43"), "{}", page.under("测评结果"));
    assert_eq!(figure(&mut su, "cast").await, "0");
    su.takes("公布结果", &voting, &[]).await.says("91.43").says("测评结果通报");
    let mut chen = office.sign_in("chen").await;
    chen.opens(&format!("{voting}/ballot")).await.says("91.43").does_not_say("开票计票");
    for (name, value) in [("sessions", "1"), ("entitled", "17"), ("cast", "13"), ("turnout", "76.47")] {
        assert_eq!(figure(&mut su, name).await, value, "{name}");
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM ballot_vote").await, 0, "the urn is empty");
    office.db_verify().await;
}

#[tokio::test]
async fn a_slip_votes_once_in_its_own_voting_while_it_is_open() {
    let office = Office::open().await;
    office.on("2026-03-05");
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let doors = slips(&mut su, &voting, "新区领导", 5).await;
    let void = slips(&mut su, &voting, "群众代表", 1).await;
    let form = su.opens(&format!("{voting}/ballot")).await.form("作废票签");
    su.sends(form.forged("class", "masses")).await.answers(200);
    let words = words(&office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    let mut stranger = office.stranger();
    for nothing in ["/vote/2222222222222222", "/vote/x", void[0].as_str()] {
        stranger.asks(nothing).await.answers(404).says("票签不对");
    }
    // However it is typed.
    let typed = doors[0].trim_start_matches("/vote/").to_lowercase();
    let form =
        stranger.opens("/vote").await.form("下一步").with("票签上的字符", &format!(" {}-{}", &typed[..4], &typed[4..]));
    stranger.sends(form).await.answers(200).says("第一季度述职赶考").says("新区领导");
    // What stands on no vote, and more than may be excellent: told, and what was chosen is still there.
    let page = votes(&mut stranger, &doors[0], ["9", "1", "1"], "").await;
    page.answers(422).says("填得不对");
    votes(&mut stranger, &doors[0], ["x", "1", "1"], "").await.answers(422).says("填得不对");
    let page = votes(&mut stranger, &doors[0], ["0", "0", "0"], "我的意见").await;
    page.answers(422).says("“优秀”最多选2个，现在选了3个").says("我的意见");
    votes(&mut stranger, &doors[0], ["0", "0", "1"], &"长".repeat(201)).await.answers(422).says("意见太长");
    // The answer is lost and the form comes again: one vote. Another form of the same slip: refused.
    let form = stranger.asks(&doors[0]).await.form("核对").forged("a.0.0", "0");
    let check = stranger.sends(form).await.says("已填 1 项，共 3 项").form("投票");
    stranger.sends(check.clone()).await.answers(200).says("已收到你的票");
    stranger.sends(check.clone()).await.answers(200).says("已收到你的票");
    stranger.sends(check.forged("mark", "00000000000000000000000000000000")).await.answers(422).says("已经投过");
    stranger.asks(&doors[0]).await.answers(422).says("已经投过");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM ballot_vote").await, 1);
    // One that began in time and comes late.
    let late = stranger.asks(&doors[1]).await.form("核对");
    let late = stranger.sends(late).await.form("投票");
    for door in &doors[2..] {
        votes(&mut stranger, door, ["", "", ""], "").await.answers(200);
    }
    su.takes("结束投票", &voting, &[]).await;
    stranger.sends(late).await.answers(422).says("投票已经结束");
    stranger.asks(&doors[1]).await.answers(422).says("投票已经结束");
    // Four of five, three of whom abstain from everything: too few to show.
    counts(&mut su, &voting, &words).await.answers(200).says("票太少，不显示结果").does_not_say("按类别");
    su.takes("公布结果", &voting, &[]).await;
    let mut chen = office.sign_in("chen").await;
    chen.opens(&format!("{voting}/ballot")).await.says("票太少，不显示结果");
    office.db_verify().await;
}

#[tokio::test]
async fn nobody_looks_in_and_what_is_not_theirs_is_not_there() {
    let office = Office::open().await;
    office.on("2026-03-05");
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let doors = slips(&mut su, &voting, "新区领导", 6).await;
    let words = words(&office, &voting).await;
    // A third word is not drawn; an own one is drawn anew while it is prepared.
    office.db_grants("lin", "ballot_teller", "岚湾新区").await;
    let mut lin = office.sign_in("lin").await;
    let page = lin.opens(&format!("{voting}/ballot")).await;
    assert!(page.find_form("/ballot/word").is_none(), "two are enough");
    su.takes("开始投票", &voting, &[]).await;
    let mut stranger = office.stranger();
    for door in &doors {
        votes(&mut stranger, door, ["0", "1", "1"], "只有我知道").await.answers(200);
    }
    for login in ["gao", "xue", "yan", "zheng"] {
        let mut other = office.sign_in(login).await;
        for path in ["/ballot", "/vote", "/ballot/sheets?class=leaders"] {
            other.asks(&format!("{voting}{path}")).await.answers(404);
        }
    }
    // Neither host nor teller counts while it is open.
    let form = su.opens(&format!("{voting}/ballot")).await.find_form("/ballot/count");
    assert!(form.is_none());
    su.takes("结束投票", &voting, &[]).await;
    lin.opens(&format!("{voting}/ballot")).await.does_not_say("只有我知道");
    counts(&mut su, &voting, &words).await.answers(200).says("只有我知道");
    // Whoever only reads the record waits until it is announced.
    office.db_grants("zhou", "party_officer", "岚湾新区").await;
    let mut zhou = office.sign_in("zhou").await;
    zhou.opens(&format!("{voting}/ballot")).await.does_not_say("只有我知道").does_not_say("按类别");
    su.takes("公布结果", &voting, &[]).await;
    zhou.opens(&format!("{voting}/ballot")).await.says("只有我知道").says("按类别");
    // The acts say that somebody voted, and neither from where nor what.
    let mut yan = office.sign_in("yan").await;
    yan.opens("/audit").await.says("投票").does_not_say("只有我知道");
    assert_eq!(office.db_count("SELECT COUNT(*) FROM act WHERE kind = 'ballot.cast'").await, 6);
    assert_eq!(office.db_count("SELECT COUNT(address) + COUNT(actor) FROM act WHERE kind = 'ballot.cast'").await, 0);
    office.db_verify().await;
}

#[tokio::test]
async fn of_many_who_vote_at_once_and_twice_no_vote_is_lost_or_doubled_over_a_restart() {
    let mut office = Office::open().await;
    office.on("2026-03-05");
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let mut doors = slips(&mut su, &voting, "新区领导", 10).await;
    doors.extend(slips(&mut su, &voting, "两代表一委员", 8).await);
    doors.extend(slips(&mut su, &voting, "群众代表", 12).await);
    let words = words(&office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    for half in [&doors[..15], &doors[10..]] {
        let mut acts = JoinSet::new();
        for (at, door) in half.iter().chain(half).enumerate() {
            let (mut stranger, door) = (office.stranger(), door.clone());
            let first = if at % 3 == 0 { "0" } else { "1" };
            acts.spawn(async move { votes(&mut stranger, &door, [first, "1", "2"], "").await.status });
        }
        while let Some(status) = acts.join_next().await {
            assert!([200, 422].contains(&status.expect("it ends")));
        }
        office.reopens().await;
    }
    assert_eq!(office.db_count("SELECT COUNT(*) FROM ballot_vote").await, 30);
    let mut su = office.sign_in("su").await;
    su.takes("结束投票", &voting, &[]).await;
    counts(&mut su, &voting, &words).await.answers(200).says("收回 30 票，有效 30 票");
    office.db_verify().await;
}

#[tokio::test]
async fn a_voting_that_is_called_off_leaves_no_vote() {
    let office = Office::open().await;
    office.on("2026-03-05");
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    let doors = slips(&mut su, &voting, "新区领导", 5).await;
    words(&office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    votes(&mut office.stranger(), &doors[0], ["0", "1", "1"], "").await.answers(200);
    su.takes("作废", &voting, &[("理由", "现场停电")]).await;
    assert_eq!(office.db_count("SELECT COUNT(*) FROM ballot_vote").await, 0);
    office.stranger().asks(&doors[1]).await.answers(422).says("投票已经结束");
    su.opens(&format!("{voting}/ballot")).await.does_not_say("按类别");
    office.db_verify().await;
}

#[tokio::test]
async fn ten_thousand_guesses_find_no_slip_and_are_slowed_down() {
    let office = Office::open().await;
    office.on("2026-03-05");
    office.opens_the_door_as(web::WebOptions { rate: 60, version: "story".to_owned(), ..web::WebOptions::default() });
    let mut su = host(&office).await;
    let voting = planned(&mut su, "第一季度述职赶考").await;
    slips(&mut su, &voting, "新区领导", 5).await;
    words(&office, &voting).await;
    su.takes("开始投票", &voting, &[]).await;
    let mut guesser = office.stranger().coming_from("10.20.0.9").at_the_pace_of_a_machine();
    let mut slowed = 0;
    for number in 0..10_000_u32 {
        match guesser.asks(&format!("/vote/{number:016}")).await.status {
            404 => {}
            429 => slowed += 1,
            other => panic!("guess {number} was answered {other}"),
        }
    }
    assert!(slowed > 9_000, "{slowed} were slowed down");
    let mut voter = office.stranger().coming_from("10.20.0.10");
    voter.asks("/vote").await.answers(200);
}

// proves: voting.class.weight
// proves: voting.item.scores
// proves: voting.item.choice.points
// proves: voting.quorum
// proves: voting.least
// proves: voting.comments
#[test]
fn a_definition_whose_voting_does_not_hold_together_is_told() {
    let close = "from=\"voting\" to=\"counting\" who=\"ballot_host\" recall=#false";
    let wrong = [
        ("weight=40 merges", "weight=50 merges", "各类的权重加起来是110"),
        ("merges=\"masses\"", "merges=\"deputies\"", "一类票不能并入它自己"),
        ("\"称职\"     points=80 favour", "\"称职\"     favour", "有的选项没有分"),
        ("item \"overall\" \"总体评价\" pass", "item \"overall\" \"总体评价\" scores=#true pass", "没有说清怎么答"),
        ("quorum=\"达到2/3\"", "quorum=\"三分之二\"", "“三分之二”看不懂"),
        ("least=5", "least=2", "least 要在3到1000之间"),
        ("comments=200", "comments=2000", "comments 要在1到500之间"),
        (close, &close.replace(" recall=#false", ""), "可以撤回或者成批"),
        ("from=\"voting counting\" to=\"void\"", "from=\"voting counting\" to=\"planned\"", "带到了别处"),
        ("needs=\"question\"", "needs=\"question\" asks=\"speaker\"", "会在投票以后改动测评对象"),
        ("asks=\"title kind held_on place reports speaker\"", "asks=\"title result\"", "结果只由公布那一步写"),
        ("field \"place\"   \"地点\"", "field \"place\"   \"收回票\"", "栏目不能叫“收回票”"),
        ("score=\"score\"", "score=\"excellent\"", "两位小数"),
        ("name=\"name\"", "name=\"post\"", "必填的 text 栏目"),
    ];
    for (was, is, says) in wrong {
        let mut files = server::definitions::shipped();
        let file = files.iter_mut().find(|file| file.path.ends_with("appraisal/duty_report.kdl")).expect("the file");
        assert!(file.text.contains(was), "{was}");
        file.text = file.text.replacen(was, is, 1).into();
        let problems = app::office::read_definitions(files).1;
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|it| it.contains(says)), "{says}:\n{}", said.join("\n"));
    }
}
