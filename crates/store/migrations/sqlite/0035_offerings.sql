-- What somebody keeps under a name and may offer to others: views of registers, and forms that are filled in beforehand.
CREATE TABLE offering (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    what TEXT NOT NULL,
    person BLOB NOT NULL,
    mechanism TEXT NOT NULL,
    name_ TEXT NOT NULL,
    content TEXT NOT NULL,
    unit BLOB,
    role_ TEXT,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE INDEX offering_of_mechanism ON offering (site, mechanism, what, name_)
;
