//! `zugong serve`: the office open to browsers, the duties done, changed definitions taken, until somebody stops it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::office::Office;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use web::{WallClock, WebOptions};

use crate::certificates::Certificates;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::definitions::Watch;
use crate::listening::{self, Limits};
use crate::{definitions, demo, open, print};

/// Options of `zugong serve`.
#[derive(Args, Debug)]
pub struct Serve {}

/// How often a changed definition is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long requests that are under way may take once somebody stopped the program.
const PATIENCE: Duration = Duration::from_secs(20);

impl Serve {
    /// Serves until stopped.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        start_log(&config.log);
        let office = open::office(&config).await?;
        if demo::password(&office).await?.is_some() {
            bail!("{} 是演示数据库，密码是公开的，不能正式使用；请用 zugong demo 打开", config.database);
        }
        if office.tree().units().is_empty() {
            print::line("数据库还是空的：请先停下，用 zugong setup <文件> 登记单位、人员和账号。");
        }
        open::bring_outward(&office, &config)?;
        let options = options(&config, Vec::new());
        serve(&config, office, options, |address| {
            let scheme = if config.tls.is_some() { "https" } else { "http" };
            print::line(format_args!("已打开 {scheme}://{address} ，按 Ctrl-C 停止。"));
        })
        .await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl WallClock for SystemClock {
    fn now_ms(&self) -> i64 {
        SystemClock::now_ms(*self)
    }

    fn today(&self) -> jiff::civil::Date {
        SystemClock::today(*self)
    }
}

/// What the pages need to know of the settings.
pub(crate) fn options(config: &Config, demo_accounts: Vec<(String, String, String)>) -> WebOptions {
    WebOptions {
        secure_cookies: config.secure_cookies,
        demo_accounts,
        demo_secret: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hosts: config.hosts.clone(),
        rate: config.rate,
    }
}

/// Writes what happens to the terminal, as detailed as the setting says.
pub(crate) fn start_log(filter: &str) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let _ = log.try_init();
}

/// Serves until somebody stops the program; `opened` hears the address once pages can be asked for.
pub(crate) async fn serve(
    config: &Config,
    office: Arc<Office>,
    options: WebOptions,
    opened: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("{} 监听不了：可能已有一个组工在运行，或端口被占用；可用 --listen 换一个端口", config.listen)
    })?;
    let address = listener.local_addr()?;
    let clock: Arc<dyn WallClock + Send + Sync> = Arc::new(SystemClock);
    let router = web::router(office.clone(), clock, options);
    let (stop, stopped) = watch::channel(false);
    let duties = tokio::spawn(do_duties(office.clone(), config.fonts.clone(), config.tick, stopped.clone()));
    let look = tokio::spawn(watch_definitions(office.clone(), config.definitions.clone(), stopped.clone()));
    let read = |(chain, key): &(PathBuf, PathBuf)| Certificates::read(chain, key).map(Arc::new);
    let certificates = config.tls.as_ref().map(read).transpose()?;
    if let Some(certificates) = certificates.clone() {
        tokio::spawn(watch_certificates(certificates, stopped.clone()));
    }
    opened(address);
    tokio::spawn(async move {
        asked_to_stop().await;
        let _ = stop.send(true);
    });
    let limits = Limits { connections: config.connections, ..Limits::default() };
    let serving = listening::serve(listener, certificates, router, limits, stopped.clone());
    let mut stopping = stopped;
    tokio::select! {
        served = serving => served.context("服务中断")?,
        () = async {
            let _ = stopping.wait_for(|stop| *stop).await;
            tokio::time::sleep_until(tokio::time::Instant::now() + PATIENCE).await;
        } => tracing::warn!("有请求迟迟没有结束，不再等候"),
    }
    let _ = tokio::join!(duties, look);
    office.db.close().await;
    tracing::info!("已停止");
    Ok(())
}

/// Takes a renewed certificate without a restart.
async fn watch_certificates(certificates: Arc<Certificates>, mut stop: watch::Receiver<bool>) {
    let mut rounds = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = rounds.tick() => {}
        }
        match certificates.look() {
            Ok(true) => tracing::info!("证书换了，已生效"),
            Ok(false) => {}
            Err(fault) => tracing::error!("新的证书用不了，仍用原来的：{fault:#}"),
        }
    }
}

/// Returns when somebody presses Ctrl-C or the system asks the program to end.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut end) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = end.recv() => {}
    }
    tracing::info!("正在停止：等候未完的请求");
}

/// Does the duties now and then every so many seconds. A round that began is finished.
/// The press comes first, so that papers are printed in the first round.
async fn do_duties(office: Arc<Office>, fonts: Vec<PathBuf>, seconds: u64, mut stop: watch::Receiver<bool>) {
    open::bring_press(&office, &fonts).await;
    let owner = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
    let mut rounds = tokio::time::interval(Duration::from_secs(seconds));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = rounds.tick() => {}
        }
        match app::duties::tick(&open::own_ctx(&office), &owner).await {
            Ok(reports) => {
                for (duty, report) in reports.iter().filter(|(_, report)| report.done + report.failed > 0) {
                    tracing::info!("例行事务 {duty}：做了{}，失败{}", report.done, report.failed);
                }
            }
            Err(error) => tracing::error!(error = ?error, "例行事务没有做成，下一轮再做"),
        }
    }
}

/// Takes changed definitions of the site's folder, if they have no problems.
async fn watch_definitions(office: Arc<Office>, folder: Option<PathBuf>, mut stop: watch::Receiver<bool>) {
    let Some(folder) = folder else { return };
    let mut watch = match Watch::new(&folder) {
        Ok(watch) => watch,
        Err(fault) => return tracing::error!("看不了定义文件夹，改动不会自动生效：{fault}"),
    };
    let mut rounds = tokio::time::interval(LOOK_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = rounds.tick() => {}
        }
        match watch.look() {
            Ok(None) => {}
            Ok(Some((definitions, problems))) => take(&office, definitions, &problems).await,
            Err(fault) => tracing::error!("读不到改动的定义，仍用原来的：{fault}"),
        }
    }
}

async fn take(office: &Office, new: app::office::Definitions, problems: &[kernel::problem::Problem]) {
    if problems.is_empty() {
        let taken = office.take_definitions(new, SystemClock.now_ms()).await;
        let renewed = match taken {
            Ok(()) => office.renew_points().await,
            Err(error) => Err(error),
        };
        match renewed {
            Ok(_) => tracing::info!("定义有改动，检查通过，已生效"),
            Err(error) => tracing::error!(error = ?error, "改动的定义没能生效，仍用原来的"),
        }
        return;
    }
    tracing::error!("定义有改动，但有{}处问题，仍用原来的：", problems.len());
    for problem in definitions::in_order(problems) {
        tracing::error!("  {problem}");
    }
}
