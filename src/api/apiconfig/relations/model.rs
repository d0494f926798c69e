//! Relations between institutions and stations as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::openapi::form::{Identifier35, form};
use crate::api::positions::field::{Field, Shape};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::{BrokerFacts, Codes, CodesError, Relation, RelationFlags, StationFacts};

/// An aux digit in requests.
pub(super) enum Aux {}
form!(Aux, "AuxDigit", small(3, "The first digit of the notices."));

/// A code of two digits in requests.
pub(super) enum CodeNumber {}
form!(CodeNumber, "CodeNumber", small(99, "The number that two digits of the notices make."));

fn small(most: u32, about: &str) -> utoipa::openapi::schema::Object {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    let number = number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
    number.minimum(Some(0)).maximum(Some(most)).description(Some(about)).build()
}

/// A relation as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CreditorInstitutionStationRequest)]
pub(super) struct RelationRequest {
    /// The station.
    #[serde(default)]
    #[schema(value_type = Identifier35, required)]
    station_code: Field<String>,
    /// The first digit of the notices; left out, the codes say which notices are meant.
    #[serde(default)]
    #[schema(value_type = Aux)]
    aux_digit: Field<i64>,
    /// The application code, needed with aux digit 0.
    #[serde(default)]
    #[schema(value_type = CodeNumber)]
    application_code: Field<i64>,
    /// The segregation code, needed with aux digit 3.
    #[serde(default)]
    #[schema(value_type = CodeNumber)]
    segregation_code: Field<i64>,
    /// Whether spontaneous payments of the fourth model are made.
    #[serde(default)]
    #[schema(value_type = bool)]
    mod4: Field<bool>,
    /// Whether copies of receipts come here that are another station's.
    #[serde(default)]
    #[schema(value_type = bool)]
    broadcast: Field<bool>,
    /// Whether notices are put into the archive of notices.
    #[serde(default)]
    #[schema(value_type = bool)]
    aca: Field<bool>,
    /// Whether the node may answer in the station's place.
    #[serde(default)]
    #[schema(value_type = bool)]
    stand_in: Field<bool>,
    /// Whether spontaneous payments are made.
    #[serde(default)]
    #[schema(value_type = bool)]
    spontaneous_payment: Field<bool>,
}

impl Shape for RelationRequest {
    const IS_OBJECT: bool = true;
}

/// Reads a relation of an institution; the path, if it names a station, must name the same.
pub(super) fn read(body: Value, ec: &FiscalCode, path: Option<&StationCode>) -> Result<Relation, Invalid> {
    let (mut reading, request) = Reading::of::<RelationRequest>(body);
    let station = reading.parsed("station_code", request.station_code, StationCode::new);
    reading.same_as_path("station_code", station.as_ref(), path);
    let aux = reading.maybe_number("aux_digit", request.aux_digit, 0..=3).and_then(AuxDigit::from_number);
    let mut code = |name, field| reading.maybe_number(name, field, 0..=99).and_then(TwoDigits::of_number);
    let application = code("application_code", request.application_code);
    let segregation = code("segregation_code", request.segregation_code);
    let mut flag = |name, field| reading.maybe(name, field).unwrap_or(false);
    let flags = RelationFlags {
        broadcast: flag("broadcast", request.broadcast),
        mod4: flag("mod4", request.mod4),
        spontaneous_payment: flag("spontaneous_payment", request.spontaneous_payment),
        aca: flag("aca", request.aca),
        stand_in: flag("stand_in", request.stand_in),
    };
    let codes = Codes::read(aux, application, segregation);
    let codes =
        codes.map_err(|errors| errors.iter().for_each(|error| reading.error(field(error), error))).ok();
    let relation =
        station.zip(codes).map(|(station, codes)| Relation { ec: ec.clone(), station, codes, flags });
    reading.end(relation)
}

/// The field that an error is about.
fn field(error: &CodesError) -> &'static str {
    match error {
        CodesError::AuxDigitMissing => "aux_digit",
        CodesError::ApplicationMissing | CodesError::ApplicationNotAllowed => "application_code",
        CodesError::SegregationMissing
        | CodesError::SegregationNotAllowed
        | CodesError::SegregationRange
        | CodesError::SegregationReserved => "segregation_code",
    }
}

/// Which notices a relation is for and what is allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = RelationTerms)]
pub(in crate::api::apiconfig) struct Terms {
    /// The first digit of the notices; left out where the station serves several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    aux_digit: Option<i64>,
    /// The application code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    application_code: Option<i64>,
    /// The segregation code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64)]
    segregation_code: Option<i64>,
    /// Whether spontaneous payments of the fourth model are made.
    mod4: bool,
    /// Whether copies of receipts come here that are another station's.
    broadcast: bool,
    /// Whether notices are put into the archive of notices.
    aca: bool,
    /// Whether the node may answer in the station's place.
    stand_in: bool,
    /// Whether spontaneous payments are made.
    spontaneous_payment: bool,
}

impl From<&Relation> for Terms {
    fn from(relation: &Relation) -> Self {
        let flags = relation.flags;
        Terms {
            aux_digit: relation.codes.aux_digit().map(AuxDigit::number),
            application_code: relation.codes.application().map(TwoDigits::number),
            segregation_code: relation.codes.segregation().map(TwoDigits::number),
            mod4: flags.mod4,
            broadcast: flags.broadcast,
            aca: flags.aca,
            stand_in: flags.stand_in,
            spontaneous_payment: flags.spontaneous_payment,
        }
    }
}

/// A relation.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionStationEdit)]
pub(super) struct RelationModel {
    /// The station.
    station_code: String,
    /// Which notices, and what is allowed.
    #[serde(flatten)]
    terms: Terms,
}

impl From<&Relation> for RelationModel {
    fn from(relation: &Relation) -> Self {
        RelationModel { station_code: relation.station.to_string(), terms: relation.into() }
    }
}

/// A station of an institution.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionStation)]
pub(super) struct StationOfInstitution {
    /// The station.
    station_code: String,
    /// Whether payments pass through it.
    enabled: bool,
    /// The name of its broker.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    broker_description: Option<String>,
    /// Which generation of stations it is of.
    version: i64,
    /// Whether the institution is asked while the payer waits.
    is_connection_sync: bool,
    /// Which notices, and what is allowed.
    #[serde(flatten)]
    terms: Terms,
}

impl StationOfInstitution {
    pub(super) fn new(relation: &Relation, station: &StationFacts, broker: Option<&BrokerFacts>) -> Self {
        StationOfInstitution {
            station_code: station.code.to_string(),
            enabled: station.enabled,
            broker_description: broker.map(|broker| broker.description.to_string()),
            version: station.version.number(),
            is_connection_sync: station.is_synchronous(),
            terms: relation.into(),
        }
    }
}

/// The stations of an institution.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionStationList)]
pub(super) struct StationsOfInstitution {
    /// All of them.
    pub stations: Vec<StationOfInstitution>,
}

/// What a relation looks like.
pub(super) fn example() -> Value {
    json!({
        "station_code": "99000020018_01", "aux_digit": 3, "segregation_code": 2, "mod4": false,
        "broadcast": false, "aca": true, "stand_in": true, "spontaneous_payment": false,
    })
}
