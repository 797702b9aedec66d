-- All of one human in a figure: the rows of a figure stand together in every index, so that a figure that is made from
-- nothing is written in one place.
DROP INDEX presence_human
;
CREATE INDEX presence_human ON presence (site, figure, human)
;
