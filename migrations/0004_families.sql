-- Families: paper that proves a scan, a new phone, who is in the class's group, and the way out again.

-- A printed QR says another code than the link that may be passed on: only who held the paper can have scanned it.
ALTER TABLE invite ADD COLUMN scan_mark TEXT;
CREATE UNIQUE INDEX invite_scan_is_unique ON invite (scan_mark);

-- The code that a slip's page shows after a tap, for channels whose links cannot carry one: good once and for
-- minutes. It proves a scan when the page was opened by the printed QR.
CREATE TABLE page_code (
    code_mark  TEXT    NOT NULL PRIMARY KEY,
    school_id  BIGINT  NOT NULL REFERENCES school (school_id),
    kind       TEXT    NOT NULL,
    subject    BIGINT  NOT NULL,
    issue      BIGINT  NOT NULL,
    scanned    BOOLEAN NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX page_code_by_age ON page_code (expires_at);
CREATE INDEX page_code_by_invite ON page_code (school_id, kind, subject);

-- Whether the person on the way in scanned the paper.
ALTER TABLE arrival ADD COLUMN scanned BOOLEAN NOT NULL DEFAULT FALSE;

-- The school in which a wrong code was tried, where it is known, so that many accounts together cannot guess.
ALTER TABLE wrong_code ADD COLUMN school_id BIGINT REFERENCES school (school_id);
CREATE INDEX wrong_code_by_school ON wrong_code (school_id, at);

-- How many people the platform counts in a group, and when it was asked last.
ALTER TABLE chat ADD COLUMN people BIGINT;
ALTER TABLE chat ADD COLUMN counted_at BIGINT;

-- When the platform was last asked whether a linked guardian is in the class's group.
CREATE TABLE group_check (
    chat_id    BIGINT NOT NULL REFERENCES chat (chat_id),
    account_id BIGINT NOT NULL REFERENCES account (account_id),
    at         BIGINT NOT NULL,
    PRIMARY KEY (chat_id, account_id)
);
CREATE INDEX group_check_by_account ON group_check (account_id);

-- Somebody in charge of a class for a time only, beside those on the staff list.
CREATE TABLE substitute (
    school_id BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL,
    PRIMARY KEY (school_id, class_id, person_id),
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, class_id),
    FOREIGN KEY (school_id, person_id) REFERENCES person (school_id, person_id)
);
CREATE INDEX substitute_by_person ON substitute (person_id);
CREATE INDEX substitute_by_time ON substitute (until_at);

-- Requests to withdraw and delete: when they were made and done. Nothing else of the person stays.
CREATE TABLE erasure (
    -- What the person reads as the receipt.
    receipt    TEXT   NOT NULL PRIMARY KEY,
    -- Who has asked and not yet confirmed; nobody once it is done.
    account_id BIGINT REFERENCES account (account_id),
    asked_at   BIGINT NOT NULL,
    done_at    BIGINT
);
CREATE INDEX erasure_by_account ON erasure (account_id);
CREATE INDEX erasure_by_time ON erasure (done_at, asked_at);

-- For what is forgotten by its age or with its person.
CREATE INDEX account_by_age ON account (created_at);
CREATE INDEX prompt_by_account ON prompt (account_id);
CREATE INDEX chat_by_kind ON chat (kind);
