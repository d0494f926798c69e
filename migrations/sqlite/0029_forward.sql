-- What became of questions that partners answer, and receipts on their way to partners.
-- Nothing here hangs on a notice or a receipt: both outlive it and are found by their names.

-- Who answered for a notice last. A notice that only we were ever asked for has no row.
CREATE TABLE partner_answer (
    ec            TEXT   NOT NULL,
    notice_number TEXT   NOT NULL,
    -- Who answered its last activation: a partner, or '' for this gateway. None before the first.
    activated_by  TEXT,
    activated_at  BIGINT,
    -- For which partner this gateway answered, from the position that is here, and when it did so last.
    stood_in_for  TEXT,
    stood_in_at   BIGINT,
    PRIMARY KEY (ec, notice_number)
) WITHOUT ROWID;

-- What is handed on to partners. It is written in the commit of the receipt, and kept.
CREATE TABLE partner_delivery (
    -- Whose receipt.
    ec            TEXT   NOT NULL,
    -- The key of the receipt, or the name of a letter that is made without one.
    letter        TEXT   NOT NULL,
    -- A digest of both, for people and programs.
    id            TEXT   NOT NULL,
    partner       TEXT   NOT NULL,
    form          TEXT   NOT NULL CHECK (form IN ('pa_for_node', 'rt')),
    -- What is told in order.
    notice_number TEXT   NOT NULL,
    made_at       BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('pending', 'delivered')),
    attempts      BIGINT NOT NULL,
    next_at       BIGINT NOT NULL,
    -- Who sends it, and until when nobody else may.
    held_by       BIGINT,
    held_until    BIGINT,
    -- When it was sent last, and why it was not taken.
    last_at       BIGINT,
    last_error    TEXT,
    -- The code by which the partner refused it last.
    refused       TEXT,
    -- When people were told that it does not arrive.
    told_at       BIGINT,
    done_at       BIGINT,
    PRIMARY KEY (ec, letter)
) WITHOUT ROWID;

CREATE UNIQUE INDEX partner_delivery_by_id ON partner_delivery (id);
-- What is due.
CREATE INDEX partner_delivery_due ON partner_delivery (partner, next_at) WHERE state = 'pending';
-- What comes before what.
CREATE INDEX partner_delivery_in_order ON partner_delivery (partner, ec, notice_number, made_at, letter)
    WHERE state = 'pending';
-- The view of it: the latest first.
CREATE INDEX partner_delivery_by_time ON partner_delivery (made_at, id) WHERE made_at <> 0;
-- What waits: the oldest of it, and the view of it.
CREATE INDEX partner_delivery_waiting ON partner_delivery (made_at, id, refused) WHERE state = 'pending';
