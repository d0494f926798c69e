//! nodoChiediCopiaRT: the RT once more.

use crate::domain::certificate::Fingerprint;
use crate::soap::legacy::PptCode;
use crate::store::RptName;
use crate::wire::pagamenti_telematici_rpt::{NodoChiediCopiaRTRisposta, Response};
use crate::wire::ppt::RptReference;
use crate::wire::{Base64, PlainText};

use super::Refused;
use crate::legacy::desk::Desk;

/// Gives an RT as it was sent, or is about to be.
pub(super) async fn handle(
    desk: &Desk,
    by: Option<&Fingerprint>,
    asked: &RptReference,
) -> Result<Response, Refused> {
    let (known, name) = desk.asks_about(by, asked)?;
    let store = &desk.parts.store;
    if let Some(rt) = store.rt(&name).await? {
        let own = known.partner.id.as_str();
        let answers = RptName { ccp: rt.rpt_ccp.clone(), ..name };
        let asked_for = store.rpt(&answers).await?.is_some_and(|rpt| rpt.partner == own);
        // The attempt may be another partner's: institutions that share a payment need not share a partner.
        if rt.partner.as_str() != own && !asked_for {
            return Err(unknown());
        }
        let rt = Base64::encode(&rt.body).map_err(|error| {
            tracing::error!(%error, "a kept RT cannot be told");
            Refused::new(PptCode::SystemError, "the RT cannot be told")
        })?;
        return Ok(Response::NodoChiediCopiaRT(NodoChiediCopiaRTRisposta {
            fault: None,
            tipo_firma: Some(PlainText::default()),
            rt: Some(rt),
        }));
    }
    match store.rpt(&name).await? {
        Some(rpt) if rpt.partner == known.partner.id.as_str() => {
            Err(Refused::new(PptCode::RtNonDisponibile, "the RPT was taken, and there is no RT of it yet"))
        }
        Some(_) | None => Err(unknown()),
    }
}

/// The same whether there is none or it is another partner's.
fn unknown() -> Refused {
    Refused::new(PptCode::RtSconosciuta, "there is no RT under these identifiers")
}
