//! nodoChiediListaPendentiRPT: the RPTs whose RT the partner does not have yet.

use jiff::Timestamp;

use crate::domain::certificate::Fingerprint;
use crate::domain::rome;
use crate::store::{Pending, PendingQuery};
use crate::wire::common::Text35;
use crate::wire::pagamenti_telematici_rpt::{NodoChiediListaPendentiRPTRisposta, Response};
use crate::wire::ppt::{NodoChiediListaPendentiRPT, PendingList, PendingRpt};
use crate::wire::{Bounded, DateTime, PlainText};

use super::Refused;
use super::identify::{Credentials, domain};
use crate::legacy::desk::Desk;

/// The most RPTs of one answer.
const MOST: u32 = 1000;

/// Lists them, the earliest first.
pub(super) async fn handle(
    desk: &Desk,
    by: Option<&Fingerprint>,
    asked: &NodoChiediListaPendentiRPT,
) -> Result<Response, Refused> {
    let known = desk.identify(
        by,
        Credentials {
            broker: &asked.identificativo_intermediario_pa,
            station: &asked.identificativo_stazione_intermediario_pa,
            password: &asked.password,
        },
    )?;
    let query = PendingQuery {
        partner: known.partner.id.clone(),
        ec: asked.identificativo_dominio.as_ref().map(domain).transpose()?,
        from: asked.range_da.and_then(instant).unwrap_or(Timestamp::UNIX_EPOCH),
        until: asked.range_a.and_then(instant).unwrap_or(Timestamp::MAX),
        limit: u32::try_from(asked.dimensione_lista.get()).unwrap_or(1).clamp(1, MOST),
    };
    let pending = desk.parts.store.pending_rpts(&query).await?;
    let told = |pending: Pending| {
        let stato = pending.facts.state(desk.parts.validity, known.now).stato()?;
        Some(PendingRpt {
            identificativo_dominio: Text35::new(pending.name.ec.as_str()).ok()?,
            identificativo_univoco_versamento: Text35::new(pending.name.iuv).ok()?,
            codice_contesto_pagamento: Text35::new(pending.name.ccp).ok()?,
            stato: PlainText::new(stato.word()).unwrap_or_default(),
        })
    };
    let listed: Vec<PendingRpt> = pending.into_iter().filter_map(told).collect();
    Ok(Response::NodoChiediListaPendentiRPT(NodoChiediListaPendentiRPTRisposta {
        fault: None,
        lista_rpt_pendenti: Some(PendingList {
            tot_restituiti: i32::try_from(listed.len()).unwrap_or(i32::MAX),
            rpt_pendente: Bounded::new(listed).unwrap_or_default(),
        }),
    }))
}

/// The instant of a date and time; without an offset it is the wall clock of Italy.
fn instant(moment: DateTime) -> Option<Timestamp> {
    match moment.offset() {
        Some(offset) => offset.to_timestamp(moment.moment()).ok(),
        None => rome::instant(moment.moment()),
    }
}
