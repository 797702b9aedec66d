-- Two trees of units with their history, and the reorganisations that made it.

-- The level is an item of the list unit_level; the credit code is the one of GB 32100.
ALTER TABLE unit ADD COLUMN level_ TEXT COLLATE "C"
;
ALTER TABLE unit ADD COLUMN credit_code TEXT COLLATE "C"
;
CREATE INDEX unit_code ON unit (site, code)
;
CREATE INDEX unit_credit_code ON unit (site, credit_code)
;
-- Where a record belonged before a reorganisation took it elsewhere: JSON, day and unit, oldest first.
ALTER TABLE record ADD COLUMN unit_past TEXT COLLATE "C"
;
-- A unit as it was from a day on until the day ended_on, on which it was so no more. What began each span
-- is the event; other is the unit that it became or came from. A unit without spans was always as it is.
CREATE TABLE unit_span (
    site BIGINT NOT NULL,
    unit BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    from_on TEXT COLLATE "C" NOT NULL,
    ended_on TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    short_name TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    level_ TEXT COLLATE "C",
    parent BYTEA,
    event TEXT COLLATE "C" NOT NULL,
    other BYTEA,
    decision TEXT COLLATE "C",
    why TEXT COLLATE "C",
    reorganisation BYTEA,
    PRIMARY KEY (site, unit, seq)
)
;
CREATE INDEX unit_span_other ON unit_span (site, other)
;
CREATE INDEX unit_span_reorganisation ON unit_span (site, reorganisation)
;
-- A party unit belongs to an administrative one, from a day on until the day ended_on.
CREATE TABLE unit_link (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    unit BYTEA NOT NULL,
    other BYTEA NOT NULL,
    from_on TEXT COLLATE "C" NOT NULL,
    ended_on TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE INDEX unit_link_unit ON unit_link (site, unit)
;
CREATE INDEX unit_link_other ON unit_link (site, other)
;
-- What was decided about units: done, or planned for a day to come. told is the order as JSON, done what it did.
CREATE TABLE reorganisation (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    on_ TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C",
    why TEXT COLLATE "C",
    told TEXT COLLATE "C" NOT NULL,
    done TEXT COLLATE "C",
    at_ BIGINT NOT NULL,
    actor BYTEA,
    actor_name TEXT COLLATE "C" NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX reorganisation_state ON reorganisation (site, state, on_, id)
;
CREATE INDEX reorganisation_at ON reorganisation (site, at_, id)
;
