-- Reminders: what was sent to whom, so that nobody is reminded too often, and what waits for its time.

-- One row for each child that a private reminder to one guardian was about.
CREATE TABLE reminder (
    school_id   BIGINT NOT NULL REFERENCES school (school_id),
    reminder_id BIGINT NOT NULL PRIMARY KEY,
    task_id     BIGINT NOT NULL,
    child_id    BIGINT NOT NULL,
    account_id  BIGINT NOT NULL REFERENCES account (account_id),
    at          BIGINT NOT NULL
);
CREATE INDEX reminder_by_child ON reminder (child_id, at);
CREATE INDEX reminder_by_time ON reminder (at);
CREATE INDEX reminder_by_account ON reminder (account_id);

-- When a class's group last read about a task because of a reminder.
CREATE TABLE group_reminder (
    school_id BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    task_id   BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (school_id, class_id, task_id)
);

-- What must wait, a reminder asked for at night, or by a family for tomorrow: decided, counted and rendered
-- when it is due.
CREATE TABLE due (
    due_id    BIGINT NOT NULL PRIMARY KEY,
    school_id BIGINT NOT NULL REFERENCES school (school_id),
    due_at    BIGINT NOT NULL,
    -- For a class's families, or of the whole school; to one family again.
    task_id    BIGINT NOT NULL,
    class_id   BIGINT,
    account_id BIGINT REFERENCES account (account_id),
    -- Who asked for it, and is told what became of it.
    asked_by   BIGINT REFERENCES account (account_id)
);
CREATE INDEX due_by_time ON due (due_at);
CREATE INDEX due_by_task ON due (school_id, task_id);
CREATE INDEX due_by_account ON due (account_id);
CREATE INDEX due_by_asker ON due (asked_by);

-- The task that a waiting reminder is about, so that it is dropped when the family answers meanwhile.
ALTER TABLE outbox ADD COLUMN about BIGINT;
