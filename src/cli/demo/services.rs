//! What can be paid in Borgo Varco without a notice, and the story of one such payment.

use std::path::PathBuf;

use serde::Serialize;

use super::folder::{Access, Folder};
use super::node::{Node, Timed, receipt};
use super::play::{answered, asked, deliver, get, require_ok, step, verify};
use super::world::{BANK_IBAN, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN, SEGREGATION, TOWN, TOWN_NAME, valid};
use crate::catalogue::definition::{OfferingDefinition, StageDefinition};
use crate::catalogue::shipped;
use crate::cli::{Failure, print};
use crate::domain::access::Tenant;
use crate::domain::clock::Clock;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::{Author, Kind, Proposal, Wish};
use crate::domain::notice_number::NoticeNumber;
use crate::store::{Store, WriteMode, definition_form, offering_target};

/// The tax on a car.
pub const CAR_TAX: &str = "00001";
/// A donation.
const DONATION: &str = "00003";
/// Where its money goes may be the postal account as well.
const WITH_POSTAL: &str = CAR_TAX;

/// Where the document below lies for others to send.
const DOCUMENT: &str = "demand.xml";

/// The document of the tax on Gianna's car (schema TassaAuto 1.1.0).
const GIANNAS_CAR: &str = "<tassaAuto xmlns=\"http://PuntoAccessoPSP.spcoop.gov.it/TassaAuto\"><veicoloConTarga>\
    <tipoVeicoloTarga>1</tipoVeicoloTarga><veicoloTarga>GV321CF</veicoloTarga></veicoloConTarga></tassaAuto>";

/// Writes the document for those who demand a notice by hand; returns where it is.
pub fn write_document(folder: &Folder) -> Result<PathBuf, Failure> {
    folder.write(DOCUMENT, GIANNAS_CAR, Access::Public)?;
    Ok(folder.path(DOCUMENT))
}

/// Puts up the three services, offered by the town under their own names; those that are up stay.
pub async fn offer(store: &Store, clock: &Clock) -> Result<(), Failure> {
    if valid(store.catalogue_version().await)? > 0 {
        return Ok(());
    }
    let stage = StageDefinition { published_at: Some(clock.now()), ..StageDefinition::default() };
    let town = valid(FiscalCode::new(TOWN))?;
    let mut proposals = Vec::new();
    for category in shipped::categories() {
        proposals.push(proposal(Kind::Category, category.id.clone(), &category)?);
    }
    for mut service in shipped::services() {
        service.stage = stage;
        let offering = offering(&service.id, clock, stage)?;
        proposals.push(proposal(Kind::Service, service.id.clone(), &service)?);
        proposals.push(proposal(Kind::Offering, offering_target(&town, &service.id), &offering)?);
    }
    let province = valid(FiscalCode::new(PROVINCE))?;
    let broken = served_by_nobody(clock, stage)?;
    proposals.push(proposal(Kind::Offering, offering_target(&province, &broken.service), &broken)?);
    for proposal in proposals {
        let author = Author::gateway("demo", clock.now());
        let done = store.carry_out(&author, &[proposal], WriteMode::Commit).await;
        done.map_err(|failure| Failure::unusable(failure.error))?;
    }
    Ok(())
}

fn offering(service: &str, clock: &Clock, stage: StageDefinition) -> Result<OfferingDefinition, Failure> {
    let mut definition: OfferingDefinition = valid(serde_json::from_value(serde_json::json!({
        "organization": TOWN, "service": service, "subject": service, "iban": BANK_IBAN,
        "office": "Sportello del cittadino", "from": crate::domain::rome::day(clock.now()),
        "segregationCode": SEGREGATION, "places": ["Borgo Varco"],
    })))?;
    definition.postal_iban = (service == WITH_POSTAL).then(|| POSTAL_IBAN.to_owned());
    definition.stage = stage;
    Ok(definition)
}

/// For testers: the province offers donations under a code that no station serves, so that no notice can be issued.
fn served_by_nobody(clock: &Clock, stage: StageDefinition) -> Result<OfferingDefinition, Failure> {
    let mut definition = offering(DONATION, clock, stage)?;
    definition.organization = PROVINCE.to_owned();
    definition.subject = Some("00903".to_owned());
    let name = serde_json::json!({ "it": "Donazione (prova: nessuna stazione la serve)" });
    definition.name = Some(valid(serde_json::from_value(name))?);
    definition.iban = PROVINCE_IBAN.to_owned();
    definition.segregation_code = Some("44".to_owned());
    Ok(definition)
}

fn proposal(kind: Kind, target: String, definition: &impl Serialize) -> Result<Proposal, Failure> {
    let wanted = Some(definition_form(&valid(serde_json::to_value(definition))?, None));
    Ok(Proposal { kind, tenant: Tenant::Gateway, target, wish: Wish::Put, wanted })
}

/// Asks for a notice, pays it, and says what happens.
pub async fn play(node: &mut Node, clock: &Clock) -> Result<(), Failure> {
    print(&format!(
        "\nThe story of a payment without a notice\n\n  \
         Gianna owes the tax on her car, and has no notice at all. At her bank she picks the service of\n  \
         {TOWN_NAME} and types her number plate. The node asks Varco for a notice.\n"
    ))?;
    step(1, "A notice for the tax on this car, please.")?;
    asked("paDemandPaymentNotice", &format!("service {CAR_TAX}, plate GV321CF"))?;
    let Timed { answer, took } = node.demand(CAR_TAX, GIANNAS_CAR).await?;
    require_ok("paDemandPaymentNotice", answer.outcome, answer.fault.as_ref())?;
    let qr_code =
        answer.qr_code.ok_or_else(|| Failure::Found("a demand was answered without a notice".into()))?;
    let notice = valid(NoticeNumber::new(qr_code.notice_number.as_str()))?;
    answered("OK", took, &format!("priced, stored and on offer: notice {notice}"))?;
    verify(node, &notice, 2).await?;
    let data = get(node, &notice, 3).await?;
    deliver(node, &receipt(&notice, &data, clock.now())?, 4).await?;
    print("\n  From a number plate to a receipt, without a notice on paper.\n")
}
