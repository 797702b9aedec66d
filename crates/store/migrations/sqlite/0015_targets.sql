-- What a unit is to reach with a figure in a period, who said so and on what basis. Ended, and never removed.
CREATE TABLE figure_target (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    figure TEXT NOT NULL,
    unit BLOB NOT NULL,
    period TEXT NOT NULL,
    at_most BIGINT NOT NULL,
    value_ TEXT NOT NULL,
    basis TEXT NOT NULL,
    set_by BLOB,
    set_at BIGINT NOT NULL,
    ended_by BLOB,
    ended_at BIGINT,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE INDEX figure_target_of ON figure_target (site, period, figure, unit)
;
