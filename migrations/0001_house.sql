-- The house: who is there (roster), what was testified (ledger), what comes in and goes out (bots).
--
-- One text for SQLite and PostgreSQL. Tables of a school begin with school_id. Ids are made by the
-- application. Times are milliseconds since 1970 UTC.

-- Roster ---------------------------------------------------------------------------------------------

-- One row, made with the first use of the installation's key: another key is refused, since every
-- hashed code would change with it and every such child would be taken for a new one.
CREATE TABLE installation (
    only_one  BIGINT NOT NULL PRIMARY KEY,
    key_check TEXT   NOT NULL,
    CONSTRAINT installation_is_one CHECK (only_one = 1)
);

CREATE TABLE school (
    school_id  BIGINT NOT NULL PRIMARY KEY,
    code       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    -- The school year in force, such as 2026-2027.
    year       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    -- The code picks a school on the command line.
    CONSTRAINT school_code_is_unique UNIQUE (code)
);

CREATE TABLE class (
    school_id BIGINT NOT NULL REFERENCES school (school_id),
    class_id  BIGINT NOT NULL,
    year      TEXT   NOT NULL,
    -- "CHOI2": one code however the class is written.
    code      TEXT   NOT NULL,
    -- "Chồi 2": as the school writes it, for people.
    title     TEXT   NOT NULL,
    PRIMARY KEY (school_id, class_id),
    -- There is one 5A1 in a school year.
    CONSTRAINT class_code_is_unique_in_a_year UNIQUE (school_id, year, code)
);
CREATE INDEX class_by_id ON class (class_id);

CREATE TABLE child (
    school_id  BIGINT NOT NULL REFERENCES school (school_id),
    child_id   BIGINT NOT NULL,
    -- The roster's code; a 12-digit personal number stands here only as a keyed hash.
    code       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (school_id, child_id),
    -- Importing twice must find the same child again.
    CONSTRAINT child_code_is_unique UNIQUE (school_id, code)
);

CREATE TABLE enrolment (
    school_id BIGINT NOT NULL,
    year      TEXT   NOT NULL,
    child_id  BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    -- The child left the school: out of the denominator, history kept.
    left_at   BIGINT,
    -- One class per child and year, so no family is counted twice.
    PRIMARY KEY (school_id, year, child_id),
    FOREIGN KEY (school_id, child_id) REFERENCES child (school_id, child_id),
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, class_id)
);
CREATE INDEX enrolment_by_class ON enrolment (school_id, class_id);
CREATE INDEX enrolment_by_child ON enrolment (child_id);

CREATE TABLE person (
    school_id  BIGINT NOT NULL REFERENCES school (school_id),
    person_id  BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (school_id, person_id)
);

CREATE TABLE staff_role (
    school_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    role      TEXT   NOT NULL,
    PRIMARY KEY (school_id, person_id, role),
    FOREIGN KEY (school_id, person_id) REFERENCES person (school_id, person_id)
);
CREATE INDEX staff_role_by_person ON staff_role (person_id);

CREATE TABLE homeroom (
    school_id BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (school_id, class_id, person_id),
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, class_id),
    FOREIGN KEY (school_id, person_id) REFERENCES person (school_id, person_id)
);
CREATE INDEX homeroom_by_person ON homeroom (person_id);

CREATE TABLE guardian (
    school_id BIGINT NOT NULL,
    child_id  BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (school_id, child_id, person_id),
    FOREIGN KEY (school_id, child_id) REFERENCES child (school_id, child_id),
    FOREIGN KEY (school_id, person_id) REFERENCES person (school_id, person_id)
);
CREATE INDEX guardian_by_person ON guardian (person_id);
CREATE INDEX guardian_by_child ON guardian (child_id);

-- Bots, accounts, chats ------------------------------------------------------------------------------

CREATE TABLE bot (
    bot_id  BIGINT NOT NULL PRIMARY KEY,
    channel TEXT   NOT NULL,
    -- The name under which the platform knows it, for mentions and links.
    name    TEXT   NOT NULL,
    CONSTRAINT bot_name_is_unique UNIQUE (channel, name)
);

CREATE TABLE account (
    account_id   BIGINT NOT NULL PRIMARY KEY,
    bot_id       BIGINT NOT NULL REFERENCES bot (bot_id),
    external_id  TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    -- Where this account can be written to privately: known once it has written privately itself.
    private_chat BIGINT,
    created_at   BIGINT NOT NULL,
    CONSTRAINT account_is_unique_per_bot UNIQUE (bot_id, external_id)
);

-- An account joins a school as a person: one parent may have two schools.
CREATE TABLE membership (
    account_id BIGINT NOT NULL REFERENCES account (account_id),
    school_id  BIGINT NOT NULL,
    person_id  BIGINT NOT NULL,
    PRIMARY KEY (account_id, school_id),
    FOREIGN KEY (school_id, person_id) REFERENCES person (school_id, person_id)
);
CREATE INDEX membership_by_person ON membership (person_id);

CREATE TABLE chat (
    chat_id     BIGINT NOT NULL PRIMARY KEY,
    bot_id      BIGINT NOT NULL REFERENCES bot (bot_id),
    external_id TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    CONSTRAINT chat_is_unique_per_bot UNIQUE (bot_id, external_id)
);

-- The class's chat group. A chat belongs to one class; a class may have a Zalo and a Telegram group.
CREATE TABLE class_group (
    chat_id   BIGINT NOT NULL PRIMARY KEY REFERENCES chat (chat_id),
    school_id BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    FOREIGN KEY (school_id, class_id) REFERENCES class (school_id, class_id)
);
CREATE INDEX class_group_by_class ON class_group (school_id, class_id);

CREATE TABLE staff_room (
    chat_id   BIGINT NOT NULL PRIMARY KEY REFERENCES chat (chat_id),
    school_id BIGINT NOT NULL REFERENCES school (school_id)
);

-- Ledger ---------------------------------------------------------------------------------------------

CREATE TABLE task (
    school_id      BIGINT NOT NULL REFERENCES school (school_id),
    task_id        BIGINT NOT NULL,
    year           TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    title          TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    position       BIGINT NOT NULL,
    target_percent BIGINT,
    opened_at      BIGINT NOT NULL,
    withdrawn_at   BIGINT,
    PRIMARY KEY (school_id, task_id),
    CONSTRAINT task_key_is_unique_in_a_year UNIQUE (school_id, year, key)
);

-- Append-only testimony. A household's act stands without a child and reaches the children through
-- guardian; a payment and a teacher's entry name the child.
CREATE TABLE act (
    school_id BIGINT NOT NULL,
    act_id    BIGINT NOT NULL,
    task_id   BIGINT NOT NULL,
    person_id BIGINT,
    child_id  BIGINT,
    verb      TEXT   NOT NULL,
    evidence  TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (school_id, act_id),
    FOREIGN KEY (school_id, task_id) REFERENCES task (school_id, task_id),
    -- Somebody testifies or something is testified of a child; an act of nobody about nobody is a bug.
    CONSTRAINT act_has_a_subject CHECK (person_id IS NOT NULL OR child_id IS NOT NULL)
);
CREATE INDEX act_by_person ON act (person_id, task_id);
CREATE INDEX act_by_child ON act (child_id, task_id);

-- Where each family stands: the fold of its acts. No row means unknown.
CREATE TABLE family (
    school_id BIGINT NOT NULL,
    task_id   BIGINT NOT NULL,
    child_id  BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    evidence  TEXT,
    at        BIGINT NOT NULL,
    PRIMARY KEY (school_id, child_id, task_id)
);

-- Families per class, task and state, changed in the transaction that changes a family. Unknown is not
-- stored: it is what is left of the class.
CREATE TABLE tally (
    school_id BIGINT NOT NULL,
    class_id  BIGINT NOT NULL,
    task_id   BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    -- Empty except for done.
    evidence  TEXT   NOT NULL,
    families  BIGINT NOT NULL,
    PRIMARY KEY (school_id, class_id, task_id, state, evidence)
);

-- What somebody answered before we knew whose family it is. Dropped when it expires.
CREATE TABLE pending (
    account_id BIGINT NOT NULL REFERENCES account (account_id),
    task_id    BIGINT NOT NULL,
    school_id  BIGINT NOT NULL,
    class_id   BIGINT,
    verb       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The last word of one account about one task.
    PRIMARY KEY (account_id, task_id)
);

-- In and out -----------------------------------------------------------------------------------------

-- One row per update ever applied, against counting twice; the body is kept only for set-aside ones.
CREATE TABLE inbox (
    bot_id      BIGINT NOT NULL,
    external_id TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    body        TEXT,
    reason      TEXT,
    PRIMARY KEY (bot_id, external_id)
);
CREATE INDEX inbox_by_age ON inbox (received_at);

CREATE TABLE outbox (
    outbox_id   BIGINT NOT NULL PRIMARY KEY,
    bot_id      BIGINT NOT NULL,
    chat_id     BIGINT NOT NULL,
    priority    BIGINT NOT NULL,
    payload     TEXT   NOT NULL,
    -- The earlier row whose message this one rewrites.
    edits       BIGINT,
    due_at      BIGINT NOT NULL,
    -- waiting, leased, sent, unknown, dropped, failed
    state       TEXT   NOT NULL,
    attempts    BIGINT NOT NULL,
    lease_until BIGINT,
    -- The platform's id of the message, written back after sending.
    external_id TEXT
);
CREATE INDEX outbox_waiting ON outbox (bot_id, state, due_at);
CREATE INDEX outbox_by_message ON outbox (chat_id, external_id);
CREATE INDEX outbox_by_chat ON outbox (chat_id, state);
CREATE INDEX outbox_edits ON outbox (edits);

-- A message of ours that can be answered by number, or by a reply whose words need its context.
CREATE TABLE prompt (
    prompt_id  BIGINT NOT NULL PRIMARY KEY,
    chat_id    BIGINT NOT NULL,
    -- Whom it was asked; nobody for a board, which is for all. A bare "1" answers only these two.
    account_id BIGINT,
    outbox_id  BIGINT NOT NULL,
    -- JSON array of the choices in the order of their numbers.
    choices    TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX prompt_by_chat ON prompt (chat_id, opened_at);
CREATE INDEX prompt_by_message ON prompt (outbox_id);

-- The board that hangs in a class group now.
CREATE TABLE board (
    chat_id   BIGINT NOT NULL PRIMARY KEY REFERENCES chat (chat_id),
    outbox_id BIGINT NOT NULL,
    posted_at BIGINT NOT NULL
);
