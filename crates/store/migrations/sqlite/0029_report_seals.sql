-- What a report said when it was sealed: every number of its text with what it was read from, and the seals that keep
-- the rows behind them.
CREATE TABLE report_seal (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    turn BIGINT NOT NULL,
    at_ BIGINT NOT NULL,
    by_ BLOB,
    content TEXT NOT NULL,
    hash_ TEXT NOT NULL,
    PRIMARY KEY (site, record, turn)
) WITHOUT ROWID
;
