//! Is it a unified social credit code (GB 32100-2015)? Eighteen signs, the last one reckoned from the others.
//!
//! Never asks whether the body exists: only whether the code can be one.

/// The signs of a code, in the order of their values; I, O, S, V and Z are left out.
const SIGNS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has not eighteen signs; so many it has.
    Length(usize),
    /// This sign cannot stand in a code.
    Sign(char),
    /// The last sign does not fit the others; it should be this one.
    Check(char),
}

/// The code in its proper form: capitals, no blanks.
pub fn parse(text: &str) -> Result<String, Fault> {
    let code: String = text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    let code = code.to_ascii_uppercase();
    let length = code.chars().count();
    if length != 18 {
        return Err(Fault::Length(length));
    }
    let mut values = Vec::with_capacity(18);
    for sign in code.chars() {
        let value = SIGNS.iter().position(|known| char::from(*known) == sign);
        values.push(value.ok_or(Fault::Sign(sign))?);
    }
    let check = check_sign(&values[..17]);
    if code.ends_with(check) { Ok(code) } else { Err(Fault::Check(check)) }
}

/// The eighteenth sign: weights are the powers of three, modulo 31.
fn check_sign(values: &[usize]) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for value in values {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    char::from(SIGNS[(31 - sum % 31) % 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_hold_and_a_changed_sign_does_not() {
        for code in ["91350100M000100Y43", "91110000600037341L", "914403001922038216", "11440300MB2C927392"] {
            assert_eq!(parse(code), Ok(code.to_owned()));
            let mut wrong = code.to_owned();
            wrong.replace_range(4..5, if &code[4..5] == "9" { "8" } else { "9" });
            assert!(matches!(parse(&wrong), Err(Fault::Check(_))), "{wrong}");
        }
    }

    #[test]
    fn what_people_type_is_put_into_form_or_named() {
        assert_eq!(parse(" 91350100-m000100y43 "), Ok("91350100M000100Y43".to_owned()));
        assert_eq!(parse(""), Err(Fault::Length(0)));
        assert_eq!(parse("91350100M000100Y4I"), Err(Fault::Sign('I')));
        assert_eq!(parse(&"统".repeat(18)), Err(Fault::Sign('统')));
        assert_eq!(parse("91350100M000100Y44"), Err(Fault::Check('3')));
    }
}
