//! A request for payment (RPT), in the words of the node: table 6.3.

use super::category::{category, is_postal};
use super::{Unusable, person};
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::position::IBAN_APPOGGIO;
use crate::wire::common::{
    DocumentHash, Metadata, MetadataEntry, PositiveAmount, Subject, Text35, TransferChannel, TransferNumber,
};
use crate::wire::pa_for_node::{IbanOrRichiestaMarcaDaBollo as Destination, PaymentTransfer, StampRequest};
use crate::wire::pagamenti::{Rpt, RptShare};
use crate::wire::{AnyBase64, Base64Text, Bounded, Bounds, Date, Text, read_document_leniently};

/// What one RPT, or the RPTs of one debt with several beneficiaries, ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Row "dominio.identificativoDominio → idPA": the first of a basket.
    pub ec: FiscalCode,
    /// Row "identificativoStazioneRichiedente → idStation".
    pub station: Option<Text35>,
    /// Row "soggettoPagatore → debtor".
    pub debtor: Subject,
    /// Row "soggettoVersante → payer".
    pub payer: Option<Subject>,
    /// Row "datiVersamento.IUV → creditorReferenceId".
    pub iuv: Text35,
    /// Row "codiceContestoPagamento → receiptId".
    pub ccp: Text35,
    /// Row "importoTotaleDaVersare → paymentAmount": the sum over a basket.
    pub amount: PositiveAmount,
    /// Row "dataEsecuzionePagamento → dueDate candidate".
    pub due: Date,
    /// Row "datiSingoloVersamento n → transfer n": numbered through a basket.
    pub transfers: Vec<PaymentTransfer>,
}

/// Reads the document of `rpt`.
pub fn read_rpt(document: &Base64Text<AnyBase64>) -> Result<Rpt, Unusable> {
    read_document_leniently(&document.decode(), Bounds::default())
        .map_err(|violation| Unusable::Document(format!("/{}: {}", violation.path(), violation.rule())))
}

/// What the RPTs of one debt ask for. Without a channel the accounts are those of the documents; a payment at the
/// post office goes to the postal account of a share, wherever it stands, and any other is told it beside.
pub fn requested(rpts: &[Rpt], channel: Option<TransferChannel>) -> Result<Requested, Unusable> {
    let first = rpts.first().ok_or(Unusable::Basket)?;
    let paid = &first.dati_versamento;
    if rpts.iter().any(|rpt| {
        rpt.dati_versamento.identificativo_univoco_versamento != paid.identificativo_univoco_versamento
    }) {
        return Err(Unusable::OtherDebt);
    }
    let mut transfers = Vec::new();
    for rpt in rpts {
        let shares = &rpt.dati_versamento.dati_singolo_versamento;
        let sum = Cents::checked_sum(shares.iter().map(|share| share.importo_singolo_versamento.cents()));
        if sum != Some(rpt.dati_versamento.importo_totale_da_versare.cents()) {
            return Err(Unusable::Sum);
        }
        for share in shares {
            let number = i32::try_from(transfers.len() + 1).unwrap_or_default();
            let number = TransferNumber::try_from(number).map_err(|_| Unusable::Shares)?;
            transfers.push(transfer(number, share, rpt, channel)?);
        }
    }
    let total = Cents::checked_sum(transfers.iter().map(|one| one.transfer_amount.cents()));
    Ok(Requested {
        ec: domain(first)?,
        station: first.dominio.identificativo_stazione_richiedente.clone(),
        debtor: person::debtor(&first.soggetto_pagatore),
        payer: first.soggetto_versante.as_ref().map(person::payer),
        iuv: paid.identificativo_univoco_versamento.clone(),
        ccp: paid.codice_contesto_pagamento.clone(),
        amount: PositiveAmount::new(total.ok_or(Unusable::Sum)?).map_err(|_| Unusable::Sum)?,
        due: Date::new(paid.data_esecuzione_pagamento.day())?,
        transfers,
    })
}

/// The public body of a document.
fn domain(rpt: &Rpt) -> Result<FiscalCode, Unusable> {
    FiscalCode::new(rpt.dominio.identificativo_dominio.as_str().trim()).map_err(|_| Unusable::Beneficiary)
}

/// Row "datiSingoloVersamento n → transfer n": importo, ibanAccredito → IBAN, ibanAppoggio → IBANAPPOGGIO, causale →
/// remittanceInformation, datiSpecificiRiscossione → transferCategory, datiMarcaBolloDigitale →
/// richiestaMarcaDaBollo.
fn transfer(
    number: TransferNumber,
    share: &RptShare,
    rpt: &Rpt,
    channel: Option<TransferChannel>,
) -> Result<PaymentTransfer, Unusable> {
    let (destination, beside) = match &share.dati_marca_bollo_digitale {
        Some(stamp) => {
            let stamp = StampRequest {
                hash_documento: DocumentHash::new(stamp.hash_documento.as_str())?,
                tipo_bollo: stamp.tipo_bollo,
                provincia_residenza: stamp.provincia_residenza.clone(),
            };
            (Destination::RichiestaMarcaDaBollo(stamp), None)
        }
        None => {
            let (account, beside) = accounts(share, channel)?;
            (Destination::Iban(Text::new(account)?), beside)
        }
    };
    let metadata = beside.map(|account| {
        let entry = MetadataEntry { key: Text::new(IBAN_APPOGGIO)?, value: Text::new(account)? };
        Ok::<_, Unusable>(Metadata { map_entry: Bounded::new(vec![entry])? })
    });
    Ok(PaymentTransfer {
        id_transfer: number,
        transfer_amount: share.importo_singolo_versamento,
        fiscal_code_pa: Text::new(domain(rpt)?.as_str())?,
        company_name: Some(Text::new(rpt.ente_beneficiario.denominazione_beneficiario.as_str())?),
        iban_or_richiesta_marca_da_bollo: destination,
        remittance_information: share.causale_versamento.clone(),
        transfer_category: category(&share.dati_specifici_riscossione)?,
        metadata: metadata.transpose()?,
    })
}

/// The account of a share, and the one told beside it.
fn accounts(
    share: &RptShare,
    channel: Option<TransferChannel>,
) -> Result<(String, Option<String>), Unusable> {
    let text = |iban: &crate::wire::pagamenti::Iban| iban.as_str().to_ascii_uppercase();
    let main = share.iban_accredito.as_ref().map(text);
    let support = share.iban_appoggio.as_ref().map(text);
    let main = main.or_else(|| support.clone()).ok_or(Unusable::NoAccount)?;
    Ok(match channel {
        Some(TransferChannel::Postal) if !is_postal(&main) => match support.filter(|one| is_postal(one)) {
            Some(postal) => (postal, None),
            None => (main, None),
        },
        Some(TransferChannel::Postal) => (main, None),
        Some(TransferChannel::Pagopa) => {
            let beside = support.or_else(|| Some(main.clone()).filter(|one| is_postal(one)));
            (main, beside)
        }
        None => {
            let beside = support.filter(|one| *one != main);
            (main, beside)
        }
    })
}
