-- All of one human in a figure is read from this index alone. An index that leaves a column out looks dearer to SQLite
-- than walking through the whole figure, and everybody who was ever counted in it.
DROP INDEX presence_human
;
CREATE INDEX presence_human ON presence (site, figure, human, count_)
;
