-- What was noted about who should come to an activity and who came: a mark each time, never changed and never removed.
-- amount is a head count, views, or hundredths of an hour of somebody's own.
CREATE TABLE participation (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    person BYTEA,
    what TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    how TEXT COLLATE "C" NOT NULL,
    unit BYTEA,
    at_ BIGINT NOT NULL,
    on_ TEXT COLLATE "C" NOT NULL,
    by_ BYTEA,
    reason TEXT,
    PRIMARY KEY (site, id)
)
;
-- Each mark of a record has its number once.
CREATE UNIQUE INDEX participation_record ON participation (site, record, seq)
;
-- To what somebody was asked and came.
CREATE INDEX participation_person ON participation (site, person, record, seq)
;
-- What was noted since a moment.
CREATE INDEX participation_at ON participation (site, at_, record)
;
