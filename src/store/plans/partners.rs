//! What is read of letters to partners, behind many that were delivered; and of who answered for a notice.

use super::*;
use crate::store::partners::{answers, claim, list};

/// Everything was delivered but the last ten, which are due.
const FILL: &str = "
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO partner_delivery (ec, letter, id, partner, form, notice_number, made_at, state, attempts, next_at,
            done_at)
        SELECT '77777777777', 'r' || CAST(n AS TEXT), 'i' || CAST(n AS TEXT), 'uno', 'pa_for_node',
        CAST(302000000000000000 + n AS TEXT), n, CASE WHEN n > 19990 THEN 'pending' ELSE 'delivered' END, 0, n,
        CASE WHEN n > 19990 THEN NULL ELSE n END FROM up;
    WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 20000)
        INSERT INTO partner_answer (ec, notice_number, activated_by, activated_at)
        SELECT '77777777777', CAST(302000000000000000 + n AS TEXT), 'uno', n FROM up;";

fn cases(letters: &str) -> [Case; 5] {
    let (now, too_long) = ("#1000000000", "#2000000000");
    let page = [EC, "uno", "pending", "#20001", "i", "#21"];
    // Each index of what is pending bounds what is read: which of them is taken is the planner's choice.
    [
        look_up("due letters", letters, &["uno", now, too_long, "#8"], ["partner_delivery_"; 2]),
        look_up("due partners", claim::DUE_PARTNERS, &[now, ""], ["partner_delivery_"; 2]),
        look_up("waiting letters", claim::WAITING, &[], ["partner_delivery_"; 2]),
        look_up("open letters", list::LIST_OPEN, &page, ["partner_delivery_"; 2]),
        look_up("answered by", answers::READ, &[EC, "302000000000010000"], [PRIMARY, "partner_answer_pkey"]),
    ]
}

#[tokio::test]
async fn on_sqlite_letters_that_are_due_are_found_however_many_were_delivered() {
    deliveries::are_found_on_sqlite(FILL, cases(claim::sqlite::DUE_LETTERS)).await;
}

#[tokio::test]
async fn on_postgres_letters_that_are_due_are_found_however_many_were_delivered() {
    deliveries::are_found_on_postgres(FILL, || cases(claim::postgres::DUE_LETTERS)).await;
}
