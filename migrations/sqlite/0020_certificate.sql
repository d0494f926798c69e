-- Certificates that people manage. What was done with one is a fact; where it stands follows from the facts and
-- the clock. No private key is in clear: it is sealed by the vault before it comes here.

CREATE TABLE certificate (
    id            TEXT   NOT NULL PRIMARY KEY,
    -- Whose it is: a tenant as text.
    owner         TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN
        ('node_authority', 'node_caller', 'soap_server', 'api_server', 'client')),
    environment   TEXT   NOT NULL CHECK (environment IN ('test', 'production')),
    label         TEXT   NOT NULL,
    -- What there is of it: a request to be signed, the certificate, or only the names of a caller.
    content       TEXT   NOT NULL CHECK (content IN ('request', 'chain', 'names')),
    -- PEM: the request, and the certificate with those that signed it.
    request       TEXT,
    chain         TEXT,
    -- How a caller is known: 'fingerprint' or 'names'.
    known_by      TEXT,
    subject       TEXT   NOT NULL,
    issuer        TEXT,
    serial        TEXT,
    -- The hosts that it is good for, with blanks between.
    names         TEXT   NOT NULL,
    not_before    BIGINT,
    not_after     BIGINT,
    -- SHA-256 in hexadecimal: of the certificate, and of its public key.
    fingerprint   TEXT,
    public_key    TEXT,
    created_at    BIGINT NOT NULL,
    uploaded_at   BIGINT,
    activated_at  BIGINT,
    superseded_at BIGINT,
    -- Until when a superseded one is used all the same.
    overlap_until BIGINT,
    revoked_at    BIGINT
);

-- A certificate is there once for each use.
CREATE UNIQUE INDEX certificate_once ON certificate (fingerprint, role, environment, owner)
    WHERE fingerprint IS NOT NULL;

-- Private keys, each by the SHA-256 of its public key.
CREATE TABLE certificate_key (
    public_key TEXT   NOT NULL PRIMARY KEY,
    sealed     BLOB   NOT NULL,
    created_at BIGINT NOT NULL
);

-- Which ends of certificates were told, by how many days were left at most.
CREATE TABLE certificate_alarm (
    fingerprint TEXT   NOT NULL,
    days        BIGINT NOT NULL,
    told_at     BIGINT NOT NULL,
    PRIMARY KEY (fingerprint, days)
) WITHOUT ROWID;

-- What authorities took back: the latest list of each.
CREATE TABLE revocation_list (
    -- SHA-256 of the authority's name.
    authority   TEXT   NOT NULL PRIMARY KEY,
    issuer      TEXT   NOT NULL,
    pem         TEXT   NOT NULL,
    this_update BIGINT NOT NULL,
    next_update BIGINT,
    uploaded_at BIGINT NOT NULL
);
