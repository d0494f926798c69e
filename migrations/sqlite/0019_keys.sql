-- Two secrets for each API key, and what creditor institutions hand to brokers.

-- A hash is that of the primary secret. It is SHA-256, or where `keyed` a code over that under the master key
-- of the vault.
ALTER TABLE api_key ADD COLUMN keyed BOOLEAN NOT NULL DEFAULT FALSE;
-- When the primary secret was made; keys of before do not say.
ALTER TABLE api_key ADD COLUMN primary_at BIGINT;
ALTER TABLE api_key ADD COLUMN created_at BIGINT;
ALTER TABLE api_key ADD COLUMN created_by TEXT;
ALTER TABLE api_key ADD COLUMN expires_at BIGINT;
ALTER TABLE api_key ADD COLUMN revoked_at BIGINT;
ALTER TABLE api_key ADD COLUMN revoked_by TEXT;

-- Secrets besides the primary one: the secondary, and those that were replaced and still work for a while.
CREATE TABLE api_key_secret (
    hash    BLOB    NOT NULL PRIMARY KEY,
    id      TEXT    NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    slot    TEXT    NOT NULL CHECK (slot IN ('primary', 'secondary')),
    keyed   BOOLEAN NOT NULL,
    made_at BIGINT,
    -- The end of one that was replaced, no longer included.
    until   BIGINT
) WITHOUT ROWID;

CREATE INDEX api_key_secret_of_key ON api_key_secret (id, slot);

-- When a key was last used, to the minute.
CREATE TABLE api_key_use (
    id      TEXT   NOT NULL PRIMARY KEY REFERENCES api_key (id) ON DELETE CASCADE,
    used_at BIGINT NOT NULL
) WITHOUT ROWID;

-- What was done about each delegation; where it stands follows. Kept for good, whatever becomes of the parties.
CREATE TABLE delegation (
    id          TEXT   NOT NULL PRIMARY KEY,
    ec          TEXT   NOT NULL,
    broker      TEXT   NOT NULL,
    -- Names with blanks between.
    products    TEXT   NOT NULL,
    -- Segregation codes, and parts of the taxonomy, each with a blank behind it; none for all.
    codes       TEXT,
    domains     TEXT,
    from_at     BIGINT NOT NULL,
    until_at    BIGINT,
    offered_at  BIGINT NOT NULL,
    offered_by  TEXT   NOT NULL,
    accepted_at BIGINT,
    accepted_by TEXT,
    refused_at  BIGINT,
    refused_by  TEXT,
    revoked_at  BIGINT,
    revoked_by  TEXT
);

CREATE INDEX delegation_of_ec ON delegation (ec, broker, offered_at, id) WHERE offered_at <> 0;
CREATE INDEX delegation_of_broker ON delegation (broker, offered_at, id) WHERE offered_at <> 0;
