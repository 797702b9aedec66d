-- Who was there, for figures that count people: how often a person is named at a unit on a day. human is the person, or
-- the one whose file theirs was put into: who is one and the same counts once.
CREATE TABLE presence (
    site BIGINT NOT NULL,
    figure TEXT COLLATE "C" NOT NULL,
    slice TEXT COLLATE "C" NOT NULL,
    person BYTEA NOT NULL,
    on_ TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    human BYTEA NOT NULL,
    count_ BIGINT NOT NULL,
    PRIMARY KEY (site, figure, slice, person, on_, unit)
)
;
-- All of one human, before and after somebody changes it.
CREATE INDEX presence_human ON presence (site, human, figure)
;
-- Those of a span of days.
CREATE INDEX presence_day ON presence (site, figure, slice, on_, unit, human)
;
