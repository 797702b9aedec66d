-- What the cells of a figure are made by, and how far they are while they are made anew.
CREATE TABLE figure_made (
    site BIGINT NOT NULL,
    figure TEXT NOT NULL,
    signature TEXT,
    wanted TEXT,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (site, figure)
) WITHOUT ROWID
;
