-- What somebody keeps under a name and may offer to others: views of registers, and forms that are filled in beforehand.
CREATE TABLE offering (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    person BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    name_ TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    unit BYTEA,
    role_ TEXT COLLATE "C",
    made_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX offering_of_mechanism ON offering (site, mechanism, what, name_)
;
