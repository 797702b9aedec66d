-- Giving rights, and who looked at what.
--
-- A grant that ended at once is void from ended_at on; one that was shortened has its new last day in until_on.
ALTER TABLE grant_ ADD COLUMN given_at BIGINT
;
ALTER TABLE grant_ ADD COLUMN ended_at BIGINT
;
ALTER TABLE grant_ ADD COLUMN ended_by BLOB
;
ALTER TABLE grant_ ADD COLUMN end_reason TEXT
;
ALTER TABLE grant_ ADD COLUMN reviewed_at BIGINT
;
ALTER TABLE grant_ ADD COLUMN reviewed_by BLOB
;
CREATE INDEX grant_unit ON grant_ (site, unit)
;
-- From which address an act was done; it stands in the detail too, which the hash covers.
ALTER TABLE act ADD COLUMN address TEXT
;
UPDATE act SET address = json_extract(detail, '$.address')
;
CREATE INDEX act_actor ON act (site, actor, seq)
;
CREATE INDEX act_at ON act (site, at_, seq)
;
CREATE INDEX act_address ON act (site, address, seq)
;
-- How often somebody asked on a day for what is not theirs to do (refused) or not there for them (unseen).
CREATE TABLE denial (
    site BIGINT NOT NULL,
    on_ TEXT NOT NULL,
    person BLOB NOT NULL,
    refused BIGINT NOT NULL,
    unseen BIGINT NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (site, on_, person)
) WITHOUT ROWID
;
-- Who looked at what the platform holds about a person: once a day for each way of looking.
CREATE TABLE look (
    site BIGINT NOT NULL,
    person BLOB NOT NULL,
    on_ TEXT NOT NULL,
    viewer BLOB NOT NULL,
    how TEXT NOT NULL,
    at_ BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (site, person, on_, viewer, how)
) WITHOUT ROWID
;
