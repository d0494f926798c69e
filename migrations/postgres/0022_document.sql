-- Documents about creditor institutions as they were handed in or made: which accounts are to be credited
-- (ICA), and who they are as counterparts (TDC). What they say that lists show is beside them.

CREATE TABLE document (
    ec           TEXT   NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('ICA', 'TDC')),
    -- The name that its author gave it.
    flow         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    valid_from   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    body         BYTEA NOT NULL,
    PRIMARY KEY (ec, kind, flow)
);
