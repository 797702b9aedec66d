-- A figure of a unit for a period as it was reported upward: its value, what stood behind it (rows_: a record and what
-- it gave, a line each), by which definition and tree, by whom; what the level above said.
-- state_ is submitted, accepted, returned or replaced.
CREATE TABLE figure_seal (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    figure TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    first_on TEXT COLLATE "C" NOT NULL,
    last_on TEXT COLLATE "C" NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    shown TEXT COLLATE "C" NOT NULL,
    definition TEXT COLLATE "C" NOT NULL,
    tree BIGINT NOT NULL,
    rows_ TEXT COLLATE "C",
    state_ TEXT COLLATE "C" NOT NULL,
    sealed_by BYTEA,
    sealed_at BIGINT NOT NULL,
    decided_by BYTEA,
    decided_at BIGINT,
    reason TEXT COLLATE "C",
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
    id BYTEA NOT NULL,
    seal BYTEA NOT NULL,
    person BYTEA NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    until_on TEXT COLLATE "C" NOT NULL,
    given_by BYTEA,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX figure_exception_of ON figure_exception (site, seal)
;
