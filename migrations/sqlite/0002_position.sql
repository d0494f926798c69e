-- Debt positions as facts. No column holds a status: domain::status derives it.
-- Instants are UTC in microseconds, amounts are euro cents.

CREATE TABLE position (
    ec               TEXT    NOT NULL,
    iupd             TEXT    NOT NULL,
    company_name     TEXT    NOT NULL,
    office_name      TEXT,
    stand_in_allowed BOOLEAN NOT NULL,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL,
    published_at     BIGINT,
    invalidated_at   BIGINT,
    version          BIGINT  NOT NULL,
    PRIMARY KEY (ec, iupd)
) WITHOUT ROWID;

CREATE TABLE payment_option (
    ec            TEXT    NOT NULL,
    iupd          TEXT    NOT NULL,
    option_no     BIGINT  NOT NULL,
    is_plan       BOOLEAN NOT NULL,
    description   TEXT,
    valid_from    BIGINT,
    expires       BOOLEAN NOT NULL,
    debtor_kind   TEXT    NOT NULL CHECK (debtor_kind IN ('F', 'G')),
    debtor_id     TEXT    NOT NULL,
    debtor_name   TEXT    NOT NULL,
    street        TEXT,
    civic_number  TEXT,
    postal_code   TEXT,
    city          TEXT,
    province      TEXT,
    region        TEXT,
    country       TEXT,
    email         TEXT,
    phone         TEXT,
    PRIMARY KEY (ec, iupd, option_no),
    FOREIGN KEY (ec, iupd) REFERENCES position (ec, iupd) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE notice (
    ec            TEXT   NOT NULL,
    notice_number TEXT   NOT NULL,
    iuv           TEXT   NOT NULL,
    iupd          TEXT   NOT NULL,
    option_no     BIGINT NOT NULL,
    notice_no     BIGINT NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 99999999999),
    description   TEXT   NOT NULL,
    due_at        BIGINT NOT NULL,
    retention_at  BIGINT,
    metadata      TEXT,
    paid_at       BIGINT,
    paid_receipt  TEXT,
    paid_fee      BIGINT,
    paid_psp      TEXT,
    paid_method   TEXT,
    PRIMARY KEY (ec, notice_number),
    UNIQUE (ec, iuv),
    UNIQUE (ec, iupd, option_no, notice_no),
    FOREIGN KEY (ec, iupd, option_no) REFERENCES payment_option (ec, iupd, option_no) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE transfer (
    ec             TEXT   NOT NULL,
    notice_number  TEXT   NOT NULL,
    id_transfer    BIGINT NOT NULL CHECK (id_transfer BETWEEN 1 AND 5),
    amount         BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 99999999999),
    beneficiary    TEXT   NOT NULL,
    company_name   TEXT,
    remittance     TEXT   NOT NULL,
    category       TEXT   NOT NULL,
    iban           TEXT,
    postal_iban    TEXT,
    stamp_hash     TEXT,
    stamp_kind     TEXT,
    stamp_province TEXT,
    metadata       TEXT,
    reported_at    BIGINT,
    PRIMARY KEY (ec, notice_number, id_transfer),
    CHECK ((iban IS NULL) <> (stamp_hash IS NULL)),
    FOREIGN KEY (ec, notice_number) REFERENCES notice (ec, notice_number) ON DELETE CASCADE
) WITHOUT ROWID;
