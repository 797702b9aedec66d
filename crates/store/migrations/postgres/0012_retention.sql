-- Records whose personal information has been kept as long as their rule says: proposed once, decided by a person.
--
-- closed_on is the day on which the record was closed when it was proposed; kept longer it waits for keep_until;
-- cleared, or with nothing to clear, it has cleared_on.
CREATE TABLE retention (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    closed_on TEXT COLLATE "C" NOT NULL,
    proposed_on TEXT COLLATE "C" NOT NULL,
    keep_until TEXT COLLATE "C",
    cleared_on TEXT COLLATE "C",
    PRIMARY KEY (site, record)
)
;
CREATE INDEX retention_closed ON retention (site, mechanism, closed_on)
;
CREATE INDEX retention_open ON retention (site, mechanism, cleared_on, closed_on, record)
;
