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

-- The condition, which is always true, has to be spelt by who searches: no look-up by key takes these.
CREATE INDEX audit_by_tenant ON audit (tenant, seq) WHERE action <> '';
CREATE INDEX audit_by_actor ON audit (actor, seq) WHERE action <> '';
CREATE INDEX audit_by_target ON audit (target, seq) WHERE action <> '';

-- Where the audit stood at some instants, signed: who has a copy elsewhere sees whether its end was cut off.
CREATE TABLE audit_checkpoint (
    seq       BIGINT NOT NULL PRIMARY KEY,
    chain     TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    signature TEXT   NOT NULL
);

-- What somebody proposed: facts, from which the state is derived.
CREATE TABLE change_request (
    id             TEXT   NOT NULL PRIMARY KEY,
    -- That of the first thing.
    kind           TEXT   NOT NULL,
    -- The things and how they are wished to be, how they were when that was written, and how they were when it
    -- had been carried out (JSON).
    proposals      TEXT   NOT NULL,
    was            TEXT   NOT NULL,
    made           TEXT,
    reason         TEXT,
    created_at     BIGINT NOT NULL,
    created_by     TEXT   NOT NULL,
    creator_name   TEXT   NOT NULL,
    submitted_at   BIGINT,
    approved_at    BIGINT,
    effective_at   BIGINT,
    rejected_at    BIGINT,
    withdrawn_at   BIGINT,
    applied_at     BIGINT,
    failed_at      BIGINT,
    failure_code   TEXT,
    failure        TEXT,
    -- The change that this one undoes, and the one by which this was undone.
    rolls_back     TEXT,
    rolled_back_at BIGINT,
    rolled_back_by TEXT
);

CREATE INDEX change_by_creation ON change_request (created_at, id) WHERE kind <> '';
-- What waits for its instant.
CREATE INDEX change_due ON change_request (effective_at, id)
    WHERE approved_at IS NOT NULL AND applied_at IS NULL AND failed_at IS NULL AND withdrawn_at IS NULL;

-- Whose things a change is about.
CREATE TABLE change_tenant (
    tenant    TEXT NOT NULL,
    change_id TEXT NOT NULL,
    PRIMARY KEY (tenant, change_id)
);

-- What was done with a change, and by whom; no role for the gateway itself.
CREATE TABLE change_step (
    change_id  TEXT   NOT NULL,
    step_no    BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    role       TEXT,
    acting_for TEXT   NOT NULL,
    request    TEXT   NOT NULL,
    note       TEXT,
    PRIMARY KEY (change_id, step_no)
);
