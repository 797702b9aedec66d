-- A teller's half of what opens the votes of a record: the public part only.
CREATE TABLE ballot_word (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    teller BLOB NOT NULL,
    public_key TEXT NOT NULL,
    PRIMARY KEY (site, record, teller)
) WITHOUT ROWID
;
-- Who may vote: an account, whoever holds a slip (its hash), or somebody with a sheet of paper. Whether they voted, and the
-- mark of the form that they sent; never what.
CREATE TABLE ballot_voter (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    record BLOB NOT NULL,
    class TEXT NOT NULL,
    person BLOB,
    slip TEXT,
    voted BIGINT NOT NULL,
    mark TEXT,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE UNIQUE INDEX ballot_voter_person ON ballot_voter (site, record, person)
;
CREATE UNIQUE INDEX ballot_voter_slip ON ballot_voter (site, slip)
;
CREATE INDEX ballot_voter_record ON ballot_voter (site, record, class)
;
-- The votes, each in an envelope that two tellers open together: no voter, no class, no number, no time. All of a record
-- are of one length.
CREATE TABLE ballot_vote (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    record BLOB NOT NULL,
    envelope BLOB NOT NULL,
    proof TEXT NOT NULL,
    PRIMARY KEY (site, record, id)
) WITHOUT ROWID
;
-- What somebody counted of a class by hand.
CREATE TABLE ballot_hand_count (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    class TEXT NOT NULL,
    by_ BLOB NOT NULL,
    counted TEXT NOT NULL,
    PRIMARY KEY (site, record, class, by_)
) WITHOUT ROWID
;
-- What a voting came to.
CREATE TABLE ballot_tally (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    tally TEXT NOT NULL,
    hash_ TEXT NOT NULL,
    at_ BIGINT NOT NULL,
    by_ BLOB,
    PRIMARY KEY (site, record)
) WITHOUT ROWID
;
