-- Stations that were removed, and whose they were: what was asked of one before may be paid after, and its
-- receipt is taken then too. A row without effect is left when a station of the code is registered again.

CREATE TABLE former_station (
    station TEXT NOT NULL PRIMARY KEY,
    broker  TEXT NOT NULL
);
