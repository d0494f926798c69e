//! What the tables tell of how far an institution is.

use jiff::Timestamp;

use crate::domain::account::{AccountStatus, AccountUse};
use crate::domain::activation::Facts;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::rome;
use crate::store::StoreError;
use crate::store::dialect::for_both_engines;
use crate::store::rows::{optional_instant, read};

const REGISTERED: &str = "SELECT enabled FROM creditor_institution WHERE ec = $1";

const IBANS: &str = "SELECT active, valid_from, due_at FROM iban WHERE ec = $1";

/// Those that serve some notice, and those among them that are enabled.
const STATIONS: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN s.enabled = TRUE AND b.enabled = TRUE \
    THEN 1 ELSE 0 END), 0) AS BIGINT) FROM station s JOIN broker b ON b.broker = s.broker \
    WHERE s.station IN (SELECT l.station FROM station_link l WHERE l.ec = $1)";

/// Keys to the positions of an institution that work: its own, and those that open all or just it.
const KEYS: &str = "SELECT COUNT(*) FROM api_key k WHERE k.revoked_at IS NULL \
    AND (k.expires_at IS NULL OR k.expires_at > $2) AND (' ' || k.scopes || ' ') LIKE '% positions %' \
    AND (k.owner = 'ec:' || $1 OR k.every_ec = TRUE \
    OR EXISTS (SELECT 1 FROM api_key_institution i WHERE i.ec = $1 AND i.id = k.id))";

/// The end of the server certificate that the node meets; none if it is a file of the configuration.
const CERTIFIED: &str = "SELECT MAX(not_after) FROM certificate WHERE role = 'soap_server' \
    AND activated_at IS NOT NULL AND superseded_at IS NULL AND revoked_at IS NULL";

/// A call that was answered within the service level was answered for certain.
const ANSWERED: &str = "SELECT MAX(day) FROM usage_call WHERE ec = $1 AND within > 0";

#[derive(Debug)]
pub(in crate::store) struct Rows {
    registered: Option<bool>,
    /// Whether money is wanted on each, from when and until when.
    ibans: Vec<(bool, Option<i64>, Option<i64>)>,
    stations: (i64, i64),
    keys: i64,
    certified: Option<i64>,
    answered: Option<String>,
}

for_both_engines! {
    pub(in crate::store) async fn facts(
        connection: &mut Connection,
        ec: &FiscalCode,
        now: Timestamp,
    ) -> Result<Rows, sqlx::Error> {
        let ec = ec.as_str();
        Ok(Rows {
            registered: sqlx::query_scalar(REGISTERED).bind(ec).fetch_optional(&mut *connection).await?,
            ibans: sqlx::query_as(IBANS).bind(ec).fetch_all(&mut *connection).await?,
            stations: sqlx::query_as(STATIONS).bind(ec).fetch_one(&mut *connection).await?,
            keys: sqlx::query_scalar(KEYS).bind(ec).bind(now.as_microsecond()).fetch_one(&mut *connection).await?,
            certified: sqlx::query_scalar(CERTIFIED).fetch_one(&mut *connection).await?,
            answered: sqlx::query_scalar(ANSWERED).bind(ec).fetch_one(&mut *connection).await?,
        })
    }
}

impl Rows {
    /// The facts that they tell.
    pub(in crate::store) fn read(self, now: Timestamp) -> Result<Facts, StoreError> {
        let number = |count: i64| u64::try_from(count).map_err(|_| StoreError::Corrupt { what: "count" });
        let mut accounts = Vec::with_capacity(self.ibans.len());
        for (active, from, due) in &self.ibans {
            accounts.push(AccountUse {
                active: *active,
                from: optional_instant(*from)?,
                due: optional_instant(*due)?,
            });
        }
        let today = rome::day(now);
        let payable = accounts.iter().filter(|account| account.status(today) == AccountStatus::Active);
        let answered = self.answered.map(|day| read(day.parse(), "day")).transpose()?;
        Ok(Facts {
            enabled: self.registered,
            ibans: accounts.len(),
            payable_ibans: payable.count(),
            stations: number(self.stations.0)?,
            enabled_stations: number(self.stations.1)?,
            keys: number(self.keys)?,
            certified_until: optional_instant(self.certified)?,
            answered_on: answered,
        })
    }
}
