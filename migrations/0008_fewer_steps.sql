-- What a batch of taps reads and writes, with fewer steps through the tables.

-- What was said of a child. Acts of a whole household name none; they are found by the person alone, and an engine that
-- has not counted its rows must not take this index for all of them.
DROP INDEX act_by_child;
CREATE INDEX act_by_child ON act (child_id, task_id) WHERE child_id IS NOT NULL;

-- How many families a class has, counted in the index.
DROP INDEX enrolment_by_class;
CREATE INDEX enrolment_by_class ON enrolment (school_id, class_id) WHERE left_at IS NULL;

-- Reminders that wait; most of the time there are none.
CREATE INDEX outbox_about ON outbox (about, chat_id) WHERE about IS NOT NULL AND state = 'waiting';
