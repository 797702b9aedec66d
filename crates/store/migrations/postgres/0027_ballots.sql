-- A teller's half of what opens the votes of a record: the public part only.
CREATE TABLE ballot_word (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    teller BYTEA NOT NULL,
    public_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, record, teller)
)
;
-- Who may vote: an account, whoever holds a slip (its hash), or somebody with a sheet of paper. Whether they voted, and the
-- mark of the form that they sent; never what.
CREATE TABLE ballot_voter (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    class TEXT COLLATE "C" NOT NULL,
    person BYTEA,
    slip TEXT COLLATE "C",
    voted BIGINT NOT NULL,
    mark TEXT,
    PRIMARY KEY (site, id)
)
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
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    envelope BYTEA NOT NULL,
    proof TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, record, id)
)
;
-- What somebody counted of a class by hand.
CREATE TABLE ballot_hand_count (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    class TEXT COLLATE "C" NOT NULL,
    by_ BYTEA NOT NULL,
    counted TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, record, class, by_)
)
;
-- What a voting came to.
CREATE TABLE ballot_tally (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    tally TEXT COLLATE "C" NOT NULL,
    hash_ TEXT COLLATE "C" NOT NULL,
    at_ BIGINT NOT NULL,
    by_ BYTEA,
    PRIMARY KEY (site, record)
)
;
