//! The node's receipt as the receipts of the old interface (RT), one for each beneficiary: table 6.4.

use super::category::collection;
use super::{Unusable, person};
use crate::domain::amount::Cents;
use crate::domain::rome;
use crate::wire::common::{
    Amount, OrganizationCode, PositiveAmount, Subject, Text35, Text70, Text140, TransferNumber,
};
use crate::wire::pa_for_node::{IbanOrMbdAttachment, Receipt, ReceiptTransfer, ReceiptV2};
use crate::wire::pagamenti::{
    AttachmentKind, Attestant, AttestantCode, AttestantKind, Beneficiary, CompanyCode, CompanyKind, Domain,
    PaymentOutcome, ReceiptAttachment, Rpt, RptShare, Rt, RtPayment, RtShare,
};
use crate::wire::{AnyBase64, Base64, Base64Text, Bounded, Date, DateTime, Text, write_document};
use jiff::Timestamp;

/// The outcome of a share in words (row "transfer → esito text").
const EXECUTED: &str = "ESEGUITO";
/// What stands for a code of fewer than two characters.
const NO_CODE: &str = "N/A";
/// The version of the documents.
pub(super) const VERSION: &str = "6.2.0";

/// The parts of a receipt that have a place in an RT, whichever version it came in.
#[derive(Clone, Debug)]
pub struct Paid {
    receipt_id: String,
    fiscal_code: OrganizationCode,
    iuv: Text35,
    company_name: Text140,
    office_name: Option<Text140>,
    debtor: Subject,
    payer: Option<Subject>,
    psp: (Text35, Text70),
    fee: Option<Amount>,
    fee_of_creditor: Option<Amount>,
    paid_at: Option<DateTime>,
    applied_on: Option<Date>,
    shares: Vec<Share>,
}

#[derive(Clone, Debug)]
struct Share {
    number: TransferNumber,
    amount: Cents,
    beneficiary: OrganizationCode,
    company_name: Option<Text140>,
    remittance: Text140,
    category: Text140,
    stamp: Option<Base64>,
}

impl From<&Receipt> for Paid {
    fn from(receipt: &Receipt) -> Self {
        let shares = receipt.transfer_list.transfer.iter().map(|one| Share {
            number: one.id_transfer,
            amount: one.transfer_amount.cents(),
            beneficiary: one.fiscal_code_pa.clone(),
            company_name: None,
            remittance: one.remittance_information.clone(),
            category: one.transfer_category.clone(),
            stamp: None,
        });
        Paid {
            receipt_id: receipt.receipt_id.as_str().to_owned(),
            fiscal_code: receipt.fiscal_code.clone(),
            iuv: receipt.creditor_reference_id.clone(),
            company_name: receipt.company_name.clone(),
            office_name: receipt.office_name.clone(),
            debtor: receipt.debtor.clone(),
            payer: receipt.payer.clone(),
            psp: (receipt.id_psp.clone(), receipt.psp_company_name.clone()),
            fee: receipt.fee,
            fee_of_creditor: None,
            paid_at: receipt.payment_date_time,
            applied_on: receipt.application_date,
            shares: shares.collect(),
        }
    }
}

impl From<&ReceiptV2> for Paid {
    fn from(receipt: &ReceiptV2) -> Self {
        Paid {
            receipt_id: receipt.receipt_id.as_str().to_owned(),
            fiscal_code: receipt.fiscal_code.clone(),
            iuv: receipt.creditor_reference_id.clone(),
            company_name: receipt.company_name.clone(),
            office_name: receipt.office_name.clone(),
            debtor: receipt.debtor.clone(),
            payer: receipt.payer.clone(),
            psp: (receipt.id_psp.clone(), receipt.psp_company_name.clone()),
            fee: receipt.fee,
            fee_of_creditor: receipt.primary_ci_incurred_fee,
            paid_at: receipt.payment_date_time,
            applied_on: receipt.application_date,
            shares: receipt.transfer_list.transfer.iter().map(share).collect(),
        }
    }
}

fn share(one: &ReceiptTransfer) -> Share {
    Share {
        number: one.id_transfer,
        amount: one.transfer_amount.cents(),
        beneficiary: one.fiscal_code_pa.clone(),
        company_name: one.company_name.clone(),
        remittance: one.remittance_information.clone(),
        category: one.transfer_category.clone(),
        stamp: match &one.iban_or_mbd_attachment {
            IbanOrMbdAttachment::MbdAttachment(stamp) => Some(stamp.clone()),
            IbanOrMbdAttachment::Iban(_) => None,
        },
    }
}

/// What the gateway knows of the attempt that a receipt concludes.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The CCP of the attempt as the partner knows it; none if nobody activated: then the receipt's own id.
    pub ccp: Option<&'a Text35>,
    /// The station through which the partner is reached.
    pub station: &'a Text35,
    /// The requests for payment of the attempt, in the order of the basket; empty if none came.
    pub rpts: &'a [Rpt],
    /// When the receipt came.
    pub received_at: Timestamp,
}

/// A receipt for one beneficiary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Whose it is.
    pub ec: OrganizationCode,
    /// The receipt.
    pub rt: Rt,
}

/// Row "RT built from the receipt, one per beneficiary": only the shares of that body, and their sum as
/// importoTotalePagato. The bodies come in the order of their first share.
pub fn receipt_rts(paid: &Paid, attempt: &Attempt<'_>) -> Result<Vec<Recipient>, Unusable> {
    let mut bodies: Vec<&OrganizationCode> = Vec::new();
    for share in &paid.shares {
        if !bodies.contains(&&share.beneficiary) {
            bodies.push(&share.beneficiary);
        }
    }
    bodies.into_iter().map(|ec| Ok(Recipient { ec: ec.clone(), rt: rt(paid, attempt, ec)? })).collect()
}

/// An RT as it is put into `paaInviaRT.rt`.
pub fn document(rt: &Rt) -> Result<Base64Text<AnyBase64>, Unusable> {
    Ok(Base64Text::encode(&write_document(rt))?)
}

fn rt(paid: &Paid, attempt: &Attempt<'_>, ec: &OrganizationCode) -> Result<Rt, Unusable> {
    let rpt = attempt.rpts.iter().find(|rpt| rpt.dominio.identificativo_dominio.as_str() == ec.as_str());
    let arrival = rome::wall_clock(attempt.received_at);
    let moment = match paid.paid_at {
        Some(moment) => moment.moment(),
        None => arrival,
    };
    let own_id: Text35 = Text::cut(&paid.receipt_id)?;
    let shares: Vec<&Share> = paid.shares.iter().filter(|share| share.beneficiary == *ec).collect();
    let sum = Cents::checked_sum(shares.iter().map(|share| share.amount)).ok_or(Unusable::Sum)?;
    let day = paid.applied_on.filter(|_| paid.paid_at.is_none()).map_or(moment.date(), Date::day);
    let written = written(paid, &shares, (ec, rpt, attempt.rpts), (day, &own_id))?;
    Ok(Rt {
        versione_oggetto: Text::new(VERSION)?,
        dominio: Domain {
            identificativo_dominio: Text::new(ec.as_str())?,
            identificativo_stazione_richiedente: Some(attempt.station.clone()),
        },
        identificativo_messaggio_ricevuta: own_id.clone(),
        data_ora_messaggio_ricevuta: DateTime::new(whole_seconds(moment))?,
        riferimento_messaggio_richiesta: rpt
            .map_or_else(|| own_id.clone(), |rpt| rpt.identificativo_messaggio_richiesta.clone()),
        riferimento_data_richiesta: Date::new(
            rpt.map_or(day, |rpt| rpt.data_ora_messaggio_richiesta.moment().date()),
        )?,
        istituto_attestante: attestant(&paid.psp.0, &paid.psp.1)?,
        ente_beneficiario: beneficiary(paid, &shares, ec, rpt)?,
        soggetto_versante: paid.payer.as_ref().map(person::soggetto_versante),
        soggetto_pagatore: person::soggetto_pagatore(&paid.debtor),
        dati_pagamento: RtPayment {
            codice_esito_pagamento: PaymentOutcome::N0,
            importo_totale_pagato: Amount::new(sum)?,
            identificativo_univoco_versamento: paid.iuv.clone(),
            codice_contesto_pagamento: attempt.ccp.cloned().unwrap_or(own_id),
            dati_singolo_pagamento: Bounded::new(written).map_err(|_| Unusable::Shares)?,
        },
    })
}

/// Row "transfer → datiSingoloPagamento": amount, ESEGUITO, dataEsito, IUR, causale, datiSpecificiRiscossione. Where
/// there is an RPT its causale and datiSpecificiRiscossione come back as they were asked for: old systems compare.
fn written(
    paid: &Paid,
    shares: &[&Share],
    (ec, rpt, rpts): (&OrganizationCode, Option<&Rpt>, &[Rpt]),
    (day, iur): (jiff::civil::Date, &Text35),
) -> Result<Vec<RtShare>, Unusable> {
    let primary = *ec == paid.fiscal_code;
    // No commission on a stamp; what the payer paid on top is told once, to the body that issued the notice.
    let bearer = shares.iter().position(|share| share.stamp.is_none()).filter(|_| primary);
    let each = shares.iter().enumerate().map(|(at, share)| {
        let asked = rpt.and_then(|rpt| asked_share(rpt, rpts, share));
        let fee = |amount: Option<Amount>| amount.filter(|_| bearer == Some(at));
        let of_creditor = fee(paid.fee_of_creditor).and_then(|one| PositiveAmount::new(one.cents()).ok());
        let attachment = share.stamp.as_ref().map(|stamp| ReceiptAttachment {
            tipo_allegato_ricevuta: AttachmentKind::Bd,
            testo_allegato: stamp.clone(),
        });
        Ok(RtShare {
            singolo_importo_pagato: Amount::new(share.amount)?,
            esito_singolo_pagamento: Some(Text::new(EXECUTED)?),
            data_esito_singolo_pagamento: Date::new(day)?,
            identificativo_univoco_riscossione: iur.clone(),
            causale_versamento: asked
                .map_or_else(|| share.remittance.clone(), |asked| asked.causale_versamento.clone()),
            dati_specifici_riscossione: match asked {
                Some(asked) => asked.dati_specifici_riscossione.clone(),
                None => collection(share.category.as_str())?,
            },
            commissioni_applicate_psp: fee(paid.fee),
            commissioni_applicate_pa: of_creditor,
            allegato_ricevuta: attachment,
        })
    });
    each.collect()
}

/// The share of the RPT that a transfer stands for: transfers are numbered through the basket (idTransfer), and the
/// amount must be the same.
fn asked_share<'a>(rpt: &'a Rpt, rpts: &[Rpt], share: &Share) -> Option<&'a RptShare> {
    let before = rpts.iter().take_while(|other| !std::ptr::eq(*other, rpt));
    let skipped: usize = before.map(|other| other.dati_versamento.dati_singolo_versamento.len()).sum();
    let number = usize::try_from(share.number.number()).ok()?;
    let own = number.checked_sub(skipped + 1)?;
    let asked = rpt.dati_versamento.dati_singolo_versamento.get(own)?;
    (asked.importo_singolo_versamento.cents() == share.amount).then_some(asked)
}

/// Row "companyName → enteBeneficiario": as the RPT has it; else the name of the share, of the notice, or the code.
fn beneficiary(
    paid: &Paid,
    shares: &[&Share],
    ec: &OrganizationCode,
    rpt: Option<&Rpt>,
) -> Result<Beneficiary, Unusable> {
    if let Some(rpt) = rpt {
        return Ok(rpt.ente_beneficiario.clone());
    }
    let primary = *ec == paid.fiscal_code;
    let of_share = shares.iter().find_map(|share| share.company_name.as_ref());
    let of_notice = Some(&paid.company_name).filter(|_| primary);
    let name = of_share.or(of_notice).map_or(ec.as_str(), |name| name.as_str());
    let office = paid.office_name.as_ref().filter(|_| primary);
    Ok(Beneficiary {
        identificativo_univoco_beneficiario: CompanyCode {
            tipo_identificativo_univoco: CompanyKind::G,
            codice_identificativo_univoco: Text::new(ec.as_str())?,
        },
        denominazione_beneficiario: Text::cut(name)?,
        codice_unit_oper_beneficiario: None,
        denom_unit_oper_beneficiario: office.map(|name| Text::cut(name.as_str())).transpose()?,
        indirizzo_beneficiario: None,
        civico_beneficiario: None,
        cap_beneficiario: None,
        localita_beneficiario: None,
        provincia_beneficiario: None,
        nazione_beneficiario: None,
    })
}

/// Row "idPSP / PSPCompanyName → istitutoAttestante": the kind by the form of the code.
pub(super) fn attestant(code: &Text35, name: &Text70) -> Result<Attestant, Unusable> {
    let code = code.as_str().trim();
    let attestant = AttestantCode {
        tipo_identificativo_univoco: kind_of(code),
        codice_identificativo_univoco: Text::cut(code).or_else(|_| Text::new(NO_CODE))?,
    };
    Ok(Attestant {
        identificativo_univoco_attestante: attestant,
        denominazione_attestante: name.clone(),
        codice_unit_oper_attestante: None,
        denom_unit_oper_attestante: None,
        indirizzo_attestante: None,
        civico_attestante: None,
        cap_attestante: None,
        localita_attestante: None,
        provincia_attestante: None,
        nazione_attestante: None,
    })
}

/// A: five digits, with or without `ABI` before them. B: eight or eleven characters in the form of a BIC. G: a tax
/// code, and whatever has no form at all.
fn kind_of(code: &str) -> AttestantKind {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    if digits(code.strip_prefix("ABI").unwrap_or(code), 5) {
        AttestantKind::A
    } else if crate::wire::pagamenti::Bic::new(code).is_ok() {
        AttestantKind::B
    } else {
        AttestantKind::G
    }
}

/// Old systems read no fractions of seconds.
pub(super) fn whole_seconds(moment: jiff::civil::DateTime) -> jiff::civil::DateTime {
    moment.with().subsec_nanosecond(0).build().unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_the_attestant_follows_from_the_form_of_its_code() {
        let cases = [
            ("03069", AttestantKind::A),
            ("ABI03069", AttestantKind::A),
            ("BPPIITRRXXX", AttestantKind::B),
            ("UNCRITMM", AttestantKind::B),
            ("06529501006", AttestantKind::G),
            ("RSSMRA80A01H501U", AttestantKind::G),
            ("60000000001", AttestantKind::G),
            ("PSP-di-prova-molto-lungo", AttestantKind::G),
        ];
        for (code, kind) in cases {
            let found = attestant(&Text::new(code).unwrap(), &Text::new("Banca").unwrap()).unwrap();
            assert_eq!(found.identificativo_univoco_attestante.tipo_identificativo_univoco, kind, "{code}");
        }
    }
}
