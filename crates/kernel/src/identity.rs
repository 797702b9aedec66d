//! Is a number of a person or an organisation written right, and what does it say?
//!
//! GB 11643 (公民身份号码, 18 signs; the old 15 are brought up to 18), GB 11714 (组织机构代码), numbers of mobile phones.
//! An unknown division code is no fault: divisions are abolished, the numbers that they gave stay.
//! Never keeps a number and never puts one into a sentence: sentences are logged and shown.

use jiff::civil::Date;

use crate::value::Month;

/// A sex, by the code of GB/T 2261.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 男性, code 1.
    Male,
    /// 女性, code 2.
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }
}

/// What a 公民身份号码 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The number in its present form: 18 signs, the last may be X.
    pub number: String,
    /// The birthday.
    pub born_on: Date,
    /// The sex.
    pub sex: Sex,
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Not as many signs as it should have.
    Length,
    /// A sign that does not belong there.
    Sign,
    /// The birthday in it is no day.
    Birthday,
    /// The check digit does not agree with the others: a sign is mistyped.
    Check,
}

/// What one may write in a text field that holds a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 公民身份号码.
    Identity,
    /// A number of a mobile phone.
    Phone,
    /// 组织机构代码.
    OrganizationCode,
}

/// The words for the forms in definitions, in the order of [`Form`].
pub const FORMS: &[&str] = &["identity", "phone", "organization_code"];

impl Form {
    /// The form of that word.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "identity" => Self::Identity,
            "phone" => Self::Phone,
            "organization_code" => Self::OrganizationCode,
            _ => return None,
        })
    }

    /// The number as it is kept: capital letters, half-width, without blanks and hyphens; or what is wrong with it.
    pub fn read(self, text: &str) -> Result<String, Wrong> {
        match self {
            Self::Identity => identity(text).map(|it| it.number),
            Self::Phone => phone(text),
            Self::OrganizationCode => organization_code(text),
        }
    }
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Reads a 公民身份号码 (GB 11643-1999), also one of the old ones with 15 digits.
pub fn identity(text: &str) -> Result<Identity, Wrong> {
    let mut signs = plain(text);
    if signs.len() == 15 {
        digits(&signs)?;
        signs.insert_str(6, "19");
        signs.push(check_of(&signs));
    }
    if signs.chars().count() != 18 {
        return Err(Wrong::Length);
    }
    let (front, last) = signs.split_at_checked(17).ok_or(Wrong::Sign)?;
    digits(front)?;
    if !last.starts_with(|sign: char| sign.is_ascii_digit() || sign == 'X') {
        return Err(Wrong::Sign);
    }
    let part = |from: usize, to: usize| front[from..to].parse::<i16>().map_err(|_| Wrong::Sign);
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    let small = |number: i16| i8::try_from(number).unwrap_or(0);
    let born_on = Date::new(year, small(month), small(day)).ok().filter(|day| (1850..=2200).contains(&day.year()));
    let born_on = born_on.ok_or(Wrong::Birthday)?;
    if !last.starts_with(check_of(front)) {
        return Err(Wrong::Check);
    }
    let sex = if part(14, 17)? % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(Identity { number: signs, born_on, sex })
}

/// The check digit of 17 digits.
fn check_of(front: &str) -> char {
    let sum: u32 = front.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    char::from(CHECKS[(sum % 11) as usize])
}

/// Reads a 组织机构代码 (GB 11714-1997): eight signs and a check digit, kept without its hyphen.
pub fn organization_code(text: &str) -> Result<String, Wrong> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let signs: String = plain(text).chars().filter(|sign| *sign != '-').collect();
    if signs.chars().count() != 9 {
        return Err(Wrong::Length);
    }
    if !signs.chars().all(|sign| sign.is_ascii_digit() || sign.is_ascii_uppercase()) {
        return Err(Wrong::Sign);
    }
    let sum: u32 = signs.chars().zip(WEIGHTS).map(|(sign, weight)| sign.to_digit(36).unwrap_or(0) * weight).sum();
    let check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        small => char::from_digit(small, 10).expect("what is left of eleven is below ten here"),
    };
    if signs.ends_with(check) { Ok(signs) } else { Err(Wrong::Check) }
}

/// Reads a number of a mobile phone: 1, then 3 to 9, then nine digits; +86 before it is dropped.
pub fn phone(text: &str) -> Result<String, Wrong> {
    let signs: String = plain(text).chars().filter(|sign| *sign != '-').collect();
    let number = signs.strip_prefix("+86").or_else(|| signs.strip_prefix("0086")).unwrap_or(&signs);
    digits(number)?;
    if number.len() != 11 {
        return Err(Wrong::Length);
    }
    let fits = number.starts_with('1') && number[1..].starts_with(|sign: char| ('3'..='9').contains(&sign));
    if fits { Ok(number.to_owned()) } else { Err(Wrong::Sign) }
}

/// In what an identity number and the rest of a file disagree: they may, but somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The month of birth is another one; the file kept in the archive may rightly say so.
    Birth,
    /// The sex is the other one.
    Sex,
    /// The birthday lies ahead.
    Future,
}

/// Holds an identity number against the month of birth and the sex of the file.
pub fn doubts(identity: &Identity, born_in: Option<Month>, sex: Option<&str>, today: Date) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if born_in.is_some_and(|month| month != Month::of(identity.born_on)) {
        doubts.push(Doubt::Birth);
    }
    if sex.is_some_and(|code| ["1", "2"].contains(&code) && code != identity.sex.code()) {
        doubts.push(Doubt::Sex);
    }
    if identity.born_on > today {
        doubts.push(Doubt::Future);
    }
    doubts
}

/// Full years of age by month: the month of birth is enough, as on the 干部任免审批表.
pub fn age(born_in: Month, on: Date) -> i16 {
    on.year() - born_in.year - i16::from(on.month() < born_in.month)
}

fn plain(text: &str) -> String {
    let half = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(sign as u32 - 0xfee0).unwrap_or(sign),
        sign => sign,
    };
    text.chars().map(half).filter(|sign| !sign.is_whitespace()).flat_map(char::to_uppercase).collect()
}

fn digits(text: &str) -> Result<(), Wrong> {
    if text.bytes().all(|sign| sign.is_ascii_digit()) { Ok(()) } else { Err(Wrong::Sign) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_says_birthday_and_sex() {
        let check = |text: &str, born: &str, sex: Sex| {
            let read = identity(text).unwrap();
            assert_eq!((read.born_on.to_string().as_str(), read.sex), (born, sex), "{text}");
        };
        check("11010519491231002X", "1949-12-31", Sex::Female);
        check("440524188001010014", "1880-01-01", Sex::Male);
        check("１１０１０５１９４９１２３１００２ｘ", "1949-12-31", Sex::Female);
        check(" 110105 19491231 002x ", "1949-12-31", Sex::Female);
    }

    #[test]
    fn an_old_number_is_brought_up_to_eighteen_signs() {
        assert_eq!(identity("110105491231002").unwrap().number, "11010519491231002X");
        assert_eq!(identity("11010549123100X"), Err(Wrong::Sign));
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        let check = |text: &str, wrong: Wrong| assert_eq!(identity(text), Err(wrong), "{text}");
        check("", Wrong::Length);
        check("1101051949123100", Wrong::Length);
        check("1101051949123100X2", Wrong::Sign);
        check("110105194902300026", Wrong::Birthday);
        check("110105194912310021", Wrong::Check);
        check("身份证号身份证号身份证号身份证号身份", Wrong::Sign);
        check("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٣", Wrong::Sign);
    }

    #[test]
    fn an_organisation_code_has_its_own_check_digit() {
        assert_eq!(organization_code("D2143569-X").as_deref(), Ok("D2143569X"));
        assert_eq!(organization_code("d2143569x").as_deref(), Ok("D2143569X"));
        assert_eq!(organization_code("D2143568-X"), Err(Wrong::Check));
        assert_eq!(organization_code("D2143569"), Err(Wrong::Length));
        assert_eq!(organization_code("机2143569X"), Err(Wrong::Sign));
    }

    #[test]
    fn a_phone_number_is_kept_bare() {
        assert_eq!(phone("+86 199-0000-0001").as_deref(), Ok("19900000001"));
        assert_eq!(phone("0086 19900000001").as_deref(), Ok("19900000001"));
        assert_eq!(phone("12900000001"), Err(Wrong::Sign));
        assert_eq!(phone("1990000000"), Err(Wrong::Length));
        assert_eq!(phone("电话"), Err(Wrong::Sign));
    }

    #[test]
    fn number_and_file_are_held_against_each_other() {
        let read = identity("11010519491231002X").unwrap();
        let month = |text: &str| Month::parse(text);
        let today = date(2026, 3, 5);
        assert_eq!(doubts(&read, month("1949-12"), Some("2"), today), []);
        assert_eq!(doubts(&read, None, None, today), []);
        assert_eq!(doubts(&read, month("1949-11"), Some("1"), today), [Doubt::Birth, Doubt::Sex]);
        assert_eq!(doubts(&read, None, Some("9"), date(1949, 12, 30)), [Doubt::Future]);
    }

    #[test]
    fn age_is_reckoned_by_month() {
        let born = Month { year: 1972, month: 4 };
        assert_eq!(age(born, date(2026, 3, 31)), 53);
        assert_eq!(age(born, date(2026, 4, 1)), 54);
    }

    proptest! {
        #[test]
        fn one_mistyped_digit_is_always_found(day in 0..30_000_i32, sequence in 0..1000_u32, at in 0..17_usize, by in 1..10_u8) {
            let born = date(1930, 1, 1).saturating_add(jiff::Span::new().days(day));
            let front = format!("999999{:04}{:02}{:02}{sequence:03}", born.year(), born.month(), born.day());
            let number = format!("{front}{}", check_of(&front));
            prop_assert_eq!(identity(&number).map(|it| it.born_on), Ok(born));
            let mut wrong = number.into_bytes();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(identity(&String::from_utf8(wrong).unwrap()).is_err());
        }

        #[test]
        fn nonsense_is_refused_and_never_panics(text in "\\PC{0,40}") {
            let _ = (identity(&text), organization_code(&text), phone(&text));
        }
    }
}
