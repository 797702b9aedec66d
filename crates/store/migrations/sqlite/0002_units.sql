-- Two trees of units with their history, and the reorganisations that made it.

-- The level is an item of the list unit_level; the credit code is the one of GB 32100.
ALTER TABLE unit ADD COLUMN level_ TEXT
;
ALTER TABLE unit ADD COLUMN credit_code TEXT
;
CREATE INDEX unit_code ON unit (site, code)
;
CREATE INDEX unit_credit_code ON unit (site, credit_code)
;
-- Where a record belonged before a reorganisation took it elsewhere: JSON, day and unit, oldest first.
ALTER TABLE record ADD COLUMN unit_past TEXT
;
-- A unit as it was from a day on until the day ended_on, on which it was so no more. What began each span
-- is the event; other is the unit that it became or came from. A unit without spans was always as it is.
CREATE TABLE unit_span (
    site BIGINT NOT NULL,
    unit BLOB NOT NULL,
    seq BIGINT NOT NULL,
    from_on TEXT NOT NULL,
    ended_on TEXT,
    name TEXT NOT NULL,
    short_name TEXT,
    kind TEXT NOT NULL,
    level_ TEXT,
    parent BLOB,
    event TEXT NOT NULL,
    other BLOB,
    decision TEXT,
    why TEXT,
    reorganisation BLOB,
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
    id BLOB NOT NULL,
    unit BLOB NOT NULL,
    other BLOB NOT NULL,
    from_on TEXT NOT NULL,
    ended_on TEXT,
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
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    on_ TEXT NOT NULL,
    state TEXT NOT NULL,
    decision TEXT,
    why TEXT,
    told TEXT NOT NULL,
    done TEXT,
    at_ BIGINT NOT NULL,
    actor BLOB,
    actor_name TEXT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX reorganisation_state ON reorganisation (site, state, on_, id)
;
CREATE INDEX reorganisation_at ON reorganisation (site, at_, id)
;
