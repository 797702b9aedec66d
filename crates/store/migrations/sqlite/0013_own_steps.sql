-- What somebody did, newest first, is read along an index also where others did a million things since.
DROP INDEX journal_actor
;
CREATE INDEX journal_actor ON journal (site, actor, at_, id)
;
