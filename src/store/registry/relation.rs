//! Which station serves which notices of which institution, and what is allowed between them.
//!
//! The links are rows of their own, by which the hot path goes; their key keeps two stations from serving
//! the same notices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Wanted, form, parsed, wanted};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::party::Allowed;
use crate::domain::registry::{LinkCode, Relation, RelationFlags};
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::rows::read as read_value;
use crate::store::{Store, StoreError};

/// Every row of the flags.
pub(in crate::store) const NAMED_FLAGS: &str =
    "SELECT ec, station, broadcast, mod4, spontaneous_payment, aca, stand_in FROM station_relation";

/// A row of [`NAMED_FLAGS`].
#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct NamedFlags {
    ec: String,
    station: String,
    #[sqlx(flatten)]
    flags: FlagsRow,
}

impl NamedFlags {
    /// Between whom, and what.
    pub(super) fn named(&self) -> ((&str, &str), RelationFlags) {
        ((&self.ec, &self.station), self.flags.flags())
    }

    /// The same, read.
    pub(in crate::store) fn allowed(&self) -> Result<Allowed, StoreError> {
        Ok(Allowed {
            ec: read_value(FiscalCode::new(&self.ec), "fiscal code")?,
            station: read_value(StationCode::new(&self.station), "station code")?,
            flags: self.flags.flags(),
        })
    }
}

/// The flags of a relation; none are set without a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
struct FlagsRow {
    broadcast: bool,
    mod4: bool,
    spontaneous_payment: bool,
    aca: bool,
    stand_in: bool,
}

impl FlagsRow {
    fn flags(&self) -> RelationFlags {
        RelationFlags {
            broadcast: self.broadcast,
            mod4: self.mod4,
            spontaneous_payment: self.spontaneous_payment,
            aca: self.aca,
            stand_in: self.stand_in,
        }
    }
}

impl From<RelationFlags> for FlagsRow {
    fn from(flags: RelationFlags) -> Self {
        FlagsRow {
            broadcast: flags.broadcast,
            mod4: flags.mod4,
            spontaneous_payment: flags.spontaneous_payment,
            aca: flags.aca,
            stand_in: flags.stand_in,
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Form {
    creditor_institution_code: String,
    station_code: String,
    links: Vec<Link>,
    #[serde(flatten)]
    flags: FlagsRow,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Link {
    aux_digit: i64,
    code: String,
}

impl From<LinkCode> for Link {
    fn from(link: LinkCode) -> Self {
        let code = link.code().map(|code| code.to_string()).unwrap_or_default();
        Link { aux_digit: link.aux_digit().number(), code }
    }
}

/// A row of the links read back.
pub(super) fn link_code(aux_digit: i64, code: &str) -> Result<LinkCode, StoreError> {
    let code = if code.is_empty() { Ok(None) } else { TwoDigits::new(code).map(Some) };
    let link =
        AuxDigit::from_number(aux_digit).zip(code.ok()).and_then(|(aux, code)| LinkCode::new(aux, code));
    link.ok_or(StoreError::Corrupt { what: "link of a station" })
}

impl Wanted for Relation {
    fn wanted(&self) -> String {
        wanted(&Form {
            creditor_institution_code: self.ec.to_string(),
            station_code: self.station.to_string(),
            links: self.codes.links().map(Link::from).collect(),
            flags: self.flags.into(),
        })
    }
}

/// How a change names a relation.
pub fn relation_target(ec: &FiscalCode, station: &StationCode) -> String {
    format!("{ec}/{station}")
}

/// Institution and station of a [`relation_target`].
fn parts(target: &str) -> Result<(&str, &str), StoreError> {
    target.split_once('/').ok_or(StoreError::Corrupt { what: "name of a relation" })
}

impl Store {
    /// How a station serves an institution; none if it does not.
    pub async fn relation(
        &self,
        ec: &FiscalCode,
        station: &StationCode,
    ) -> Result<Option<Relation>, StoreError> {
        let census = self.census().await?;
        Ok(census.relations.into_iter().find(|one| one.ec == *ec && one.station == *station))
    }
}

/// The sentence about a code that another station has.
fn taken(link: &Link) -> Conflict {
    match link.aux_digit {
        0 => Conflict::new(
            "application_code_taken",
            "Another station of the institution has the application code.",
        ),
        3 => Conflict::new(
            "segregation_code_taken",
            "Another station of the institution has the segregation code.",
        ),
        _ => Conflict::new("aux_digit_taken", "Another station of the institution serves that aux digit."),
    }
}

for_both_engines! {
    pub(in crate::store) async fn read_relation(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let (ec, station) = parts(target)?;
        let links: Vec<(i64, String)> = sqlx::query_as(
            "SELECT aux_digit, code FROM station_link WHERE ec = $1 AND station = $2 ORDER BY aux_digit, code",
        )
        .bind(ec)
        .bind(station)
        .fetch_all(&mut *connection)
        .await?;
        if links.is_empty() {
            return Ok(None);
        }
        let flags: Option<FlagsRow> = sqlx::query_as(
            "SELECT broadcast, mod4, spontaneous_payment, aca, stand_in FROM station_relation \
             WHERE ec = $1 AND station = $2",
        )
        .bind(ec)
        .bind(station)
        .fetch_optional(connection)
        .await?;
        form(&Form {
            creditor_institution_code: ec.to_owned(),
            station_code: station.to_owned(),
            links: links.into_iter().map(|(aux_digit, code)| Link { aux_digit, code }).collect(),
            flags: flags.unwrap_or_default(),
        })
        .map(Some)
    }

    pub(in crate::store) async fn write_relation(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let (ec, station) = parts(target)?;
        let wanted: Option<Form> = wanted.map(parsed).transpose()?;
        sqlx::query("DELETE FROM station_link WHERE ec = $1 AND station = $2")
            .bind(ec)
            .bind(station)
            .execute(&mut *connection)
            .await?;
        let Some(wanted) = wanted else {
            sqlx::query("DELETE FROM station_relation WHERE ec = $1 AND station = $2")
                .bind(ec)
                .bind(station)
                .execute(connection)
                .await?;
            return Ok(());
        };
        known(&mut *connection, ec, station).await?;
        for link in &wanted.links {
            let added = sqlx::query(
                "INSERT INTO station_link (ec, aux_digit, code, station) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (ec, aux_digit, code) DO NOTHING",
            )
            .bind(ec)
            .bind(link.aux_digit)
            .bind(&link.code)
            .bind(station)
            .execute(&mut *connection)
            .await?;
            if added.rows_affected() == 0 {
                return Err(taken(link).into());
            }
        }
        put_flags(connection, (ec, station), &wanted.flags, at).await?;
        Ok(())
    }

    /// Refuses a relation of what is not registered.
    async fn known(connection: &mut Connection, ec: &str, station: &str) -> Result<(), Refused> {
        let both: Option<i64> = sqlx::query_scalar(
            "SELECT CAST(1 AS BIGINT) FROM creditor_institution c CROSS JOIN station s \
             WHERE c.ec = $1 AND s.station = $2",
        )
        .bind(ec)
        .bind(station)
        .fetch_optional(connection)
        .await?;
        let message = "The institution or the station is not registered here.";
        if both.is_some() { Ok(()) } else { Err(Conflict::new("not_registered", message).into()) }
    }

    async fn put_flags(
        connection: &mut Connection,
        (ec, station): (&str, &str),
        flags: &FlagsRow,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO station_relation (ec, station, broadcast, mod4, spontaneous_payment, aca, stand_in, since) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (ec, station) DO UPDATE SET \
             broadcast = excluded.broadcast, mod4 = excluded.mod4, \
             spontaneous_payment = excluded.spontaneous_payment, aca = excluded.aca, stand_in = excluded.stand_in",
        )
        .bind(ec)
        .bind(station)
        .bind(flags.broadcast)
        .bind(flags.mod4)
        .bind(flags.spontaneous_payment)
        .bind(flags.aca)
        .bind(flags.stand_in)
        .bind(at.as_microsecond())
        .execute(connection)
        .await
        .map(drop)
    }
}
