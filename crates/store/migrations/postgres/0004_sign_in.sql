-- Signing in: what a password, a second factor and a session need beside the account.

-- Failures are counted by the name that was typed, whether it is there or not, and not by the account.
ALTER TABLE account DROP COLUMN failures
;
ALTER TABLE account DROP COLUMN locked_until_at
;
-- When the account was made, and when its password was last set; absent where nobody knows any more.
ALTER TABLE account ADD COLUMN made_at BIGINT
;
ALTER TABLE account ADD COLUMN password_set_at BIGINT
;
-- Why it cannot be used any more: said, unused, left.
ALTER TABLE account ADD COLUMN ended_why TEXT COLLATE "C"
;
CREATE INDEX account_ended ON account (site, ended_on, login_name)
;
-- The hashes of earlier passwords: a new one must differ from them.
CREATE TABLE old_password (
    site BIGINT NOT NULL,
    account BYTEA NOT NULL,
    at_ BIGINT NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site, account, at_)
)
;
-- Whoever had a session signs in again: sessions now have an id, a way in, and a stage.
DROP TABLE session
;
-- An open session; only the hash of its token is kept. stage is code while the second factor is still awaited.
CREATE TABLE session (
    site BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    id BYTEA NOT NULL,
    account BYTEA NOT NULL,
    way TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    address TEXT COLLATE "C",
    agent TEXT COLLATE "C",
    PRIMARY KEY (site, token_hash)
)
;
CREATE UNIQUE INDEX session_id ON session (site, id)
;
CREATE INDEX session_account ON session (site, account)
;
CREATE INDEX session_ends ON session (site, ends_at)
;
-- Failures in a row: of a name (its hash), of an address, of the codes of an account; and until when nothing more is
-- tried.
CREATE TABLE sign_in_failure (
    site BIGINT NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    held_until_at BIGINT NOT NULL,
    PRIMARY KEY (site, who)
)
;
CREATE INDEX sign_in_failure_last ON sign_in_failure (site, last_at)
;
-- The second factor of an account: the secret of its one-time codes, encrypted with a key outside the database.
-- last_step is the last period of half a minute whose code was used: no code is taken twice.
CREATE TABLE second_factor (
    site BIGINT NOT NULL,
    account BYTEA NOT NULL,
    secret TEXT COLLATE "C" NOT NULL,
    confirmed_at BIGINT NOT NULL,
    last_step BIGINT NOT NULL,
    PRIMARY KEY (site, account)
)
;
-- The hashes of recovery codes, each good once.
CREATE TABLE recovery_code (
    site BIGINT NOT NULL,
    account BYTEA NOT NULL,
    code_hash BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (site, account, code_hash)
)
;
