//! How a revocation list is read and written where changes are carried out.

use jiff::Timestamp;

use crate::domain::governance::Conflict;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

use super::lists::{ListRow, of_row, read_form, revocation_list_form};

for_both_engines! {
    /// The list of that authority, in its form.
    pub(in crate::store) async fn read_revocation_list(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<ListRow> = sqlx::query_as(
            "SELECT authority, issuer, pem, this_update, next_update, uploaded_at FROM revocation_list \
             WHERE authority = $1",
        )
        .bind(target)
        .fetch_optional(connection)
        .await?;
        Ok(row.map(of_row).transpose()?.as_ref().map(revocation_list_form))
    }

    /// Puts a list in the place of an older one, or takes it away.
    pub(in crate::store) async fn write_revocation_list(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else {
            sqlx::query("DELETE FROM revocation_list WHERE authority = $1")
                .bind(target)
                .execute(connection)
                .await?;
            return Ok(());
        };
        let list = read_form(target, wanted, at)?;
        let put = sqlx::query(
            "INSERT INTO revocation_list (authority, issuer, pem, this_update, next_update, uploaded_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (authority) DO UPDATE SET issuer = excluded.issuer, \
             pem = excluded.pem, this_update = excluded.this_update, next_update = excluded.next_update, \
             uploaded_at = excluded.uploaded_at WHERE revocation_list.this_update <= excluded.this_update",
        )
        .bind(list.authority.as_str())
        .bind(&list.issuer)
        .bind(&list.pem)
        .bind(list.this_update.as_microsecond())
        .bind(list.next_update.map(Timestamp::as_microsecond))
        .bind(list.uploaded_at.as_microsecond())
        .execute(connection)
        .await?;
        // An old list would let in again who was taken back since.
        if put.rows_affected() == 0 {
            let message = "A newer list of the same authority is here already.";
            return Err(Conflict::new("older_list", message).into());
        }
        Ok(())
    }
}
