-- Deadlines that are counted in hours of work: from which moment to which.
ALTER TABLE deadline ADD COLUMN started_at BIGINT
;
ALTER TABLE deadline ADD COLUMN due_at BIGINT
;
-- By what somebody without an account follows a record: of the code only its hash is kept.
CREATE TABLE follow_code (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    code_hash TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (site, record)
) WITHOUT ROWID
;
