-- People who work on a record together: whom it waits for by name, hand-overs.

-- Where a record stands among people: the person who has it, and the joint step under way. JSON; null means neither.
ALTER TABLE record ADD COLUMN flow TEXT
;
-- Whom a record waits for by name, beyond the role of its state: a person, or a unit's holders of a role. Made anew
-- from the record whenever that changes; role_ is null for a person.
CREATE TABLE waiting (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    place BIGINT NOT NULL,
    mechanism TEXT NOT NULL,
    person BLOB,
    role_ TEXT,
    unit BLOB,
    PRIMARY KEY (site, record, place)
)
;
CREATE INDEX waiting_person ON waiting (site, person, record)
;
CREATE INDEX waiting_role ON waiting (site, role_, unit, record)
;
-- What a leaver handed to others in one act; detail says what went to whom, so that it can be handed back.
CREATE TABLE hand_over (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    leaver BLOB NOT NULL,
    at_ BIGINT NOT NULL,
    on_ TEXT NOT NULL,
    done_by BLOB,
    detail TEXT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (site, id)
)
;
CREATE INDEX hand_over_leaver ON hand_over (site, leaver, id)
;
