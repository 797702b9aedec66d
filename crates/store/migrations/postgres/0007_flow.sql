-- The office's everyday moves: who stands in for whom.

-- That somebody acts in somebody's name, from a day to a day (both included), until it is ended.
-- mechanisms is a JSON list of ids; null means all.
CREATE TABLE stand_in (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    mechanisms TEXT COLLATE "C",
    from_on TEXT COLLATE "C" NOT NULL,
    until_on TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C",
    given_by BYTEA,
    given_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by BYTEA,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX stand_in_person ON stand_in (site, person, until_on)
;
CREATE INDEX stand_in_principal ON stand_in (site, principal, until_on)
;
