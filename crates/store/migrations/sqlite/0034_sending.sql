-- Who follows which record.
CREATE TABLE follow (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    record BLOB NOT NULL,
    since_at BIGINT NOT NULL,
    PRIMARY KEY (site, person, record)
) WITHOUT ROWID
;
CREATE INDEX follow_record ON follow (site, record)
;
-- Where a person wants notices by mail: the address is sealed, and of the code that confirms it only the hash is kept.
CREATE TABLE mail_box (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    address TEXT NOT NULL,
    confirmed_at BIGINT,
    code_hash TEXT,
    code_until_at BIGINT,
    kinds TEXT,
    PRIMARY KEY (site, person)
)
;
-- Systems that are told what happens: the secret by which they know us is sealed.
CREATE TABLE receiver (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    name_ TEXT NOT NULL,
    address TEXT NOT NULL,
    mechanisms TEXT,
    happenings TEXT NOT NULL,
    secret TEXT NOT NULL,
    is_on BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (site, id)
)
;
-- By which address a person's calendar is read without signing in: of the token only the hash is kept.
CREATE TABLE calendar_feed (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    token_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    read_on TEXT,
    PRIMARY KEY (site, person)
)
;
CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (site, token_hash)
;
-- To whom a message goes, and why it was given up.
ALTER TABLE outbox ADD COLUMN to_ TEXT
;
ALTER TABLE outbox ADD COLUMN given_up TEXT
;
