-- Who changes the registry: what keys may, what was changed by whom, and what waits for a second person.

-- On whose behalf a key acts, what it opens (names, separated by blanks), and in what role it administers.
ALTER TABLE api_key ADD COLUMN owner TEXT NOT NULL DEFAULT 'gateway';
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT 'positions receipts events catalogue';
ALTER TABLE api_key ADD COLUMN role TEXT;

-- The number of the last entry of the audit and the chain up to it. Whoever changes the registry locks it
-- first of all: changes of the registry come one after the other.
CREATE TABLE audit_head (
    name  TEXT   NOT NULL PRIMARY KEY,
    last  BIGINT NOT NULL,
    chain TEXT   NOT NULL
);

CREATE TABLE audit (
    seq        BIGINT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    -- As what they were allowed to, and whose role it is; no role for the gateway itself.
    role       TEXT,
    acting_for TEXT   NOT NULL,
    request    TEXT   NOT NULL,
    reason     TEXT,
    -- What was done to what, and whose it is.
    action     TEXT   NOT NULL,
    tenant     TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    before     TEXT,
    after      TEXT,
    -- The digest of the chain before it and of all that it says.
    chain      TEXT   NOT NULL
);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only';
END;
$$;

CREATE TRIGGER audit_is_not_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- What somebody proposed: facts, from which the state is derived.
CREATE TABLE change_request (
    id            TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL,
    tenant        TEXT   NOT NULL,
    -- The things and how they are wished to be, and how they were when that was written (JSON).
    proposals     TEXT   NOT NULL,
    was           TEXT   NOT NULL,
    reason        TEXT,
    created_at    BIGINT NOT NULL,
    created_by    TEXT   NOT NULL,
    creator_name  TEXT   NOT NULL,
    submitted_at  BIGINT,
    submitted_by  TEXT,
    decided_at    BIGINT,
    decided_by    TEXT,
    decider_name  TEXT,
    approved      BOOLEAN,
    note          TEXT,
    effective_at  BIGINT,
    withdrawn_at  BIGINT,
    applied_at    BIGINT,
    failed_at     BIGINT,
    failure       TEXT,
    -- The change that this one takes back.
    rolls_back    TEXT
);
