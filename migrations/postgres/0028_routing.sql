-- The systems behind the gateway, and who answers for which notices. No password is kept, only by what it is
-- known. Nothing here hangs on a row by a key of the database: the rules say why they refuse.

CREATE TABLE partner (
    id             TEXT    NOT NULL PRIMARY KEY,
    -- Whose it is: 'ec:' with a fiscal code, or 'broker:' with a code.
    owner          TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    -- 'pa_for_node' or 'legacy'.
    speaks         TEXT    NOT NULL,
    url            TEXT    NOT NULL,
    -- Where a legacy partner takes receipts and demands, if elsewhere.
    rt_url         TEXT,
    demand_url     TEXT,
    -- The SHA-256 of the certificate with which it calls us, in hexadecimal. A technical partner may have one for
    -- all the institutions that it works for.
    caller         TEXT,
    -- SHA-256 of the password with which it calls us, or a code over that under the master key.
    password_hash  BYTEA,
    password_keyed BOOLEAN NOT NULL DEFAULT FALSE,
    password_at    BIGINT,
    -- What a legacy partner cannot say and the node must be told: none for the usual; the time in milliseconds.
    due_days       BIGINT  NOT NULL,
    debtor_name    TEXT,
    category       TEXT,
    wait_for_rpt   BIGINT  NOT NULL,
    redirect       TEXT,
    enabled        BOOLEAN NOT NULL,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT  NOT NULL
);

CREATE INDEX partner_of_owner ON partner (owner);

-- From an instant on, until that of the next row of the same notices. What was in force is never taken away.
CREATE TABLE route (
    ec            TEXT   NOT NULL,
    station       TEXT   NOT NULL,
    aux_digit     BIGINT NOT NULL,
    -- The application or segregation code; empty with aux digits 1 and 2.
    code          TEXT   NOT NULL,
    from_at       BIGINT NOT NULL,
    id            TEXT   NOT NULL,
    -- 'managed', 'forward' or 'legacy', and by which partner.
    handler       TEXT   NOT NULL,
    partner       TEXT,
    -- Until when the way before works too.
    overlap_until BIGINT,
    -- The station through which the notices came before.
    moved_from    TEXT,
    made_at       BIGINT NOT NULL,
    PRIMARY KEY (ec, station, aux_digit, code, from_at)
);

CREATE UNIQUE INDEX route_by_id ON route (id);
CREATE INDEX route_of_partner ON route (partner) WHERE partner IS NOT NULL;
