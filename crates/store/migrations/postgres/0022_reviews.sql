-- Who reviews which entry of a round, in which stage and turn, and what they said: the verdict, the points by item and in
-- all, the opinion. Whoever keeps out of an entry has a reason.
CREATE TABLE review (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    round BYTEA NOT NULL,
    entry BYTEA NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    turn BIGINT NOT NULL,
    reviewer BYTEA NOT NULL,
    by_hand BIGINT NOT NULL,
    assigned_at BIGINT NOT NULL,
    assigned_by BYTEA,
    recusal TEXT,
    verdict TEXT,
    score BIGINT,
    items TEXT,
    opinion TEXT,
    said_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX review_once ON review (site, entry, stage, turn, reviewer)
;
CREATE INDEX review_round ON review (site, round, stage, entry)
;
CREATE INDEX review_reviewer ON review (site, reviewer, said_at)
;
