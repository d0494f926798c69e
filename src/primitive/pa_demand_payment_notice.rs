//! paDemandPaymentNotice (SANP 3.10): a payment without a notice, asked for at a payment service provider.
//!
//! What is refused, in the order of the checks; nothing of it leaves a position behind:
//!
//! | what is wrong | answered |
//! |---|---|
//! | the message breaks the schema, or the data of the service is no base64 | `PAA_SINTASSI_XSD` |
//! | broker, station or institution unknown, switched off, or not of each other | as for every question |
//! | no such `idSoggettoServizio`, or one that was never published | `PAA_PAGAMENTO_SCONOSCIUTO` |
//! | it is another institution's | `PAA_ID_DOMINIO_ERRATO` |
//! | it is for another service than `idServizio` | `PAA_PAGAMENTO_SCONOSCIUTO` |
//! | it is over | `PAA_PAGAMENTO_SCADUTO` |
//! | it has not begun, or is suspended | `PAA_PAGAMENTO_SCONOSCIUTO` |
//! | another station serves its notices | `PAA_STAZIONE_INT_ERRATA` |
//! | no station does | `PAA_SYSTEM_ERROR` |
//! | the data of the service is missing, or breaks the schema of the service | `PAA_SINTASSI_XSD` |
//! | it breaks a rule of the form, or leaves open who pays where that is asked | `PAA_SEMANTICA` |
//! | there is no price for it | `PAA_SEMANTICA` |
//! | the price is not to be had in time, or cannot be right | `PAA_SYSTEM_ERROR` |
//! | the notice cannot be stored in time | `PAA_SYSTEM_ERROR` |

use tokio::time::timeout;

use crate::catalogue::desk::{Asked, Demanded, DeskError, Issue, NoLink};
use crate::catalogue::payload::PayloadError;
use crate::catalogue::price::{PriceError, Refusal};
use crate::catalogue::view::Offered;
use crate::domain::catalogue::form::FormError;
use crate::domain::catalogue::ids::SubjectId;
use crate::domain::catalogue::offering::Closed;
use crate::wire::FacetError;
use crate::wire::common::{NoticeCode, OrganizationCode, Outcome as Word};
use crate::wire::pa_for_node::{DemandAnswer, NoticeDemand, Response};

use super::checks::{Address, Known};
use super::fault::{PaaCode, Refused, Words};
use super::{Outcome, Primitives, payment};

/// Makes a notice of what was filled in, or finds the one that was made of the same just before.
pub async fn handle(primitives: &Primitives, request: &NoticeDemand) -> Outcome {
    let address = Address {
        id_pa: &request.id_pa,
        id_broker_pa: &request.id_broker_pa,
        id_station: &request.id_station,
    };
    let known = address.asked(&primitives.registry.current())?;
    let offered = offering(primitives, &address, request, &known)?;
    let demanded = demand(primitives, &address, request, (known, offered)).await?;
    answer(&demanded).map(Response::PaDemandPaymentNotice).map_err(|error| {
        tracing::error!(%error, "a position on demand does not fit the contract");
        address.refused(PaaCode::SystemError, "the position does not fit the contract")
    })
}

/// What is asked for, if it can be had from that institution, through that station, now.
fn offering(
    primitives: &Primitives,
    address: &Address<'_>,
    request: &NoticeDemand,
    known: &Known,
) -> Result<Offered, Refused> {
    let catalogue = primitives.desk.catalogue.current();
    let subject = SubjectId::new(request.id_soggetto_servizio.as_str()).ok();
    let Some(offered) = subject.and_then(|subject| catalogue.by_subject(&subject)) else {
        let description = "idSoggettoServizio is no offering of this installation";
        return Err(address.refused(PaaCode::PagamentoSconosciuto, description));
    };
    let now = primitives.clock.now();
    let issue = Issue::Through(known.station.clone());
    let open = primitives.desk.check_open(&offered, &issue, now);
    if matches!(open, Err(DeskError::NotOpen(Closed::Draft))) {
        let description = "idSoggettoServizio is no offering of this installation";
        return Err(address.refused(PaaCode::PagamentoSconosciuto, description));
    }
    if offered.offering.ec != known.ec {
        let description = "idSoggettoServizio is an offering of another institution than idPA";
        return Err(address.refused(PaaCode::IdDominioErrato, description));
    }
    if offered.listed.service.id.as_str() != request.id_servizio.as_str() {
        let description = "idSoggettoServizio is an offering of another service than idServizio";
        return Err(address.refused(PaaCode::PagamentoSconosciuto, description));
    }
    open.map_err(|error| refused(address, &error))?;
    Ok(offered)
}

async fn demand(
    primitives: &Primitives,
    address: &Address<'_>,
    request: &NoticeDemand,
    (known, offered): (Known, Offered),
) -> Result<Demanded, Refused> {
    let document = request.dati_specifici_servizio_request.decode();
    if document.is_empty() {
        let description = "datiSpecificiServizioRequest is empty";
        return Err(address.refused(PaaCode::SintassiXsd, description));
    }
    let inputs = offered.listed.reader.read(&document).map_err(|error| unread(address, &error))?;
    let asked = Asked {
        ec: known.ec,
        service: offered.offering.service.clone(),
        inputs,
        debtor: None,
        issue: Issue::Through(known.station),
    };
    let demanded = primitives.desk.demand(&asked, primitives.clock.now());
    match timeout(primitives.deadlines.question, demanded).await {
        Ok(Ok(demanded)) => Ok(demanded),
        Ok(Err(error)) => Err(refused(address, &error)),
        // What was under way is rolled back; a commit that was under way is found by the next demand.
        Err(_elapsed) => Err(address.refused(PaaCode::SystemError, "the notice could not be made in time")),
    }
}

fn unread(address: &Address<'_>, error: &PayloadError) -> Refused {
    address.refused(PaaCode::SintassiXsd, format!("datiSpecificiServizioRequest: {error}"))
}

/// A refusal of the desk in the words of the contract.
fn refused(address: &Address<'_>, error: &DeskError) -> Refused {
    let code = match error {
        DeskError::Unknown | DeskError::NotOpen(Closed::Draft | Closed::NotYet | Closed::Suspended) => {
            PaaCode::PagamentoSconosciuto
        }
        DeskError::NotOpen(Closed::Ended) => PaaCode::PagamentoScaduto,
        DeskError::NoLink(NoLink::Elsewhere) => PaaCode::StazioneIntErrata,
        DeskError::Inputs(wrong) => return address.refused(PaaCode::Semantica, reasons(wrong)),
        DeskError::Price(error) => return unpriced(address, error),
        DeskError::Store(error) => {
            tracing::error!(%error, "a notice on demand could not be made");
            return address.refused(PaaCode::SystemError, "the notice could not be stored");
        }
        DeskError::NoLink(NoLink::Nowhere | NoLink::Stamp) | DeskError::Order(_) | DeskError::Unnumbered => {
            PaaCode::SystemError
        }
    };
    address.refused(code, error.to_string())
}

/// All that is wrong with what was filled in, without repeating any of it.
fn reasons(wrong: &[FormError]) -> String {
    let reason = |one: &FormError| match &one.field {
        Some(field) => format!("{field}: {one}"),
        None => one.to_string(),
    };
    wrong.iter().map(reason).collect::<Vec<_>>().join("; ")
}

fn answer(demanded: &Demanded) -> Result<DemandAnswer, FacetError> {
    let position = &demanded.position;
    let notice = position.notices().next().ok_or(FacetError::Form("a position with a notice"))?;
    Ok(DemandAnswer {
        outcome: Word::Ok,
        fault: None,
        qr_code: Some(NoticeCode {
            fiscal_code: OrganizationCode::new(position.ec.as_str())?,
            notice_number: crate::wire::Text::new(notice.number.as_str())?,
        }),
        payment_list: Some(payment::listed(notice)?),
        payment_description: Some(payment::text(&notice.description)?),
        fiscal_code_pa: Some(OrganizationCode::new(position.ec.as_str())?),
        company_name: Some(payment::text(&position.company_name)?),
        office_name: position.office_name.as_ref().map(payment::text).transpose()?,
    })
}

fn unpriced(address: &Address<'_>, error: &PriceError) -> Refused {
    match error {
        PriceError::Refused(Refusal::Calculator(words)) => {
            Refused { words: Words::Creditors, ..address.refused(PaaCode::Semantica, words.as_str()) }
        }
        PriceError::Refused(refusal) => address.refused(PaaCode::Semantica, refusal.to_string()),
        PriceError::Unavailable(_) | PriceError::Wrong(_) => {
            address.refused(PaaCode::SystemError, error.to_string())
        }
    }
}
