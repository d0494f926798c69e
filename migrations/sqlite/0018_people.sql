-- People who administer: who they are, what each may do, and how they show that it is they.
-- Nothing here opens a door by itself: passwords, tokens, links and codes are kept as hashes, and what must
-- be read again is sealed under the master key.

CREATE TABLE person (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    -- In lower case: what a local account signs in with.
    email         TEXT   NOT NULL UNIQUE,
    fiscal_number TEXT,
    -- Who it is to the provider, since it has signed in by it.
    issuer        TEXT,
    subject       TEXT,
    created_at    BIGINT NOT NULL,
    suspended_at  BIGINT
);

CREATE UNIQUE INDEX person_of_identity ON person (issuer, subject) WHERE subject IS NOT NULL;
CREATE UNIQUE INDEX person_of_number ON person (fiscal_number) WHERE fiscal_number IS NOT NULL;

-- A part of what a role may do.
CREATE TABLE profile (
    id          TEXT   NOT NULL PRIMARY KEY,
    -- Whose it is: 'gateway', 'ec:<code>' or 'broker:<code>'.
    tenant      TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    role        TEXT   NOT NULL,
    -- Names with blanks between.
    permissions TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (tenant, name)
);

CREATE TABLE person_grant (
    id       TEXT   NOT NULL PRIMARY KEY,
    person   TEXT   NOT NULL REFERENCES person (id),
    tenant   TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    profile  TEXT   REFERENCES profile (id),
    given_at BIGINT NOT NULL,
    UNIQUE (person, tenant, role)
);

CREATE INDEX person_grant_of_tenant ON person_grant (tenant, person) WHERE given_at <> 0;
CREATE INDEX person_grant_of_profile ON person_grant (profile) WHERE profile IS NOT NULL;

CREATE TABLE local_account (
    person      TEXT   NOT NULL PRIMARY KEY REFERENCES person (id),
    -- Argon2id, in the PHC form.
    password    TEXT   NOT NULL,
    -- The secret of the one-time codes, sealed.
    totp        BLOB   NOT NULL,
    -- The step of the last code that was taken: no code is taken twice.
    last_step   BIGINT NOT NULL,
    enrolled_at BIGINT NOT NULL
);

CREATE TABLE recovery_code (
    person  TEXT   NOT NULL REFERENCES person (id),
    hash    BLOB   NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person, hash)
) WITHOUT ROWID;

-- Links by which a person sets up its account, once.
CREATE TABLE enrolment_link (
    hash       BLOB   NOT NULL PRIMARY KEY,
    -- None for the link of `varco admin bootstrap`: whoever has it becomes an operator.
    person     TEXT   REFERENCES person (id),
    created_at BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL
);

CREATE INDEX enrolment_link_of_person ON enrolment_link (person) WHERE person IS NOT NULL;

-- Attempts to sign in that failed, by account and by address, as keyed hashes.
CREATE TABLE sign_in_trouble (
    subject    BLOB   NOT NULL PRIMARY KEY,
    failures   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    -- Nothing is tried before.
    not_before BIGINT NOT NULL
);

CREATE INDEX sign_in_trouble_by_age ON sign_in_trouble (last_at);

-- Sign-ins that came back from the provider, by their state: none comes back twice. Those under way are
-- with the browser, sealed, so that whoever only knocks writes nothing here.
CREATE TABLE login_return (
    hash    BLOB   NOT NULL PRIMARY KEY,
    ends_at BIGINT NOT NULL
);

CREATE INDEX login_return_by_age ON login_return (ends_at);

CREATE TABLE session (
    hash     BLOB   NOT NULL PRIMARY KEY,
    -- Its name in lists and bearer tokens, which opens nothing.
    id       TEXT   NOT NULL UNIQUE,
    person   TEXT   NOT NULL REFERENCES person (id),
    means    TEXT   NOT NULL CHECK (means IN ('local', 'provider')),
    -- What the provider's claims grant for the time of the session.
    claimed  TEXT   NOT NULL,
    -- The provider's token, sealed: it ends the session there too.
    id_token BLOB,
    -- What was signed in from.
    address  TEXT   NOT NULL,
    agent    TEXT   NOT NULL,
    began_at BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL,
    ends_at  BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX session_of_person ON session (person, began_at) WHERE began_at <> 0;
CREATE INDEX session_by_age ON session (ends_at);
