-- What is kept of payments at partners that speak the old primitives: attempts, their RPTs and their RTs.
-- Only facts are here; how an attempt stands follows from them and the clock.

CREATE TABLE legacy_attempt (
    -- The creditor institution that issued the notice.
    ec            TEXT   NOT NULL,
    iuv           TEXT   NOT NULL,
    -- From 1.
    attempt_no    BIGINT NOT NULL,
    -- codiceContestoPagamento: the name that the partner knows it by.
    ccp           TEXT   NOT NULL,
    notice_number TEXT   NOT NULL,
    partner       TEXT   NOT NULL,
    broker        TEXT   NOT NULL,
    station       TEXT   NOT NULL,
    begun         TEXT   NOT NULL CHECK (begun IN ('node', 'partner', 'receipt')),
    began_at      BIGINT NOT NULL,
    -- When the partner was last asked to activate it, for how much, in cents, and when it answered that.
    asked_at      BIGINT,
    asked_amount  BIGINT,
    answered_at   BIGINT,
    -- What it answered.
    amount        BIGINT,
    iban          TEXT,
    -- What the node was told and the partner did not say: words with blanks between.
    invented      TEXT   NOT NULL,
    PRIMARY KEY (ec, iuv, attempt_no)
);

-- Not by creditor first: see 0005.
CREATE UNIQUE INDEX legacy_attempt_by_ccp ON legacy_attempt (ccp, iuv, ec);
CREATE INDEX legacy_attempt_by_notice ON legacy_attempt (notice_number, ec, began_at);
-- The attempts of a creditor, the latest first. The condition is true of every row: see 0005.
CREATE INDEX legacy_attempt_by_time ON legacy_attempt (ec, began_at, iuv, attempt_no) WHERE began_at <> 0;

CREATE TABLE legacy_rpt (
    -- The creditor institution whose RPT it is (identificativoDominio).
    ec          TEXT   NOT NULL,
    iuv         TEXT   NOT NULL,
    ccp         TEXT   NOT NULL,
    -- The attempt that it belongs to: in a cart the notice is that of one of its institutions.
    issuer      TEXT   NOT NULL,
    attempt_no  BIGINT NOT NULL,
    partner     TEXT   NOT NULL,
    -- The cart that it came in.
    cart        TEXT,
    amount      BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- When its first RT was made.
    closed_at   BIGINT,
    -- When the partner took its last RT.
    settled_at  BIGINT,
    -- As received.
    body        BYTEA  NOT NULL,
    PRIMARY KEY (ec, iuv, ccp)
);

CREATE INDEX legacy_rpt_of_attempt ON legacy_rpt (iuv, issuer, attempt_no);
-- What may have expired.
CREATE INDEX legacy_rpt_open ON legacy_rpt (received_at) WHERE closed_at IS NULL;
-- What a partner still waits for.
CREATE INDEX legacy_rpt_pending ON legacy_rpt (partner, received_at, ec, iuv, ccp) WHERE settled_at IS NULL;

CREATE TABLE legacy_rt (
    -- The creditor institution that it is for.
    ec           TEXT   NOT NULL,
    iuv          TEXT   NOT NULL,
    -- Its own name: that of the RPT, or a version of it.
    ccp          TEXT   NOT NULL,
    issuer       TEXT   NOT NULL,
    attempt_no   BIGINT NOT NULL,
    -- The name of the RPT that it answers, or of the attempt if there is none.
    rpt_ccp      TEXT   NOT NULL,
    partner      TEXT   NOT NULL,
    outcome      TEXT   NOT NULL CHECK (outcome IN ('executed', 'expired')),
    -- The id of the receipt that it tells of; '' if it tells of none.
    receipt_id   TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    taken_at     BIGINT,
    refused_at   BIGINT,
    -- The code of the partner's last refusal, or why it could not be asked.
    refused_code TEXT,
    -- As sent.
    body         BYTEA  NOT NULL,
    PRIMARY KEY (ec, iuv, ccp)
);

CREATE INDEX legacy_rt_of_attempt ON legacy_rt (iuv, issuer, attempt_no);
-- A receipt has one RT for each beneficiary.
CREATE UNIQUE INDEX legacy_rt_of_receipt ON legacy_rt (receipt_id, ec, issuer) WHERE receipt_id <> '';
