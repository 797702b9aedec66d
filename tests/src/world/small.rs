//! The units and people of 岚湾新区, and what they may do.
//!
//! Never a real place or person.

use jiff::civil::Date;
use kernel::ids::{AccountId, GrantId, PersonId, RoleId, UnitId, UnitKind};
use store::accounts::AccountRow;
use store::grants::GrantRow;
use store::people::PersonRow;
use store::units::UnitRow;
use store::{Conn, StoreError};
use uuid::Uuid;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "岚湾-2026-story";
/// Its hash, made so that checking it takes no time (8 KiB, one pass): the way through the login is the real one.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=8,t=1,p=1$A9oGtz4b4MZp2Zb9mvsBTQ$c4+hZVmChjOvlVKjn78r5hz6OqegXhg7iiYQKG/A2K0";

/// A unit: kind, name, short name, pinyin initials, the place of the unit above in this list.
type Unit = (&'static str, &'static str, &'static str, &'static str, Option<usize>);

/// The units in pre-order: a unit's number is its place.
const UNITS: [Unit; 6] = [
    ("district", "岚湾新区", "岚湾新区", "lwxq", None),
    ("bureau", "岚湾新区组织人事局", "组织人事局", "zzrsj", Some(0)),
    ("bureau", "岚湾新区综合办公室", "综合办公室", "zhbgs", Some(0)),
    ("bureau", "岚湾新区农业农村局", "农业农村局", "nyncj", Some(0)),
    ("street", "葵岭街道", "葵岭街道", "kljd", Some(0)),
    ("community", "葵岭街道葵北社区", "葵北社区", "kbsq", Some(4)),
];

/// A person: sign-in name, name, pinyin initials, post, the unit where they work, their role, the unit it is over.
type Person = (&'static str, &'static str, &'static str, &'static str, usize, &'static str, usize);

/// The people.
pub(crate) const PEOPLE: [Person; 10] = [
    ("lin", "林书敏", "lsm", "督查员", 2, "supervisor", 0),
    ("wu", "吴立群", "wlq", "分管领导", 2, "leader", 0),
    ("zheng", "郑海生", "zhs", "联络员", 3, "unit_liaison", 3),
    ("zhou", "周启", "zq", "局长", 3, "unit_head", 3),
    ("chen", "陈望", "cw", "局长", 1, "unit_head", 1),
    ("su", "苏芮", "sr", "联络员", 1, "unit_liaison", 1),
    ("li", "黎澄", "lc", "联络员", 4, "unit_liaison", 4),
    ("gao", "高岩", "gy", "系统管理员", 2, "system_admin", 0),
    ("xue", "薛静言", "xjy", "安全管理员", 2, "security_admin", 0),
    ("yan", "严子正", "yzz", "审计管理员", 2, "audit_admin", 0),
];

/// The last unit of each unit's subtree.
fn last_below(at: usize) -> usize {
    let is_below = |mut other: usize| loop {
        match UNITS[other].4 {
            _ if other == at => return true,
            Some(above) => other = above,
            None => return false,
        }
    };
    (at..UNITS.len()).filter(|other| is_below(*other)).max().unwrap_or(at)
}

fn depth(at: usize) -> i64 {
    UNITS[at].4.map_or(0, |above| depth(above) + 1)
}

fn unit_id(at: usize) -> UnitId {
    UnitId(Uuid::from_u128(0x100 + at as u128))
}

fn person_id(at: usize) -> PersonId {
    PersonId(Uuid::from_u128(0x200 + at as u128))
}

/// Puts units, people, grants and accounts into an empty database.
pub(crate) async fn place(conn: &mut Conn) -> Result<(), StoreError> {
    store::units::insert_many(conn, &units()).await?;
    store::people::insert_many(conn, &people()).await?;
    store::grants::insert_many(conn, &grants()).await?;
    for account in accounts() {
        store::accounts::insert(conn, &account).await?;
    }
    Ok(())
}

/// Gives somebody a role over a unit from a day on.
pub(crate) async fn grant(conn: &mut Conn, login: &str, role: &str, unit: &str, from: Date) -> Result<(), StoreError> {
    let at = PEOPLE.iter().position(|person| person.0 == login).expect("somebody of the small world");
    let over = UNITS.iter().position(|known| known.1 == unit).expect("a unit of the small world");
    // Another role of the same person over the same unit is another grant.
    let which = role.bytes().fold(0_u128, |sum, sign| (sum * 31 + u128::from(sign)) & 0xffff_ffff);
    let id = GrantId(Uuid::from_u128((which << 32) + 0x500 + at as u128 * 0x10 + over as u128));
    let row = GrantRow { id, role: RoleId::from(role), unit: unit_id(over), from_on: from, ..first_grant(at) };
    store::grants::insert_many(conn, &[row]).await
}

/// Ends what somebody held from the start.
pub(crate) async fn end_grants(conn: &mut Conn, login: &str, until: Date) -> Result<(), StoreError> {
    let at = PEOPLE.iter().position(|person| person.0 == login).expect("somebody of the small world");
    store::grants::end(conn, first_grant(at).id, until).await.map(|_| ())
}

fn units() -> Vec<UnitRow> {
    let unit = |(at, (kind, name, short, pinyin, above)): (usize, &Unit)| UnitRow {
        id: unit_id(at),
        kind: UnitKind::from(*kind),
        name: (*name).to_owned(),
        short_name: Some((*short).to_owned()),
        code: None,
        parent: above.map(unit_id),
        ord: at as i64,
        ord_last: last_below(at) as i64,
        depth: depth(at),
        pinyin: Some((*pinyin).to_owned()),
        founded_on: None,
        dissolved_on: None,
        level: None,
        credit_code: None,
    };
    UNITS.iter().enumerate().map(unit).collect()
}

fn people() -> Vec<PersonRow> {
    let person = |(at, (_, name, pinyin, post, unit, ..)): (usize, &Person)| PersonRow {
        id: person_id(at),
        name: (*name).to_owned(),
        pinyin: (*pinyin).to_owned(),
        post_name: Some((*post).to_owned()),
        unit: Some(unit_id(*unit)),
    };
    PEOPLE.iter().enumerate().map(person).collect()
}

fn grants() -> Vec<GrantRow> {
    (0..PEOPLE.len()).map(first_grant).collect()
}

/// What somebody holds from the start.
fn first_grant(at: usize) -> GrantRow {
    let (.., role, over) = PEOPLE[at];
    GrantRow {
        id: GrantId(Uuid::from_u128(0x300 + at as u128)),
        person: person_id(at),
        role: RoleId::from(role),
        unit: unit_id(over),
        from_on: Date::constant(2025, 1, 1),
        until_on: None,
        basis: Some("岚湾新区分工通知".to_owned()),
        given_by: None,
    }
}

fn accounts() -> impl Iterator<Item = AccountRow> {
    PEOPLE.iter().enumerate().map(|(at, (login, ..))| AccountRow {
        id: AccountId(Uuid::from_u128(0x400 + at as u128)),
        person: person_id(at),
        login_name: (*login).to_owned(),
        password_hash: PASSWORD_HASH.to_owned(),
        must_change: false,
        password_set_at: None,
        made_at: None,
        last_in_at: None,
        ended_on: None,
        ended_why: None,
    })
}

#[test]
fn a_street_holds_its_community_and_the_district_holds_all() {
    assert_eq!((0..UNITS.len()).map(last_below).collect::<Vec<_>>(), [5, 1, 2, 3, 5, 5]);
}
