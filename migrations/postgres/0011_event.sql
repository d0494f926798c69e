-- What happened, for whoever wants to be told: an event is written in the commit of the fact that it tells.
-- A feed holds what happened at one creditor institution ('gateway' for what belongs to none). Its events
-- are numbered from 1 without a gap, in the order of the commits: who writes some holds the head of the
-- feed, the last lock that it takes, until its commit.

CREATE TABLE event_head (
    feed  TEXT   NOT NULL PRIMARY KEY,
    last  BIGINT NOT NULL,
    chain TEXT   NOT NULL
);

-- The body is told as it stands here, to everybody. The chain is the digest of the chain before it and of
-- the body, so that an event that is missing or was changed shows.
CREATE TABLE event (
    feed        TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    type        TEXT   NOT NULL,
    -- What is told in order.
    subject     TEXT   NOT NULL,
    -- The segregation codes of the notices that it speaks of, '--' for a notice that has none.
    codes       TEXT   NOT NULL,
    receipt_key TEXT,
    occurred_at BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    chain       TEXT   NOT NULL,
    PRIMARY KEY (feed, seq)
);

-- The events of a receipt: few, so the receipt comes first.
CREATE INDEX event_of_receipt ON event (receipt_key, feed) WHERE receipt_key <> '';

-- What happened in an interval; the condition is true of every event, and keeps this index from look-ups by
-- number.
CREATE INDEX event_by_time ON event (feed, occurred_at) WHERE occurred_at <> 0;

-- Numbers that no event will ever have, because a database was restored from an older copy and they may have
-- been told already: those after the first and up to the last.
CREATE TABLE event_gap (
    feed        TEXT   NOT NULL,
    after_seq   BIGINT NOT NULL,
    last_seq    BIGINT NOT NULL,
    restored_at BIGINT NOT NULL,
    PRIMARY KEY (feed, after_seq)
);
