//! Who listens outside the house? A small web server and a small mail server on real ports, which take, refuse, stall
//! and break off as a story wants it.
//!
//! Never a part of the product: they know the protocols from their standards.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What a server does to whoever comes next; when nothing is said, it takes what it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Answers with this status (HTTP) or reply (SMTP).
    Says(u16),
    /// Says nothing until the other side gives up.
    Stalls,
    /// Hears everything and breaks off before it answers.
    BreaksOff,
}

/// What a server heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// What stood above: names in small letters.
    pub(crate) head: Vec<(String, String)>,
    /// What it said.
    pub(crate) body: String,
    /// The commands of a mail's conversation.
    pub(crate) commands: Vec<String>,
}

impl Heard {
    /// What stood above under a name.
    pub(crate) fn header(&self, name: &str) -> String {
        self.head.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

#[derive(Default)]
struct Room {
    moods: Mutex<VecDeque<Mood>>,
    heard: Mutex<Vec<Heard>>,
    came: Notify,
}

impl Room {
    fn mood(&self) -> Mood {
        let next = self.moods.lock().expect("nobody panics while holding the moods").pop_front();
        next.unwrap_or(Mood::Says(0))
    }

    fn hears(&self, heard: Heard) {
        self.heard.lock().expect("nobody panics while holding what was heard").push(heard);
        self.came.notify_one();
    }
}

/// A server outside.
pub(crate) struct Outside {
    room: Arc<Room>,
    port: u16,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Outside {
    /// A system that takes messages.
    pub(crate) async fn system() -> Self {
        Self::open(|line, room| {
            tokio::spawn(async move { answer(line, &room).await });
        })
        .await
    }

    /// A mail server that takes mails from whoever knows the password `tide-of-july`.
    pub(crate) async fn mail_server() -> Self {
        Self::open(|line, room| {
            tokio::spawn(async move { converse(line, &room).await });
        })
        .await
    }

    async fn open(serve: impl Fn(TcpStream, Arc<Room>) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let room = Arc::new(Room::default());
        let own = room.clone();
        let listening = tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                serve(line, own.clone());
            }
        });
        Self { room, port, listening }
    }

    /// Its port.
    pub(crate) fn port(&self) -> String {
        self.port.to_string()
    }

    /// Where it takes messages.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// What it does to the next ones, in this order.
    pub(crate) fn will(&self, moods: &[Mood]) -> &Self {
        self.room.moods.lock().expect("nobody panics while holding the moods").extend(moods);
        self
    }

    /// What it heard so far; taken out.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.room.heard.lock().expect("nobody panics while holding what was heard"))
    }

    /// Waits until it has heard something.
    pub(crate) async fn hears(&self) {
        self.room.came.notified().await;
    }
}

/// Takes one message by HTTP/1.1.
async fn answer(line: TcpStream, room: &Room) {
    let (reader, mut writer) = line.into_split();
    let mut reader = BufReader::new(reader);
    let mut heard = Heard::default();
    let mut first = String::new();
    if reader.read_line(&mut first).await.unwrap_or(0) == 0 {
        return;
    }
    heard.commands.push(first.trim().to_owned());
    loop {
        let mut text = String::new();
        reader.read_line(&mut text).await.expect("a line");
        let Some((name, value)) = text.trim().split_once(':') else { break };
        heard.head.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = heard.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.expect("the body comes");
    heard.body = String::from_utf8(body).expect("a text");
    let mood = room.mood();
    room.hears(heard);
    let status = match mood {
        Mood::Stalls => return stall(&mut reader).await,
        Mood::BreaksOff => return,
        Mood::Says(0) => 200,
        Mood::Says(status) => status,
    };
    let elsewhere = if status == 302 { "location: http://127.0.0.1:9/elsewhere\r\n" } else { "" };
    let said = format!("HTTP/1.1 {status} Said\r\n{elsewhere}content-length: 0\r\nconnection: close\r\n\r\n");
    // The other side may be gone.
    let _ = writer.write_all(said.as_bytes()).await;
}

/// Waits until the other side gives up.
async fn stall(reader: &mut BufReader<OwnedReadHalf>) {
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest).await;
}

async fn says(writer: &mut OwnedWriteHalf, words: &str) -> bool {
    writer.write_all(format!("{words}\r\n").as_bytes()).await.is_ok()
}

/// Takes mails by SMTP (RFC 5321) with AUTH PLAIN (RFC 4954).
async fn converse(line: TcpStream, room: &Room) {
    let (reader, mut writer) = line.into_split();
    let mut reader = BufReader::new(reader);
    let (mut heard, mood) = (Heard::default(), room.mood());
    says(&mut writer, "220 mail.test ready").await;
    loop {
        let mut text = String::new();
        if reader.read_line(&mut text).await.unwrap_or(0) == 0 {
            break;
        }
        let command = text.trim().to_owned();
        heard.commands.push(command.clone());
        let verb = command.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        if mood == Mood::Stalls && verb == "MAIL" {
            room.hears(heard);
            return stall(&mut reader).await;
        }
        let reply = match (verb.as_str(), mood) {
            ("EHLO", _) => "250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN".to_owned(),
            // \0zugong\0tide-of-july
            ("AUTH", _) if command.ends_with(" AHp1Z29uZwB0aWRlLW9mLWp1bHk=") => "235 welcome".to_owned(),
            ("AUTH", _) => format!("535 no such password: {command}"),
            ("RCPT", Mood::Says(code)) if code >= 400 => format!("{code} not now"),
            ("DATA", _) => {
                says(&mut writer, "354 go on").await;
                mail(&mut reader, &mut heard).await;
                room.hears(std::mem::take(&mut heard));
                if mood == Mood::BreaksOff {
                    return;
                }
                "250 taken".to_owned()
            }
            ("QUIT", _) => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        if !says(&mut writer, &reply).await || verb == "QUIT" {
            break;
        }
    }
    if heard.commands.iter().any(|it| it != "QUIT") {
        room.hears(heard);
    }
}

/// Reads a mail up to the line with a dot.
async fn mail(reader: &mut BufReader<OwnedReadHalf>, heard: &mut Heard) {
    let mut in_head = true;
    loop {
        let mut text = String::new();
        reader.read_line(&mut text).await.expect("a line of the mail");
        let text = text.trim_end_matches(['\r', '\n']);
        match text {
            "." => return,
            "" if in_head => in_head = false,
            _ if in_head && text.starts_with([' ', '\t']) => {
                if let Some(last) = heard.head.last_mut() {
                    last.1.push_str(text.trim_start());
                }
            }
            _ if in_head => {
                let (name, value) = text.split_once(':').unwrap_or((text, ""));
                heard.head.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ => {
                heard.body.push_str(text);
                heard.body.push('\n');
            }
        }
    }
}
