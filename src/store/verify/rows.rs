//! Rows that hang on nothing, or have nothing hanging on them that they need.

use futures_util::TryStreamExt;

use crate::domain::invariants::{Invariant, Violation};

use super::super::dialect::for_both_engines;
use super::Found;

/// Statements that find what should not be: whose it is, its kind, and its name. A notice is named by its
/// position, because its number is told to nobody.
const ORPHANS: [(Invariant, &str); 18] = [
    (
        Invariant::PositionHasOptions,
        "SELECT p.ec, 'position', p.iupd FROM position p WHERE NOT EXISTS \
         (SELECT 1 FROM payment_option o WHERE o.ec = p.ec AND o.iupd = p.iupd)",
    ),
    (
        Invariant::OptionHasNotices,
        "SELECT o.ec, 'option of position', o.iupd FROM payment_option o WHERE NOT EXISTS \
         (SELECT 1 FROM notice n WHERE n.ec = o.ec AND n.iupd = o.iupd AND n.option_no = o.option_no)",
    ),
    (
        Invariant::NoticeHasTransfers,
        "SELECT n.ec, 'notice of position', n.iupd FROM notice n WHERE NOT EXISTS \
         (SELECT 1 FROM transfer t WHERE t.ec = n.ec AND t.notice_number = n.notice_number)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT o.ec, 'option of position', o.iupd FROM payment_option o WHERE NOT EXISTS \
         (SELECT 1 FROM position p WHERE p.ec = o.ec AND p.iupd = o.iupd)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT n.ec, 'notice of position', n.iupd FROM notice n WHERE NOT EXISTS (SELECT 1 FROM payment_option o \
         WHERE o.ec = n.ec AND o.iupd = n.iupd AND o.option_no = n.option_no)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT t.ec, 'transfer of beneficiary', t.beneficiary FROM transfer t WHERE NOT EXISTS \
         (SELECT 1 FROM notice n WHERE n.ec = t.ec AND n.notice_number = t.notice_number)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT t.ec, 'transfer of receipt', t.receipt_key FROM receipt_transfer t WHERE NOT EXISTS \
         (SELECT 1 FROM receipt r WHERE r.ec = t.ec AND r.receipt_key = t.receipt_key)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT r.ec, 'row of file', r.upload_id FROM upload_row r WHERE NOT EXISTS \
         (SELECT 1 FROM upload u WHERE u.ec = r.ec AND u.upload_id = r.upload_id)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT d.feed, 'delivery of event', CAST(d.seq AS TEXT) FROM delivery d WHERE NOT EXISTS \
         (SELECT 1 FROM event e WHERE e.feed = d.feed AND e.seq = d.seq)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT d.feed, 'delivery to subscription', d.subscription FROM delivery d WHERE NOT EXISTS \
         (SELECT 1 FROM subscription s WHERE s.id = d.subscription)",
    ),
    (
        Invariant::ReceiptIsHandedOn,
        "SELECT r.ec, 'receipt', r.receipt_id FROM receipt r WHERE r.class = 'partner' AND NOT EXISTS \
         (SELECT 1 FROM partner_delivery d WHERE d.ec = r.ec AND d.letter = r.receipt_key)",
    ),
    (
        Invariant::RtIsKept,
        "SELECT d.ec, 'receipt', r.receipt_id FROM partner_delivery d JOIN receipt r ON r.ec = d.ec \
         AND r.receipt_key = d.letter WHERE d.form = 'rt' AND d.state = 'delivered' AND NOT EXISTS \
         (SELECT 1 FROM legacy_rt t WHERE t.receipt_id = r.receipt_id AND t.ec = d.ec AND t.issuer = r.issuer \
         AND t.taken_at IS NOT NULL)",
    ),
    (
        Invariant::RtIsKept,
        "SELECT p.ec, 'RPT', p.ccp FROM legacy_rpt p WHERE p.closed_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM legacy_rt t WHERE t.ec = p.ec AND t.iuv = p.iuv AND t.rpt_ccp = p.ccp)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT p.ec, 'RPT', p.ccp FROM legacy_rpt p WHERE NOT EXISTS (SELECT 1 FROM legacy_attempt a \
         WHERE a.ec = p.issuer AND a.iuv = p.iuv AND a.attempt_no = p.attempt_no)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT t.ec, 'RT', t.ccp FROM legacy_rt t WHERE NOT EXISTS (SELECT 1 FROM legacy_attempt a \
         WHERE a.ec = t.issuer AND a.iuv = t.iuv AND a.attempt_no = t.attempt_no)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT a.ec, 'anomaly of receipt', a.receipt_key FROM anomaly a WHERE a.message_digest IS NULL \
         AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.ec = a.ec AND r.receipt_key = a.receipt_key)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT a.ec, 'anomaly of message', a.message_digest FROM anomaly a WHERE a.message_digest <> '' \
         AND NOT EXISTS (SELECT 1 FROM unbooked_message u WHERE u.digest = a.message_digest)",
    ),
    (
        Invariant::NothingIsOrphaned,
        "SELECT n.ec, 'note on anomaly', n.anomaly_id FROM anomaly_note n WHERE NOT EXISTS \
         (SELECT 1 FROM anomaly a WHERE a.ec = n.ec AND a.anomaly_id = n.anomaly_id)",
    ),
];

/// Receipts of payments whose notice is here and not paid.
const UNLINKED: &str = "SELECT r.ec, r.receipt_id FROM receipt r JOIN notice n ON n.ec = r.ec \
    AND n.notice_number = r.notice_number WHERE r.class IN ('unknown_notice', 'partner') AND r.executed AND r.issuer = r.ec \
    AND n.paid_at IS NULL ORDER BY r.ec, r.receipt_key";

for_both_engines! {
    pub(in crate::store) async fn no_orphans(connection: &mut Connection, found: Found<'_>) -> Result<(), sqlx::Error> {
        for (invariant, statement) in ORPHANS {
            let mut rows = sqlx::query_as::<_, (String, String, String)>(statement).fetch(&mut *connection);
            while let Some((ec, kind, name)) = rows.try_next().await? {
                found(Violation { invariant, subject: format!("{ec} {kind} {name}") });
            }
        }
        Ok(())
    }

    /// Payments that have not reached their notice yet.
    pub(in crate::store) async fn unlinked(connection: &mut Connection) -> Result<Vec<Violation>, sqlx::Error> {
        let rows: Vec<(String, String)> = sqlx::query_as(UNLINKED).fetch_all(connection).await?;
        let violation = |(ec, id): (String, String)| Violation {
            invariant: Invariant::KnownNoticeIsSettled,
            subject: format!("{ec} receipt {id}"),
        };
        Ok(rows.into_iter().map(violation).collect())
    }
}
