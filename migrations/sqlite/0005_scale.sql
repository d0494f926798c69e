-- Searches of the list, so that a page costs the same however much a creditor institution has.
-- Each index costs every insert, so there is one for each way to begin a search and none for the rest: a
-- notice number, a IUV and a iupd are found by their keys.
-- The conditions are true of every row (or of every paid one). They are there so that only a statement that
-- spells them can use the index: a planner that knows little of a young table would take any index that
-- begins with the creditor institution for a look-up by key, and then read all that it has.

-- Pages in the order of creation, which is the order of the list unless another is asked for.
CREATE INDEX position_by_creation ON position (ec, created_at, iupd) WHERE created_at <> 0;

-- What changed since a moment, and pages in the order of change.
CREATE INDEX position_by_change ON position (ec, updated_at, iupd) WHERE updated_at <> 0;

-- The positions of a debtor: a person has few, so the person comes first.
CREATE INDEX payment_option_by_debtor ON payment_option (debtor_id, ec);

-- Due in an interval.
CREATE INDEX notice_by_due ON notice (ec, due_at) WHERE due_at <> 0;

-- Paid in an interval. Those not paid are not in it, so that creation does not pay for it.
CREATE INDEX notice_by_payment ON notice (ec, paid_at) WHERE paid_at <> 0;

-- Transfers to an account whose number changes, so many at a time, from the first notice on.
CREATE INDEX transfer_by_iban ON transfer (iban, ec, notice_number) WHERE iban <> '';

-- The receipts of a notice: few, so the notice comes first.
DROP INDEX receipt_by_notice;
CREATE INDEX receipt_by_notice ON receipt (notice_number, ec);
