//! What is owed and why, whichever of the two answers of the old system says it.

use super::{Answering, Invented, Unusable, positive};
use crate::wire::Text;
use crate::wire::common::{PositiveAmount, Text140};
use crate::wire::pagamenti::Beneficiary;
use crate::wire::ppt::{
    CausaleVersamentoOrSpezzoniCausaleVersamento as Reason, PaymentTerms, PaymentTermsOfNotice,
    PaymentTermsOfNoticeCausaleVersamentoOrSpezzoniCausaleVersamento as ReasonOfNotice,
    ReasonPiecesOfNoticeSpezzoneCausaleVersamentoOrSpezzoneStrutturatoCausaleVersamento as PieceOfNotice,
    SpezzoneCausaleVersamentoOrSpezzoneStrutturatoCausaleVersamento as Piece,
};

/// `datiPagamentoPA`, in the words of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Row "importoSingoloVersamento → amount".
    pub amount: PositiveAmount,
    /// Row "ibanAccredito → transfer 1 IBAN".
    pub account: String,
    /// Row "denominazioneBeneficiario → companyName"; ours where the answer has none.
    pub company_name: Text140,
    /// Row "denomUnitOperBeneficiario → officeName".
    pub office_name: Option<Text140>,
    /// Rows "causaleVersamento" and "spezzoniCausaleVersamento"; the reference where the answer's is empty.
    pub reason: Text140,
    /// What was made up.
    pub invented: Vec<Invented>,
}

/// What an answer to verify or activate says.
pub fn terms(found: &PaymentTerms, answering: &Answering<'_>, iuv: &str) -> Result<Terms, Unusable> {
    let reason = match &found.causale_versamento_or_spezzoni_causale_versamento {
        Reason::CausaleVersamento(whole) => whole.as_str().to_owned(),
        Reason::SpezzoniCausaleVersamento(pieces) => {
            joined(pieces.spezzone_causale_versamento_or_spezzone_strutturato_causale_versamento.iter().map(
                |piece| match piece {
                    Piece::SpezzoneCausaleVersamento(text) => text.as_str().to_owned(),
                    Piece::SpezzoneStrutturatoCausaleVersamento(priced) => {
                        format!("{} {}", priced.causale_spezzone.as_str(), priced.importo_spezzone.cents())
                    }
                },
            ))
        }
    };
    let parts = (found.importo_singolo_versamento.cents(), found.iban_accredito.as_str());
    made(parts, found.ente_beneficiario.as_ref(), (reason, iuv), answering)
}

/// What an answer to a demand says.
pub fn terms_of_notice(
    found: &PaymentTermsOfNotice,
    answering: &Answering<'_>,
    iuv: &str,
) -> Result<Terms, Unusable> {
    let reason = match &found
        .payment_terms_of_notice_causale_versamento_or_spezzoni_causale_versamento
    {
        ReasonOfNotice::CausaleVersamento(whole) => whole.as_str().to_owned(),
        ReasonOfNotice::SpezzoniCausaleVersamento(pieces) => joined(pieces
            .reason_pieces_of_notice_spezzone_causale_versamento_or_spezzone_strutturato_causale_versamento
            .iter()
            .map(|piece| match piece {
                PieceOfNotice::SpezzoneCausaleVersamento(text) => text.as_str().to_owned(),
                PieceOfNotice::SpezzoneStrutturatoCausaleVersamento(priced) => {
                    format!("{} {}", priced.causale_spezzone.as_str(), priced.importo_spezzone.cents())
                }
            })),
    };
    let parts = (found.importo_singolo_versamento.cents(), found.iban_accredito.as_str());
    made(parts, found.ente_beneficiario.as_ref(), (reason, iuv), answering)
}

fn made(
    (amount, account): (crate::domain::amount::Cents, &str),
    beneficiary: Option<&Beneficiary>,
    (reason, iuv): (String, &str),
    answering: &Answering<'_>,
) -> Result<Terms, Unusable> {
    let mut invented = Vec::new();
    let code = beneficiary.map(|one| &one.identificativo_univoco_beneficiario.codice_identificativo_univoco);
    if code.is_some_and(|code| code.as_str().trim() != answering.ec.as_str()) {
        return Err(Unusable::Beneficiary);
    }
    let told = beneficiary.and_then(|one| some(one.denominazione_beneficiario.as_str()));
    if told.is_none() {
        invented.push(Invented::CompanyName);
    }
    let office = beneficiary.and_then(|one| some(one.denom_unit_oper_beneficiario.as_ref()?.as_str()));
    let why = some(&reason);
    if why.is_none() {
        invented.push(Invented::Reason);
    }
    let reference = format!("Avviso {iuv}");
    Ok(Terms {
        amount: positive(amount)?,
        account: account.to_ascii_uppercase(),
        company_name: Text::cut(told.unwrap_or(answering.ec_name))?,
        office_name: office.map(Text::cut).transpose()?,
        reason: Text::cut(why.unwrap_or(&reference))?,
        invented,
    })
}

/// A text that says something.
fn some(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Row "spezzoniCausaleVersamento (1..6, join)": the pieces with a blank between them, each priced one with its
/// price behind it.
fn joined(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect::<Vec<_>>().join(" ")
}
