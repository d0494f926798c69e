//! nodoChiediStatoRPT: what has become of an RPT?

use crate::domain::certificate::Fingerprint;
use crate::domain::routing::attempt::Stato;
use crate::soap::legacy::PptCode;
use crate::wire::pagamenti_telematici_rpt::{NodoChiediStatoRPTRisposta, Response};
use crate::wire::ppt::{RptEvent, RptReference, RptState};
use crate::wire::{Bounded, PlainText};

use super::Refused;
use crate::legacy::desk::Desk;
use crate::legacy::desk::made::moment;

/// Tells the state of an RPT and what it went through.
pub(super) async fn handle(
    desk: &Desk,
    by: Option<&Fingerprint>,
    asked: &RptReference,
) -> Result<Response, Refused> {
    let (known, name) = desk.asks_about(by, asked)?;
    let unknown = || Refused::new(PptCode::RptSconosciuta, "no RPT was taken under these identifiers");
    let attempt = desk.parts.store.attempt_of_rpt(&name).await?.ok_or_else(unknown)?;
    known.has(&attempt)?;
    attempt.facts.rpt_at.ok_or_else(unknown)?;
    let validity = desk.parts.validity;
    let stato = attempt.facts.state(validity, known.now).stato().ok_or_else(unknown)?;
    let history = attempt.facts.history(validity, known.now).into_iter();
    let history = history.filter_map(|(at, stato)| {
        Some(RptEvent { data: moment(at)?, stato: text(stato.word()), descrizione: text(stato.sentence()) })
    });
    Ok(Response::NodoChiediStatoRPT(NodoChiediStatoRPTRisposta {
        fault: None,
        esito: told(stato, history.collect()),
    }))
}

fn told(stato: Stato, history: Vec<RptEvent>) -> RptState {
    RptState {
        stato: text(stato.word()),
        redirect: Some(0),
        url: None,
        elemento_storico_rpt: Bounded::new(history).unwrap_or_default(),
        elemento_storico_versamento: Bounded::default(),
    }
}

fn text(text: &str) -> PlainText {
    PlainText::new(text).unwrap_or_default()
}
