-- All that the register knows of institutions, brokers and stations, beside what the hot path reads.
-- Whoever was registered before is enabled, and has no instants.

ALTER TABLE creditor_institution ADD COLUMN description TEXT;
ALTER TABLE creditor_institution ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
-- The code by which home banking finds it.
ALTER TABLE creditor_institution ADD COLUMN cbill_code TEXT;
ALTER TABLE creditor_institution ADD COLUMN location TEXT;
ALTER TABLE creditor_institution ADD COLUMN city TEXT;
ALTER TABLE creditor_institution ADD COLUMN zip_code TEXT;
ALTER TABLE creditor_institution ADD COLUMN country_code TEXT;
ALTER TABLE creditor_institution ADD COLUMN tax_domicile TEXT;
ALTER TABLE creditor_institution ADD COLUMN psp_payment BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE creditor_institution ADD COLUMN reporting_ftp BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE creditor_institution ADD COLUMN reporting_zip BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE broker ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE broker ADD COLUMN extended_fault_bean BOOLEAN NOT NULL DEFAULT FALSE;

-- Named as in the published contract. No password is kept.
ALTER TABLE station ADD COLUMN enabled BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE station ADD COLUMN version BIGINT NOT NULL DEFAULT 2;
-- Where the node calls.
ALTER TABLE station ADD COLUMN protocol TEXT NOT NULL DEFAULT 'HTTPS';
ALTER TABLE station ADD COLUMN ip TEXT;
ALTER TABLE station ADD COLUMN port BIGINT NOT NULL DEFAULT 443;
ALTER TABLE station ADD COLUMN service TEXT;
ALTER TABLE station ADD COLUMN pof_service TEXT;
-- Where the institution really listens.
ALTER TABLE station ADD COLUMN target_host TEXT;
ALTER TABLE station ADD COLUMN target_port BIGINT;
ALTER TABLE station ADD COLUMN target_path TEXT;
ALTER TABLE station ADD COLUMN target_host_pof TEXT;
ALTER TABLE station ADD COLUMN target_port_pof BIGINT;
ALTER TABLE station ADD COLUMN target_path_pof TEXT;
-- Where payers come back to.
ALTER TABLE station ADD COLUMN redirect_protocol TEXT;
ALTER TABLE station ADD COLUMN redirect_ip TEXT;
ALTER TABLE station ADD COLUMN redirect_port BIGINT;
ALTER TABLE station ADD COLUMN redirect_path TEXT;
ALTER TABLE station ADD COLUMN redirect_query_string TEXT;
-- Where spontaneous payments are asked for.
ALTER TABLE station ADD COLUMN protocol_4mod TEXT;
ALTER TABLE station ADD COLUMN ip_4mod TEXT;
ALTER TABLE station ADD COLUMN port_4mod BIGINT;
ALTER TABLE station ADD COLUMN service_4mod TEXT;
ALTER TABLE station ADD COLUMN proxy_enabled BOOLEAN;
ALTER TABLE station ADD COLUMN proxy_host TEXT;
ALTER TABLE station ADD COLUMN proxy_port BIGINT;
ALTER TABLE station ADD COLUMN proxy_username TEXT;
-- Times in seconds.
ALTER TABLE station ADD COLUMN thread_number BIGINT NOT NULL DEFAULT 1;
ALTER TABLE station ADD COLUMN timeout_a BIGINT NOT NULL DEFAULT 7;
ALTER TABLE station ADD COLUMN timeout_b BIGINT NOT NULL DEFAULT 30;
ALTER TABLE station ADD COLUMN timeout_c BIGINT NOT NULL DEFAULT 120;
ALTER TABLE station ADD COLUMN flag_online BOOLEAN;
ALTER TABLE station ADD COLUMN invio_rt_istantaneo BOOLEAN;
ALTER TABLE station ADD COLUMN flag_standin BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE station ADD COLUMN is_payment_options_enabled BOOLEAN;
ALTER TABLE station ADD COLUMN rest_endpoint TEXT;
ALTER TABLE station ADD COLUMN created_at BIGINT;
ALTER TABLE station ADD COLUMN changed_at BIGINT;
-- When it was first enabled.
ALTER TABLE station ADD COLUMN activated_at BIGINT;

-- What is allowed between a station and an institution that it serves, whatever the code: which notices it
-- serves is in station_link. Without a row nothing of this is allowed.
CREATE TABLE station_relation (
    ec                  TEXT    NOT NULL REFERENCES creditor_institution (ec) ON DELETE CASCADE,
    station             TEXT    NOT NULL REFERENCES station (station) ON DELETE CASCADE,
    broadcast           BOOLEAN NOT NULL DEFAULT FALSE,
    mod4                BOOLEAN NOT NULL DEFAULT FALSE,
    spontaneous_payment BOOLEAN NOT NULL DEFAULT FALSE,
    aca                 BOOLEAN NOT NULL DEFAULT FALSE,
    stand_in            BOOLEAN NOT NULL DEFAULT FALSE,
    -- Since when the station serves the institution.
    since               BIGINT,
    PRIMARY KEY (ec, station)
) WITHOUT ROWID;

INSERT INTO station_relation (ec, station) SELECT DISTINCT ec, station FROM station_link;

-- What stands for an institution in the codes printed on its notices.
CREATE TABLE encoding (
    ec   TEXT NOT NULL REFERENCES creditor_institution (ec) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('QR_CODE', 'BARCODE_128_AIM')),
    code TEXT NOT NULL,
    PRIMARY KEY (ec, kind, code)
) WITHOUT ROWID;

INSERT INTO encoding (ec, kind, code) SELECT ec, 'QR_CODE', ec FROM creditor_institution;

-- Whom to call when payments of an institution do not work.
CREATE TABLE contact (
    ec        TEXT NOT NULL PRIMARY KEY REFERENCES creditor_institution (ec) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    referent  TEXT NOT NULL,
    email     TEXT NOT NULL,
    telephone TEXT NOT NULL
) WITHOUT ROWID;
