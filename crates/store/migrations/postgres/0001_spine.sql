-- The spine: what every mechanism shares. Definitions never change it.
--
-- Every growing table begins with its site (the root of one organisation tree), which is also the
-- distribution key past one database. Days are text yyyy-MM-dd, instants milliseconds since 1970 UTC,
-- yes and no are 1 and 0, ids are sixteen bytes. An empty text is never written: it is null.
-- One statement at a time, ended by a line with a semicolon alone.

-- A node of the organisation tree. ord is its number in pre-order, ord_last that of the last node of
-- its subtree: a subtree is one interval.
CREATE TABLE unit (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    short_name TEXT COLLATE "C",
    code TEXT COLLATE "C",
    parent BYTEA,
    ord BIGINT NOT NULL,
    ord_last BIGINT NOT NULL,
    depth BIGINT NOT NULL,
    pinyin TEXT COLLATE "C",
    founded_on TEXT COLLATE "C",
    dissolved_on TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE INDEX unit_ord ON unit (site, ord)
;
CREATE INDEX unit_parent ON unit (site, parent)
;
-- One human. unit is where they work now; pinyin is what they sort by.
CREATE TABLE person (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    pinyin TEXT COLLATE "C" NOT NULL,
    post_name TEXT COLLATE "C",
    unit BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX person_unit ON person (site, unit, pinyin, id)
;
CREATE INDEX person_pinyin ON person (site, pinyin, id)
;
CREATE INDEX person_name ON person (site, name, id)
;
-- A sign-in of a person; an ended account cannot be used.
CREATE TABLE account (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    login_name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    must_change SMALLINT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until_at BIGINT,
    last_in_at BIGINT,
    ended_on TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX account_login_name ON account (site, login_name)
;
CREATE INDEX account_person ON account (site, person)
;
-- An open session; only the hash of its token is kept.
CREATE TABLE session (
    site BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    account BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    address TEXT COLLATE "C",
    agent TEXT COLLATE "C",
    PRIMARY KEY (site, token_hash)
)
;
CREATE INDEX session_account ON session (site, account)
;
CREATE INDEX session_ends ON session (site, ends_at)
;
-- A role given to a person over a unit's subtree, from a day to a day (both included).
CREATE TABLE grant_ (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    role_ TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    from_on TEXT COLLATE "C" NOT NULL,
    until_on TEXT COLLATE "C",
    basis TEXT COLLATE "C",
    given_by BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX grant_person ON grant_ (site, person)
;
CREATE INDEX grant_role ON grant_ (site, role_, unit)
;
-- What the administrator set.
CREATE TABLE setting (
    site BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value_ TEXT COLLATE "C",
    PRIMARY KEY (site, name)
)
;
-- A text of a mechanism that records were made under. The same on every site.
CREATE TABLE definition (
    hash_ TEXT COLLATE "C" NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (hash_)
)
;
CREATE INDEX definition_mechanism ON definition (mechanism, taken_at)
;
-- A year of the working calendar, as published. The same on every site.
CREATE TABLE calendar_year (
    year_ BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    taken_at BIGINT NOT NULL,
    taken_by TEXT COLLATE "C",
    PRIMARY KEY (year_)
)
;
-- A record of a mechanism as it is now; how it came to be so stands in the journal.
-- number_key is the number with its figures filled up to one width, so that 2号 comes before 10号.
-- due_on is 9999-12-31 where there is no deadline and number_ is '-' where none was given, so that one
-- index sorts them all; the store shows both as absent.
-- facts is JSON, checked by the definition.
CREATE TABLE record (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    definition TEXT COLLATE "C" NOT NULL,
    number_ TEXT COLLATE "C" NOT NULL,
    number_key TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    unit_ord BIGINT NOT NULL,
    holder_role TEXT COLLATE "C",
    open_ SMALLINT NOT NULL,
    due_on TEXT COLLATE "C" NOT NULL,
    opened_on TEXT COLLATE "C" NOT NULL,
    closed_on TEXT COLLATE "C",
    version BIGINT NOT NULL,
    facts TEXT COLLATE "C" NOT NULL,
    batch BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX record_due ON record (site, mechanism, open_, due_on, id)
;
CREATE INDEX record_all_due ON record (site, mechanism, due_on, id)
;
CREATE INDEX record_unit_due ON record (site, mechanism, unit_ord, open_, due_on, id)
;
CREATE INDEX record_state_due ON record (site, mechanism, state, due_on, id)
;
CREATE INDEX record_opened ON record (site, mechanism, opened_on, id)
;
CREATE INDEX record_closed ON record (site, mechanism, closed_on, id)
;
CREATE INDEX record_number ON record (site, mechanism, number_key, id)
;
CREATE INDEX record_holder_due ON record (site, holder_role, open_, due_on, id)
;
CREATE INDEX record_holder_unit ON record (site, holder_role, unit_ord, open_, due_on)
;
CREATE INDEX record_number_alone ON record (site, number_)
;
CREATE INDEX record_batch ON record (site, batch)
;
-- The full text, cut into pairs of characters by us: nothing is parsed here.
CREATE TABLE record_text (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (site, record)
)
;
CREATE INDEX record_text_words ON record_text USING GIN (words)
;
-- Two records that belong together. key_ says “opened once” where it must be so.
CREATE TABLE tie (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    other BYTEA NOT NULL,
    role_ TEXT COLLATE "C" NOT NULL,
    key_ TEXT COLLATE "C",
    opened_on TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX tie_key ON tie (site, key_)
;
CREATE INDEX tie_record ON tie (site, record, id)
;
CREATE INDEX tie_other ON tie (site, other, id)
;
-- A deadline of a record. alarm_on is the next day on which something is to be said or done about it.
CREATE TABLE deadline (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    name_ TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C" NOT NULL,
    first_due_on TEXT COLLATE "C" NOT NULL,
    paused_on TEXT COLLATE "C",
    ended_on TEXT COLLATE "C",
    outcome TEXT COLLATE "C",
    alarm_on TEXT COLLATE "C",
    history TEXT COLLATE "C" NOT NULL,
    provisional SMALLINT NOT NULL,
    PRIMARY KEY (site, record, name_)
)
;
CREATE INDEX deadline_alarm ON deadline (site, alarm_on, record)
;
CREATE INDEX deadline_ended ON deadline (site, ended_on, due_on)
;
-- One entry a step, never changed and never removed. Each entry carries the hash of the one before.
CREATE TABLE journal (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    id BYTEA NOT NULL,
    at_ BIGINT NOT NULL,
    on_ TEXT COLLATE "C" NOT NULL,
    actor BYTEA,
    actor_name TEXT COLLATE "C" NOT NULL,
    behalf TEXT COLLATE "C",
    step TEXT COLLATE "C" NOT NULL,
    entry TEXT COLLATE "C" NOT NULL,
    prior_hash TEXT COLLATE "C",
    hash_ TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, record, seq)
)
;
CREATE INDEX journal_at ON journal (site, at_, id)
;
CREATE INDEX journal_actor ON journal (site, actor, at_)
;
-- What was done that is not about one record: signing in, importing, settings. One chain a site.
CREATE TABLE act (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    at_ BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    actor BYTEA,
    actor_name TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    prior_hash TEXT COLLATE "C",
    hash_ TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX act_seq ON act (site, seq)
;
CREATE INDEX act_kind ON act (site, kind, seq)
;
-- One act that touched many records: an import, a batch issue.
CREATE TABLE batch (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C",
    file_hash TEXT COLLATE "C",
    at_ BIGINT NOT NULL,
    actor BYTEA,
    count_ BIGINT NOT NULL,
    undone_at BIGINT,
    detail TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE INDEX batch_mechanism ON batch (site, mechanism, at_)
;
CREATE INDEX batch_file ON batch (site, file_hash)
;
-- Which row of a workbook became which record, so that a row is taken once.
CREATE TABLE import_row (
    site BIGINT NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    record BYTEA NOT NULL,
    PRIMARY KEY (site, mechanism, fingerprint)
)
;
CREATE INDEX import_row_record ON import_row (site, record)
;
-- The last number given in a series and year; numbers have no gaps.
CREATE TABLE series (
    site BIGINT NOT NULL,
    series TEXT COLLATE "C" NOT NULL,
    year_ BIGINT NOT NULL,
    last_ BIGINT NOT NULL,
    PRIMARY KEY (site, series, year_)
)
;
-- A cell of a figure: the unit with its whole subtree, so that a page reads as many cells as it shows.
-- slice is '-' where there is none; period is a day, a month or '-'. A cell is the sum of its stripes:
-- PostgreSQL locks a row until the commit, and without them all steps would queue for the topmost cell.
CREATE TABLE figure_cell (
    site BIGINT NOT NULL,
    figure TEXT COLLATE "C" NOT NULL,
    slice TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    unit BYTEA NOT NULL,
    stripe BIGINT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    PRIMARY KEY (site, figure, unit, slice, period, stripe)
)
;
-- An issued copy of a paper; docx and pdf are files.
CREATE TABLE paper (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    record BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    number_ TEXT COLLATE "C",
    title TEXT COLLATE "C" NOT NULL,
    addressee TEXT COLLATE "C",
    issued_on TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_hash TEXT COLLATE "C" NOT NULL,
    docx BYTEA,
    pdf BYTEA,
    received_at BIGINT,
    received_by BYTEA,
    issued_by BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX paper_record ON paper (site, record, id)
;
CREATE UNIQUE INDEX paper_number ON paper (site, kind, number_)
;
CREATE INDEX paper_issued ON paper (site, issued_on, id)
;
-- A file: what is said about it.
CREATE TABLE file (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    media TEXT COLLATE "C" NOT NULL,
    size_ BIGINT NOT NULL,
    hash_ TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    added_by BYTEA,
    record BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX file_record ON file (site, record, id)
;
CREATE INDEX file_hash ON file (site, hash_)
;
-- A file: its bytes, in pieces, so that no statement carries a whole video.
CREATE TABLE file_content (
    site BIGINT NOT NULL,
    file BYTEA NOT NULL,
    part BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (site, file, part)
)
;
-- What a person is told inside the platform.
CREATE TABLE notice (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    record BYTEA,
    at_ BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    words TEXT COLLATE "C" NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX notice_person ON notice (site, person, read_at, id)
;
CREATE INDEX notice_record ON notice (site, record)
;
-- What leaves after the commit, at least once.
CREATE TABLE outbox (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    at_ BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    done_at BIGINT,
    failure TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE INDEX outbox_due ON outbox (site, done_at, due_at)
;
-- What a form that was sent twice was answered the first time.
CREATE TABLE idempotency (
    site BIGINT NOT NULL,
    key_ TEXT COLLATE "C" NOT NULL,
    at_ BIGINT NOT NULL,
    answer TEXT COLLATE "C",
    PRIMARY KEY (site, key_)
)
;
CREATE INDEX idempotency_at ON idempotency (site, at_)
;
-- Which node does a thing that only one may do. The same for every site.
CREATE TABLE lease (
    name_ TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (name_)
)
;
-- What a duty did when it last ran, and before.
CREATE TABLE duty_run (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    duty TEXT COLLATE "C" NOT NULL,
    at_ BIGINT NOT NULL,
    done BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    detail TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE INDEX duty_run_duty ON duty_run (site, duty, at_)
;
-- A list as a person likes to see it.
CREATE TABLE saved_view (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    name_ TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C",
    made_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX saved_view_name ON saved_view (site, person, mechanism, name_)
;
-- A workbook that somebody is looking at before it is taken in.
CREATE TABLE upload (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    owner BYTEA NOT NULL,
    mechanism TEXT COLLATE "C",
    file_name TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    mapping TEXT COLLATE "C",
    at_ BIGINT NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX upload_at ON upload (site, at_)
;
