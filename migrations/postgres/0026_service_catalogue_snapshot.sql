-- What payment service providers were told of the catalogue (CatalogoServizi 2.0.0), day by day: a row for each
-- day on which it differed from the day before. What can be paid never depends on it.
CREATE TABLE service_catalogue_snapshot (
    -- The day in Italy, such as 2026-11-22.
    day      TEXT   NOT NULL PRIMARY KEY,
    made_at  BIGINT NOT NULL,
    -- None where there was nothing to tell.
    document BYTEA
);
