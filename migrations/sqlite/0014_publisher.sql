-- How far each feed is published to another engine, and who publishes it: one at a time.

CREATE TABLE publisher (
    -- What it is published to.
    name       TEXT   NOT NULL,
    feed       TEXT   NOT NULL,
    -- The last event that the engine has confirmed.
    done       BIGINT NOT NULL,
    -- Who works on it, and until when nobody else may.
    worker     BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    PRIMARY KEY (name, feed)
);
