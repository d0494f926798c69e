-- On the way to going live: what people say and show of each step of an institution's activation plan. What
-- the tables of the registry, of keys and of certificates tell is not repeated here.

CREATE TABLE activation_step (
    ec            TEXT   NOT NULL,
    step          TEXT   NOT NULL,
    -- Who sees to it, and by which civil day in Italy.
    responsible   TEXT,
    due_day       TEXT,
    -- Why it may be left out; only operators say so.
    waived_at     BIGINT,
    waived_reason TEXT,
    -- When somebody declared it done: going live, which nothing else tells.
    declared_at   BIGINT,
    PRIMARY KEY (ec, step),
    CHECK ((waived_at IS NULL) = (waived_reason IS NULL))
);

-- What was shown of a step. It only grows: the last of a step counts.
CREATE TABLE activation_evidence (
    id         TEXT   NOT NULL PRIMARY KEY,
    ec         TEXT   NOT NULL,
    step       TEXT   NOT NULL,
    -- Counts up within a step.
    shown_no   BIGINT NOT NULL,
    outcome    TEXT   NOT NULL CHECK (outcome IN ('passed', 'failed', 'noted')),
    note       TEXT,
    shown_at   BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    -- The file, by its SHA-256; the three are there or none.
    file_name  TEXT,
    media_type TEXT,
    sha256     TEXT,
    UNIQUE (ec, step, shown_no),
    CHECK ((file_name IS NULL) = (sha256 IS NULL)),
    CHECK ((media_type IS NULL) = (sha256 IS NULL))
);

-- The files, each once for whom it is of: a list of what was shown does not read them.
CREATE TABLE activation_file (
    ec     TEXT   NOT NULL,
    sha256 TEXT   NOT NULL,
    body   BYTEA  NOT NULL,
    PRIMARY KEY (ec, sha256)
);

-- How many calls of the node were answered for whom, and how many of them within the service level. Days are
-- civil days in Italy. Added to every few seconds; what was not added when a process died is lost.
CREATE TABLE usage_call (
    ec        TEXT   NOT NULL,
    day       TEXT   NOT NULL,
    broker    TEXT   NOT NULL,
    primitive TEXT   NOT NULL,
    calls     BIGINT NOT NULL,
    within    BIGINT NOT NULL,
    PRIMARY KEY (ec, day, broker, primitive),
    CHECK (within BETWEEN 0 AND calls)
);

-- Whom the stations of a broker answered for; the condition is true of every row.
CREATE INDEX usage_call_by_broker ON usage_call (broker, day, ec) WHERE calls > 0;
