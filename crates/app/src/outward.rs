//! How does something leave the house? A message to another system, a mail to a person: said here, sent by `server`.
//!
//! What may be reached is decided here too, so that the one who sends only has to ask.
//! Never a secret in what is said of a failure.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

/// A message to another system.
#[derive(Clone)]
pub struct Post {
    /// Where it takes messages.
    pub address: String,
    /// What stands above the message.
    pub headers: Vec<(&'static str, String)>,
    /// The message.
    pub body: String,
    /// Which places may be reached.
    pub ways: Ways,
}

/// A mail to a person.
#[derive(Clone)]
pub struct Mail {
    /// Who takes it from us.
    pub server: MailServer,
    /// Its id, by which repeats are known.
    pub id: String,
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When it was put down, in milliseconds since 1970 UTC.
    pub at: i64,
}

/// Who takes mails from us.
#[derive(Clone)]
pub struct MailServer {
    /// The machine.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept secret.
    pub tls: Tls,
    /// Who we say we are; empty if it does not ask.
    pub user: String,
    /// By which password.
    pub password: String,
    /// In whose name mails go.
    pub from: String,
}

impl MailServer {
    /// What nobody may read: the password, and it with the name as one says both to the server.
    pub fn secrets(&self) -> [String; 2] {
        [self.password.clone(), format!("\0{}\0{}", self.user, self.password)]
    }
}

/// How the line to a mail server is kept secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: only inside a closed network.
    None,
    /// In the clear first, then TLS before anything is said (STARTTLS).
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
}

impl Tls {
    /// All of them: id and name.
    pub const ALL: [(&'static str, &'static str, Self); 3] = [
        ("starttls", "STARTTLS（常用端口587）", Self::StartTls),
        ("tls", "TLS（常用端口465）", Self::Tls),
        ("none", "不加密（只用于封闭的内网，常用端口25）", Self::None),
    ];

    /// By its id.
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, ..)| *own == id).map(|it| it.2)
    }

    /// Its id.
    pub fn id(self) -> &'static str {
        Self::ALL.iter().find(|it| it.2 == self).map_or("starttls", |it| it.0)
    }
}

/// Which places may be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Also without TLS.
    pub http: bool,
    /// Also this machine itself and its own segment.
    pub near: bool,
}

/// Why something did not leave.
#[derive(Clone, Debug)]
pub struct Unsent {
    /// Why, in words.
    pub why: String,
    /// Did the other side answer? Where nobody answers, what waits for the same place is not tried at once.
    pub answered: bool,
}

/// What comes of sending.
pub type Going<'a> = Pin<Box<dyn Future<Output = Result<(), Unsent>> + Send + 'a>>;

/// Whoever can reach other machines.
pub trait Outward: Send + Sync {
    /// Gives a message to another system.
    fn post(&self, post: Post) -> Going<'_>;
    /// Gives a mail to the mail server.
    fn mail(&self, mail: Mail) -> Going<'_>;
    /// Our own address, as browsers see it; empty if nobody said it.
    fn home(&self) -> &str;
}

/// Is it this machine itself, its own segment, or no machine at all? A message sent there could reach what listens to
/// this machine alone.
pub fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let first = ip.octets()[0];
            ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || first == 0
        }
        IpAddr::V6(ip) => {
            let link_local = ip.segments()[0] & 0xffc0 == 0xfe80;
            ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || link_local
        }
    }
}

/// Why an address takes no messages: the code of the refusal; none if it may.
pub fn unfit(address: &str, ways: Ways) -> Option<&'static str> {
    let Some((scheme, rest)) = address.split_once("://") else { return Some("receiver.address") };
    match scheme {
        "https" => {}
        "http" if ways.http => {}
        "http" => return Some("receiver.http"),
        _ => return Some("receiver.address"),
    }
    let is_plain =
        address.len() <= 500 && address.chars().all(|sign| sign.is_ascii_graphic() && !"\"<>\\^`{|}#".contains(sign));
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_name =
        |host: &str| !host.is_empty() && host.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-".contains(sign));
    let is_six = host
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
        .is_some_and(|it| it.parse::<std::net::Ipv6Addr>().is_ok());
    let has_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if authority.contains('@') {
        return Some("receiver.credentials");
    }
    (!(is_plain && has_port && (is_name(host) || is_six))).then_some("receiver.address")
}

/// May it be the address of a mail box? Stricter than the standard, which allows what nobody has.
pub fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let fits = |part: &str, more: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && part.chars().all(|sign| sign.is_ascii_alphanumeric() || more.contains(sign))
    };
    text.len() <= 254
        && local.len() <= 64
        && fits(local, ".!#$%&'*+/=?^_`{|}~-")
        && fits(domain, ".-")
        && !domain.starts_with('-')
}

/// What was said of a failure, without any of these secrets, in a few words on one line.
pub fn without_secrets(said: &str, secrets: &[&str]) -> String {
    use base64::Engine as _;
    let mut text = said.to_owned();
    for secret in secrets.iter().filter(|it| !it.trim_matches('\0').is_empty()) {
        let coded = base64::engine::general_purpose::STANDARD.encode(secret);
        text = text.replace(*secret, "***").replace(&coded, "***");
    }
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_its_segment_are_near_and_a_closed_network_is_not() {
        let near = |text: &str| is_near(text.parse().expect("an address"));
        for text in ["127.0.0.1", "127.8.8.8", "169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255"] {
            assert!(near(text), "{text}");
        }
        for text in ["::1", "::", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.0.1"] {
            assert!(near(text), "{text}");
        }
        for text in ["10.1.2.3", "192.168.1.8", "172.16.0.1", "8.8.8.8", "fd00::1", "2400:3200::1"] {
            assert!(!near(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_a_place_and_nothing_else() {
        let open = Ways { http: true, near: true };
        for fit in ["https://oa.example.gov.cn/hook", "http://10.1.2.3:8080", "https://[fd00::1]:8443/a?b=c"] {
            assert_eq!(unfit(fit, open), None, "{fit}");
        }
        assert_eq!(unfit("http://10.1.2.3/", Ways::default()), Some("receiver.http"));
        assert_eq!(unfit("https://user:word@oa.example/", open), Some("receiver.credentials"));
        for wrong in
            ["javascript:alert(1)", "javascript://x/%0aalert(1)", "ftp://a/b", "https://", "https:///a", "https://a b/"]
        {
            assert_eq!(unfit(wrong, open), Some("receiver.address"), "{wrong}");
        }
        for wrong in [
            "https://a/\r\nX: y", "https://a:0/", "https://a:99999/", "https://[zz]/", "https://a/#b",
            "file:///etc/passwd",
        ] {
            assert_eq!(unfit(wrong, open), Some("receiver.address"), "{wrong}");
        }
    }

    #[test]
    fn a_mail_address_holds_no_second_line() {
        for fit in ["lin@lanwan.example", "lin.shumin+zg@mail", "a_b@10-1.example"] {
            assert!(is_mail_address(fit), "{fit}");
        }
        for wrong in
            ["", "lin", "@a", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y", "林@a", "a@.b", "a..b@c", "<a@b>", "a@b,c@d"]
        {
            assert!(!is_mail_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_failure_says_no_secret_in_any_shape() {
        let said = without_secrets("535 no: tide\r\nand dGlkZQ==", &["tide", ""]);
        assert_eq!(said, "535 no: ***  and ***");
        assert_eq!(without_secrets(&"长".repeat(900), &[]).chars().count(), 200);
    }
}
