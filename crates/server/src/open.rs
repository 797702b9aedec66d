//! How does the program come to stand? The database opened and migrated, the definitions checked, the fonts found.
//!
//! Never starts with a definition that has problems.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use app::Ctx;
use app::office::{Definitions, Office};
use documents::pdf::Press;
use kernel::authority::Actor;
use store::{Db, Options};

use crate::clock::SystemClock;
use crate::config::{Config, without_password};
use crate::{commands, definitions};

/// Opens the database named by the settings and brings its tables up to date.
pub async fn database(config: &Config, options: Options) -> anyhow::Result<Db> {
    let folder = sqlite_file(&config.database).and_then(|file| file.parent().map(Path::to_owned));
    if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(&folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    }
    let shown = without_password(&config.database);
    let db = Db::open(&config.database, options).await.with_context(|| format!("打不开数据库 {shown}"))?;
    db.migrate().await.with_context(|| format!("数据库 {shown} 的表升级不了"))?;
    Ok(db)
}

/// The file of a SQLite address.
pub fn sqlite_file(address: &str) -> Option<PathBuf> {
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:"))?;
    Some(PathBuf::from(path))
}

/// The definitions of a start; with problems there is none.
pub fn checked_definitions(config: &Config) -> anyhow::Result<Definitions> {
    let (definitions, problems) = definitions::load(config.definitions.as_deref())?;
    if !problems.is_empty() {
        commands::check::say_problems(&problems);
        bail!("定义有问题，没有启动。改正后再启动；zugong check 可以随时检查");
    }
    Ok(definitions)
}

/// The press, if there are fonts; says which are missing and how to get them.
pub fn press(folders: &[PathBuf]) -> Option<Arc<Press>> {
    match Press::open(folders) {
        Ok(press) => {
            let missing = press.missing_fonts();
            if !missing.is_empty() {
                tracing::warn!("公文缺少字体：{}，已用相近的字体代替。{FONTS}", missing.join("、"));
            }
            Some(Arc::new(press))
        }
        Err(fault) => {
            tracing::error!("公文的 PDF 排不了版：{fault}。{FONTS}");
            None
        }
    }
}

/// How fonts are installed.
const FONTS: &str = "把方正小标宋简体、仿宋_GB2312、楷体_GB2312、黑体、宋体的字体文件放进数据文件夹旁的 fonts 文件夹\
     （或用设置 fonts 指明），或者安装免费字体：apt install fonts-noto-cjk fonts-noto-cjk-extra fonts-lxgw-wenkai";

/// The office on the database of the settings, without a press.
pub async fn office(config: &Config) -> anyhow::Result<Arc<Office>> {
    let began = Instant::now();
    let definitions = checked_definitions(config)?;
    tracing::debug!("定义用了{}毫秒", began.elapsed().as_millis());
    let db = database(config, Options::default()).await?;
    tracing::debug!("数据库到{}毫秒时打开", began.elapsed().as_millis());
    let keys = crate::keys::take(config)?;
    let office =
        Office::open(db, definitions, None, Some(keys), SystemClock.now_ms()).await.context("没能打开办公室")?;
    if let Some(single) = crate::single_sign_on::of(config)? {
        office.bring_single_sign_on(single);
    }
    Ok(office)
}

/// Lets messages and mails leave. Only where people work: a demo sends nothing anywhere.
pub fn bring_outward(office: &Office, config: &Config) -> anyhow::Result<()> {
    let home = config.single_sign_on.address.clone().unwrap_or_default();
    office.bring_outward(Arc::new(crate::outward::Outside::new(&home)?));
    Ok(())
}

/// Looks for fonts, on a thread of its own, and brings the office its press. Pages do not wait for it.
pub async fn bring_press(office: &Office, folders: &[PathBuf]) {
    let folders = folders.to_vec();
    let began = Instant::now();
    if let Ok(Some(press)) = tokio::task::spawn_blocking(move || press(&folders)).await {
        office.bring_press(press);
        tracing::debug!("字体用了{}毫秒", began.elapsed().as_millis());
    }
}

/// The context of what the program itself does now.
pub fn own_ctx(office: &Arc<Office>) -> Ctx {
    let clock = SystemClock;
    office.ctx(Actor::Clock, None, clock.now_ms(), clock.today(), "zugong".to_owned())
}

/// The context of a person, by their sign-in name: a subcommand acts by their rights and under their name.
pub async fn ctx_of(office: &Arc<Office>, login: &str) -> anyhow::Result<Ctx> {
    let mut conn = office.db.read().await?;
    let account = store::accounts::by_login(&mut conn, login).await?;
    drop(conn);
    let ctx = own_ctx(office);
    let account = account.filter(|it| it.ended_on.is_none_or(|day| day > ctx.today));
    let account = account.with_context(|| format!("没有用户名为“{login}”的账号，或者它已停用"))?;
    let actor = ctx.as_person(account.person).context("这个账号的人员不在了")?;
    Ok(Ctx { actor, account: Some(account.id), ..ctx })
}

/// A refusal as the sentences that a person would read on a page.
pub fn in_words<T>(ctx: &Ctx, answer: Result<T, app::Error>) -> anyhow::Result<T> {
    answer.map_err(|error| match error {
        app::Error::Refused(refusals) => {
            let said = refusals.iter().map(|refusal| {
                let said = app::words::say(ctx.vocabulary(), refusal);
                let stop = if said.says.ends_with(['。', '!', '?']) { "" } else { "。" };
                format!("{}{stop}{}", said.says, said.next.unwrap_or_default())
            });
            anyhow::anyhow!(said.collect::<Vec<_>>().join("\n"))
        }
        app::Error::NotFound => anyhow::anyhow!("没有找到，或者这个用户看不到"),
        app::Error::Stale => anyhow::anyhow!("别人刚刚改动了，请再试一次"),
        other => other.into(),
    })
}
