-- What a unit is to reach with a figure in a period, who said so and on what basis. Ended, and never removed.
CREATE TABLE figure_target (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    figure TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    at_most BIGINT NOT NULL,
    value_ TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    set_by BYTEA,
    set_at BIGINT NOT NULL,
    ended_by BYTEA,
    ended_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX figure_target_of ON figure_target (site, period, figure, unit)
;
