//! What always holds in an account: the sum of its movements is its balance on every day, and it is never above its
//! ceiling unless that was allowed with a reason.

use jiff::civil::Date;
use kernel::ids::RecordId;
use kernel::kinds::ledger::{self, Account, Counted, Moment, Movement, Place, Posting, Reading};
use kernel::record::Record;
use kernel::value::Value;
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::office::{Office, day, unit};

/// An account of the shipped ledger, still empty.
fn account(office: &Office) -> Record {
    let mechanism = office.catalog.mechanism("establishment").expect("the ledger is shipped");
    let id = kernel::ids::StepId::from("open");
    let filled = vec![
        ("title".into(), Some(Value::Text("葵岭街道行政编制".to_owned()))),
        ("unit".into(), Some(Value::Unit(unit(1)))),
        ("kind".into(), Some(Value::Choice("1".to_owned()))),
    ];
    let actor = crate::office::holder("establishment_officer");
    let attempt = crate::office::attempt(&actor, &id, filled);
    let id = RecordId(Uuid::from_u128(7));
    kernel::workflow::start(office.clock("2026-01-05"), mechanism, id, attempt).expect("an account is opened").after
}

/// What may be wanted, in any order: which word (or a reversal), how much, on which day, by which of two causes.
fn wishes() -> impl Strategy<Value = Vec<(usize, i64, i8, u8)>> {
    proptest::collection::vec((0_usize..9, 1_i64..60, 0_i8..28, 0_u8..3), 1..40)
}

fn sum(all: &[Movement], place: &Place, on: Date) -> i64 {
    let signed = |it: &Movement| i64::from(it.to == *place) * it.amount - i64::from(it.from == *place) * it.amount;
    all.iter().filter(|it| it.on <= on).map(signed).sum()
}

fn holds(account: &Account, record: &Record) -> Result<(), TestCaseError> {
    let all = record.book.movements();
    for (on, balance) in record.book.days() {
        let mut whole = sum(all, &Place::Free, on);
        prop_assert!(whole >= 0, "{on}: {balance:?}");
        prop_assert_eq!(balance.held(&Place::Free), whole);
        for stage in &account.stages {
            let place = Place::Stage(stage.id.clone());
            prop_assert!(balance.held(&place) >= 0, "{on}: {balance:?}");
            prop_assert_eq!(balance.held(&place), sum(all, &place, on));
            whole += balance.held(&place);
        }
        prop_assert_eq!(balance.ceiling(), whole);
        prop_assert_eq!(&record.book.balance(Some(on)), &balance);
    }
    // What figures are told adds up to what stands.
    let of = [(false, Reading::Ceiling), (true, Reading::Free), (false, Reading::Over)];
    let of = of.map(|(minus, it)| (minus, Counted::Held(it)));
    let told: i64 = ledger::changes(&record.book, &of, None).iter().map(|(_, amount)| amount).sum();
    prop_assert_eq!(told, record.book.balance(None).taken());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_movements_add_up_and_never_lead_above_the_ceiling(wishes in wishes()) {
        let office = Office::open();
        let mechanism = office.catalog.mechanism("establishment").expect("the ledger is shipped");
        let mut record = account(office);
        let account = mechanism.account.as_ref().expect("it is an account");
        for (at, (which, amount, on, cause)) in wishes.iter().enumerate() {
            let moment = Moment { at: at as i64, today: day("2026-03-15"), by: None, calendar: &office.calendar };
            let movement = match account.words.get(*which).filter(|word| !word.over) {
                Some(word) => {
                    let posting = Posting {
                        word,
                        amount: amount * 1_000_000,
                        on: Date::constant(2026, 3, 1 + *on),
                        document: Some("岚编〔2026〕1号".to_owned()),
                        reason: Some("按计划".to_owned()),
                        cause: (*cause > 0).then(|| RecordId(Uuid::from_u128(u128::from(*cause)))),
                        other: None,
                    };
                    ledger::post(mechanism, &record, &posting, moment)
                }
                None => ledger::reverse(mechanism, &record, *amount, Some("记错了".to_owned()), moment),
            };
            if let Ok(movement) = movement {
                record.book.add(movement);
            }
        }
        holds(account, &record)?;
    }

    /// What is written down reads as it was written, to the cent.
    #[test]
    fn an_amount_reads_as_it_is_shown(cents in 1_i64..100_000_000_000) {
        let account = Account { places: 2, measure: "元".to_owned(), ..empty() };
        let amount = cents * 10_000;
        prop_assert_eq!(account.read(&account.number(amount)).ok(), Some(amount));
        prop_assert_eq!(account.read(&account.in_words(amount)).ok(), Some(amount));
    }
}

fn empty() -> Account {
    Account {
        measure: String::new(),
        places: 0,
        of: Vec::new(),
        states: Vec::new(),
        ceiling: String::new(),
        free: String::new(),
        stages: Vec::new(),
        words: Vec::new(),
    }
}

#[test]
fn what_is_no_amount_is_refused_in_words() {
    let account = Account { places: 2, measure: "元".to_owned(), ..empty() };
    for text in ["", "0", "-1", "1e30", "0.001", "1.005元", "一百", "1 000", "NaN", "9999999999999", "１", "."] {
        let read = account.read(text);
        assert!(read.as_ref().is_err_and(|it| it.code == "ledger.number"), "{text}: {read:?}");
    }
    assert_eq!(account.read("1,234.56").ok(), Some(1_234_560_000));
    assert_eq!(account.number(1_234_500_000), "1234.50");
    assert!(account.exact(Decimal::from(100_000_000_001_i64)).is_err());
}
