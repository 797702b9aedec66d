-- Records whose personal information has been kept as long as their rule says: proposed once, decided by a person.
--
-- closed_on is the day on which the record was closed when it was proposed; kept longer it waits for keep_until;
-- cleared, or with nothing to clear, it has cleared_on.
CREATE TABLE retention (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    mechanism TEXT NOT NULL,
    closed_on TEXT NOT NULL,
    proposed_on TEXT NOT NULL,
    keep_until TEXT,
    cleared_on TEXT,
    PRIMARY KEY (site, record)
) WITHOUT ROWID
;
CREATE INDEX retention_closed ON retention (site, mechanism, closed_on)
;
CREATE INDEX retention_open ON retention (site, mechanism, cleared_on, closed_on, record)
;
