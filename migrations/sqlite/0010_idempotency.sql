-- Answers to requests that carried an Idempotency-Key, so that the same request gets the same answer.
-- A row is written in the transaction of what it answers: both are there or neither. Status, headers and
-- body are only missing while that transaction runs. The body may hold personal data of debtors: rows go
-- when they are a week old.

CREATE TABLE answered_request (
    ec             TEXT   NOT NULL,
    caller         TEXT   NOT NULL,
    operation      TEXT   NOT NULL,
    key_digest     BLOB   NOT NULL,
    request_digest BLOB   NOT NULL,
    answered_at    BIGINT NOT NULL,
    status         BIGINT,
    headers        TEXT,
    body           BLOB,
    PRIMARY KEY (ec, caller, operation, key_digest)
);

CREATE INDEX answered_request_by_age ON answered_request (answered_at);
