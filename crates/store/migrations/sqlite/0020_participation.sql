-- What was noted about who should come to an activity and who came: a mark each time, never changed and never removed.
-- amount is a head count, views, or hundredths of an hour of somebody's own.
CREATE TABLE participation (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    record BLOB NOT NULL,
    seq BIGINT NOT NULL,
    person BLOB,
    what TEXT NOT NULL,
    amount BIGINT NOT NULL,
    how TEXT NOT NULL,
    unit BLOB,
    at_ BIGINT NOT NULL,
    on_ TEXT NOT NULL,
    by_ BLOB,
    reason TEXT,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
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
