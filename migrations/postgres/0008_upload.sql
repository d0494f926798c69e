-- Files of positions: what was received, who works on it, and what became of each row.
-- How far an upload is, is told by its rows: they are worked on in order, and the outcome of a row is written
-- in the commit that carries it out.

CREATE TABLE upload (
    ec          TEXT    NOT NULL,
    upload_id   TEXT    NOT NULL,
    broker      TEXT    NOT NULL,
    -- The segregation codes of its sender; none for one who may work with all notices.
    segregation TEXT,
    operation   TEXT    NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
    to_publish  BOOLEAN NOT NULL,
    dry_run     BOOLEAN NOT NULL,
    submitted   BIGINT  NOT NULL,
    received_at BIGINT  NOT NULL,
    -- Who works on it, and until when nobody else may.
    worker      BIGINT,
    held_until  BIGINT,
    -- Once no row is left to do, or its file is lost.
    finished_at BIGINT,
    succeeded   BIGINT,
    -- Its rows are deleted when it is old; that it was there stays.
    purged_at   BIGINT,
    PRIMARY KEY (ec, upload_id)
);

-- The list of files, by the day they came.
CREATE INDEX upload_by_day ON upload (ec, received_at, upload_id);
-- What is left to work on, for all institutions: few rows at any time.
CREATE INDEX upload_open ON upload (received_at) WHERE finished_at IS NULL;
-- What is left to purge.
CREATE INDEX upload_kept ON upload (received_at, upload_id) WHERE purged_at IS NULL;

CREATE TABLE upload_row (
    ec         TEXT   NOT NULL,
    upload_id  TEXT   NOT NULL,
    row_no     BIGINT NOT NULL,
    -- Its line in a CSV file.
    line_no    BIGINT,
    iupd       TEXT,
    status     BIGINT NOT NULL,
    code       TEXT,
    message    TEXT   NOT NULL,
    detail     TEXT,
    violations TEXT,
    PRIMARY KEY (ec, upload_id, row_no),
    FOREIGN KEY (ec, upload_id) REFERENCES upload (ec, upload_id) ON DELETE CASCADE
);
