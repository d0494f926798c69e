-- What was asked for on demand (spontaneous payments), and the position that was made for it: both are
-- written in one transaction. What was filled in may be personal data; a row goes with its position.

CREATE TABLE demand (
    ec         TEXT   NOT NULL,
    -- The position. A creditor that changes it may give its notice another number, so that is not here.
    iupd       TEXT   NOT NULL,
    -- SHA-256 of all that makes two demands the same, the creditor included; none once a later demand has
    -- taken its place, because the position could not be paid any more.
    digest     BLOB,
    service    TEXT   NOT NULL,
    -- What was filled in, by field, as JSON.
    inputs     TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    -- When the position expires if nobody pays; none once it was found that it never will.
    expires_at BIGINT,
    PRIMARY KEY (ec, iupd)
);

-- Not by creditor first: see 0005.
CREATE UNIQUE INDEX demand_by_digest ON demand (digest);

-- What the purge looks at.
CREATE INDEX demand_by_expiry ON demand (expires_at);

-- What a creditor was asked for, the latest first. The condition is true of every row: see 0005.
CREATE INDEX demand_by_time ON demand (ec, made_at, iupd) WHERE made_at <> 0;
