-- Figures that people of the site added in the page to the mechanisms of the files: each version as it was written, who
-- wrote it and why. A version ends when the next begins or when the figure is taken away; none is removed.
CREATE TABLE added_figure (
    site BIGINT NOT NULL,
    id BLOB NOT NULL,
    mechanism TEXT NOT NULL,
    figure TEXT NOT NULL,
    version BIGINT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by BLOB,
    set_at BIGINT NOT NULL,
    ended_by BLOB,
    ended_at BIGINT,
    ending TEXT,
    PRIMARY KEY (site, id)
) WITHOUT ROWID
;
CREATE UNIQUE INDEX added_figure_version ON added_figure (site, mechanism, figure, version)
;
