-- Who was deleted at their own wish, so that a back-up made before does not bring them back: a keyed hash of the
-- account's name on its platform, and when. Kept as long as a back-up may live, then forgotten.
CREATE TABLE tombstone (
    mark TEXT   NOT NULL,
    at   BIGINT NOT NULL,
    -- Somebody may come back and be deleted again.
    PRIMARY KEY (mark, at)
);
CREATE INDEX tombstone_by_time ON tombstone (at);
