//! `POST /certificates/handshake`: a handshake is tried, and what fails is said in words.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::bring::word_at;
use super::held::{conflict, desk, failed, invalid, refusals, unknown};
use crate::admin::certificates::{Finding, Report as Tried, Target};
use crate::api::Api;
use crate::api::access::Access;
use crate::api::body::JsonBody;
use crate::api::openapi::form::{HexSha256, Instant, form, words};
use crate::api::openapi::{Answer, Doc};
use crate::api::positions::field::{Field, Shape};
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::positions::render::unkept;
use crate::api::problem::Problem;
use crate::domain::access::{Permission, Tenant};
use crate::domain::certificate::{Content, Facts, Role};
use crate::domain::ids::StationCode;
use crate::domain::registry::StationFacts;

/// With whom.
pub(super) enum TargetWord {}
form!(
    TargetWord,
    "HandshakeTarget",
    words(
        ["soap", "api", "station", "station_target"],
        "soap and api: the listeners of this installation; station: where the node calls a station, as it is registered; station_target: where the systems behind it really listen.",
    )
);

/// With whom a handshake is tried.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HandshakeRequest)]
pub(super) struct HandshakeRequest {
    /// With whom.
    #[serde(default)]
    #[schema(value_type = TargetWord, required)]
    target: Field<String>,
    /// The code of the station, if it is one.
    #[serde(default)]
    #[schema(value_type = String)]
    station: Field<String>,
    /// The id of the client certificate that is shown if one is asked for; none if left out.
    #[serde(default)]
    #[schema(value_type = String)]
    certificate: Field<String>,
}

impl Shape for HandshakeRequest {
    const IS_OBJECT: bool = true;
}

/// How a handshake went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Handshake)]
pub(super) struct HandshakeModel {
    /// Whether it is good: nothing was found.
    good: bool,
    /// The version of the protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    protocol: Option<&'static str>,
    /// What the other side showed, its own certificate first.
    chain: Vec<ShownModel>,
    /// Whether the other side asked for a certificate of ours.
    certificate_asked: bool,
    /// The authorities whose certificates it asked for.
    asked_authorities: Vec<String>,
    /// The status of its answer to a request for nothing (HEAD).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i32)]
    status: Option<u16>,
    /// What is wrong, or may be.
    findings: Vec<FindingModel>,
}

/// A certificate that the other side showed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ShownCertificate)]
pub(super) struct ShownModel {
    /// Whom it names.
    subject: String,
    /// Who signed it.
    issuer: String,
    /// The hosts that it is good for.
    names: Vec<String>,
    /// From when it is valid.
    #[schema(value_type = Instant)]
    not_before: String,
    /// Until when it is valid.
    #[schema(value_type = Instant)]
    not_after: String,
    /// Its SHA-256.
    #[schema(value_type = HexSha256)]
    fingerprint: String,
}

/// One thing that is wrong, or may be.
#[derive(Serialize, ToSchema)]
#[schema(as = HandshakeFinding)]
pub(super) struct FindingModel {
    /// What, for programs.
    #[schema(value_type = String)]
    code: &'static str,
    /// What, for people.
    message: String,
}

/// Answers 200 with how it went; 400, 404 or 409.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let desk = desk(&api)?;
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<HandshakeRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let request = report.required(field, &root).unwrap_or_default();
    let at = root.field("target");
    let with = report.required(request.target, &at);
    let with = with.and_then(|word| word_at(With::from_word(&word), &at, &mut report));
    let at = root.field("station");
    let station = match with {
        Some(With::Station | With::StationTarget) => report.required(request.station, &at),
        Some(With::Listener(_)) | None => None,
    };
    let station = station.and_then(|code| word_at(StationCode::new(&code).ok(), &at, &mut report));
    let certificate = report.optional_string(request.certificate, &root.field("certificate"));
    let Some(with) = with.filter(|_| report.is_clean()) else {
        return Err(invalid(report.into_violations()));
    };
    let target = match (with, station) {
        (With::Listener(role), _) => {
            access.about(&Tenant::Gateway)?;
            desk.listener(role).ok_or_else(no_tls)?
        }
        (with, Some(station)) => registered(&api, &access, (&station, with)).await?,
        (_, None) => return Err(invalid(report.into_violations())),
    };
    let client = match certificate {
        Some(id) => Some(client(&api, &access, &id).await?),
        None => None,
    };
    let tried = desk.handshake(&target, client, access.now).await;
    Ok(unkept(Json(HandshakeModel::new(tried)).into_response()))
}

/// With whom a handshake is tried.
#[derive(Clone, Copy)]
enum With {
    Listener(Role),
    Station,
    StationTarget,
}

impl With {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "soap" => Some(With::Listener(Role::SoapServer)),
            "api" => Some(With::Listener(Role::ApiServer)),
            "station" => Some(With::Station),
            "station_target" => Some(With::StationTarget),
            _ => None,
        }
    }
}

/// Where a station is, as it is registered and nowhere else, for who may try it.
async fn registered(
    api: &Api,
    access: &Access,
    (code, with): (&StationCode, With),
) -> Result<Target, Problem> {
    let station = api.store.registered_station(code).await.map_err(failed)?;
    let facts = station.map(|station| station.facts);
    let may = |facts: &StationFacts| {
        access.may(Permission::StationTest, &Tenant::Broker(facts.broker.clone())).is_ok()
    };
    let facts = facts.filter(may).ok_or_else(unknown_station)?;
    let place = match with {
        With::StationTarget => {
            let target = if facts.target_pof.host.is_some() { facts.target_pof } else { facts.target };
            let host = target.host.as_ref().map(|host| host.as_str().to_owned());
            host.zip(target.port)
        }
        With::Station | With::Listener(_) => {
            let host = facts.service.host.as_ref().map(|host| host.as_str().to_owned());
            host.map(|host| (host, facts.service.port))
        }
    };
    let (host, port) = place.ok_or_else(no_address)?;
    // Forwarders take the beginning of a URL too.
    let host = host.rsplit("://").next().unwrap_or_default().trim_end_matches('/').to_owned();
    let port = u16::try_from(port.number()).map_err(|_| no_address())?;
    Ok(Target::Registered { host, port })
}

fn unknown_station() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "Not Found",
        "unknown_station",
        "There is no such station, or it is not for you to try.",
    )
}

fn no_address() -> Problem {
    conflict("no_address", "The station has no such address.")
}

/// The chain and the key of a client certificate that the caller may use.
async fn client(api: &Api, access: &Access, id: &str) -> Result<(String, SecretString), Problem> {
    let all = api.store.certificates().await.map_err(failed)?;
    let one = all
        .into_iter()
        .find(|one| one.id.as_str() == id && one.role == Role::Client && access.sees(&one.owner));
    match one.ok_or_else(unknown)?.content {
        Content::Chain(chain) => {
            let key = desk(api)?.private_key(&chain.facts.public_key).await?;
            Ok((chain.pem, key))
        }
        Content::Requested(_) | Content::Names(_) => Err(super::read::no_chain()),
    }
}

fn no_tls() -> Problem {
    conflict("no_tls", "The listener does not speak TLS.")
}

impl HandshakeModel {
    fn new(tried: Tried) -> Self {
        let finding = |one: Finding| FindingModel { code: one.code, message: one.message };
        HandshakeModel {
            good: tried.findings.is_empty(),
            protocol: tried.protocol,
            chain: tried.chain.into_iter().map(ShownModel::new).collect(),
            certificate_asked: tried.asked.is_some(),
            asked_authorities: tried.asked.unwrap_or_default(),
            status: tried.status,
            findings: tried.findings.into_iter().map(finding).collect(),
        }
    }
}

impl ShownModel {
    fn new(facts: Facts) -> Self {
        ShownModel {
            subject: facts.subject,
            issuer: facts.issuer,
            names: facts.names,
            not_before: facts.not_before.to_string(),
            not_after: facts.not_after.to_string(),
            fingerprint: facts.fingerprint.as_str().to_owned(),
        }
    }
}

fn example() -> Value {
    json!({
        "good": false, "protocol": "TLS 1.3", "chain": [{
            "subject": "C=IT, O=Ente, CN=pagopa.ente.example.it", "issuer": "C=IT, O=Autorità di prova, CN=CA",
            "names": ["pagopa.ente.example.it"], "notBefore": "2026-10-01T00:00:00Z",
            "notAfter": "2027-10-01T00:00:00Z",
            "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }],
        "certificateAsked": true, "askedAuthorities": ["C=IT, O=Nodo, CN=CA"],
        "findings": [{
            "code": "chain_incomplete",
            "message": "What the other side shows: the certificate that signed number 1 is missing: it names itself \"C=IT, O=Autorità di prova, CN=CA\".",
        }],
    })
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    Doc::new("tryHandshake", "Try a handshake")
        .about(
            "Name resolution, connection, protocol, chain, names, dates, and whether a certificate of ours is \
             asked for and accepted: everything that is found is told in words.",
        )
        .takes::<HandshakeRequest>(json!({ "target": "soap" }))
        .answers(StatusCode::OK, Answer::json::<HandshakeModel>("How it went.", example()))
        .refuses(refusals())
        .refuses([unknown(), unknown_station(), no_tls(), no_address(), super::read::no_chain()])
}
