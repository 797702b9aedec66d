//! What is an act in words? What it is, and what exactly.
//!
//! Never what a record holds: acts name people, roles, units, counts and doors.

use app::queries::audit::ActLine;
use serde_json::Value as Json;

/// What was done with papers.
fn of_papers(kind: &str, of: &dyn Fn(&str) -> String) -> (&'static str, String) {
    match kind {
        "paper.sent" => ("印发文件", format!("发给{}家", of("units"))),
        "paper.received" => ("签收文件", format!("{}：{}", of("unit_name"), of("title"))),
        "paper.urged" => ("催签收", format!("{}：{}家", of("title"), of("units"))),
        _ => ("生成文书", of("form")),
    }
}

/// What was done with accounts.
fn of_ledgers(kind: &str, of: &dyn Fn(&str) -> String) -> (&'static str, String) {
    let named = || format!("{}：{}", of("title"), of("word"));
    match kind {
        "ledger.moved" => ("记账户变动", named()),
        "ledger.stated" => ("导入账户的数", format!("{}，{}笔", named(), of("movements"))),
        "ledger.transferred" => ("账户调剂", named()),
        "ledger.reversed" => ("冲销账户变动", named()),
        _ => ("办理时记账户变动", format!("{}笔", of("movements"))),
    }
}

/// What is kept under a name, of which mechanism and for whom.
fn of_offerings(kind: &str, of: &dyn Fn(&str) -> String) -> (&'static str, String) {
    let what = match kind {
        "offering.kept" => "保存视图或模板",
        "offering.renamed" => "给视图或模板改名",
        _ => "删去视图或模板",
    };
    (what, format!("{}{}“{}”，给{}用", of("mechanism"), of("what"), of("name"), of("to")))
}

/// The act's name, and its details in a sentence.
pub(super) fn said(line: &ActLine) -> (String, String) {
    let of = |name: &str| text(&line.detail, name);
    let (what, exactly) = match line.kind.as_str() {
        "sign_in" => ("登录", String::new()),
        "sign_in.failed" => ("登录失败", String::new()),
        "sign_out" => ("退出", String::new()),
        "refused" => ("操作被拒", of("what")),
        "denials.many" => (
            "多次被拒",
            format!("{} {} 没有权限{}次，看不到{}次", of("person"), of("day"), of("refused"), of("unseen")),
        ),
        "denials.counted" => ("被拒计数", format!("没有权限{}次，看不到{}次", of("refused"), of("unseen"))),
        "look" => ("查看个人信息", format!("{}人，{}", of("people"), way(&of("how")))),
        "seal" => ("每日封存", format!("第{}次，封存到{}", of("number"), of("on"))),
        "export.seals" => ("导出每日封存", format!("{}次", of("seals"))),
        "file" => ("上传文件", String::new()),
        kind if kind.starts_with("offering.") => of_offerings(kind, &of),
        "files.dropped" => ("清理没有用上的文件", format!("{}个", of("count"))),
        "definitions" => ("启用新的定义", of("mechanisms")),
        "tree.version" => ("开始记录单位树的变动", String::new()),
        "grant.given" => {
            let until = if of("until").is_empty() { "长期".to_owned() } else { of("until") };
            let what = if of("corrects").is_empty() { "授权" } else { "更正授权" };
            let who = format!("{}：{}，管{}", of("person"), of("role"), of("unit"));
            (what, format!("{who}，{}至{until}，依据：{}", of("from"), of("basis")))
        }
        "grant.ended" => {
            let who = format!("{}：{}，管{}", of("person"), of("role"), of("unit"));
            ("终止授权", format!("{who}，{}，理由：{}", of("ends"), of("reason")))
        }
        "grant.reviewed" => ("复核授权", format!("保留{}项", of("count"))),
        "grant.review_opened" => ("开始授权复核", format!("{}年度，通知{}人", of("year"), of("told"))),
        "extract" => ("下载工作簿", format!("{}，{}，{}笔", of("title"), of("name"), of("count"))),
        "export" => ("导出台账", format!("{}，{}件", of("mechanism"), of("count"))),
        "audit.exported" => ("导出审计日志", format!("{}条", of("count"))),
        "calendar" => ("更新工作日历", of("years")),
        "set_up" => ("初次登记", format!("单位{}个，人员{}人，授权{}项", of("units"), of("people"), of("grants"))),
        "batch" => ("批量办理", format!("{} {}，{}件", of("mechanism"), of("kind"), of("count"))),
        "undo" => ("撤销导入", format!("{}件", of("count"))),
        "people.listed" => ("更新人员名册", format!("{}份档案", of("records"))),
        kind if kind.starts_with("paper.") => of_papers(kind, &of),
        kind if kind.starts_with("ledger.") => of_ledgers(kind, &of),
        "attendance.listed" => ("定应到名单", format!("{}人", of("people"))),
        "attendance.noted" => ("补记参加情况", attended(&line.detail)),
        "attendance.signed_in" => ("签到", attended(&line.detail)),
        "people.called" => ("更新现任职务", format!("{}人", of("people"))),
        "person.merged" => ("合并人员档案", format!("{}，理由：{}", of("name"), of("reason"))),
        "person.parted" => ("撤销合并人员档案", format!("{}，理由：{}", of("name"), of("reason"))),
        "person.kept_apart" => ("记下不是同一个人", of("name")),
        "correction.asked" => ("请求更正个人信息", String::new()),
        other => {
            return of_votes(line)
                .or_else(|| of_rounds(line))
                .or_else(|| of_figures(line))
                .or_else(|| of_sending(line))
                .unwrap_or_else(|| (other.to_owned(), plain(&line.detail)));
        }
    };
    (what.to_owned(), exactly)
}

/// Who was noted to have come, or how many.
fn attended(detail: &Json) -> String {
    match (text(detail, "about"), text(detail, "how")) {
        (about, how) if about.is_empty() => format!("{}处，{how}", text(detail, "marks")),
        (about, how) => format!("{about}，{how}"),
    }
}

/// The same of what was done with votes.
fn of_votes(line: &ActLine) -> Option<(String, String)> {
    let of = |name: &str| text(&line.detail, name);
    let (what, exactly) = match line.kind.as_str() {
        "public.filed" => ("网上提交", of("mechanism")),
        "public.held" => ("查询码连续输错，暂停查询", format!("{}次", of("failures"))),
        "report.sealed" => ("封存报告", of("title")),
        "assessment.published" => ("公布考核结果", format!("{}，{}个单位", of("title"), of("units"))),
        "ballot.admitted" => ("加投票人", format!("{}，{}，{}人", of("title"), of("class"), of("count"))),
        "ballot.withdrawn" => ("撤回投票人", format!("{}，{}人", of("title"), of("count"))),
        "ballot.word_drawn" => ("领开票口令", of("title")),
        "ballot.cast" => ("投票", of("title")),
        "ballot.counted_by_hand" => ("录入纸质票", format!("{}，{}", of("title"), of("class"))),
        "ballot.counted" => ("开票计票", of("title")),
        "ballot.counted_again" => ("再次计票", of("title")),
        _ => return None,
    };
    Some((what.to_owned(), exactly))
}

/// The same of what was done with rounds.
fn of_rounds(line: &ActLine) -> Option<(String, String)> {
    let of = |name: &str| text(&line.detail, name);
    let (what, exactly) = match line.kind.as_str() {
        "round.assigned" => ("分配评审", format!("{}，{}，{}件", of("title"), of("stage"), of("count"))),
        "round.taken_away" => ("撤回分配的评审", of("title")),
        "round.recused" => ("评审回避", format!("{}，{}，理由：{}", of("name"), of("entry"), of("reason"))),
        "round.reviewed" => ("提交评审意见", format!("{}，{}", of("title"), of("stage"))),
        _ => return None,
    };
    Some((what.to_owned(), exactly))
}

/// The same of what was done with figures.
fn of_figures(line: &ActLine) -> Option<(String, String)> {
    let of = |name: &str| text(&line.detail, name);
    let (what, exactly) = match line.kind.as_str() {
        "target.set" | "target.ended" => {
            let what = if line.kind == "target.set" { "下达数字目标" } else { "取消数字目标" };
            let aim = format!("{}{}", of("bound"), of("value"));
            (what, format!("{}{}，{}：{aim}，依据：{}", of("unit"), of("period"), of("figure"), of("basis")))
        }
        "figure.submitted" => ("封存并报送数字", format!("{}{}，{}个", of("unit"), of("period"), of("count"))),
        "figure.accepted" => ("收下报送的数字", format!("{}，{}个", of("period"), of("count"))),
        "figure.returned" => ("退回报送的数字", format!("{}，{}个，理由：{}", of("period"), of("count"), of("reason"))),
        "figure.excepted" => {
            let whom =
                format!("{}可在{}前更改{}{}的{}", of("person"), of("until"), of("unit"), of("period"), of("figure"));
            ("批准数字例外", format!("{whom}，理由：{}", of("reason")))
        }
        "figure.added" => ("自建指标", format!("{}：{}，理由：{}", of("mechanism"), of("figure"), of("reason"))),
        "figure.rewritten" => {
            let which = format!("{}：{}，第{}版", of("mechanism"), of("figure"), of("version"));
            ("修改自建指标", format!("{which}，理由：{}", of("reason")))
        }
        "figure.removed" => ("停用自建指标", format!("{}：{}，理由：{}", of("mechanism"), of("figure"), of("reason"))),
        "export.figure" => ("导出数字", of("file")),
        "figures.remade" => ("重算数字", format!("{}个数字，改正{}格", of("figures"), of("changed"))),
        _ => return None,
    };
    Some((what.to_owned(), exactly))
}

/// The same of what leaves the house.
fn of_sending(line: &ActLine) -> Option<(String, String)> {
    let of = |name: &str| text(&line.detail, name);
    let (what, exactly) = match line.kind.as_str() {
        "receiver.registered" => ("登记接收系统", format!("{}：{}", of("receiver"), of("to"))),
        "receiver.on" => ("启用接收系统", of("receiver")),
        "receiver.off" => ("停用接收系统", of("receiver")),
        "receiver.ended" => ("移除接收系统", of("receiver")),
        "receiver.ways" => ("设置可以发到哪里", of("ways")),
        "delivery.again" => ("再投死信", format!("{}条", of("count"))),
        "delivery.given_up" => ("放弃外发的消息", format!("理由：{}", of("reason"))),
        "mail.set" => ("设置邮件服务器", format!("{}:{}", of("host"), of("port"))),
        "mail.none" => ("不再发邮件", String::new()),
        "mail.tried" => ("试发邮件", if of("went") == "true" { "收下了" } else { "没有发出" }.to_owned()),
        "mail_box.set" => ("填写通知邮箱", String::new()),
        "mail_box.confirmed" => ("确认通知邮箱", String::new()),
        "mail_box.kinds" => ("选择用邮件的通知", String::new()),
        "mail_box.removed" => ("撤下通知邮箱", String::new()),
        "calendar.made" => ("开通日历订阅", String::new()),
        "calendar.ended" => ("停用日历订阅", String::new()),
        "calendar.read" => ("订阅的日历被读取", String::new()),
        _ => return None,
    };
    Some((what.to_owned(), exactly))
}

/// A way of looking in words.
fn way(how: &str) -> &str {
    use app::commands::looks;
    match how {
        looks::PAGE => "打开页面",
        looks::RIGHTS => "看授权和权限说明",
        looks::REVEAL => "看被遮住的字段",
        looks::EXPORT => "导出",
        other => other,
    }
}

fn text(detail: &Json, name: &str) -> String {
    match detail.get(name) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(all)) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        Some(other) => other.to_string(),
    }
}

/// The details of an act that has no sentence here: names and values, ids and hashes left out.
fn plain(detail: &Json) -> String {
    let Some(all) = detail.as_object() else { return String::new() };
    let shown = all.iter().filter(|(name, value)| *name != "address" && !value.is_object() && !value.is_null());
    let pairs = shown.map(|(name, _)| format!("{name}：{}", text(detail, name)));
    pairs.collect::<Vec<_>>().join("；").chars().take(300).collect()
}
