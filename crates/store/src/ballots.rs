//! Who may vote, and what lies in the urn? Voters and votes in two tables that share nothing but the record.
//!
//! Never a vote with a voter, a class, a number or a time; never a voter with a vote.

use kernel::ids::{MechanismId, PersonId, RecordId};
use uuid::Uuid;

use crate::conn::Conn;
use crate::error::{Doing as _, StoreError};
use crate::many;
use crate::row::Row;

/// Somebody who may vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoterRow {
    /// The row's id.
    pub id: Uuid,
    /// The record.
    pub record: RecordId,
    /// The class.
    pub class: String,
    /// Who, if they vote by account.
    pub person: Option<PersonId>,
    /// The hash of a slip, if they vote by one; neither is a sheet of paper.
    pub slip: Option<String>,
    /// Did they vote?
    pub voted: bool,
    /// The mark of the form that they sent.
    pub mark: Option<String>,
}

/// A teller's half of what opens the votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRow {
    /// Who has the word.
    pub teller: PersonId,
    /// The public part, in hexadecimal.
    pub public_key: String,
}

/// A vote in its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeRow {
    /// Random.
    pub id: Uuid,
    /// The record.
    pub record: RecordId,
    /// What two tellers open together.
    pub envelope: Vec<u8>,
    /// Proves that this program put it there.
    pub proof: String,
}

/// What somebody counted of a class by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct HandCountRow {
    /// The class.
    pub class: String,
    /// Who counted.
    pub by: PersonId,
    /// What.
    pub counted: serde_json::Value,
}

/// What a voting came to.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyRow {
    /// The record.
    pub record: RecordId,
    /// The tally.
    pub tally: serde_json::Value,
    /// Its hash.
    pub hash: String,
    /// When it was counted first.
    pub at: i64,
    /// By whom.
    pub by: Option<PersonId>,
}

const VOTER: &str = "id, record, class, person, slip, voted, mark";

fn voter(row: &Row<'_>) -> Result<VoterRow, StoreError> {
    Ok(VoterRow {
        id: row.id(0)?,
        record: row.id(1)?,
        class: row.text(2)?,
        person: row.id_if(3)?,
        slip: row.text_if(4)?,
        voted: row.yes(5)?,
        mark: row.text_if(6)?,
    })
}

/// Everybody who may vote, by class.
pub async fn voters(conn: &mut Conn, record: RecordId) -> Result<Vec<VoterRow>, StoreError> {
    let sql = format!("SELECT {VOTER} FROM ballot_voter WHERE site = $1 AND record = $2 ORDER BY class, id");
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read who may vote")?;
    rows.iter().map(voter).collect()
}

/// The voter of a slip.
pub async fn by_slip(conn: &mut Conn, slip: &str) -> Result<Option<VoterRow>, StoreError> {
    let sql = format!("SELECT {VOTER} FROM ballot_voter WHERE site = $1 AND slip = $2");
    let row = conn.find(sql, [conn.here(), slip.into()]).await.doing("find a slip")?;
    row.as_ref().map(voter).transpose()
}

/// The voter of a record that is one of these people.
pub async fn by_person(conn: &mut Conn, record: RecordId, people: &[PersonId]) -> Result<Option<VoterRow>, StoreError> {
    let sql = |places: &str| format!("SELECT {VOTER} FROM ballot_voter WHERE site = $1 AND person IN ({places})");
    let all = many::by_ids(conn, people, sql, voter).await.doing("find a voter")?;
    Ok(all.into_iter().find(|it| it.record == record))
}

/// Admits voters.
pub async fn admit(conn: &mut Conn, rows: &[VoterRow]) -> Result<(), StoreError> {
    let site = conn.here();
    let params = |row: &VoterRow| {
        vec![
            site.clone(),
            row.id.into(),
            row.record.into(),
            row.class.as_str().into(),
            row.person.into(),
            row.slip.as_deref().into(),
            row.voted.into(),
            row.mark.as_deref().into(),
        ]
    };
    let into = format!("ballot_voter (site, {VOTER})");
    many::insert(conn, &into, rows.iter().map(params).collect(), "").await.doing("admit voters")?;
    Ok(())
}

/// Takes a voter off the list.
pub async fn withdraw(conn: &mut Conn, id: Uuid) -> Result<(), StoreError> {
    let sql = "DELETE FROM ballot_voter WHERE site = $1 AND id = $2";
    conn.run(sql, [conn.here(), id.into()]).await.doing("take a voter off the list")?;
    Ok(())
}

/// Notes that somebody voted; false if they had.
pub async fn mark_voted(conn: &mut Conn, id: Uuid, mark: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE ballot_voter SET voted = 1, mark = $3 WHERE site = $1 AND id = $2 AND voted = 0";
    Ok(conn.run(sql, [conn.here(), id.into(), mark.into()]).await.doing("note that somebody voted")? == 1)
}

/// The words that were drawn for a record.
pub async fn words(conn: &mut Conn, record: RecordId) -> Result<Vec<WordRow>, StoreError> {
    let sql = "SELECT teller, public_key FROM ballot_word WHERE site = $1 AND record = $2 ORDER BY teller";
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read who keeps the words")?;
    rows.iter().map(|row| Ok(WordRow { teller: row.id(0)?, public_key: row.text(1)? })).collect()
}

/// Keeps the public part of a word, in place of the teller's last one.
pub async fn put_word(conn: &mut Conn, record: RecordId, word: &WordRow) -> Result<(), StoreError> {
    let tail = conn.dialect().or_put("site, record, teller", ["public_key"].into_iter());
    let sql = format!("INSERT INTO ballot_word (site, record, teller, public_key) VALUES ($1, $2, $3, $4) {tail}");
    let params = [conn.here(), record.into(), word.teller.into(), word.public_key.as_str().into()];
    conn.run(sql, params).await.doing("keep a word")?;
    Ok(())
}

/// Puts an envelope into the urn.
pub async fn cast(conn: &mut Conn, row: &EnvelopeRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO ballot_vote (site, id, record, envelope, proof) VALUES ($1, $2, $3, $4, $5)";
    let params =
        [conn.here(), row.id.into(), row.record.into(), row.envelope.as_slice().into(), row.proof.as_str().into()];
    conn.run(sql, params).await.doing("put a vote into the urn")?;
    Ok(())
}

/// The envelopes of a record, by their random ids.
pub async fn envelopes(conn: &mut Conn, record: RecordId) -> Result<Vec<EnvelopeRow>, StoreError> {
    let sql = "SELECT id, record, envelope, proof FROM ballot_vote WHERE site = $1 AND record = $2 ORDER BY id";
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read the urn")?;
    rows.iter().map(envelope).collect()
}

fn envelope(row: &Row<'_>) -> Result<EnvelopeRow, StoreError> {
    Ok(EnvelopeRow { id: row.id(0)?, record: row.id(1)?, envelope: row.bytes(2)?, proof: row.text(3)? })
}

/// Empties the urn of a record.
pub async fn destroy(conn: &mut Conn, record: RecordId) -> Result<u64, StoreError> {
    let sql = "DELETE FROM ballot_vote WHERE site = $1 AND record = $2";
    conn.run(sql, [conn.here(), record.into()]).await.doing("empty an urn")
}

/// What was counted by hand.
pub async fn hand_counts(conn: &mut Conn, record: RecordId) -> Result<Vec<HandCountRow>, StoreError> {
    let sql = "SELECT class, by_, counted FROM ballot_hand_count WHERE site = $1 AND record = $2 ORDER BY class, by_";
    let rows = conn.list(sql, [conn.here(), record.into()]).await.doing("read what was counted by hand")?;
    rows.iter().map(|row| Ok(HandCountRow { class: row.text(0)?, by: row.id(1)?, counted: row.json(2)? })).collect()
}

/// Keeps what somebody counted, in place of their last count of the class.
pub async fn put_hand_count(conn: &mut Conn, record: RecordId, row: &HandCountRow) -> Result<(), StoreError> {
    let tail = conn.dialect().or_put("site, record, class, by_", ["counted"].into_iter());
    let sql =
        format!("INSERT INTO ballot_hand_count (site, record, class, by_, counted) VALUES ($1, $2, $3, $4, $5) {tail}");
    let params = [conn.here(), record.into(), row.class.as_str().into(), row.by.into(), (&row.counted).into()];
    conn.run(sql, params).await.doing("keep a count by hand")?;
    Ok(())
}

/// What votings came to.
pub async fn tallies(conn: &mut Conn, records: &[RecordId]) -> Result<Vec<TallyRow>, StoreError> {
    let sql = |places: &str| {
        format!("SELECT record, tally, hash_, at_, by_ FROM ballot_tally WHERE site = $1 AND record IN ({places})")
    };
    let one = |row: &Row<'_>| {
        let (record, tally, hash) = (row.id(0)?, row.json(1)?, row.text(2)?);
        Ok(TallyRow { record, tally, hash, at: row.int(3)?, by: row.id_if(4)? })
    };
    many::by_ids(conn, records, sql, one).await.doing("read what votings came to")
}

/// Keeps what a voting came to.
pub async fn put_tally(conn: &mut Conn, row: &TallyRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO ballot_tally (site, record, tally, hash_, at_, by_) VALUES ($1, $2, $3, $4, $5, $6)";
    let params =
        [conn.here(), row.record.into(), (&row.tally).into(), row.hash.as_str().into(), row.at.into(), row.by.into()];
    conn.run(sql, params).await.doing("keep what a voting came to")?;
    Ok(())
}

/// The records of a mechanism that were counted after a moment, up to `most`.
pub async fn counted_since(
    conn: &mut Conn,
    mechanism: &MechanismId,
    at: i64,
    most: u32,
) -> Result<Vec<RecordId>, StoreError> {
    let sql = format!(
        "SELECT t.record FROM ballot_tally t JOIN record r ON r.site = t.site AND r.id = t.record \
         WHERE t.site = $1 AND t.at_ > $2 AND r.mechanism = $3 ORDER BY t.record LIMIT {most}"
    );
    let rows = conn.list(sql, [conn.here(), at.into(), mechanism.into()]).await.doing("find what was counted since")?;
    rows.iter().map(|row| row.id(0)).collect()
}

/// Every envelope of every urn, portion by portion.
pub async fn walk(
    conn: &mut Conn,
    after: Option<(RecordId, Uuid)>,
    limit: u32,
) -> Result<Vec<EnvelopeRow>, StoreError> {
    let (record, id) = after.unwrap_or((RecordId(Uuid::nil()), Uuid::nil()));
    let sql = format!(
        "SELECT id, record, envelope, proof FROM ballot_vote WHERE site = $1 AND (record, id) > ($2, $3) \
         ORDER BY record, id LIMIT {limit}"
    );
    let rows = conn.list(sql, [conn.here(), record.into(), id.into()]).await.doing("walk through the urns")?;
    rows.iter().map(envelope).collect()
}

/// For each record: how many voted by account or slip.
pub async fn voted(conn: &mut Conn) -> Result<Vec<(RecordId, i64)>, StoreError> {
    let sql = "SELECT record, COUNT(*) FROM ballot_voter WHERE site = $1 AND voted = 1 GROUP BY record ORDER BY record";
    let rows = conn.list(sql, [conn.here()]).await.doing("count who voted")?;
    rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}
