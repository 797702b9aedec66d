//! Where are things, and who decided it? Settings from one file, the environment and the command line.
//!
//! Later wins: the default, then `zugong.kdl`, then `ZUGONG_…`, then a flag. `zugong config` shows where each came from.
//! The environment is read here and nowhere else.
//! Never a rule of the department: those stand in the definitions.

mod file;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kernel::problem::nearest;

/// The settings file that is read if it lies in the working folder.
pub const FILE: &str = "zugong.kdl";

/// A setting that somebody may set.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the file and, with `--`, on the command line.
    pub name: &'static str,
    /// Its name in the environment.
    pub variable: &'static str,
    /// What it is if nobody sets it.
    pub default: &'static str,
    /// May it have several values?
    pub many: bool,
    /// What it does.
    pub words: &'static str,
}

/// All settings.
pub const SETTINGS: [Setting; 21] = [
    one("data", "ZUGONG_DATA", "data", "数据文件夹：数据库、演示数据放在这里"),
    one(
        "database",
        "ZUGONG_DATABASE",
        "",
        "数据库地址:sqlite://文件 或 postgres://用户@主机/库;不写就用数据文件夹里的 zugong.db",
    ),
    one(
        "key",
        "ZUGONG_KEY",
        "",
        "密钥文件：不写就用数据文件夹里的 zugong.key；第一次启动时生成，须与数据库备份分开保管",
    ),
    one("listen", "ZUGONG_LISTEN", "127.0.0.1:8080", "监听的地址和端口；要给别的电脑用，写 0.0.0.0:8080"),
    one("definitions", "ZUGONG_DEFINITIONS", "", "本单位的定义文件夹，覆盖内置的机制；改了自动生效"),
    Setting {
        name: "fonts",
        variable: "ZUGONG_FONTS",
        default: "",
        many: true,
        words: "公文字体文件夹，可写多个（环境变量里用冒号隔开），先写的优先；系统字体文件夹总会一并查找",
    },
    one(
        "secure-cookies",
        "ZUGONG_SECURE_COOKIES",
        "否",
        "只在 HTTPS 下发送登录凭据：是或否；放在 HTTPS 代理后面时写“是”",
    ),
    one("address", "ZUGONG_ADDRESS", "", "浏览器里看到的本系统地址，例如 https://zugong.lanwan.example；单点登录要用"),
    one(
        "single-sign-on",
        "ZUGONG_SINGLE_SIGN_ON",
        "",
        "统一身份认证（OpenID Connect）的地址，即它的 issuer；不写就没有单点登录",
    ),
    one("single-sign-on-client", "ZUGONG_SINGLE_SIGN_ON_CLIENT", "zugong", "本系统在统一身份认证里登记的客户端代号"),
    one("single-sign-on-secret", "ZUGONG_SINGLE_SIGN_ON_SECRET", "", "存放客户端密码的文件；公开客户端不写"),
    one("single-sign-on-claim", "ZUGONG_SINGLE_SIGN_ON_CLAIM", "preferred_username", "令牌里哪一项是本系统的用户名"),
    one("single-sign-on-name", "ZUGONG_SINGLE_SIGN_ON_NAME", "统一身份认证", "登录页按钮上怎么称呼它"),
    one(
        "tls-certificate",
        "ZUGONG_TLS_CERTIFICATE",
        "",
        "HTTPS 证书文件（PEM，含中间证书）；与 tls-key 一起写就直接提供 HTTPS，换了文件自动生效",
    ),
    one("tls-key", "ZUGONG_TLS_KEY", "", "HTTPS 证书的私钥文件（PEM）"),
    Setting {
        name: "host",
        variable: "ZUGONG_HOST",
        default: "",
        many: true,
        words: "本系统的网址主机名，可写多个（环境变量里用冒号隔开）；写了就只应答这些主机名",
    },
    one(
        "rate",
        "ZUGONG_RATE",
        "600",
        "每个账号、每个未登录地址每分钟最多看多少页（办理算3页，导入导出算10页）；0 表示不限",
    ),
    one("connections", "ZUGONG_CONNECTIONS", "2000", "最多同时开多少个连接，10到100000"),
    one("log", "ZUGONG_LOG", "info", "日志多细：error、warn、info、debug，也可写“info,store=debug”"),
    one("tick", "ZUGONG_TICK", "60", "每隔几秒做一遍例行事务（看时限、排印公文、清理），1到3600"),
    one("threads", "ZUGONG_THREADS", "0", "处理请求的线程数；0 表示与处理器核数相同"),
];

const fn one(name: &'static str, variable: &'static str, default: &'static str, words: &'static str) -> Setting {
    Setting { name, variable, default, many: false, words }
}

/// Who set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody.
    Default,
    /// The settings file.
    File,
    /// The environment.
    Environment,
    /// The command line.
    Flag,
}

impl Origin {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "默认",
            Self::File => "设置文件",
            Self::Environment => "环境变量",
            Self::Flag => "命令行",
        }
    }
}

/// Values as written, by the setting's name.
pub type Written = BTreeMap<String, Vec<String>>;

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// The database's address.
    pub database: String,
    /// The file of the installation's secret, if it lies elsewhere than in the data folder.
    pub key: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The site's definitions.
    pub definitions: Option<PathBuf>,
    /// Where fonts are looked for, the first first.
    pub fonts: Vec<PathBuf>,
    /// Are cookies sent over HTTPS only?
    pub secure_cookies: bool,
    /// The site's single sign-on.
    pub single_sign_on: SingleSignOn,
    /// The certificate and its key, if the server speaks TLS itself.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The hosts by which it is called; any if none is named.
    pub hosts: Vec<String>,
    /// Looks a minute for each account and each address; 0 for no limit.
    pub rate: u32,
    /// Connections at a time.
    pub connections: usize,
    /// What is logged.
    pub log: String,
    /// Seconds between two rounds of duties.
    pub tick: u64,
    /// Threads that serve requests.
    pub threads: usize,
    /// What was written for each setting and who wrote it, in the order of [`SETTINGS`].
    pub written: Vec<(&'static Setting, Vec<String>, Origin)>,
}

/// How the site's single sign-on is reached, and how the site is known there.
#[derive(Clone, Debug)]
pub struct SingleSignOn {
    /// The provider; nothing if there is none.
    pub issuer: Option<String>,
    /// Our id there.
    pub client: String,
    /// The file with our secret there.
    pub secret_file: Option<PathBuf>,
    /// The claim that is the sign-in name.
    pub claim: String,
    /// What the button says.
    pub name: String,
    /// Our own address, as browsers see it.
    pub address: Option<String>,
}

impl SingleSignOn {
    /// What is set; `text` gives a setting by its name.
    fn of(text: &dyn Fn(&str) -> String) -> Self {
        let filled = |name: &str| Some(text(name)).filter(|it| !it.is_empty());
        Self {
            issuer: filled("single-sign-on"),
            client: text("single-sign-on-client"),
            secret_file: filled("single-sign-on-secret").map(PathBuf::from),
            claim: text("single-sign-on-claim"),
            name: text("single-sign-on-name"),
            address: filled("address"),
        }
    }
}

/// Why the settings cannot be used: one sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(pub Vec<String>);

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Unusable {}

/// The address of the database: in the data folder, if none is written.
fn database(text: &dyn Fn(&str) -> String, data: &Path, faults: &mut Vec<String>) -> String {
    let written = Some(text("database")).filter(|it| !it.is_empty());
    let database = written.unwrap_or_else(|| format!("sqlite://{}", data.join("zugong.db").display()));
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme)) {
        faults.push(format!("数据库地址要以 sqlite:// 或 postgres:// 开头，写的是“{database}”。"));
    }
    database
}

/// The certificate and its key: both or neither.
fn tls(text: &dyn Fn(&str) -> String, faults: &mut Vec<String>) -> Option<(PathBuf, PathBuf)> {
    match (text("tls-certificate"), text("tls-key")) {
        (chain, key) if chain.is_empty() && key.is_empty() => None,
        (chain, key) if !chain.is_empty() && !key.is_empty() => Some((PathBuf::from(chain), PathBuf::from(key))),
        _ => {
            faults.push("设置 tls-certificate 和 tls-key 要一起写。".to_owned());
            None
        }
    }
}

impl Config {
    /// Reads file and environment and lays the flags over them.
    pub fn read(file: Option<&Path>, flags: Written) -> Result<Self, Unusable> {
        let path = file.unwrap_or(Path::new(FILE));
        let from_file = match std::fs::read_to_string(path) {
            Ok(text) => file::read(&path.display().to_string(), &text)?,
            Err(fault) if file.is_none() && fault.kind() == std::io::ErrorKind::NotFound => Written::new(),
            Err(fault) => return Err(Unusable(vec![format!("读不到设置文件 {}：{fault}", path.display())])),
        };
        let home = environment("HOME").map(PathBuf::from);
        Self::of(&from_file, &|name| environment(name), &flags, home.as_deref())
    }

    /// The settings that these sources say together. All faults at once.
    fn of(
        file: &Written,
        environment: &dyn Fn(&str) -> Option<String>,
        flags: &Written,
        home: Option<&Path>,
    ) -> Result<Self, Unusable> {
        let mut faults = Vec::new();
        let written: Vec<_> = SETTINGS
            .iter()
            .map(|setting| {
                let (values, origin) = choose(setting, file, environment, flags);
                (setting, values, origin)
            })
            .collect();
        let all = |name: &str| {
            let found = written.iter().find(|(setting, ..)| setting.name == name);
            found.map_or(&[][..], |(_, values, _)| values.as_slice())
        };
        let text = |name: &str| all(name).first().cloned().unwrap_or_default();
        let mut whole = |name: &str, least: u64, most: u64| match text(name).parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                faults.push(format!("设置 {name} 要写 {least} 到 {most} 的整数，写的是“{}”。", text(name)));
                least
            }
        };
        let (rate, connections) = (whole("rate", 0, 1_000_000), whole("connections", 10, 100_000));
        let (tick, threads) = (whole("tick", 1, 3600), whole("threads", 0, 256));
        let data = PathBuf::from(text("data"));
        let database = database(&text, &data, &mut faults);
        let listen = text("listen").parse().unwrap_or_else(|_| {
            faults.push(format!("监听地址要写成 127.0.0.1:8080 的样子，写的是“{}”。", text("listen")));
            SocketAddr::from(([127, 0, 0, 1], 8080))
        });
        let secure_cookies = yes(&text("secure-cookies")).unwrap_or_else(|| {
            faults.push(format!("设置 secure-cookies 要写“是”或“否”，写的是“{}”。", text("secure-cookies")));
            true
        });
        let tls = tls(&text, &mut faults);
        let config = Self {
            database,
            key: Some(text("key")).filter(|it| !it.is_empty()).map(PathBuf::from),
            listen,
            definitions: Some(text("definitions")).filter(|it| !it.is_empty()).map(PathBuf::from),
            fonts: font_folders(all("fonts"), home),
            single_sign_on: SingleSignOn::of(&text),
            secure_cookies: secure_cookies || tls.is_some(),
            tls,
            hosts: all("host").iter().map(|host| host.to_lowercase()).collect(),
            rate: u32::try_from(rate).unwrap_or(0),
            connections: usize::try_from(connections).unwrap_or(2_000),
            log: text("log"),
            tick,
            threads: usize::try_from(threads).unwrap_or(0),
            data,
            written,
        };
        if faults.is_empty() { Ok(config) } else { Err(Unusable(faults)) }
    }

    /// What is in force for a setting, in words.
    pub fn shown(&self, setting: &Setting) -> String {
        match setting.name {
            "database" => without_password(&self.database),
            "key" => crate::keys::file(self).display().to_string(),
            "listen" => self.listen.to_string(),
            "definitions" => {
                self.definitions.as_ref().map_or("（只用内置的）".to_owned(), |it| it.display().to_string())
            }
            "fonts" => self.fonts.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(" "),
            "secure-cookies" => if self.secure_cookies { "是" } else { "否" }.to_owned(),
            "data" => self.data.display().to_string(),
            "address" => self.single_sign_on.address.clone().unwrap_or_default(),
            "single-sign-on" => self.single_sign_on.issuer.clone().unwrap_or_else(|| "（没有）".to_owned()),
            "single-sign-on-client" => self.single_sign_on.client.clone(),
            "single-sign-on-secret" => {
                self.single_sign_on.secret_file.as_ref().map(|it| it.display().to_string()).unwrap_or_default()
            }
            "single-sign-on-claim" => self.single_sign_on.claim.clone(),
            "single-sign-on-name" => self.single_sign_on.name.clone(),
            "tls-certificate" => self.tls.as_ref().map_or_else(String::new, |(chain, _)| chain.display().to_string()),
            "tls-key" => self.tls.as_ref().map_or_else(String::new, |(_, key)| key.display().to_string()),
            "host" => self.hosts.join(" "),
            "rate" => self.rate.to_string(),
            "connections" => self.connections.to_string(),
            "log" => self.log.clone(),
            "tick" => self.tick.to_string(),
            "threads" => self.threads.to_string(),
            other => unreachable!("{other} is no setting"),
        }
    }

    /// The same settings with another database.
    #[must_use]
    pub fn with_database(self, database: String) -> Self {
        Self { database, ..self }
    }
}

/// The values of a setting and who wrote them: the last word wins.
fn choose(
    setting: &Setting,
    file: &Written,
    environment: &dyn Fn(&str) -> Option<String>,
    flags: &Written,
) -> (Vec<String>, Origin) {
    if let Some(values) = flags.get(setting.name) {
        return (values.clone(), Origin::Flag);
    }
    if let Some(value) = environment(setting.variable).filter(|value| !value.is_empty()) {
        let values = match setting.many {
            true => value.split(':').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
            false => vec![value],
        };
        return (values, Origin::Environment);
    }
    match file.get(setting.name) {
        Some(values) => (values.clone(), Origin::File),
        None if setting.default.is_empty() => (Vec::new(), Origin::Default),
        None => (vec![setting.default.to_owned()], Origin::Default),
    }
}

fn yes(text: &str) -> Option<bool> {
    match text {
        "是" | "true" | "yes" | "1" => Some(true),
        "否" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The site's folders, then where a system and a user keep fonts; those that are not there are left out.
fn font_folders(own: &[String], home: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = own.iter().map(PathBuf::from).collect();
    let mut usual = vec![PathBuf::from("fonts")];
    usual.extend(home.map(|home| home.join(".local/share/fonts")));
    usual.extend(home.map(|home| home.join(".fonts")));
    usual.extend(["/usr/local/share/fonts", "/usr/share/fonts"].map(PathBuf::from));
    folders.extend(usual.into_iter().filter(|folder| folder.is_dir()));
    folders
}

/// An address as it may be shown: without the password in it.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    match rest.rsplit_once('@').map(|(user, place)| (user.split(':').next().unwrap_or(""), place)) {
        Some((user, place)) => format!("{scheme}://{user}@{place}"),
        None => address.to_owned(),
    }
}

/// The name of the setting that was probably meant.
fn meant(wrong: &str) -> String {
    match nearest(wrong, SETTINGS.iter().map(|setting| setting.name)) {
        Some(name) => format!("是否为 {name}?"),
        None => format!("可用的设置：{}。", SETTINGS.map(|setting| setting.name).join("、")),
    }
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)], expected: Expect) {
        let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect();
        let of_environment =
            |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let read = file::read("zugong.kdl", file);
        let config = read.and_then(|file| Config::of(&file, &of_environment, &flags, None));
        let shown = match config {
            Ok(config) => {
                let set = config.written.iter().filter(|(_, _, origin)| *origin != Origin::Default);
                let line = |(setting, _, origin): &(&Setting, Vec<String>, Origin)| {
                    format!("{} = {} ({})", setting.name, config.shown(setting), origin.name())
                };
                set.map(line).collect::<Vec<_>>().join("\n")
            }
            Err(faults) => faults.to_string(),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        check(
            "listen \"0.0.0.0:80\"\nlog \"warn\"\ntick 5\nsecure-cookies #true\n",
            &[("ZUGONG_LISTEN", "0.0.0.0:81"), ("ZUGONG_LOG", "debug")],
            &[("listen", "127.0.0.1:82")],
            expect![[r#"
                listen = 127.0.0.1:82 (命令行)
                secure-cookies = 是 (设置文件)
                log = debug (环境变量)
                tick = 5 (设置文件)"#]],
        );
    }

    #[test]
    fn all_faults_are_said_at_once_with_what_was_meant() {
        check(
            "lisen \"x\"\ntick 5 6\nlog level=\"x\"\nthreads { a }\n",
            &[],
            &[],
            expect![[r#"
                zugong.kdl:1:没有名为 lisen 的设置，是否为 listen?
                zugong.kdl:2:设置 tick 只能写一个值。
                zugong.kdl:3:设置 log 后面直接写值，不写“名称=”。
                zugong.kdl:4:设置 threads 后面不能有花括号。"#]],
        );
        check(
            "listen \"here\"\ntick 0\ndatabase \"mysql://x\"",
            &[("ZUGONG_SECURE_COOKIES", "maybe")],
            &[],
            expect![[r#"
                设置 tick 要写 1 到 3600 的整数，写的是“0”。
                数据库地址要以 sqlite:// 或 postgres:// 开头，写的是“mysql://x”。
                监听地址要写成 127.0.0.1:8080 的样子，写的是“here”。
                设置 secure-cookies 要写“是”或“否”，写的是“maybe”。"#]],
        );
    }

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        assert_eq!(without_password("postgres://zu:secret@db:5432/z"), "postgres://zu@db:5432/z");
        assert_eq!(without_password("sqlite://data/a.db"), "sqlite://data/a.db");
    }

    #[test]
    fn every_setting_can_be_shown() {
        let config = Config::of(&Written::new(), &|_| None, &Written::new(), None).unwrap();
        assert_eq!(config.database, "sqlite://data/zugong.db");
        for (setting, ..) in &config.written {
            let _ = config.shown(setting);
            assert_eq!(setting.variable, format!("ZUGONG_{}", setting.name.to_uppercase().replace('-', "_")));
        }
    }
}
