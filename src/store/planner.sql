-- What SQLite's planner has to know of tables before they are full. Without figures it takes every
-- index to be about equally good from its first column on, and every key here begins with the creditor
-- institution: it then reads all that a creditor has to find one position. Measuring instead (ANALYZE)
-- would be as wrong as long as the tables are small, and its samples make every statement be planned
-- again whenever a value is bound.
PRAGMA analysis_limit = 100;
ANALYZE creditor_institution;
DELETE FROM sqlite_stat1;
-- A million rows; the creditor institution or an account leave 100 000 of them, any other first column or
-- more columns leave four, all columns of a unique key leave one.
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT t.name, i.name, '1000000' || (
    SELECT group_concat(
        CASE WHEN i."unique" AND c.seqno = (SELECT max(seqno) FROM pragma_index_info(i.name)) THEN ' 1'
             WHEN c.seqno = 0 AND c.name IN ('ec', 'iban') THEN ' 100000'
             ELSE ' 4' END, '')
    FROM pragma_index_info(i.name) c)
FROM sqlite_schema t, pragma_index_list(t.name) i
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%';
ANALYZE sqlite_schema;
