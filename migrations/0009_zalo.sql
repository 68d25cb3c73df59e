-- Zalo: bots whose shown name is not their account's, and a month's budget of messages.

-- By which people mention it, where that is not its name: Zalo shows "Bot Lớp 5A1" and knows "bot.AbC123".
ALTER TABLE bot ADD COLUMN called TEXT;

-- What a bot received and sent in a month, where the platform counts messages by the month. Both directions count.
CREATE TABLE bot_month (
    bot_id   BIGINT NOT NULL,
    -- The month in Vietnam, such as 2026-11.
    month    TEXT   NOT NULL,
    received BIGINT NOT NULL,
    sent     BIGINT NOT NULL,
    -- At how many percent the school was told last: 0, 70, 90.
    told     BIGINT NOT NULL,
    PRIMARY KEY (bot_id, month)
);

-- The tokens of an Official Account, sealed with the installation's key. A refresh token is good once: what stands
-- here is all there is, so it is written before it is used.
CREATE TABLE oa_token (
    -- The app that acts for the account.
    app_id        TEXT   NOT NULL PRIMARY KEY,
    -- Nothing before the first refresh.
    access_token  TEXT,
    refresh_token TEXT   NOT NULL,
    refreshed_at  BIGINT,
    -- A refresh is on its way: should the program end now, the token may be dead already.
    begun_at      BIGINT,
    -- Zalo takes the token no more: somebody has to consent again.
    refused_at    BIGINT,
    -- The mark of the token that the operator gave, so that the same is not taken for a new one.
    seed          TEXT   NOT NULL,
    -- Which of the four ways of signing the platform uses, once it was seen.
    signed_by     TEXT
);

-- Pictures for platforms that take no upload and fetch an address instead, perhaps more than once and later.
CREATE TABLE picture (
    -- The row of the outbox that shows it.
    picture_id BIGINT NOT NULL PRIMARY KEY,
    -- Base 64.
    content    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX picture_by_age ON picture (expires_at);
