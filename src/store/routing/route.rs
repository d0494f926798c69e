//! Routes: who answers for which notices, from when on.

use jiff::Timestamp;

use super::form::{form_of_route, link_code, wished_route};
use crate::domain::access::Tenant;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::domain::ids::StationCode;
use crate::domain::routing::{
    Handler, NamedPartner, PartnerId, Route, RouteError, Speaks, Surroundings, WantedRoute,
};
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::governance::Refused;
use crate::store::rows::{instant, optional_instant, read};
use crate::store::{Store, StoreError};

/// The columns of [`RouteRow`].
macro_rules! route_columns {
    () => {
        "id, ec, station, aux_digit, code, from_at, handler, partner, overlap_until, moved_from, made_at"
    };
}

/// All of them.
pub(in crate::store) const ALL: &str = concat!("SELECT ", route_columns!(), " FROM route");

const RECORDS: &str =
    concat!("SELECT ", route_columns!(), " FROM route ORDER BY ec, station, aux_digit, code, from_at");

const RECORD: &str = concat!("SELECT ", route_columns!(), " FROM route WHERE id = $1");

const ADD: &str = "INSERT INTO route (id, ec, station, aux_digit, code, from_at, handler, partner, overlap_until, \
    moved_from, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Whether a station serves notices of an institution, and whether it serves it at all.
const SERVES: &str = "SELECT COUNT(CASE WHEN aux_digit = $3 AND code = $4 THEN 1 END), COUNT(*) \
    FROM station_link WHERE ec = $1 AND station = $2";

const BEGINNINGS: &str =
    "SELECT from_at FROM route WHERE ec = $1 AND station = $2 AND aux_digit = $3 AND code = $4";

const BROKER_SERVES: &str = "SELECT CAST(1 AS BIGINT) FROM station_link l JOIN station s ON s.station = l.station \
    WHERE l.ec = $1 AND s.broker = $2 LIMIT 1";

/// A route with what is known of its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRecord {
    /// Its name: 32 hexadecimal digits.
    pub id: String,
    /// The route.
    pub route: Route,
    /// When it was carried out.
    pub made_at: Timestamp,
}

/// A row.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::store) struct RouteRow {
    id: String,
    ec: String,
    station: String,
    aux_digit: i64,
    code: String,
    from_at: i64,
    handler: String,
    partner: Option<String>,
    overlap_until: Option<i64>,
    moved_from: Option<String>,
    made_at: i64,
}

impl RouteRow {
    /// The route.
    pub(in crate::store) fn route(&self) -> Result<Route, StoreError> {
        let partner = self.partner.as_deref().map(|id| read(PartnerId::new(id), "name of a partner"));
        let handler = Handler::read(&self.handler, partner.transpose()?);
        let moved_from = self.moved_from.as_deref().map(|code| read(StationCode::new(code), "station code"));
        Ok(Route {
            ec: read(FiscalCode::new(&self.ec), "fiscal code")?,
            station: read(StationCode::new(&self.station), "station code")?,
            code: link_code(self.aux_digit, &self.code)?,
            handler: handler.ok_or(StoreError::Corrupt { what: "handler of a route" })?,
            from: instant(self.from_at)?,
            overlap_until: optional_instant(self.overlap_until)?,
            moved_from: moved_from.transpose()?,
        })
    }

    fn record(&self) -> Result<RouteRecord, StoreError> {
        Ok(RouteRecord { id: self.id.clone(), route: self.route()?, made_at: instant(self.made_at)? })
    }
}

impl Store {
    /// All routes: those of the same notices together, in the order in which they begin.
    pub async fn route_records(&self) -> Result<Vec<RouteRecord>, StoreError> {
        let rows = on_engine!(&self.pools, read, |pool, engine| engine::records(pool).await);
        rows.map_err(StoreError::during("route_records"))?.iter().map(RouteRow::record).collect()
    }

    /// The route of that name.
    pub async fn route_record(&self, id: &str) -> Result<Option<RouteRecord>, StoreError> {
        let row = on_engine!(&self.pools, read, |pool, engine| engine::record(pool, id).await);
        row.map_err(StoreError::during("route_record"))?.map(|row| row.record()).transpose()
    }
}

fn refused(code: &'static str, message: &'static str) -> Refused {
    Conflict::new(code, message).into()
}

impl From<RouteError> for Conflict {
    fn from(error: RouteError) -> Self {
        let message = match error {
            RouteError::Past => "The route would begin in the past: what was answered then stays explained.",
            RouteError::OverlapEndsFirst => "The overlap would be over before it begins.",
            RouteError::OverlapTooLong => "An overlap lasts 90 days at most.",
            RouteError::MoveWithoutOverlap => "Notices move from one station to another with an overlap.",
            RouteError::MovedNowhere => "The notices come through that station already.",
            RouteError::MovedFromElsewhere => {
                "The station that the notices leave does not serve the institution."
            }
            RouteError::NotServed => "No relation of the institution and the station has the code.",
            RouteError::UnknownPartner => {
                "No partner of that name is the institution's, or a broker's that serves it."
            }
            RouteError::OtherLanguage => "The partner speaks another language than the route needs.",
            RouteError::SameInstant => "Another route of the same notices begins at that instant.",
        };
        Conflict::new(error.code(), message)
    }
}

for_both_engines! {
    pub(super) async fn records(pool: &Pool) -> Result<Vec<RouteRow>, sqlx::Error> {
        sqlx::query_as(RECORDS).fetch_all(pool).await
    }

    pub(super) async fn record<'c>(
        executor: impl sqlx::Executor<'c, Database = <Connection as sqlx::Connection>::Database>,
        id: &str,
    ) -> Result<Option<RouteRow>, sqlx::Error> {
        sqlx::query_as(RECORD).bind(id).fetch_optional(executor).await
    }

    pub(in crate::store) async fn read_route(
        connection: &mut Connection,
        target: &str,
    ) -> Result<Option<String>, Refused> {
        let Some(row) = record(connection, target).await? else { return Ok(None) };
        Ok(Some(form_of_route(&row.route()?)))
    }

    pub(in crate::store) async fn write_route(
        connection: &mut Connection,
        target: &str,
        wanted: Option<&str>,
        at: Timestamp,
    ) -> Result<(), Refused> {
        let known = record(&mut *connection, target).await?.map(|row| row.route()).transpose()?;
        match (known, wanted) {
            (Some(known), None) => withdraw(connection, target, &known, at).await,
            (Some(_), Some(_)) => {
                Err(refused("route_fixed", "A route is not changed: withdraw it, or add the one that follows it."))
            }
            (None, None) => Ok(()),
            (None, Some(wanted)) => {
                let wanted = wished_route(wanted)?;
                let beside = surroundings(&mut *connection, &wanted).await?;
                let route = wanted.judged(&beside, at).map_err(Conflict::from)?;
                Ok(add(connection, target, &route, at).await?)
            }
        }
    }

    /// Only what is still to come is taken away: by what was in force answers were given.
    async fn withdraw(
        connection: &mut Connection,
        target: &str,
        known: &Route,
        at: Timestamp,
    ) -> Result<(), Refused> {
        if known.from <= at {
            let why = "The route holds, or held: it is not taken away, another one follows it.";
            return Err(refused("route_in_force", why));
        }
        sqlx::query("DELETE FROM route WHERE id = $1").bind(target).execute(connection).await?;
        Ok(())
    }

    /// What is there beside a route.
    async fn surroundings(connection: &mut Connection, wanted: &WantedRoute) -> Result<Surroundings, Refused> {
        let (served, _) = serves(&mut *connection, wanted, &wanted.station).await?;
        let (mut left, mut leaves_own_station) = (false, false);
        if let Some(station) = &wanted.moved_from {
            (left, leaves_own_station) = serves(&mut *connection, wanted, station).await?;
            // The relation that the notices leave may be gone already; what is known of it are its routes.
            leaves_own_station |= !beginnings(&mut *connection, wanted, station).await?.is_empty();
        }
        let partner = match wanted.handler.partner() {
            Some(id) => named(&mut *connection, wanted, id).await?,
            None => None,
        };
        let others = beginnings(connection, wanted, &wanted.station).await?;
        Ok(Surroundings { served, left, leaves_own_station, partner, others })
    }

    /// Whether a station has the code of a route, and whether it serves the institution at all.
    async fn serves(
        connection: &mut Connection,
        wanted: &WantedRoute,
        station: &StationCode,
    ) -> Result<(bool, bool), sqlx::Error> {
        let (of_code, all): (i64, i64) = sqlx::query_as(SERVES)
            .bind(wanted.ec.as_str())
            .bind(station.as_str())
            .bind(wanted.code.aux_digit().number())
            .bind(code_text(wanted))
            .fetch_one(connection)
            .await?;
        Ok((of_code > 0, all > 0))
    }

    async fn beginnings(
        connection: &mut Connection,
        wanted: &WantedRoute,
        station: &StationCode,
    ) -> Result<Vec<Timestamp>, Refused> {
        let found: Vec<i64> = sqlx::query_scalar(BEGINNINGS)
            .bind(wanted.ec.as_str())
            .bind(station.as_str())
            .bind(wanted.code.aux_digit().number())
            .bind(code_text(wanted))
            .fetch_all(connection)
            .await?;
        Ok(found.into_iter().map(instant).collect::<Result<_, _>>()?)
    }

    async fn named(
        connection: &mut Connection,
        wanted: &WantedRoute,
        id: &PartnerId,
    ) -> Result<Option<NamedPartner>, Refused> {
        let found: Option<(String, String)> = sqlx::query_as("SELECT owner, speaks FROM partner WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *connection)
            .await?;
        let Some((owner, speaks)) = found else { return Ok(None) };
        let owner = read(Tenant::parse(&owner), "owner of a partner")?;
        let speaks = Speaks::from_word(&speaks).ok_or(StoreError::Corrupt { what: "language of a partner" })?;
        let owner_serves = match &owner {
            Tenant::Broker(broker) => {
                let serves: Option<i64> = sqlx::query_scalar(BROKER_SERVES)
                    .bind(wanted.ec.as_str())
                    .bind(broker.as_str())
                    .fetch_optional(connection)
                    .await?;
                serves.is_some()
            }
            _ => false,
        };
        Ok(Some(NamedPartner { owner, speaks, owner_serves }))
    }

    async fn add(
        connection: &mut Connection,
        target: &str,
        route: &Route,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(ADD)
            .bind(target)
            .bind(route.ec.as_str())
            .bind(route.station.as_str())
            .bind(route.code.aux_digit().number())
            .bind(route.code.code().map(|code| code.to_string()).unwrap_or_default())
            .bind(route.from.as_microsecond())
            .bind(route.handler.word())
            .bind(route.handler.partner().map(PartnerId::as_str))
            .bind(route.overlap_until.map(Timestamp::as_microsecond))
            .bind(route.moved_from.as_ref().map(StationCode::as_str))
            .bind(at.as_microsecond())
            .execute(connection)
            .await
            .map(drop)
    }
}

/// The code as it is stored.
fn code_text(wanted: &WantedRoute) -> String {
    wanted.code.code().map(|code| code.to_string()).unwrap_or_default()
}
