//! Nothing of a text is lost between its brackets.

use proptest::prelude::*;

use super::live::{Aspect, Line, Live, Piece, lines, places};

fn written(lines: &[Line]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Live(live) => format!("【{}】", live.written),
    };
    let line = |line: &Line| match line {
        Line::Table(live) => format!("【{}】", live.written),
        Line::Text(pieces) => pieces.iter().map(piece).collect(),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn only(text: &str) -> Live {
    let lines = lines(text);
    let places = places(&lines);
    assert_eq!(places.len(), 1, "{lines:?}");
    places[0].clone()
}

#[test]
fn a_place_says_which_figure_what_of_it_and_of_whom() {
    let plain = only("办结【重点工作任务办结数】件");
    assert_eq!(
        (plain.names.as_slice(), plain.aspect, plain.unit),
        (&["重点工作任务办结数".to_owned()][..], Aspect::Value, None)
    );
    let more = only("其中葵岭街道【办结数：葵岭街道：同比】");
    assert_eq!((more.aspect, more.unit.as_deref()), (Aspect::SinceYearBefore, Some("葵岭街道")));
    assert_eq!(only("【办结率:去年同期】").aspect, Aspect::YearBefore);
}

#[test]
fn a_table_stands_alone_in_its_line_and_names_several() {
    let all = lines("一、概况\n\n  【办结数、办结率：各单位】  \n见【办结数：各单位】表");
    assert!(matches!(&all[1], Line::Table(live) if live.names == ["办结数", "办结率"] && live.aspect == Aspect::Units));
    assert!(matches!(&all[2], Line::Text(pieces) if pieces.len() == 3), "{all:?}");
}

#[test]
fn a_bracket_without_its_other_half_is_a_mark_like_any_other() {
    for text in ["【", "】", "【】", "【办结数", "办结数】", "【【", "【【】"] {
        let lines = lines(text);
        assert!(places(&lines).is_empty(), "{text}: {lines:?}");
        assert_eq!(written(&lines), *text);
    }
    assert_eq!(only("【（【办结数】").names, ["办结数"]);
    assert!(places(&lines(&format!("【{}】", "长".repeat(201)))).is_empty());
}

#[test]
fn every_word_for_an_aspect_is_read_back() {
    for (words, aspect) in Aspect::ALL {
        assert!(words.iter().all(|word| Aspect::of(word) == Some(aspect)));
        assert_eq!(aspect.word(), words[0]);
    }
    assert_eq!(Aspect::Value.word(), "");
}

#[test]
fn a_period_is_read_as_people_write_it() {
    let read = |text: &str| super::read_period(text).map(|it| it.to_string());
    for (text, period) in [
        ("2026年", "2026"),
        ("2026年度", "2026"),
        (" 2026 年上半年", "2026H1"),
        ("2026年下半年", "2026H2"),
        ("2026年第三季度", "2026Q3"),
        ("2026年3季度", "2026Q3"),
        ("2026年9月", "2026-09"),
        ("2026年12月份", "2026-12"),
        ("2026Q3", "2026Q3"),
        ("..2026-09-15", "..2026-09-15"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(period), "{text}");
    }
    for text in ["", "上半年", "2026年13月", "2026年第五季度", "26年", "2026年春天", "二〇二六年", "2026年月"]
    {
        assert!(read(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_is_lost(text in "[【】：:、数率\\n 甲0-9]{0,60}") {
        let read = lines(&text);
        let plain: String = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        // Blanks inside of brackets are trimmed; nothing else changes.
        let bare = |text: &str| text.replace(' ', "");
        prop_assert_eq!(bare(&written(&read)), bare(&plain));
        prop_assert_eq!(bare(&written(&lines(&written(&read)))), bare(&plain));
    }
}
