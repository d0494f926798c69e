-- What is known of the accounts on which creditors receive money, and when stations are not there.

-- What the creditor says of an account. Days are those of Italy in which the instants lie.
ALTER TABLE iban ADD COLUMN company_name TEXT;
ALTER TABLE iban ADD COLUMN description TEXT;
-- Whether the creditor wants money on it.
ALTER TABLE iban ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
-- From when; none for always.
ALTER TABLE iban ADD COLUMN valid_from BIGINT;
-- Until when; the same for all creditors that have the account, because it is their first who says so.
ALTER TABLE iban ADD COLUMN due_at BIGINT;
-- When it came into the census; 0 for before anybody looked.
ALTER TABLE iban ADD COLUMN published_at BIGINT NOT NULL DEFAULT 0;

-- Whose an account is: the first that has it in its census.
CREATE INDEX iban_by_account ON iban (iban, published_at, ec);

-- What is paid to an account beside another one, on slips of the post office.
CREATE INDEX transfer_by_postal_iban ON transfer (postal_iban, ec, notice_number) WHERE postal_iban <> '';

-- What an account can be chosen for beside what the node knows (domain::account::Purpose).
CREATE TABLE iban_purpose (
    purpose     TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL
);

-- Which account a creditor has chosen for what: one for each purpose.
CREATE TABLE iban_label (
    ec    TEXT NOT NULL,
    label TEXT NOT NULL,
    iban  TEXT NOT NULL,
    PRIMARY KEY (ec, label)
);

-- Accounts that are to go on a day.
CREATE TABLE iban_deletion (
    id           TEXT   NOT NULL PRIMARY KEY,
    ec           TEXT   NOT NULL,
    iban         TEXT   NOT NULL,
    scheduled_at BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    -- How it ended, if it has.
    outcome      TEXT CHECK (outcome IN ('completed', 'failed', 'canceled')),
    ended_at     BIGINT,
    reason       TEXT,
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);

-- One at a time for an account.
CREATE UNIQUE INDEX iban_deletion_open ON iban_deletion (ec, iban) WHERE outcome IS NULL;
-- What is due.
CREATE INDEX iban_deletion_due ON iban_deletion (scheduled_at) WHERE outcome IS NULL;
-- Those of a creditor.
CREATE INDEX iban_deletion_of_institution ON iban_deletion (ec, requested_at, id) WHERE requested_at <> 0;

-- When a station is not there.
CREATE TABLE maintenance (
    broker   TEXT    NOT NULL,
    id       BIGINT  NOT NULL,
    station  TEXT    NOT NULL,
    start_at BIGINT  NOT NULL,
    end_at   BIGINT  NOT NULL,
    stand_in BOOLEAN NOT NULL,
    PRIMARY KEY (broker, id),
    CHECK (start_at < end_at)
);

-- Of a station, and of a broker in a year.
CREATE INDEX maintenance_of_station ON maintenance (station, end_at);
CREATE INDEX maintenance_of_broker ON maintenance (broker, start_at, id) WHERE start_at <> 0;
