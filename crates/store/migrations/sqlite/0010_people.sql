-- People as a list that the whole platform uses: what their files (records of the mechanism that is the roster of
-- people) say about roles and posts, kept so that lists, line-ups and duplicates are found without reading files.
-- All of it follows from the files and can be written anew from them.

-- The file into which this one was merged; the day on which they left; the month of birth as yyyy-MM.
ALTER TABLE person ADD COLUMN merged_into BLOB
;
ALTER TABLE person ADD COLUMN left_on TEXT
;
ALTER TABLE person ADD COLUMN birth_month TEXT
;
-- A value that no two records of a mechanism may hold, such as an identity number.
CREATE TABLE record_key (
    site BIGINT NOT NULL,
    mechanism TEXT NOT NULL,
    field TEXT NOT NULL,
    value_ TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (site, mechanism, field, value_)
)
;
CREATE INDEX record_key_record ON record_key (site, record)
;
-- What somebody is from a day to a day: civil servant, party member, expert.
CREATE TABLE person_role (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    unit BLOB,
    from_on TEXT NOT NULL,
    until_on TEXT,
    basis TEXT,
    PRIMARY KEY (site, person, seq)
)
;
CREATE INDEX person_role_kind ON person_role (site, kind, person)
;
CREATE INDEX person_role_unit ON person_role (site, unit, person)
;
-- A post of a unit, with so many places.
CREATE TABLE post (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    unit BLOB NOT NULL,
    name TEXT NOT NULL,
    places BIGINT NOT NULL,
    ended_on TEXT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX post_unit ON post (site, unit, id)
;
-- Who holds a post from a day to a day, and how.
CREATE TABLE holding (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    seq BIGINT NOT NULL,
    post BLOB NOT NULL,
    kind TEXT NOT NULL,
    from_on TEXT NOT NULL,
    until_on TEXT,
    basis TEXT,
    PRIMARY KEY (site, person, seq)
)
;
CREATE INDEX holding_from ON holding (site, from_on)
;
CREATE INDEX holding_until ON holding (site, until_on)
;
CREATE INDEX holding_post ON holding (site, post, from_on, person)
;
-- Two files of one human put together, with everything that was moved, so that it can be undone exactly.
CREATE TABLE person_merge (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    kept BLOB NOT NULL,
    gone BLOB NOT NULL,
    at_ BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX person_merge_kept ON person_merge (site, kept)
;
CREATE INDEX person_merge_gone ON person_merge (site, gone)
;
-- Two people who look alike and are not the same.
CREATE TABLE person_apart (
    site BIGINT NOT NULL,
    one BLOB NOT NULL,
    other BLOB NOT NULL,
    at_ BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (site, one, other)
)
;
