//! Institutions under the published contract as a kind of thing that is proposed, carried out and audited.

use jiff::Timestamp;

use super::form::{OrganizationForm, conflict, named};
use crate::store::StoreError;
use crate::store::catalogue;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::registry::{self, Hanging};
use crate::store::rows::read;

const IS_INSTITUTION: &str = "SELECT CAST(1 AS BIGINT) FROM creditor_institution WHERE ec = $1";

const HANGING: [Hanging; 1] = [("services", "SELECT CAST(1 AS BIGINT) FROM offering WHERE ec = $1 LIMIT 1")];

const PUT: &str = "INSERT INTO catalogue_organization (ec, company_name, enabled, updated_at) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (ec) DO UPDATE SET company_name = excluded.company_name, \
    enabled = excluded.enabled, updated_at = excluded.updated_at";

for_both_engines! {
    [catalogue, registry]

    /// How an institution is now.
    pub(in crate::store) async fn read_organization(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let row: Option<OrganizationForm> =
            sqlx::query_as("SELECT ec, company_name, enabled FROM catalogue_organization WHERE ec = $1")
                .bind(target)
                .fetch_optional(connection)
                .await?;
        let unwritten = |_| StoreError::Corrupt { what: "institution of the catalogue" };
        Ok(row.map(|row| serde_json::to_string(&row)).transpose().map_err(unwritten)?)
    }

    /// Makes an institution as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_organization(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        changed(&mut *connection).await?;
        let Some(form) = form else {
            free_of(&mut *connection, target, &HANGING).await?;
            let gone = sqlx::query("DELETE FROM catalogue_organization WHERE ec = $1").bind(target);
            return Ok(gone.execute(connection).await.map(drop)?);
        };
        let form: OrganizationForm = read(serde_json::from_str(form), "institution of a proposal")?;
        named(&form.ec, target)?;
        if !any(&mut *connection, IS_INSTITUTION, target).await? {
            return Err(conflict("not_registered", "The creditor institution is not registered here."));
        }
        sqlx::query(PUT)
            .bind(target)
            .bind(&form.company_name)
            .bind(form.enabled)
            .bind(at.as_microsecond())
            .execute(connection)
            .await?;
        Ok(())
    }
}
