//! The clock's work: takes no input, compares what is with what should be, acts, may run twice.
//!
//! All duties stand here with their times in plain words. Each run is kept with what it did.
//! Never takes a hint: what is to be done is seen in the records.

mod call_by_posts;
mod reorganise;
mod watch_deadlines;
mod send_out;
mod send_away;
mod switch_off_accounts;
mod tidy_up;
mod urge_receipts;
mod open_review;
mod propose_retention;
mod remake_figures;
mod seal_the_day;

use std::future::Future;
use std::pin::Pin;

use kernel::authority::Actor;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::Error;

/// What a duty did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Done.
    pub done: i64,
    /// Found to be done already.
    pub skipped: i64,
    /// Failed, each with its reason in `faults`.
    pub failed: i64,
    /// The first few reasons.
    pub faults: Vec<String>,
}

impl Report {
    /// One more that failed.
    pub fn failed(&mut self, what: &str, error: &Error) {
        self.failed += 1;
        tracing::error!(what, error = ?error, "a duty failed at one thing and goes on");
        if self.faults.len() < 5 {
            self.faults.push(format!("{what}:{error}"));
        }
    }
}

/// What a duty returns.
type Run<'a> = Pin<Box<dyn Future<Output = Result<Report, Error>> + Send + 'a>>;

/// A duty.
pub struct Duty {
    /// Its id, under which runs are kept.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// When it is done.
    pub when: &'static str,
    run: fn(&Ctx) -> Run<'_>,
}

/// All duties, in the order in which they are done.
pub const ALL: &[Duty] = &[
    Duty {
        id: "reorganise",
        name: "执行机构调整",
        when: "每分钟：生效日已到的机构调整，按方案办理；规则已不允许的，告诉登记的人",
        run: |ctx| Box::pin(reorganise::run(ctx)),
    },
    Duty {
        id: "call_by_posts",
        name: "更新现任职务",
        when: "每天一次：任职或免职生效的人，从当天起按现任职位称呼",
        run: |ctx| Box::pin(call_by_posts::run(ctx)),
    },
    Duty {
        id: "watch_deadlines",
        name: "看时限",
        when: "每分钟：到了提醒日的提醒，逾期后首个工作日记逾期、开督办令",
        run: |ctx| Box::pin(watch_deadlines::run(ctx)),
    },
    Duty {
        id: "urge_receipts",
        name: "催签收",
        when: "每分钟：过了期限没有签收文件的单位，催一次",
        run: |ctx| Box::pin(urge_receipts::run(ctx)),
    },
    Duty {
        id: "send_out",
        name: "发出与排印",
        when: "每分钟：把已印发的文书排成 docx 和 PDF 存好",
        run: |ctx| Box::pin(send_out::run(ctx)),
    },
    Duty {
        id: "send_away",
        name: "外发消息和邮件",
        when: "每分钟：发给接收系统的消息、本人要的邮件；发不出的隔一阵再发，八次以后列为死信",
        run: |ctx| Box::pin(send_away::run(ctx)),
    },
    Duty {
        id: "switch_off_accounts",
        name: "停用账号",
        when: "每分钟：长期没有登录的账号、授权都已到期的人的账号",
        run: |ctx| Box::pin(switch_off_accounts::run(ctx)),
    },
    Duty {
        id: "tidy_up",
        name: "清理",
        when: "每分钟：结束的会话、七天前未用的上传、三十天前的表单键",
        run: |ctx| Box::pin(tidy_up::run(ctx)),
    },
    Duty {
        id: "open_review",
        name: "开始授权复核",
        when: "每年12月1日起：通知有权授权的人逐项复核，每年一次",
        run: |ctx| Box::pin(open_review::run(ctx)),
    },
    Duty {
        id: "seal_the_day",
        name: "每日封存",
        when: "每天零点后：把前一天为止的全部日志封存，接在前一次封存之后",
        run: |ctx| Box::pin(seal_the_day::run(ctx)),
    },
    Duty {
        id: "propose_retention",
        name: "提请处理到期的个人信息",
        when: "每分钟：办结已满保存年限、还留有个人信息的事项，提请有权的人清除或延长保存",
        run: |ctx| Box::pin(propose_retention::run(ctx)),
    },
    Duty {
        id: "remake_figures",
        name: "重算数字",
        when: "每分钟：算法、日历有改动的数字，按全部事项重新算过；算完之前显示原来的数",
        run: |ctx| Box::pin(remake_figures::run(ctx)),
    },
];

/// The lease under which only one node does duties.
const LEASE_MS: i64 = 90_000;

/// Does all duties once, if this process holds the lease (or gets it). `owner` names the process.
pub async fn tick(ctx: &Ctx, owner: &str) -> Result<Vec<(&'static str, Report)>, Error> {
    let ctx = Ctx { actor: Actor::Clock, account: None, ..ctx.clone() }.refreshed().await?;
    // Every node writes down what it counted, also one that does no duties.
    crate::commands::denials::write_down(&ctx).await?;
    {
        let mut tx = ctx.office.db.begin().await?;
        let held = store::duties::take_lease(&mut tx, "duties", owner, ctx.now, ctx.now + LEASE_MS).await?;
        tx.commit().await?;
        if !held {
            return Ok(Vec::new());
        }
    }
    let mut reports = Vec::new();
    for duty in ALL {
        let report = match (duty.run)(&ctx).await {
            Ok(report) => report,
            Err(error) => {
                let mut report = Report::default();
                report.failed(duty.name, &error);
                report
            }
        };
        keep(&ctx, duty, &report).await?;
        reports.push((duty.id, report));
    }
    Ok(reports)
}

/// Keeps a run that did something; an idle minute leaves no row.
async fn keep(ctx: &Ctx, duty: &Duty, report: &Report) -> Result<(), Error> {
    if report.done == 0 && report.failed == 0 {
        return Ok(());
    }
    let mut tx = ctx.office.db.begin().await?;
    let detail = (!report.faults.is_empty()).then(|| serde_json::json!({ "faults": report.faults }));
    let run = store::duties::DutyRunRow {
        id: ctx.new_id::<Uuid>(),
        duty: duty.id.to_owned(),
        at: ctx.now,
        done: report.done,
        skipped: report.skipped,
        failed: report.failed,
        detail,
    };
    store::duties::insert_run(&mut tx, &run).await?;
    Ok(tx.commit().await?)
}
