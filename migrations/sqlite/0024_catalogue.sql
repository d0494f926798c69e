-- What can be paid on demand, and who offers it. What a thing is stands in its definition, a text that the
-- catalogue reads; beside it is only what rules between rows ask for. Nothing here hangs on a row by a key of
-- the database: the rules say why they refuse.

CREATE TABLE service_category (
    id         TEXT   NOT NULL PRIMARY KEY,
    parent     TEXT,
    updated_at BIGINT NOT NULL,
    definition TEXT   NOT NULL
);

CREATE TABLE service (
    id          TEXT   NOT NULL PRIMARY KEY,
    -- Whose it is: 'gateway' or 'ec:' with a fiscal code.
    owner       TEXT   NOT NULL,
    category    TEXT   NOT NULL,
    -- The form of XML that it is bound to, if it has none of its own.
    schema_name TEXT,
    updated_at  BIGINT NOT NULL,
    definition  TEXT   NOT NULL
);

CREATE TABLE offering (
    ec          TEXT   NOT NULL,
    service     TEXT   NOT NULL,
    -- The name under which payers ask for it (idSoggettoServizio).
    subject     TEXT,
    -- The accounts that its notices are paid into.
    iban        TEXT   NOT NULL,
    postal_iban TEXT,
    updated_at  BIGINT NOT NULL,
    definition  TEXT   NOT NULL,
    PRIMARY KEY (ec, service)
) WITHOUT ROWID;

CREATE UNIQUE INDEX offering_of_subject ON offering (subject) WHERE subject IS NOT NULL;
-- Who offers a service.
CREATE INDEX offering_of_service ON offering (service, ec) WHERE updated_at <> 0;

-- Forms of XML that people brought.
CREATE TABLE service_schema (
    name       TEXT   NOT NULL PRIMARY KEY,
    updated_at BIGINT NOT NULL,
    definition TEXT   NOT NULL
);

-- Who takes part under the published contract, and how they are called there.
CREATE TABLE catalogue_organization (
    ec           TEXT    NOT NULL PRIMARY KEY,
    company_name TEXT    NOT NULL,
    enabled      BOOLEAN NOT NULL,
    updated_at   BIGINT  NOT NULL
);

-- How often any of the above was changed: who has read it all sees whether it is to be read again.
CREATE TABLE catalogue_version (
    name   TEXT   NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
