-- The office's everyday moves: who stands in for whom.

-- That somebody acts in somebody's name, from a day to a day (both included), until it is ended.
-- mechanisms is a JSON list of ids; null means all.
CREATE TABLE stand_in (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    person BLOB NOT NULL,
    principal BLOB NOT NULL,
    mechanisms TEXT,
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    basis TEXT,
    given_by BLOB,
    given_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by BLOB,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX stand_in_person ON stand_in (site, person, until_on)
;
CREATE INDEX stand_in_principal ON stand_in (site, principal, until_on)
;
