//! Where is what? Every address that a page links to is made here.
//!
//! Never an address outside this site.

use std::fmt::Write as _;

use kernel::ids::{FileId, PaperId, PersonId, RecordId, UnitId};

/// The list of people.
pub(crate) const PEOPLE: &str = "/people";

/// Posts and who holds them on a day.
pub(crate) const LINE_UP: &str = "/people/line-up";

/// Where a control asks whom one may choose.
pub(crate) const CHOOSE_PEOPLE: &str = "/choose/people";

/// Where somebody without an account comes.
pub(crate) const PUBLIC: &str = "/public";

/// Where number and code are given.
pub(crate) const FOLLOW: &str = "/public/follow";

/// A form for those without an account.
pub(crate) fn public_form(mechanism: &str, form: &str) -> String {
    format!("{PUBLIC}/{mechanism}/{form}")
}

/// A step by whoever knows a record.
pub(crate) fn follow(step: &str) -> String {
    format!("{FOLLOW}/{step}")
}

/// A person.
pub(crate) fn person(id: PersonId) -> String {
    format!("{PEOPLE}/{id}")
}

/// A record.
pub(crate) fn record(id: RecordId) -> String {
    format!("/records/{id}")
}

/// Where a masked value of a record is asked for.
pub(crate) fn reveals(id: RecordId) -> String {
    format!("/records/{id}/reveals")
}

/// A record as it was on a past day.
pub(crate) fn then(id: RecordId) -> String {
    format!("/records/{id}/then")
}

/// The account that a record is.
pub(crate) fn account(id: RecordId) -> String {
    format!("/records/{id}/account")
}

/// Where a movement of an account is turned around.
pub(crate) fn reversals(id: RecordId) -> String {
    format!("/records/{id}/account/reversals")
}

/// Who comes to a record.
pub(crate) fn attendance(id: RecordId) -> String {
    format!("/records/{id}/attendance")
}

/// The code that those who come hold their telephones at.
pub(crate) fn attendance_code(id: RecordId) -> String {
    format!("/records/{id}/attendance/code")
}

/// Where such a code leads.
pub(crate) fn attend(code: &str) -> String {
    format!("/attend/{code}")
}

/// The board of a round.
pub(crate) fn round(id: RecordId) -> String {
    format!("/records/{id}/round")
}

/// The list behind a number of the board.
pub(crate) fn round_list(id: RecordId, stage: &str, outcome: &str) -> String {
    format!("/records/{id}/round?stage={stage}&outcome={outcome}")
}

/// Where reviewers are given and taken away.
pub(crate) fn round_reviewers(id: RecordId) -> String {
    format!("/records/{id}/round/reviewers")
}

/// Where a stage is ended.
pub(crate) fn round_conclusions(id: RecordId) -> String {
    format!("/records/{id}/round/conclusions")
}

/// The review of an entry.
pub(crate) fn review(id: RecordId) -> String {
    format!("/records/{id}/review")
}

/// Where somebody keeps out of an entry.
pub(crate) fn recusals(id: RecordId) -> String {
    format!("/records/{id}/review/recusals")
}

/// What somebody is to review.
pub(crate) const REVIEWS: &str = "/reviews";
/// All that waits.
pub(crate) const TODO: &str = "/todo";

/// What came to one's own units.
pub(crate) const RECEIPTS: &str = "/receipts";

/// Where a paper is received.
pub(crate) fn receipts(id: RecordId) -> String {
    format!("/records/{id}/receipts")
}

/// Where those who have not received a paper are urged.
pub(crate) fn urging(id: RecordId) -> String {
    format!("/records/{id}/receipts/urging")
}

/// The voting of a record.
pub(crate) fn ballot(id: RecordId) -> String {
    format!("/records/{id}/ballot")
}

/// Where voters are admitted.
pub(crate) fn ballot_voters(id: RecordId) -> String {
    format!("/records/{id}/ballot/voters")
}

/// Where a teller draws a word.
pub(crate) fn ballot_word(id: RecordId) -> String {
    format!("/records/{id}/ballot/word")
}

/// Where the urn is opened.
pub(crate) fn ballot_count(id: RecordId) -> String {
    format!("/records/{id}/ballot/count")
}

/// Where the paper of a class is counted.
pub(crate) fn ballot_sheets(id: RecordId, class: &str) -> String {
    format!("/records/{id}/ballot/sheets?class={class}")
}

/// Where somebody votes by account.
pub(crate) fn vote(id: RecordId) -> String {
    format!("/records/{id}/vote")
}

/// Where whoever holds a slip votes.
pub(crate) fn vote_by_slip(slip: &str) -> String {
    format!("/vote/{slip}")
}

/// Who stands where in an assessment.
pub(crate) fn assessment(id: RecordId) -> String {
    format!("/records/{id}/assessment")
}

/// The same as a workbook.
pub(crate) fn assessment_table(id: RecordId) -> String {
    format!("/records/{id}/assessment/table.xlsx")
}

/// The indicators of a scheme: where a workbook of them is taken in.
pub(crate) fn assessment_scheme(id: RecordId) -> String {
    format!("/records/{id}/assessment/scheme")
}

/// A letter about what is below its line.
pub(crate) fn assessment_letters(id: RecordId) -> String {
    format!("/records/{id}/assessment/letters")
}

/// What a unit comes to in an assessment.
pub(crate) fn assessment_sheet(id: RecordId, unit: UnitId) -> String {
    format!("/records/{id}/assessment/units/{unit}")
}

/// A sealed figure.
pub(crate) fn figure_seal(id: kernel::ids::FigureSealId) -> String {
    format!("/figures/seals/{id}")
}

/// A report as it reads.
pub(crate) fn report(id: RecordId) -> String {
    format!("/records/{id}/report")
}

/// A table of a record as a workbook for somebody else.
pub(crate) fn extract(id: RecordId, extract: &str) -> String {
    format!("/records/{id}/extracts/{extract}")
}

/// A report as a paper: `docx` or `pdf`.
pub(crate) fn report_file(id: RecordId, ending: &str) -> String {
    format!("/records/{id}/report.{ending}")
}

/// What I follow.
pub(crate) const FOLLOWING: &str = "/following";

/// How I am told.
pub(crate) const NOTICES: &str = "/account/notices";

/// My calendar.
pub(crate) const CALENDAR: &str = "/account/calendar";

/// The days of a record as a calendar.
pub(crate) fn record_calendar(id: RecordId) -> String {
    format!("/records/{id}/calendar.ics")
}

/// What leaves the house.
pub(crate) const SENDING: &str = "/admin/sending";

/// What became of it.
pub(crate) const DELIVERIES: &str = "/admin/deliveries";

/// Where a record is followed.
pub(crate) fn record_following(id: RecordId) -> String {
    format!("/records/{id}/following")
}

/// Where something is done with a system that is told.
pub(crate) fn receiver(id: uuid::Uuid, act: &str) -> String {
    format!("/admin/receivers/{id}/{act}")
}

/// Where something is done with a message.
pub(crate) fn delivery(id: uuid::Uuid, act: &str) -> String {
    format!("{DELIVERIES}/{id}/{act}")
}

/// A step of a record.
pub(crate) fn step(id: RecordId, step: &str) -> String {
    format!("/records/{id}/steps/{step}")
}

/// A register.
pub(crate) fn register(mechanism: &str) -> String {
    format!("/m/{mechanism}")
}

/// A page below a register.
pub(crate) fn of_register(mechanism: &str, page: &str) -> String {
    format!("/m/{mechanism}/{page}")
}

/// The templates of a mechanism.
pub(crate) fn templates(mechanism: &str) -> String {
    format!("/m/{mechanism}/templates")
}

/// What is done with something that is kept or offered.
pub(crate) fn offering(id: uuid::Uuid, what: &str) -> String {
    format!("/offerings/{}/{what}", id.simple())
}

/// A figure's own page.
pub(crate) fn figure(mechanism: &str, figure: &str) -> String {
    format!("/m/{mechanism}/figures/{figure}")
}

/// A file.
pub(crate) fn file(id: FileId) -> String {
    format!("/files/{id}")
}

/// A paper in one of its forms.
pub(crate) fn paper(id: PaperId, ending: &str) -> String {
    format!("/papers/{id}.{ending}")
}

/// An address with a query string; empty values are left out.
pub(crate) fn with(path: &str, pairs: &[(&str, &str)]) -> String {
    let filled: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_urlencoded::to_string(&filled).unwrap_or_default();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Is it an address on this site (and not `//elsewhere` or `\\elsewhere`)?
pub(crate) fn is_here(address: &str) -> bool {
    let mut signs = address.chars();
    signs.next() == Some('/')
        && !matches!(signs.next(), Some('/' | '\\'))
        && address.chars().all(|sign| !sign.is_control() && sign != '\\')
}

/// Text as it may stand in a header's extended value (RFC 8187) or in a path.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_elsewhere_is_not_here() {
        assert!(is_here("/m/task_order?tab=late"));
        for elsewhere in ["//evil.test", "/\\evil.test", "https://evil.test", "", "/a\r\nx", "m"] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn empty_values_leave_no_trace_in_an_address() {
        assert_eq!(with("/m/x", &[("tab", "late"), ("q", ""), ("sort", "-due")]), "/m/x?tab=late&sort=-due");
        assert_eq!(with("/m/x", &[("q", "")]), "/m/x");
        assert_eq!(with("/s", &[("q", "渔 港&")]), "/s?q=%E6%B8%94+%E6%B8%AF%26");
    }

    #[test]
    fn a_name_is_encoded_byte_by_byte() {
        assert_eq!(percent("任 1.pdf"), "%E4%BB%BB%201.pdf");
    }
}
