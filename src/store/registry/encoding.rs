//! Codes in printed notices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Wanted, form, parsed, wanted};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::registry::{Encoding, EncodingKind};
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::governance::Refused;
use crate::store::rows::read as read_value;

/// A row of the table.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct EncodingRow {
    ec: String,
    kind: String,
    code: String,
}

impl EncodingRow {
    pub(super) fn facts(&self) -> Result<(FiscalCode, Encoding), StoreError> {
        let kind = read_value(EncodingKind::from_name(&self.kind), "kind of printed code")?;
        let ec = read_value(FiscalCode::new(&self.ec), "fiscal code")?;
        Ok((ec, read_value(Encoding::new(kind, &self.code), "printed code")?))
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Form {
    code_type: String,
    encoding_code: String,
}

impl Wanted for Encoding {
    fn wanted(&self) -> String {
        wanted(&Form { code_type: self.kind().name().to_owned(), encoding_code: self.code().to_owned() })
    }
}

/// How a change names a printed code of an institution.
pub fn encoding_target(ec: &FiscalCode, encoding: &Encoding) -> String {
    format!("{ec}/{encoding}")
}

/// Institution, kind and code of a [`encoding_target`].
fn parts(target: &str) -> Result<[&str; 3], StoreError> {
    let parts: Vec<&str> = target.split('/').collect();
    <[&str; 3]>::try_from(parts).map_err(|_| StoreError::Corrupt { what: "name of a printed code" })
}

for_both_engines! {
    pub(in crate::store) async fn read_encoding(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let [ec, kind, code] = parts(target)?;
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT kind, code FROM encoding WHERE ec = $1 AND kind = $2 AND code = $3")
                .bind(ec)
                .bind(kind)
                .bind(code)
                .fetch_optional(connection)
                .await?;
        found.map(|(code_type, encoding_code)| form(&Form { code_type, encoding_code })).transpose()
    }

    pub(in crate::store) async fn write_encoding(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        _at: Timestamp,
    ) -> Result<(), Refused> {
        const INSERT: &str = "INSERT INTO encoding (ec, kind, code) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        const DELETE: &str = "DELETE FROM encoding WHERE ec = $1 AND kind = $2 AND code = $3";
        let [ec, mut kind, mut code] = parts(target)?;
        let given: Option<Form> = wanted.map(parsed).transpose()?;
        if let Some(given) = &given {
            (kind, code) = (&given.code_type, &given.encoding_code);
        }
        let statement = if given.is_some() { INSERT } else { DELETE };
        sqlx::query(statement).bind(ec).bind(kind).bind(code).execute(connection).await?;
        Ok(())
    }
}
