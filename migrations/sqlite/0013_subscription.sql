-- Who is told of events, where, and what has become of the telling.
-- Nothing here hangs on an event: a delivery names it, and a feed is never rewritten.

CREATE TABLE subscription (
    id              TEXT   NOT NULL PRIMARY KEY,
    owner_kind      TEXT   NOT NULL CHECK (owner_kind IN ('organization', 'broker', 'gateway')),
    -- The fiscal code or the broker's code; '' for the gateway.
    owner           TEXT   NOT NULL,
    form            TEXT   NOT NULL CHECK (form IN ('event', 'receipt_soap', 'receipt_json')),
    url             TEXT   NOT NULL,
    label           TEXT   NOT NULL,
    -- Types of events with blanks between; '' for all.
    types           TEXT   NOT NULL,
    -- Segregation codes, each with a blank behind it; none for every notice.
    codes           TEXT,
    -- Which of the secrets that follow from its id signs. None is kept.
    secret_no       BIGINT NOT NULL,
    -- Until when the secret before it signs too.
    previous_until  BIGINT,
    created_at      BIGINT NOT NULL,
    -- The id of the API key.
    created_by      TEXT   NOT NULL,
    disabled_at     BIGINT,
    disabled_reason TEXT,
    -- How its endpoint does: since when, and how many times in a row, it has failed.
    failing_since   BIGINT,
    failures        BIGINT NOT NULL,
    -- Nothing is sent before; 0 for at once.
    not_before      BIGINT NOT NULL
);

-- The subscriptions of an owner: a hundred at most.
CREATE INDEX subscription_of_owner ON subscription (owner_kind, owner, created_at, id) WHERE created_at <> 0;

-- Up to which event of a feed the deliveries were made.
CREATE TABLE subscription_feed (
    subscription TEXT   NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
    feed         TEXT   NOT NULL,
    fanned       BIGINT NOT NULL,
    PRIMARY KEY (subscription, feed)
) WITHOUT ROWID;

CREATE TABLE delivery (
    subscription TEXT   NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
    feed         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    -- The event's: what is told in order.
    subject      TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    -- How often it was tried, and when for the first time, since it was made or put back by a replay.
    attempts     BIGINT NOT NULL,
    first_at     BIGINT,
    -- The number of its last attempt in the log, which goes on counting when it is put back.
    logged       BIGINT NOT NULL,
    next_at      BIGINT NOT NULL,
    -- Who sends it, and until when nobody else may.
    held_by      BIGINT,
    held_until   BIGINT,
    -- When it was delivered or given up.
    done_at      BIGINT,
    PRIMARY KEY (subscription, feed, seq)
) WITHOUT ROWID;

-- What is due.
CREATE INDEX delivery_due ON delivery (subscription, next_at) WHERE state = 'pending';
-- What comes before what.
CREATE INDEX delivery_in_order ON delivery (subscription, feed, subject, seq) WHERE state = 'pending';
-- What is under way.
CREATE INDEX delivery_held ON delivery (subscription, held_until) WHERE held_until IS NOT NULL;
-- What was given up.
CREATE INDEX delivery_dead ON delivery (subscription, feed, seq) WHERE state = 'dead';
-- What is old enough to be forgotten.
CREATE INDEX delivery_done ON delivery (done_at) WHERE done_at <> 0;

-- The log: each time that an event was sent.
CREATE TABLE delivery_attempt (
    subscription TEXT   NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
    feed         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    attempt_no   BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    -- How long it took, in microseconds.
    took         BIGINT NOT NULL,
    -- The status of the answer, if there was one.
    status       BIGINT,
    -- Why there was none, or why it was no good.
    error        TEXT,
    -- The beginning of the answer's body.
    response     TEXT,
    PRIMARY KEY (subscription, feed, seq, attempt_no)
) WITHOUT ROWID;

CREATE INDEX delivery_attempt_by_time ON delivery_attempt (subscription, at) WHERE at <> 0;
