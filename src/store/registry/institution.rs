//! Creditor institutions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Hanging, Wanted, form, parsed, still_referred_to, wanted};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::registry::institution::{TwoCharacters, ZipCode};
use crate::domain::registry::{CbillCode, EncodingKind, InstitutionAddress, InstitutionFacts, Reporting};
use crate::domain::text::Text;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::registry;
use crate::store::rows::read as read_value;
use crate::store::{Store, StoreError};

/// The columns of [`InstitutionRow`].
macro_rules! institution_columns {
    () => {
        "SELECT ec AS creditor_institution_code, name AS business_name, description, enabled, cbill_code, location, \
         city, zip_code, country_code, tax_domicile, psp_payment, reporting_ftp, reporting_zip \
         FROM creditor_institution"
    };
}
pub(super) use institution_columns;

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(super) struct InstitutionRow {
    creditor_institution_code: String,
    business_name: String,
    description: Option<String>,
    enabled: bool,
    cbill_code: Option<String>,
    location: Option<String>,
    city: Option<String>,
    zip_code: Option<String>,
    country_code: Option<String>,
    tax_domicile: Option<String>,
    psp_payment: bool,
    reporting_ftp: bool,
    reporting_zip: bool,
}

impl InstitutionRow {
    pub(super) fn facts(&self) -> Result<InstitutionFacts, StoreError> {
        Ok(InstitutionFacts {
            ec: read_value(FiscalCode::new(&self.creditor_institution_code), "fiscal code")?,
            name: read_value(Text::new(&self.business_name), "name")?,
            description: text(&self.description)?,
            enabled: self.enabled,
            cbill: option(&self.cbill_code, CbillCode::new, "CBILL code")?,
            address: InstitutionAddress {
                location: text(&self.location)?,
                city: text(&self.city)?,
                zip_code: option(&self.zip_code, ZipCode::new, "postal code")?,
                country_code: option(&self.country_code, TwoCharacters::new, "province")?,
                tax_domicile: text(&self.tax_domicile)?,
            },
            psp_payment: self.psp_payment,
            reporting: Reporting { ftp: self.reporting_ftp, zip: self.reporting_zip },
        })
    }
}

fn option<T, E>(
    value: &Option<String>,
    parse: impl Fn(&str) -> Result<T, E>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    value.as_deref().map(|value| read_value(parse(value), what)).transpose()
}

fn text<const MAX: usize>(value: &Option<String>) -> Result<Option<Text<MAX>>, StoreError> {
    option(value, Text::new, "text")
}

impl Wanted for InstitutionFacts {
    fn wanted(&self) -> String {
        let address = &self.address;
        wanted(&InstitutionRow {
            creditor_institution_code: self.ec.to_string(),
            business_name: self.name.to_string(),
            description: self.description.as_ref().map(ToString::to_string),
            enabled: self.enabled,
            cbill_code: self.cbill.as_ref().map(ToString::to_string),
            location: address.location.as_ref().map(ToString::to_string),
            city: address.city.as_ref().map(ToString::to_string),
            zip_code: address.zip_code.as_ref().map(|code| code.as_str().to_owned()),
            country_code: address.country_code.as_ref().map(|code| code.as_str().to_owned()),
            tax_domicile: address.tax_domicile.as_ref().map(ToString::to_string),
            psp_payment: self.psp_payment,
            reporting_ftp: self.reporting.ftp,
            reporting_zip: self.reporting.zip,
        })
    }
}

impl Store {
    /// The creditor institution of that fiscal code.
    pub async fn registered_institution(
        &self,
        ec: &FiscalCode,
    ) -> Result<Option<InstitutionFacts>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::find(pool, ec.as_str()).await);
        row.map_err(StoreError::during("registered_institution"))?.map(|row| row.facts()).transpose()
    }
}

const HANGING: [Hanging; 11] = [
    ("stations that serve it", "SELECT CAST(1 AS BIGINT) FROM station_link WHERE ec = $1 LIMIT 1"),
    ("accounts", "SELECT CAST(1 AS BIGINT) FROM iban WHERE ec = $1 LIMIT 1"),
    ("debt positions", "SELECT CAST(1 AS BIGINT) FROM position WHERE ec = $1 LIMIT 1"),
    ("receipts", "SELECT CAST(1 AS BIGINT) FROM receipt WHERE ec = $1 LIMIT 1"),
    (
        "API keys",
        "SELECT CAST(1 AS BIGINT) FROM api_key k LEFT JOIN api_key_institution i ON i.id = k.id AND i.ec = $1 \
         WHERE i.ec IS NOT NULL OR k.owner = 'ec:' || CAST($1 AS TEXT) LIMIT 1",
    ),
    (
        "subscriptions",
        "SELECT CAST(1 AS BIGINT) FROM subscription WHERE owner_kind = 'organization' AND owner = $1 \
         AND created_at <> 0 LIMIT 1",
    ),
    ("services that it offers", "SELECT CAST(1 AS BIGINT) FROM offering WHERE ec = $1 LIMIT 1"),
    (
        "services of its own",
        "SELECT CAST(1 AS BIGINT) FROM service WHERE owner = 'ec:' || CAST($1 AS TEXT) LIMIT 1",
    ),
    (
        "partners behind the gateway",
        "SELECT CAST(1 AS BIGINT) FROM partner WHERE owner = 'ec:' || CAST($1 AS TEXT) LIMIT 1",
    ),
    (
        "notices that a partner answers for",
        "SELECT CAST(1 AS BIGINT) FROM route r WHERE r.ec = $1 AND r.handler <> 'managed' AND NOT EXISTS \
         (SELECT 1 FROM route n WHERE n.ec = r.ec AND n.station = r.station AND n.aux_digit = r.aux_digit \
         AND n.code = r.code AND n.from_at > r.from_at) LIMIT 1",
    ),
    ("a place in the catalogue", "SELECT CAST(1 AS BIGINT) FROM catalogue_organization WHERE ec = $1"),
];

const UPDATE: &str = "UPDATE creditor_institution SET name = $2, description = $3, enabled = $4, cbill_code = $5, \
    location = $6, city = $7, zip_code = $8, country_code = $9, tax_domicile = $10, psp_payment = $11, \
    reporting_ftp = $12, reporting_zip = $13 WHERE ec = $1";

const INSERT: &str = "INSERT INTO creditor_institution (ec, name, description, enabled, cbill_code, location, city, \
    zip_code, country_code, tax_domicile, psp_payment, reporting_ftp, reporting_zip) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

for_both_engines! {
    [registry]

    pub(super) async fn find<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        ec: &str,
    ) -> Result<Option<InstitutionRow>, sqlx::Error> {
        const FIND: &str = concat!(institution_columns!(), " WHERE ec = $1");
        sqlx::query_as(FIND).bind(ec).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_institution(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        find(connection, target).await?.map(|row| form(&row)).transpose()
    }

    /// A new institution has its QR code from the beginning.
    pub(in crate::store) async fn write_institution(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        _at: Timestamp,
    ) -> Result<(), Refused> {
        let Some(wanted) = wanted else { return remove(connection, target).await };
        let row: InstitutionRow = parsed(wanted)?;
        if put(&mut *connection, UPDATE, target, &row).await? == 0 {
            put(&mut *connection, INSERT, target, &row).await?;
            sqlx::query("INSERT INTO encoding (ec, kind, code) VALUES ($1, $2, $1) ON CONFLICT DO NOTHING")
                .bind(target)
                .bind(EncodingKind::QrCode.name())
                .execute(connection)
                .await?;
        }
        Ok(())
    }

    async fn put(
        connection: &mut Connection,
        statement: &'static str,
        ec: &str,
        row: &InstitutionRow,
    ) -> Result<u64, sqlx::Error> {
        let done = sqlx::query(statement)
            .bind(ec)
            .bind(&row.business_name)
            .bind(&row.description)
            .bind(row.enabled)
            .bind(&row.cbill_code)
            .bind(&row.location)
            .bind(&row.city)
            .bind(&row.zip_code)
            .bind(&row.country_code)
            .bind(&row.tax_domicile)
            .bind(row.psp_payment)
            .bind(row.reporting_ftp)
            .bind(row.reporting_zip)
            .execute(connection)
            .await?;
        Ok(done.rows_affected())
    }

    async fn remove(connection: &mut Connection, ec: &str) -> Result<(), Refused> {
        free_of(&mut *connection, ec, &HANGING).await?;
        let deleted = sqlx::query("DELETE FROM creditor_institution WHERE ec = $1").bind(ec);
        deleted.execute(connection).await.map(drop).map_err(still_referred_to)
    }
}
