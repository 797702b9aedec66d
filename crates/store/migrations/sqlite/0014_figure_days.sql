-- What falls on a day, at the unit itself and not rolled up: the days at the ends of a span are summed over units.
CREATE TABLE figure_day (
    site BIGINT NOT NULL,
    figure TEXT NOT NULL,
    slice TEXT NOT NULL,
    on_ TEXT NOT NULL,
    unit BLOB NOT NULL,
    stripe BIGINT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    PRIMARY KEY (site, figure, on_, unit, slice, stripe)
) WITHOUT ROWID
;
-- A day of a stock says by its period that it is one: the slice is free for slices.
UPDATE figure_cell SET slice = '-', period = 'd' || period WHERE slice = 'day'
;
