-- Whom a record points to, beside its unit: people whom a field names, who opened or handled it, who was sent a copy;
-- units that a field names. Kept by the same transaction as the record; derived from facts and journal, and from
-- copies. A list is walked from whom to the records.

-- unit_ord is the number of the unit in pre-order, and -1 where it points to a person.
CREATE TABLE record_reach (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    how TEXT COLLATE "C" NOT NULL,
    whom BYTEA NOT NULL,
    unit_ord BIGINT NOT NULL,
    PRIMARY KEY (site, record, how, whom)
)
;
CREATE INDEX record_reach_whom ON record_reach (site, mechanism, how, whom, record)
;
CREATE INDEX record_reach_unit ON record_reach (site, mechanism, how, unit_ord, record)
;
-- What the points of a mechanism's records were made by: when it changes, they are made anew.
CREATE TABLE reach_made (
    site BIGINT NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    signature TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, mechanism)
)
;
