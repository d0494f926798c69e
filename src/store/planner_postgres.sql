-- What PostgreSQL's planner has to know of tables that it has never analysed. Without figures it takes one
-- value in two hundred for any column: to find one notice, an index that begins with the creditor
-- institution is then as good as its key, and a plan made so stays prepared while the tables fill. Here the
-- tables hold a sample while they are analysed, and are emptied before anybody sees it. Tables with rows
-- are left to autovacuum, whose figures are the better ones.
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM position) OR EXISTS (SELECT 1 FROM payment_option) OR EXISTS (SELECT 1 FROM notice)
        OR EXISTS (SELECT 1 FROM transfer) OR EXISTS (SELECT 1 FROM receipt)
        OR EXISTS (SELECT 1 FROM receipt_transfer) THEN
        RETURN;
    END IF;
    -- Nobody else may write what is emptied below.
    LOCK TABLE position, payment_option, notice, transfer, receipt, receipt_transfer IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT 1 FROM position) OR EXISTS (SELECT 1 FROM payment_option) OR EXISTS (SELECT 1 FROM notice)
        OR EXISTS (SELECT 1 FROM transfer) OR EXISTS (SELECT 1 FROM receipt)
        OR EXISTS (SELECT 1 FROM receipt_transfer) THEN
        RETURN;
    END IF;
    -- A creditor institution has all rows: no statement may rely on it to leave few. So many of them are in
    -- the sample that none is listed as frequent, or every other one would pass for rare.
    ALTER TABLE position ALTER COLUMN ec SET (n_distinct = 1);
    ALTER TABLE payment_option ALTER COLUMN ec SET (n_distinct = 1);
    ALTER TABLE notice ALTER COLUMN ec SET (n_distinct = 1);
    ALTER TABLE transfer ALTER COLUMN ec SET (n_distinct = 1);
    ALTER TABLE receipt ALTER COLUMN ec SET (n_distinct = 1);
    ALTER TABLE receipt_transfer ALTER COLUMN ec SET (n_distinct = 1);
    INSERT INTO position (ec, iupd, company_name, stand_in_allowed, created_at, updated_at, published_at, version)
        SELECT n, n, 'x', TRUE, n, n, n, 1 FROM generate_series(1, 400) n;
    INSERT INTO payment_option (ec, iupd, option_no, is_plan, expires, debtor_kind, debtor_id, debtor_name)
        SELECT n, n, 1, FALSE, TRUE, 'F', n % 100, 'x' FROM generate_series(1, 400) n;
    INSERT INTO notice (ec, notice_number, iuv, iupd, option_no, notice_no, amount, description, due_at, paid_at)
        SELECT n, n, n, n, 1, 1, 1, 'x', n, CASE WHEN n % 2 = 0 THEN n END FROM generate_series(1, 400) n;
    INSERT INTO transfer (ec, notice_number, id_transfer, amount, beneficiary, remittance, category, iban)
        SELECT n, n, 1, 1, n, 'x', 'x', n % 100 FROM generate_series(1, 400) n;
    INSERT INTO receipt (ec, receipt_key, receipt_id, notice_number, issuer, creditor_reference, class, settles,
        executed, stand_in, amount, psp, psp_name, channel, broker, station, primitive, received_at, raw)
        SELECT n, n, n, n, n, n, 'x', TRUE, TRUE, FALSE, 1, 'x', 'x', 'x', 'x', 'x', 'x', n, ''
        FROM generate_series(1, 400) n;
    INSERT INTO receipt_transfer (ec, receipt_key, line_no, id_transfer, amount, beneficiary, category, remittance)
        SELECT n, n, 1, 1, 1, n, 'x', 'x' FROM generate_series(1, 400) n;
    ANALYZE position, payment_option, notice, transfer, receipt, receipt_transfer;
    TRUNCATE position, payment_option, notice, transfer, receipt, receipt_transfer;
END $$;
