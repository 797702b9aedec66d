-- Which unit a paper was sent to, by when it should say that it has it, and when it did. Laid down when the paper is
-- issued; one a unit.
CREATE TABLE receipt (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    unit BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    mechanism TEXT NOT NULL,
    how TEXT NOT NULL,
    due_on TEXT NOT NULL,
    received_at BIGINT,
    received_on TEXT,
    received_by BYTEA,
    urged_on TEXT,
    PRIMARY KEY (site, record, unit)
)
;
-- What a unit has and has not received.
CREATE INDEX receipt_unit ON receipt (site, unit, received_on, due_on, record, mechanism)
;
-- What nobody has received in time.
CREATE INDEX receipt_due ON receipt (site, received_on, urged_on, due_on, record)
;
-- What was received since a moment.
CREATE INDEX receipt_since ON receipt (site, mechanism, received_at, record)
;
-- Which number of which series a record was given. The key gives no number twice.
CREATE TABLE given_number (
    site BIGINT NOT NULL,
    series TEXT NOT NULL,
    year_ BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    record BYTEA NOT NULL,
    PRIMARY KEY (site, series, year_, serial)
)
;
CREATE UNIQUE INDEX given_number_record ON given_number (site, record)
;
