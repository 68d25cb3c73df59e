-- Delivery: boards are redrawn no faster than their group may be written to, the way out takes its rows in
-- their order without looking at all of them, and how old the queue is can be told.

-- When the board last got a text, and since when it shows less than there is; nothing when it shows all.
ALTER TABLE board ADD COLUMN drawn_at BIGINT;
ALTER TABLE board ADD COLUMN moved_at BIGINT;
CREATE INDEX board_moved ON board (moved_at) WHERE moved_at IS NOT NULL;

-- When the row was written; due_at moves when it must wait.
ALTER TABLE outbox ADD COLUMN written_at BIGINT;
-- Rows in the order in which they go out, and those that are on their way.
CREATE INDEX outbox_next ON outbox (bot_id, priority, outbox_id) WHERE state = 'waiting';
DROP INDEX outbox_waiting;
-- What did not arrive.
CREATE INDEX outbox_lost ON outbox (state) WHERE state IN ('failed', 'unknown', 'expired');
-- The answer to a tap lives for a moment and is looked for by its id alone: it stands in no other index.
DROP INDEX outbox_by_message;
CREATE INDEX outbox_by_message ON outbox (chat_id, external_id) WHERE external_id IS NOT NULL;
DROP INDEX outbox_by_chat;
CREATE INDEX outbox_by_chat ON outbox (chat_id, state) WHERE priority > 0;
DROP INDEX outbox_edits;
CREATE INDEX outbox_edits ON outbox (edits) WHERE edits IS NOT NULL;

-- Which bot may send a row is settled by the bot's own lease; a row is just on its way or not.
UPDATE outbox SET state = 'sending' WHERE state = 'leased';
CREATE INDEX outbox_on_the_way ON outbox (bot_id) WHERE state = 'sending';
ALTER TABLE outbox DROP COLUMN lease_until;

-- When the group was last shown the way back into the private chat.
ALTER TABLE class_group ADD COLUMN door_at BIGINT;
