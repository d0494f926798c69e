-- What strict checks and generated numbers hang on.

-- Services that money may be collected for, as pagoPA publishes them; days are civil days in Italy,
-- first and last included. A code comes once per version of its row.
CREATE TABLE taxonomy (
    code        TEXT NOT NULL,
    valid_from  TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    PRIMARY KEY (code, valid_from)
);

-- Which segregation codes a key may work with, unless it may work with every notice.
ALTER TABLE api_key ADD COLUMN every_notice BOOLEAN NOT NULL DEFAULT TRUE;

CREATE TABLE api_key_segregation (
    id   TEXT NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    PRIMARY KEY (id, code)
);

-- Numbers of notices that are gone: a number that somebody may hold in hand is never generated again.
CREATE TABLE retired_notice (
    ec            TEXT NOT NULL,
    notice_number TEXT NOT NULL,
    PRIMARY KEY (ec, notice_number)
);
