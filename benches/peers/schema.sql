-- What the peers keep: the least with which a tap is counted once and for the right child. Made and filled by
-- benches/delivery; ours keeps more (evidence, prompts, outbox) and is measured with all of it.
CREATE TABLE account (telegram_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL);
CREATE TABLE child (child_id INTEGER PRIMARY KEY, class_id INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE guardian (
    person_id INTEGER NOT NULL,
    child_id  INTEGER NOT NULL REFERENCES child (child_id),
    PRIMARY KEY (person_id, child_id)
) WITHOUT ROWID;
CREATE TABLE seen_update (update_id INTEGER PRIMARY KEY);
CREATE TABLE act (
    act_id    INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL,
    child_id  INTEGER NOT NULL,
    task_id   INTEGER NOT NULL,
    verb      TEXT    NOT NULL,
    at        INTEGER NOT NULL
);
CREATE TABLE family (
    child_id INTEGER NOT NULL,
    task_id  INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (child_id, task_id)
) WITHOUT ROWID;
CREATE TABLE tally (
    class_id INTEGER NOT NULL,
    task_id  INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    families INTEGER NOT NULL,
    PRIMARY KEY (class_id, task_id, state)
) WITHOUT ROWID;
