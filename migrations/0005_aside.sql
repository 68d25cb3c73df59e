-- Updates that stand aside are few among all that were applied, and are looked for by themselves.
CREATE INDEX inbox_aside ON inbox (received_at) WHERE body IS NOT NULL;
