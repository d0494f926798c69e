-- Receipts can be found: by when they were paid, by who owed, and by the creditor's reference.
-- Debtor, payer and description are copied out of the message from now on. Receipts that are here already
-- take the debtor of their notice, where it is managed here; their raw message still has the rest.

ALTER TABLE receipt ADD COLUMN debtor_id TEXT;
ALTER TABLE receipt ADD COLUMN payer_id TEXT;
ALTER TABLE receipt ADD COLUMN description TEXT;
ALTER TABLE receipt ADD COLUMN company_name TEXT;

UPDATE receipt SET debtor_id = (
    SELECT o.debtor_id FROM notice n
    JOIN payment_option o ON o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no
    WHERE n.ec = receipt.ec AND n.notice_number = receipt.notice_number)
WHERE issuer = ec;

-- A receipt that does not say when it was paid counts as paid when it came.
CREATE INDEX receipt_by_payment ON receipt (ec, COALESCE(paid_at, received_at), receipt_key);

CREATE INDEX receipt_by_debtor ON receipt (ec, debtor_id, COALESCE(paid_at, received_at), receipt_key);

CREATE INDEX receipt_by_reference ON receipt (ec, creditor_reference);
