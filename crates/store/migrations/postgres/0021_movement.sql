-- What was moved on an account, from one place of it into another: written once, never changed and never removed.
-- amount is in millionths of the account's unit of measure.
CREATE TABLE movement (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    from_ TEXT COLLATE "C" NOT NULL,
    to_ TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    on_ TEXT COLLATE "C" NOT NULL,
    document TEXT,
    reason TEXT,
    cause BYTEA,
    other BYTEA,
    reverses BIGINT,
    at_ BIGINT NOT NULL,
    by_ BYTEA,
    PRIMARY KEY (site, id)
)
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
