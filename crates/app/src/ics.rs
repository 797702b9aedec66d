//! How are days written so that a calendar reads them? iCalendar (RFC 5545): a day whole, a moment in UTC, so that no
//! rules of a time zone need to travel along.
//!
//! Never a line longer than 75 bytes, and never a sign that ends a line inside of a text.

use jiff::civil::Date;

/// When something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The whole of a day.
    Day(Date),
    /// A moment, in milliseconds since 1970 UTC.
    Moment(i64),
}

/// Something that stands in a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its own name, always the same.
    pub uid: String,
    /// How often what it is about was changed.
    pub sequence: i64,
    /// When.
    pub when: When,
    /// What.
    pub title: String,
    /// Where more is read; may be empty.
    pub address: String,
}

/// A calendar of this name, as it was at a moment.
pub fn calendar(name: &str, now: i64, events: &[Event]) -> String {
    let mut text = String::new();
    let mut line = |words: &str| fold(&mut text, words);
    for words in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zugong//zugong//ZH", "CALSCALE:GREGORIAN"] {
        line(words);
    }
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escaped(name)));
    line("X-WR-TIMEZONE:Asia/Shanghai");
    for event in events {
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", event.uid));
        line(&format!("SEQUENCE:{}", event.sequence));
        line(&format!("DTSTAMP:{}", moment(now)));
        match event.when {
            When::Day(day) => {
                line(&format!("DTSTART;VALUE=DATE:{}", day.strftime("%Y%m%d")));
                if let Ok(next) = day.tomorrow() {
                    line(&format!("DTEND;VALUE=DATE:{}", next.strftime("%Y%m%d")));
                }
            }
            When::Moment(at) => line(&format!("DTSTART:{}", moment(at))),
        }
        line(&format!("SUMMARY:{}", escaped(&event.title)));
        if !event.address.is_empty() {
            line(&format!("URL:{}", event.address));
        }
        line("CLASS:PRIVATE");
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

fn moment(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | ';' | ',' => safe.extend(['\\', sign]),
            '\n' => safe.push_str("\\n"),
            sign if sign.is_control() => {}
            sign => safe.push(sign),
        }
    }
    safe
}

/// Adds a line, broken where it is too long: what follows a break begins with a blank.
fn fold(text: &mut String, words: &str) {
    let mut room = 75;
    for sign in words.chars() {
        if sign.len_utf8() > room {
            text.push_str("\r\n ");
            room = 74;
        }
        text.push(sign);
        room -= sign.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(title: &str, when: When) -> Event {
        Event { uid: "1.finish@zugong".to_owned(), sequence: 3, when, title: title.to_owned(), address: String::new() }
    }

    #[test]
    fn a_day_is_whole_and_a_moment_is_in_utc() {
        let day = When::Day("2026-12-31".parse().expect("a day"));
        let text =
            calendar("我的日程", 1_767_661_200_000, &[event("甲", day), event("乙", When::Moment(1_767_661_200_000))]);
        assert!(text.contains("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n"), "{text}");
        assert!(text.contains("DTSTART:20260106T010000Z\r\n"), "{text}");
        assert!(text.contains("DTSTAMP:20260106T010000Z\r\n") && text.contains("SEQUENCE:3\r\n"), "{text}");
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    }

    #[test]
    fn no_title_ends_its_line_or_begins_another() {
        let hostile = "移交;一,二\\三\r\nATTENDEE:mailto:x@y.example\r\nEND:VEVENT";
        let text = calendar("甲", 0, &[event(hostile, When::Moment(0))]);
        assert!(text.contains("SUMMARY:移交\\;一\\,二\\\\三\\nATTENDEE:mailto:x@y.example\\nEND:VEV"), "{text}");
        assert_eq!(text.matches("\r\nATTENDEE").count() + text.matches("\r\nEND:VEVENT\r\nEND:VEVENT").count(), 0);
    }

    #[test]
    fn long_lines_are_broken_between_signs() {
        let title = "建立渔港联合巡查机制".repeat(20);
        let text = calendar("甲", 0, &[event(&title, When::Moment(0))]);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains(&title), "{text}");
    }
}
