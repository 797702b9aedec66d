-- A figure of a unit for a period as it was reported upward: its value, what stood behind it (rows_: a record and what
-- it gave, a line each), by which definition and tree, by whom; what the level above said.
-- state_ is submitted, accepted, returned or replaced.
CREATE TABLE figure_seal (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    figure TEXT NOT NULL,
    unit BLOB NOT NULL,
    period TEXT NOT NULL,
    first_on TEXT NOT NULL,
    last_on TEXT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    shown TEXT NOT NULL,
    definition TEXT NOT NULL,
    tree BIGINT NOT NULL,
    rows_ TEXT,
    state_ TEXT NOT NULL,
    sealed_by BLOB,
    sealed_at BIGINT NOT NULL,
    decided_by BLOB,
    decided_at BIGINT,
    reason TEXT,
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX figure_seal_one ON figure_seal (site, figure, unit, period) WHERE state_ IN ('submitted', 'accepted')
;
CREATE INDEX figure_seal_of ON figure_seal (site, period, unit, figure)
;
CREATE INDEX figure_seal_lock ON figure_seal (site, unit, figure, state_, last_on)
;
-- Who may change an accepted figure all the same, why, and until when.
CREATE TABLE figure_exception (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    seal BLOB NOT NULL,
    person BLOB NOT NULL,
    reason TEXT NOT NULL,
    until_on TEXT NOT NULL,
    given_by BLOB,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE INDEX figure_exception_of ON figure_exception (site, seal)
;
