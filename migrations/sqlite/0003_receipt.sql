-- Receipts: the raw message and its facts, booked once per recipient and receipt id.
-- They hang on no position, because none may be lost for want of one.
-- The contract puts no limit on a receipt id and an index has one: the key is the id, or the digest of
-- an id that is too long. For the same reason a transfer is keyed by its line and not by its id, which
-- nothing keeps from coming twice.

CREATE TABLE receipt (
    ec                 TEXT    NOT NULL,
    receipt_key        TEXT    NOT NULL,
    receipt_id         TEXT    NOT NULL,
    notice_number      TEXT    NOT NULL,
    issuer             TEXT    NOT NULL,
    creditor_reference TEXT    NOT NULL,
    class              TEXT    NOT NULL,
    settles            BOOLEAN NOT NULL,
    executed           BOOLEAN NOT NULL,
    stand_in           BOOLEAN NOT NULL,
    amount             BIGINT  NOT NULL,
    fee                BIGINT,
    paid_at            BIGINT,
    application_date   TEXT,
    transfer_date      TEXT,
    method             TEXT,
    psp                TEXT    NOT NULL,
    psp_fiscal_code    TEXT,
    psp_name           TEXT    NOT NULL,
    channel            TEXT    NOT NULL,
    broker             TEXT    NOT NULL,
    station            TEXT    NOT NULL,
    primitive          TEXT    NOT NULL,
    received_at        BIGINT  NOT NULL,
    raw                BLOB    NOT NULL,
    PRIMARY KEY (ec, receipt_key)
);

CREATE INDEX receipt_by_notice ON receipt (ec, notice_number);

CREATE TABLE receipt_transfer (
    ec          TEXT   NOT NULL,
    receipt_key TEXT   NOT NULL,
    line_no     BIGINT NOT NULL,
    id_transfer BIGINT NOT NULL,
    amount      BIGINT NOT NULL,
    beneficiary TEXT   NOT NULL,
    iban        TEXT,
    stamp       BLOB,
    category    TEXT   NOT NULL,
    remittance  TEXT   NOT NULL,
    PRIMARY KEY (ec, receipt_key, line_no),
    FOREIGN KEY (ec, receipt_key) REFERENCES receipt (ec, receipt_key)
) WITHOUT ROWID;
