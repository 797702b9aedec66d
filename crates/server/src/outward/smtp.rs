//! How is a mail given to a mail server? By SMTP (RFC 5321), with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954).
//!
//! Never a password before the line is secret where secrecy is wanted, and never a sign in a command that could begin
//! another one.

use app::outward::{Mail, Tls, Unsent};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{answered, unreached};

/// The longest reply that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A line to a mail server.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// A conversation with a mail server.
struct Talk {
    line: BufReader<Box<dyn Line>>,
}

/// What the server said.
struct Reply {
    code: u16,
    words: String,
}

impl Talk {
    fn over(line: Box<dyn Line>) -> Self {
        Self { line: BufReader::new(line) }
    }

    /// Reads a reply, of however many lines.
    async fn hears(&mut self) -> Result<Reply, Unsent> {
        let (mut words, mut read) = (String::new(), 0);
        loop {
            let mut bytes = Vec::new();
            let mut limited = (&mut self.line).take(LONGEST - read);
            let count = limited.read_until(b'\n', &mut bytes).await.map_err(lost)? as u64;
            read += count;
            if count == 0 || read >= LONGEST {
                return Err(unreached("邮件服务器中途断开"));
            }
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            let code = text.get(..3).and_then(|code| code.parse().ok());
            let code: u16 = code.ok_or_else(|| answered("邮件服务器的应答看不懂"))?;
            words.push_str(text.get(4..).unwrap_or("").trim());
            if text.as_bytes().get(3) != Some(&b'-') {
                return Ok(Reply { code, words });
            }
            words.push(' ');
        }
    }

    async fn says(&mut self, words: &str) -> Result<(), Unsent> {
        self.line.write_all(words.as_bytes()).await.map_err(lost)?;
        self.line.write_all(b"\r\n").await.map_err(lost)?;
        self.line.flush().await.map_err(lost)
    }

    /// Says something and hears the reply, which must be of the kind wanted: 2 for done, 3 for go on.
    async fn asks(&mut self, words: &str, wanted: u16) -> Result<Reply, Unsent> {
        self.says(words).await?;
        let reply = self.hears().await?;
        is(reply, wanted)
    }
}

fn is(reply: Reply, wanted: u16) -> Result<Reply, Unsent> {
    match reply.code / 100 == wanted {
        true => Ok(reply),
        false => Err(answered(format!("邮件服务器不收：{} {}", reply.code, reply.words))),
    }
}

fn lost(fault: std::io::Error) -> Unsent {
    unreached(format!("邮件服务器连不上：{fault}"))
}

/// Gives a mail to its server; `domain` is who we say we are.
pub(super) async fn send(tls: &TlsConnector, mail: &Mail, domain: &str) -> Result<(), Unsent> {
    let server = &mail.server;
    let plain = TcpStream::connect((server.host.as_str(), server.port)).await.map_err(lost)?;
    let mut talk = match server.tls {
        Tls::Tls => Talk::over(secret(tls, &server.host, plain).await?),
        Tls::None => Talk::over(Box::new(plain)),
        Tls::StartTls => {
            let mut talk = Talk { line: BufReader::new(Box::new(plain) as Box<dyn Line>) };
            is(talk.hears().await?, 2)?;
            let offers = talk.asks(&format!("EHLO {domain}"), 2).await?;
            if !offers.words.to_ascii_uppercase().split_whitespace().any(|it| it == "STARTTLS") {
                return Err(answered("邮件服务器没有 STARTTLS，没有把密码和邮件交给它"));
            }
            talk.asks("STARTTLS", 2).await?;
            // What was said before the line was secret counts for nothing.
            if !talk.line.buffer().is_empty() {
                return Err(answered("邮件服务器在加密之前多说了话"));
            }
            Talk::over(secret(tls, &server.host, talk.line.into_inner()).await?)
        }
    };
    if server.tls != Tls::StartTls {
        is(talk.hears().await?, 2)?;
    }
    talk.asks(&format!("EHLO {domain}"), 2).await?;
    if !server.user.is_empty() {
        let said = STANDARD.encode(format!("\0{}\0{}", server.user, server.password));
        talk.asks(&format!("AUTH PLAIN {said}"), 2).await?;
    }
    talk.asks(&format!("MAIL FROM:<{}>", server.from), 2).await?;
    talk.asks(&format!("RCPT TO:<{}>", mail.to), 2).await?;
    talk.asks("DATA", 3).await?;
    talk.asks(&format!("{}\r\n.", written(mail, domain)), 2).await?;
    // It has the mail: how it takes leave does not matter.
    let _ = talk.says("QUIT").await;
    Ok(())
}

async fn secret(tls: &TlsConnector, host: &str, line: impl Line + 'static) -> Result<Box<dyn Line>, Unsent> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| answered("邮件服务器不是一台机器的名字"))?;
    let line = tls.connect(name, line).await.map_err(|fault| unreached(format!("TLS 没有谈成：{fault}")))?;
    Ok(Box::new(line))
}

/// The mail as it travels: what is not ASCII is written in base64, so that no line begins with a dot or is too long.
fn written(mail: &Mail, domain: &str) -> String {
    let subject: String = mail.subject.chars().filter(|sign| !sign.is_control()).collect();
    let signs: Vec<char> = subject.chars().collect();
    // An encoded word holds 45 bytes at most, so that its line stays short (RFC 2047).
    let word = |some: &[char]| format!("=?UTF-8?B?{}?=", STANDARD.encode(some.iter().collect::<String>()));
    let subject = signs.chunks(11).map(word).collect::<Vec<_>>().join("\r\n ");
    let at = jiff::Timestamp::from_millisecond(mail.at).unwrap_or_default();
    let body = STANDARD.encode(mail.text.replace("\r\n", "\n").replace('\n', "\r\n"));
    let lines: Vec<&str> = (0..body.len()).step_by(76).map(|from| &body[from..body.len().min(from + 76)]).collect();
    let head = [
        format!("From: {}", mail.server.from),
        format!("To: {}", mail.to),
        format!("Subject: {subject}"),
        format!("Date: {}", at.strftime("%a, %d %b %Y %H:%M:%S +0000")),
        format!("Message-ID: <{}@{domain}>", mail.id),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Transfer-Encoding: base64".to_owned(),
        // No machine answers it with a mail of its own (RFC 3834).
        "Auto-Submitted: auto-generated".to_owned(),
    ];
    format!("{}\r\n\r\n{}", head.join("\r\n"), lines.join("\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::outward::MailServer;

    fn mail(subject: &str) -> Mail {
        let server = MailServer {
            host: "mail.example".to_owned(),
            port: 25,
            tls: Tls::None,
            user: String::new(),
            password: String::new(),
            from: "zugong@lanwan.example".to_owned(),
        };
        Mail {
            server,
            id: "0197".to_owned(),
            to: "lin@lanwan.example".to_owned(),
            subject: subject.to_owned(),
            text: "关注的事项有进展。\n.\n请登录。".to_owned(),
            at: 1_767_661_200_000,
        }
    }

    #[test]
    fn a_mail_has_its_own_id_and_day_and_no_second_header() {
        let text = written(&mail("新的\r\nBcc: x@y.example\r\n通知"), "zugong.lanwan.example");
        assert!(text.contains("\r\nMessage-ID: <0197@zugong.lanwan.example>\r\n"), "{text}");
        assert!(text.contains("\r\nDate: Tue, 06 Jan 2026 01:00:00 +0000\r\n"), "{text}");
        assert!(!text.to_lowercase().contains("\nbcc:"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 78 && line.is_ascii() && line != "."), "{text}");
    }

    #[test]
    fn a_long_subject_is_several_words_that_read_as_one() {
        let long = "你关注的事项有进展".repeat(8);
        let text = written(&mail(&long), "zugong.example");
        let words = text.split("=?UTF-8?B?").skip(1).filter_map(|word| word.split("?=").next());
        let read: Vec<u8> = words.flat_map(|word| STANDARD.decode(word).expect("base64")).collect();
        assert_eq!(String::from_utf8(read).expect("a text"), long);
    }
}
