-- What a unit came to when the result was published: its lines with their operands, as they stood then.
CREATE TABLE assessment_sheet (
    site BIGINT NOT NULL,
    record BYTEA NOT NULL,
    unit BYTEA NOT NULL,
    sheet TEXT NOT NULL,
    hash_ TEXT COLLATE "C" NOT NULL,
    at_ BIGINT NOT NULL,
    by_ BYTEA,
    PRIMARY KEY (site, record, unit)
)
;
