//! Offerings as a kind of thing that is proposed, carried out and audited.

use jiff::Timestamp;
use serde::Deserialize;

use super::form::{conflict, named, offering_parts, wanted};
use crate::store::catalogue;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;

/// The most offerings of an installation: all of them are held in memory.
const MOST: i64 = 20_000;

/// What the store reads of an offering.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfferingHead {
    organization: String,
    service: String,
    subject: Option<String>,
    iban: String,
    postal_iban: Option<String>,
}

const ONE: &str = "SELECT definition FROM offering WHERE ec = $1 AND service = $2";

const IS_INSTITUTION: &str = "SELECT CAST(1 AS BIGINT) FROM creditor_institution WHERE ec = $1";

/// Who has a subject, and for what.
const OF_SUBJECT: &str = "SELECT ec, service FROM offering WHERE subject = $1";

const PUT: &str = "INSERT INTO offering (ec, service, subject, iban, postal_iban, updated_at, definition) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (ec, service) DO UPDATE SET subject = excluded.subject, \
    iban = excluded.iban, postal_iban = excluded.postal_iban, updated_at = excluded.updated_at, \
    definition = excluded.definition";

for_both_engines! {
    [catalogue]

    /// How an offering is now.
    pub(in crate::store) async fn read_offering(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let (ec, service) = offering_parts(target)?;
        Ok(sqlx::query_scalar(ONE).bind(ec).bind(service).fetch_optional(connection).await?)
    }

    /// Makes an offering as it is wished to be, or takes it away.
    pub(in crate::store) async fn write_offering(
        connection: &mut Connection,
        target: &str,
        form: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (ec, service) = offering_parts(target)?;
        changed(&mut *connection).await?;
        let Some(form) = form else {
            let gone = sqlx::query("DELETE FROM offering WHERE ec = $1 AND service = $2").bind(ec).bind(service);
            return Ok(gone.execute(connection).await.map(drop)?);
        };
        let before = read_offering(&mut *connection, target).await?;
        let (head, text): (OfferingHead, String) = wanted(form, before.as_deref(), at)?;
        named(&head.organization, ec)?;
        named(&head.service, service)?;
        if before.is_none() && is_full(&mut *connection, "SELECT COUNT(*) FROM offering", MOST).await? {
            return Err(conflict("too_many", "The catalogue holds as many offerings as it can."));
        }
        stands_among_others(&mut *connection, &head).await?;
        sqlx::query(PUT)
            .bind(ec)
            .bind(service)
            .bind(&head.subject)
            .bind(&head.iban)
            .bind(&head.postal_iban)
            .bind(at.as_microsecond())
            .bind(text)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// That the institution and the service are there, and that nobody else has the subject.
    async fn stands_among_others(connection: &mut Connection, head: &OfferingHead) -> Result<(), Refused> {
        if !any(&mut *connection, IS_INSTITUTION, &head.organization).await? {
            return Err(conflict("not_registered", "The creditor institution is not registered here."));
        }
        let owner: Option<String> = sqlx::query_scalar("SELECT owner FROM service WHERE id = $1")
            .bind(&head.service)
            .fetch_optional(&mut *connection)
            .await?;
        let Some(owner) = owner else { return Err(conflict("unknown_service", "The service is not there.")) };
        if owner.strip_prefix("ec:").is_some_and(|owner| owner != head.organization) {
            return Err(conflict("service_of_another", "The service is another institution's own."));
        }
        let Some(subject) = &head.subject else { return Ok(()) };
        let taken: Option<(String, String)> =
            sqlx::query_as(OF_SUBJECT).bind(subject).fetch_optional(connection).await?;
        match taken {
            Some((ec, service)) if (&ec, &service) != (&head.organization, &head.service) => {
                Err(conflict("subject_taken", "Another offering has this idSoggettoServizio."))
            }
            _ => Ok(()),
        }
    }
}
