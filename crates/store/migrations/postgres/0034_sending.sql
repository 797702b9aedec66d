-- Who follows which record.
CREATE TABLE follow (
    site BIGINT NOT NULL,
    person BYTEA NOT NULL,
    record BYTEA NOT NULL,
    since_at BIGINT NOT NULL,
    PRIMARY KEY (site, person, record)
)
;
CREATE INDEX follow_record ON follow (site, record)
;
-- Where a person wants notices by mail: the address is sealed, and of the code that confirms it only the hash is kept.
CREATE TABLE mail_box (
    site BIGINT NOT NULL,
    person BYTEA NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    confirmed_at BIGINT,
    code_hash TEXT COLLATE "C",
    code_until_at BIGINT,
    kinds TEXT COLLATE "C",
    PRIMARY KEY (site, person)
)
;
-- Systems that are told what happens: the secret by which they know us is sealed.
CREATE TABLE receiver (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name_ TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    mechanisms TEXT COLLATE "C",
    happenings TEXT COLLATE "C" NOT NULL,
    secret TEXT COLLATE "C" NOT NULL,
    is_on BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (site, id)
)
;
-- By which address a person's calendar is read without signing in: of the token only the hash is kept.
CREATE TABLE calendar_feed (
    site BIGINT NOT NULL,
    person BYTEA NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    read_on TEXT COLLATE "C",
    PRIMARY KEY (site, person)
)
;
CREATE UNIQUE INDEX calendar_feed_token ON calendar_feed (site, token_hash)
;
-- To whom a message goes, and why it was given up.
ALTER TABLE outbox ADD COLUMN to_ TEXT COLLATE "C"
;
ALTER TABLE outbox ADD COLUMN given_up TEXT COLLATE "C"
;
