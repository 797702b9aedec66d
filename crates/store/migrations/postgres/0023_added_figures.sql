-- Figures that people of the site added in the page to the mechanisms of the files: each version as it was written, who
-- wrote it and why. A version ends when the next begins or when the figure is taken away; none is removed.
CREATE TABLE added_figure (
    site BIGINT NOT NULL,
    id BYTEA NOT NULL,
    mechanism TEXT COLLATE "C" NOT NULL,
    figure TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    set_by BYTEA,
    set_at BIGINT NOT NULL,
    ended_by BYTEA,
    ended_at BIGINT,
    ending TEXT COLLATE "C",
    PRIMARY KEY (site, id)
)
;
CREATE UNIQUE INDEX added_figure_version ON added_figure (site, mechanism, figure, version)
;
