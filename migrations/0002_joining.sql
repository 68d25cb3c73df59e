-- How people get in: invites for families and staff, who is on the way in, what they agreed to.

-- An invite's codes are derived from the installation's key, so printing again gives the same; here stand
-- only marks by which they are known again. A new issue makes the codes before it worthless.
CREATE TABLE invite (
    school_id  BIGINT NOT NULL REFERENCES school (school_id),
    -- child, staff, or lead: the first principal of a school
    kind       TEXT   NOT NULL,
    -- The child or the person; for a lead the school itself.
    subject    BIGINT NOT NULL,
    issue      BIGINT NOT NULL,
    link_mark  TEXT   NOT NULL,
    code_mark  TEXT   NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Who used up an invite that is for one person.
    used_by    BIGINT REFERENCES account (account_id),
    PRIMARY KEY (school_id, kind, subject),
    CONSTRAINT invite_link_is_unique UNIQUE (link_mark),
    -- A school's slips never carry the same short code.
    CONSTRAINT invite_code_is_unique_in_a_school UNIQUE (code_mark, school_id)
);

CREATE INDEX invite_by_user ON invite (used_by);

-- Somebody on the way to being linked. Dropped when it expires.
CREATE TABLE arrival (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES account (account_id),
    school_id  BIGINT NOT NULL REFERENCES school (school_id),
    -- What we wait for: consent, class, name, teacher; refused: nothing more until it expires
    step       TEXT   NOT NULL,
    class_id   BIGINT,
    -- The child of the slip that was shown; none for who came without one.
    child_id   BIGINT,
    expires_at BIGINT NOT NULL
);

CREATE INDEX arrival_by_age ON arrival (expires_at);

-- What somebody agreed to or not, each answer kept: the last one counts, the others are the proof.
CREATE TABLE consent (
    consent_id BIGINT  NOT NULL PRIMARY KEY,
    account_id BIGINT  NOT NULL REFERENCES account (account_id),
    school_id  BIGINT  NOT NULL REFERENCES school (school_id),
    -- record: keeping the family's answers; remind: private reminders
    purpose    TEXT    NOT NULL,
    -- Which wording was agreed to.
    version    BIGINT  NOT NULL,
    given      BOOLEAN NOT NULL,
    at         BIGINT  NOT NULL
);
CREATE INDEX consent_by_account ON consent (account_id, school_id, purpose);

-- Codes that were none, against guessing. Forgotten after a day.
CREATE TABLE wrong_code (
    account_id BIGINT NOT NULL REFERENCES account (account_id),
    at         BIGINT NOT NULL
);
CREATE INDEX wrong_code_by_account ON wrong_code (account_id, at);
CREATE INDEX wrong_code_by_age ON wrong_code (at);

-- Since when the bot is no longer in this chat.
ALTER TABLE chat ADD COLUMN left_at BIGINT;
CREATE INDEX account_by_private_chat ON account (private_chat);
