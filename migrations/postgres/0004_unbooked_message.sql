-- Receipt messages that were answered without being booked: refused (with their fault), or of a receipt id
-- that is booked with other facts. Money may have moved: a person has to look.
CREATE TABLE unbooked_message (
    digest      TEXT   NOT NULL PRIMARY KEY,
    primitive   TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    received_at BIGINT NOT NULL,
    raw         BYTEA  NOT NULL
);
