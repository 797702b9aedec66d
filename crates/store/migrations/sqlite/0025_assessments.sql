-- What a unit came to when the result was published: its lines with their operands, as they stood then.
CREATE TABLE assessment_sheet (
    site BIGINT NOT NULL,
    record BLOB NOT NULL,
    unit BLOB NOT NULL,
    sheet TEXT NOT NULL,
    hash_ TEXT NOT NULL,
    at_ BIGINT NOT NULL,
    by_ BLOB,
    PRIMARY KEY (site, record, unit)
) WITHOUT ROWID
;
