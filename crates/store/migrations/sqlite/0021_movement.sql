-- What was moved on an account, from one place of it into another: written once, never changed and never removed.
-- amount is in millionths of the account's unit of measure.
CREATE TABLE movement (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    record BLOB NOT NULL,
    seq BIGINT NOT NULL,
    word TEXT NOT NULL,
    from_ TEXT NOT NULL,
    to_ TEXT NOT NULL,
    amount BIGINT NOT NULL,
    on_ TEXT NOT NULL,
    document TEXT,
    reason TEXT,
    cause BLOB,
    other BLOB,
    reverses BIGINT,
    at_ BIGINT NOT NULL,
    by_ BLOB,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
-- Each movement of an account has its number once.
CREATE UNIQUE INDEX movement_record ON movement (site, record, seq)
;
-- What is turned around is turned around once.
CREATE UNIQUE INDEX movement_reverses ON movement (site, record, reverses)
;
-- What a record caused.
CREATE INDEX movement_cause ON movement (site, cause, record, seq)
;
