//! nodoInviaCarrelloRPT: the two RPTs of a debt that two institutions share.

use crate::domain::certificate::Fingerprint;
use crate::soap::legacy::PptCode;
use crate::wire::PlainText;
use crate::wire::pagamenti_telematici_rpt::{NodoInviaCarrelloRPTRisposta, Response};
use crate::wire::ppt::NodoInviaCarrelloRPT;
use crate::wire::ppthead::IntestazioneCarrelloPPT;

use super::Refused;
use super::accept::{Accepted, Sent};
use super::identify::Credentials;
use crate::legacy::desk::Desk;

/// Takes a cart: two RPTs with one IUV, of which the first is that of the institution that issued the notice. The
/// node's carts of several unrelated debts are not served: one payment of the new model has one notice.
pub(super) async fn handle(
    desk: &Desk,
    by: Option<&Fingerprint>,
    (header, message): (IntestazioneCarrelloPPT, NodoInviaCarrelloRPT),
) -> Result<Response, Refused> {
    let known = desk.identify(
        by,
        Credentials {
            broker: &header.identificativo_intermediario_pa,
            station: &header.identificativo_stazione_intermediario_pa,
            password: &message.password,
        },
    )?;
    let sent: Vec<Sent<'_>> = message
        .lista_rpt
        .elemento_lista_rpt
        .iter()
        .map(|entry| Sent {
            ec: &entry.identificativo_dominio,
            iuv: &entry.identificativo_univoco_versamento,
            ccp: &entry.codice_contesto_pagamento,
            signature: entry.tipo_firma.as_ref(),
            rpt: &entry.rpt,
        })
        .collect();
    check(&sent, message.multi_beneficiario.unwrap_or(false).then_some(()))?;
    let cart = header.identificativo_carrello.as_str().trim();
    let accepted = desk.accept(&known, &sent, Some(cart)).await?;
    let text = |text: &str| PlainText::new(text).unwrap_or_default();
    let redirect = known.partner.invention.redirect.as_ref().filter(|_| accepted == Accepted::BegunByPartner);
    Ok(Response::NodoInviaCarrelloRPT(NodoInviaCarrelloRPTRisposta {
        fault: None,
        esito_complessivo_operazione: text("OK"),
        url: redirect.map(|url| text(url.as_str())),
        lista_errori_rpt: None,
    }))
}

/// A cart of several beneficiaries says so; what else it must be is read of its RPTs.
fn check(sent: &[Sent<'_>], says_so: Option<()>) -> Result<(), Refused> {
    let wrong = |why: &str| Err(Refused::new(PptCode::MultiBeneficiario, why));
    match (sent, says_so) {
        ([_], None) | ([_, _], Some(())) => Ok(()),
        ([_, _], None) => wrong("two RPTs make a cart only with multiBeneficiario"),
        _ => wrong("a cart has one RPT, or two of several beneficiaries"),
    }
}
