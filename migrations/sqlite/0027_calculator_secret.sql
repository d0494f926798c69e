-- Which of the secrets of an offering signs what its calculator is asked: they follow from its name and a count,
-- and none is kept. An offering without a row has its first one. The row outlives the offering, so that a secret
-- that was handed out once never signs again.

CREATE TABLE calculator_secret (
    ec             TEXT   NOT NULL,
    service        TEXT   NOT NULL,
    number         BIGINT NOT NULL,
    -- Until when the one before it signs too.
    previous_until BIGINT,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (ec, service)
) WITHOUT ROWID;
