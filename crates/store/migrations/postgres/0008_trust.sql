-- What makes what is kept believable: traces of rows that acts changed, the head of the chain of acts, daily seals.

-- The hash of what an act's other rows became; with it the act binds them.
ALTER TABLE act ADD COLUMN rows_hash TEXT
;
-- The last act of the site. Whoever writes an act raises the number first, so that acts stand in one line; mac is a
-- code under the key that lies outside of the database.
CREATE TABLE act_head (
    site BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash_ TEXT,
    mac TEXT,
    PRIMARY KEY (site)
)
;
-- What a row was after an act changed it: its hash, or none if it was gone. The newest of a key is what the row is.
CREATE TABLE trace (
    site BIGINT NOT NULL,
    act BIGINT NOT NULL,
    table_ TEXT NOT NULL,
    key_ TEXT NOT NULL,
    hash_ TEXT,
    PRIMARY KEY (site, act, table_, key_)
)
;
-- What was known at the end of a day: the Merkle root over the heads of all journals that grew since the seal before,
-- and the head of the acts; each seal carries the hash of the one before.
CREATE TABLE seal (
    site BIGINT NOT NULL,
    number_ BIGINT NOT NULL,
    on_ TEXT NOT NULL,
    sealed_at BIGINT NOT NULL,
    algorithm TEXT NOT NULL,
    heads BIGINT NOT NULL,
    root TEXT NOT NULL,
    act_seq BIGINT NOT NULL,
    act_hash TEXT,
    prior_hash TEXT,
    hash_ TEXT NOT NULL,
    mac TEXT,
    PRIMARY KEY (site, number_)
)
;
CREATE UNIQUE INDEX seal_on ON seal (site, on_)
;
-- A head that a seal covers: the record's last entry then.
CREATE TABLE seal_leaf (
    site BIGINT NOT NULL,
    seal BIGINT NOT NULL,
    record BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    hash_ TEXT NOT NULL,
    PRIMARY KEY (site, seal, record)
)
;
CREATE INDEX seal_leaf_record ON seal_leaf (site, record, seal)
;
