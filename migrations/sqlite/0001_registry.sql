-- Who we serve and through what: the facts that every identifier of a request is checked against.

CREATE TABLE creditor_institution (
    ec   TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE broker (
    broker TEXT NOT NULL PRIMARY KEY,
    name   TEXT NOT NULL
);

CREATE TABLE station (
    station           TEXT   NOT NULL PRIMARY KEY,
    broker            TEXT   NOT NULL REFERENCES broker (broker),
    primitive_version BIGINT NOT NULL CHECK (primitive_version IN (1, 2))
);

-- A code is the segregation code (aux digit 3) or the application code (aux digit 0); '' for 1 and 2,
-- because a column of a primary key cannot be null.
CREATE TABLE station_link (
    ec        TEXT   NOT NULL REFERENCES creditor_institution (ec),
    aux_digit BIGINT NOT NULL CHECK (aux_digit BETWEEN 0 AND 3),
    code      TEXT   NOT NULL,
    station   TEXT   NOT NULL REFERENCES station (station),
    PRIMARY KEY (ec, aux_digit, code)
);

CREATE TABLE iban (
    ec    TEXT NOT NULL REFERENCES creditor_institution (ec),
    iban  TEXT NOT NULL,
    label TEXT,
    PRIMARY KEY (ec, iban)
);

-- The hash is SHA-256 of a random key; the key itself is never stored.
CREATE TABLE api_key (
    hash      BLOB    NOT NULL PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    label     TEXT    NOT NULL,
    every_ec  BOOLEAN NOT NULL
);

CREATE TABLE api_key_institution (
    ec   TEXT NOT NULL,
    id   TEXT NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    PRIMARY KEY (ec, id)
);
