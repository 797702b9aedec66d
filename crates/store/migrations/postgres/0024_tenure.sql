-- Who is at which side of a link from when to when: what links say, kept so that places are counted and days are
-- looked up without reading records. All of it follows from the records and can be written anew from them.
-- until_on is 9999-12-31 where there is no end yet.
CREATE TABLE tenure (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    side TEXT NOT NULL,
    seq BIGINT NOT NULL,
    mechanism TEXT NOT NULL,
    who BYTEA NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    PRIMARY KEY (site, record, side, seq)
)
;
-- How many links somebody has at a side on a day.
CREATE INDEX tenure_side ON tenure (site, mechanism, side, who, until_on, from_on, record)
;
-- Who was linked with whom on a day.
CREATE INDEX tenure_day ON tenure (site, mechanism, until_on, from_on, record)
;
-- All links of somebody.
CREATE INDEX tenure_who ON tenure (site, who, from_on, mechanism, side, until_on, record)
;
