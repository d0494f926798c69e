-- The cost of notifying a notice, which its amount has in it already, and when the node last asked for the
-- notice in order to pay it.
ALTER TABLE notice ADD COLUMN notification_fee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN activated_at BIGINT;
