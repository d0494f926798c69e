-- What did not fit, for people to look at: receipts of a class that is none of ours to settle, and messages
-- that were answered without being booked. Whether an anomaly is open is told by resolved_at, which the last
-- entry of its history that resolves, closes or reopens has set.

-- Whose message it is, if it names a creditor institution that was known when it came.
ALTER TABLE unbooked_message ADD COLUMN ec TEXT NOT NULL DEFAULT 'gateway';

CREATE TABLE anomaly (
    -- The creditor institution, or 'gateway' for what belongs to none.
    ec             TEXT   NOT NULL,
    anomaly_id     TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    -- The receipt by its id and its key, and the message that was not booked: of a message, the receipt is
    -- the one that it names, booked or not.
    receipt_id     TEXT,
    receipt_key    TEXT,
    message_digest TEXT,
    -- The notice and whose number it is, as far as they are known.
    issuer         TEXT,
    notice_number  TEXT,
    opened_at      BIGINT NOT NULL,
    resolved_at    BIGINT,
    resolution     TEXT,
    -- How many entries its history has.
    entries        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (ec, anomaly_id),
    CHECK (receipt_key IS NOT NULL OR message_digest IS NOT NULL),
    CHECK ((resolved_at IS NULL) = (resolution IS NULL))
) WITHOUT ROWID;

-- What waits, what is done, and all, each in the order in which it was opened. Each condition has to be
-- spelt by the statement that walks in that order, so that no look-up by key takes the index.
CREATE INDEX anomaly_open ON anomaly (ec, opened_at, anomaly_id) WHERE resolved_at IS NULL;
CREATE INDEX anomaly_resolved ON anomaly (ec, opened_at, anomaly_id) WHERE resolved_at IS NOT NULL;
CREATE INDEX anomaly_by_opening ON anomaly (ec, opened_at, anomaly_id) WHERE kind <> '';
-- Of one receipt or notice there are few.
CREATE INDEX anomaly_by_receipt ON anomaly (receipt_key, ec);
CREATE INDEX anomaly_by_notice ON anomaly (notice_number, ec);

-- The history, which only grows. What nobody said (closed by late linking) has neither caller nor person.
CREATE TABLE anomaly_note (
    ec         TEXT   NOT NULL,
    anomaly_id TEXT   NOT NULL,
    note_no    BIGINT NOT NULL,
    noted_at   BIGINT NOT NULL,
    caller     TEXT,
    person     TEXT,
    what       TEXT   NOT NULL CHECK (what IN ('noted', 'resolved', 'reopened', 'closed')),
    resolution TEXT,
    note       TEXT,
    PRIMARY KEY (ec, anomaly_id, note_no)
) WITHOUT ROWID;

-- A receipt that would be matched and that the node's archive answered for has a class of its own now.
UPDATE receipt SET class = 'stand_in' WHERE class = 'matched' AND stand_in = TRUE;

-- What is here already is opened as of the day it came; ids only have to be unlike all others.
INSERT INTO anomaly (ec, anomaly_id, kind, receipt_id, receipt_key, issuer, notice_number, opened_at)
SELECT ec, 'before-' || CAST(ROW_NUMBER() OVER (PARTITION BY ec ORDER BY received_at, receipt_key) AS TEXT),
    class, receipt_id, receipt_key, issuer, notice_number, received_at
FROM receipt WHERE class NOT IN ('matched', 'stand_in', 'secondary_beneficiary');

INSERT INTO anomaly (ec, anomaly_id, kind, message_digest, opened_at)
SELECT ec, digest, 'unbooked_message', digest, received_at FROM unbooked_message;

-- Searches of the inbox, in the order of payment: by what was paid, by a class other than the usual one, by
-- who answered, by what settles nothing; and by the day on which the message came. The conditions are spelt
-- by the one search that each is for. The two that are here already get conditions too, true of every
-- receipt and of every debtor: a planner whose figures are older than the interval that is asked for takes
-- it to be empty, and would then walk the interval to find a single receipt.
DROP INDEX receipt_by_payment;
CREATE INDEX receipt_by_payment ON receipt (ec, COALESCE(paid_at, received_at), receipt_key)
    WHERE primitive <> '';
DROP INDEX receipt_by_debtor;
CREATE INDEX receipt_by_debtor ON receipt (ec, debtor_id, COALESCE(paid_at, received_at), receipt_key)
    WHERE debtor_id <> '';
CREATE INDEX receipt_by_amount ON receipt (ec, amount, COALESCE(paid_at, received_at), receipt_key)
    WHERE amount >= 0;
CREATE INDEX receipt_by_class ON receipt (ec, class, COALESCE(paid_at, received_at), receipt_key)
    WHERE class <> 'matched';
CREATE INDEX receipt_by_stand_in ON receipt (ec, stand_in, COALESCE(paid_at, received_at), receipt_key)
    WHERE stand_in = TRUE;
CREATE INDEX receipt_unsettling ON receipt (ec, settles, COALESCE(paid_at, received_at), receipt_key)
    WHERE settles = FALSE;
CREATE INDEX receipt_by_arrival ON receipt (ec, received_at) WHERE received_at <> 0;
