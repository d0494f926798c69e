//! The receipt that says that nothing was paid: the node of today sends none, and old systems wait for one.

use super::Unusable;
use super::receipt::{VERSION, attestant, whole_seconds};
use crate::domain::amount::Cents;
use crate::domain::rome;
use crate::wire::common::Amount;
use crate::wire::pagamenti::{PaymentOutcome, Rpt, Rt, RtPayment, RtShare};
use crate::wire::{Bounded, Date, DateTime, Text};
use jiff::Timestamp;

/// Who attests that nothing was paid: no provider did, so that it is the operator of the platform (its tax code).
const ATTESTANT: (&str, &str) = ("15376371009", "PagoPA S.p.A.");
/// The reference of a collection that did not take place.
const NO_COLLECTION: &str = "0";

/// Why nothing was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaid {
    /// The payment was given up: code 1.
    NotExecuted,
    /// The time to pay ran out: code 3.
    Expired,
}

impl NotPaid {
    const fn code(self) -> PaymentOutcome {
        match self {
            NotPaid::NotExecuted => PaymentOutcome::N1,
            NotPaid::Expired => PaymentOutcome::N3,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            NotPaid::NotExecuted => "NON ESEGUITO",
            NotPaid::Expired => "SCADUTO",
        }
    }
}

/// Row "negative RTs": codes 1 and 3, amounts of 0.00, IUR "0"; everything else comes back as the RPT has it.
///
/// `id` names the message: one for each RPT of an attempt.
pub fn negative_rt(rpt: &Rpt, why: NotPaid, id: &str, now: Timestamp) -> Result<Rt, Unusable> {
    let asked = &rpt.dati_versamento;
    let day = rome::day(now);
    let shares: Result<Vec<RtShare>, Unusable> = asked
        .dati_singolo_versamento
        .iter()
        .map(|share| {
            Ok(RtShare {
                singolo_importo_pagato: Amount::new(Cents::ZERO)?,
                esito_singolo_pagamento: Some(Text::new(why.words())?),
                data_esito_singolo_pagamento: Date::new(day)?,
                identificativo_univoco_riscossione: Text::new(NO_COLLECTION)?,
                causale_versamento: share.causale_versamento.clone(),
                dati_specifici_riscossione: share.dati_specifici_riscossione.clone(),
                commissioni_applicate_psp: None,
                commissioni_applicate_pa: None,
                allegato_ricevuta: None,
            })
        })
        .collect();
    Ok(Rt {
        versione_oggetto: Text::new(VERSION)?,
        dominio: rpt.dominio.clone(),
        identificativo_messaggio_ricevuta: Text::cut(id)?,
        data_ora_messaggio_ricevuta: DateTime::new(whole_seconds(rome::wall_clock(now)))?,
        riferimento_messaggio_richiesta: rpt.identificativo_messaggio_richiesta.clone(),
        riferimento_data_richiesta: Date::new(rpt.data_ora_messaggio_richiesta.moment().date())?,
        istituto_attestante: attestant(&Text::new(ATTESTANT.0)?, &Text::new(ATTESTANT.1)?)?,
        ente_beneficiario: rpt.ente_beneficiario.clone(),
        soggetto_versante: rpt.soggetto_versante.clone(),
        soggetto_pagatore: rpt.soggetto_pagatore.clone(),
        dati_pagamento: RtPayment {
            codice_esito_pagamento: why.code(),
            importo_totale_pagato: Amount::new(Cents::ZERO)?,
            identificativo_univoco_versamento: asked.identificativo_univoco_versamento.clone(),
            codice_contesto_pagamento: asked.codice_contesto_pagamento.clone(),
            dati_singolo_pagamento: Bounded::new(shares?).map_err(|_| Unusable::Shares)?,
        },
    })
}
