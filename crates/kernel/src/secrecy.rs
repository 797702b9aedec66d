//! Does a text bear the mark of a state secret? Such texts do not belong into a platform of this kind, and are refused.
//!
//! The mark is a word that stands alone (`绝密`, `机密`), before a star (`秘密★`) or before what bears it (`机密级`,
//! `绝密文件`); not two signs inside other words (`手机密码`, `拒绝密切接触`).
//! Never judges what a text says: only the mark that its author put there (《保守国家秘密法》 第二十二条).

const ALONE: [&str; 2] = ["绝密", "机密"];
const WITH_STAR: [&str; 3] = ["绝密", "机密", "秘密"];
const BEARERS: [&str; 4] = ["级", "文件", "件", "资料"];

/// The mark that a text bears, if it bears one.
pub fn mark(text: &str) -> Option<&'static str> {
    // Official marks are often written with blanks between the signs.
    let dense: String = text.chars().filter(|sign| !matches!(sign, ' ' | '\u{3000}' | '\t')).collect();
    let starred =
        WITH_STAR.into_iter().find(|mark| ["★", "☆", "*"].iter().any(|star| dense.contains(&format!("{mark}{star}"))));
    starred.or_else(|| ALONE.into_iter().find(|mark| stands(&dense, mark) || stands(text, mark)))
}

/// Does the word stand alone, or before what bears it, and after no other Chinese sign?
fn stands(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = &text[at + word.len()..];
        let alone = after.chars().next().is_none_or(|sign| !is_chinese(sign));
        before.is_none_or(|sign| !is_chinese(sign)) && (alone || BEARERS.iter().any(|bearer| after.starts_with(bearer)))
    })
}

fn is_chinese(sign: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_seen_wherever_it_stands_as_a_mark() {
        for text in [
            "绝密",
            "机密★5年",
            "秘密★启用前",
            "绝 密",
            "附件：机密级名单",
            "名单（绝密）.xlsx",
            "机密-干部名册.pdf",
            "绝密文件",
        ] {
            assert!(mark(text).is_some(), "{text}");
        }
    }

    #[test]
    fn two_signs_inside_other_words_are_no_mark() {
        for text in [
            "手机密码重置",
            "拒绝密切接触",
            "杜绝密闭空间隐患",
            "商业秘密保护",
            "秘密.pdf",
            "保密承诺书",
            "",
            "司机密集路段",
        ] {
            assert_eq!(mark(text), None, "{text}");
        }
    }
}
