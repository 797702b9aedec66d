//! What is there to see on the first day? An invented district with people and some ten weeks of work behind it.
//!
//! Units and people stand in `demo/district.kdl`, their posts and files in `demo/people.kdl`, the work in
//! `demo/matters.kdl`; real commands make all of it, day by
//! day up to the day before today, with the duties of each day.
//! Never a real name, never a row that no command wrote.

mod ballots;
mod dispatch;
mod rounds;
mod scenario;
mod play;

use std::sync::Arc;

use app::commands::accounts::second_factor;
use app::commands::sign_in;
use app::commands::upkeep::organisation;
use app::office::Office;
use jiff::civil::Date;
use kernel::authority::Actor;
use kernel::problem::{Problem, SourceFile};

use crate::clock;

/// The units and people of the demo.
pub const DISTRICT: &str = include_str!("../../demo/district.kdl");
/// What they did.
pub const MATTERS: &str = include_str!("../../demo/matters.kdl");
/// The posts and the files of people.
const PEOPLE: &str = include_str!("../../demo/people.kdl");

/// The setting that marks a database as a demo and keeps its password, so that the demo can show it again.
pub const MARK: &str = "demo.password";

/// Who is offered on the sign-in page: sign-in name and what there is to see.
pub const SHOWN: [(&str, &str); 12] = [
    ("lin", "林书敏 督查员：下达、核验、拟督办令"),
    ("wu", "吴立群 分管领导：签发督办令，看全局"),
    ("zheng", "郑海生 农业农村局联络员：签收、报进度"),
    ("zhou", "周启 农业农村局局长：申请办结、答复督办"),
    ("wei", "韦国梁 住房和建设局局长：被督办"),
    ("li", "黎澄 葵岭街道联络员：街道和社区"),
    ("yujz", "余建章 灯塔社区书记：只看本社区"),
    ("meng", "孟怀远 组织人事专员：维护行政单位，办机构调整"),
    ("fangzx", "方知行 组织科：维护党组织"),
    ("gao", "高岩 系统管理员：看运行，不看业务"),
    ("xue", "薛静言 安全管理员：管账号和授权，不看业务"),
    ("yan", "严子正 审计管理员：只看审计日志"),
];

/// Working days of history.
const WORKING_DAYS: i64 = 52;

/// Makes the demo district in an empty office, as it would stand on the morning of `today`. Everybody's password is
/// `password`.
pub async fn district(office: &Arc<Office>, today: Date, password: &str) -> anyhow::Result<()> {
    let definitions = office.definitions();
    let days = play::Days::new(definitions.calendar.clone(), today);
    let first = days.working(-WORKING_DAYS);
    let of = |path: &str, text: &str| SourceFile { path: Arc::from(path), text: Arc::from(text) };
    let new =
        crate::organisation::read(&of("district.kdl", DISTRICT), &definitions.catalog.vocabulary).map_err(said)?;
    let mut matters = scenario::read(&of("people.kdl", PEOPLE)).map_err(said)?;
    let before = matters.len();
    let more = scenario::read(&of("matters.kdl", MATTERS)).map_err(said)?;
    matters.extend(more.into_iter().map(|life| life.after(before)));
    let ctx = office.ctx(Actor::Clock, None, clock::moment(first, 8, 0), first, "demo".to_owned());
    let hash = office.hashing.hash(password.to_owned()).await?;
    organisation::set_up(&ctx, &new, &|_| hash.clone(), false).await?;
    mark(&ctx, password).await?;
    second_factors(&ctx).await?;
    play::play(office, &days, &matters, first).await
}

/// The setting that keeps the one secret of all second factors of the demo.
const SECRET: &str = "demo.second_factor";

/// Gives everybody whose role demands it a second factor, all with the same secret: nobody has an authenticator here.
async fn second_factors(ctx: &app::Ctx) -> anyhow::Result<()> {
    let secret: [u8; second_factor::SECRET_LENGTH] = rand::random();
    let ctx = app::Ctx { tree: ctx.office.tree(), ..ctx.clone() };
    let mut tx = ctx.office.db.begin().await?;
    for account in store::accounts::page(&mut tx, store::accounts::Which::All, None, 1_000).await? {
        if sign_in::needs_second_factor(&ctx, &ctx.tree.grants_of(account.person, ctx.today)) {
            second_factor::take_into_use(&ctx, &mut tx, account.id, &secret, 0).await?;
        }
    }
    let kept: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    store::settings::put(&mut tx, SECRET, Some(&kept)).await?;
    app::commands::batches::act(&ctx, &mut tx, "setting", serde_json::json!({ "name": SECRET })).await?;
    Ok(tx.commit().await?)
}

/// The secret of a demo's second factors.
pub async fn secret(office: &Office) -> anyhow::Result<Option<Vec<u8>>> {
    let mut conn = office.db.read().await?;
    let kept = store::settings::find(&mut conn, SECRET).await?.unwrap_or_default();
    let bytes = kept.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Ok(bytes.collect::<Option<Vec<u8>>>().filter(|bytes| bytes.len() == second_factor::SECRET_LENGTH))
}

/// The password of a demo database; nothing if it is no demo.
pub async fn password(office: &Office) -> anyhow::Result<Option<String>> {
    let mut conn = office.db.read().await?;
    Ok(store::settings::find(&mut conn, MARK).await?)
}

async fn mark(ctx: &app::Ctx, password: &str) -> anyhow::Result<()> {
    let mut tx = ctx.office.db.begin().await?;
    store::settings::put(&mut tx, MARK, Some(password)).await?;
    app::commands::batches::act(ctx, &mut tx, "setting", serde_json::json!({ "name": MARK })).await?;
    Ok(tx.commit().await?)
}

fn said(problems: Vec<Problem>) -> anyhow::Error {
    anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
