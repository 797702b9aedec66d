-- Who reviews which entry of a round, in which stage and turn, and what they said: the verdict, the points by item and in
-- all, the opinion. Whoever keeps out of an entry has a reason.
CREATE TABLE review (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    round BLOB NOT NULL,
    entry BLOB NOT NULL,
    stage TEXT NOT NULL,
    turn BIGINT NOT NULL,
    reviewer BLOB NOT NULL,
    by_hand BIGINT NOT NULL,
    assigned_at BIGINT NOT NULL,
    assigned_by BLOB,
    recusal TEXT,
    verdict TEXT,
    score BIGINT,
    items TEXT,
    opinion TEXT,
    said_at BIGINT,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE UNIQUE INDEX review_once ON review (site, entry, stage, turn, reviewer)
;
CREATE INDEX review_round ON review (site, round, stage, entry)
;
CREATE INDEX review_reviewer ON review (site, reviewer, said_at)
;
