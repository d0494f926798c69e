//! nodoInviaRPT: here is the RPT of an activation, or one that the institution begins by itself.

use crate::domain::certificate::Fingerprint;
use crate::wire::PlainText;
use crate::wire::pagamenti_telematici_rpt::{NodoInviaRPTRisposta, Response};
use crate::wire::ppt::NodoInviaRPT;
use crate::wire::ppthead::IntestazionePPT;

use super::Refused;
use super::accept::{Accepted, Sent};
use super::identify::Credentials;
use crate::legacy::desk::Desk;

/// Takes an RPT. The same one again is answered as before.
pub(super) async fn handle(
    desk: &Desk,
    by: Option<&Fingerprint>,
    (header, message): (IntestazionePPT, NodoInviaRPT),
) -> Result<Response, Refused> {
    let known = desk.identify(
        by,
        Credentials {
            broker: &header.identificativo_intermediario_pa,
            station: &header.identificativo_stazione_intermediario_pa,
            password: &message.password,
        },
    )?;
    let sent = Sent {
        ec: &header.identificativo_dominio,
        iuv: &header.identificativo_univoco_versamento,
        ccp: &header.codice_contesto_pagamento,
        signature: message.tipo_firma.as_ref(),
        rpt: &message.rpt,
    };
    let accepted = desk.accept(&known, &[sent], None).await?;
    let text = |text: &str| PlainText::new(text).unwrap_or_default();
    let (redirect, url) = match (accepted, &known.partner.invention.redirect) {
        // Who begins a payment by itself sends the payer on from there.
        (Accepted::BegunByPartner, Some(url)) => (Some(1), Some(text(url.as_str()))),
        (Accepted::BegunByPartner, None) | (Accepted::OfActivation, _) => (Some(0), None),
    };
    Ok(Response::NodoInviaRPT(NodoInviaRPTRisposta { fault: None, esito: text("OK"), redirect, url }))
}
