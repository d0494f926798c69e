//! Which field becomes which: the rows of the tables that the translation follows.

use super::Direction::{
    self, Activate, ActivateAnswer, Demand, DemandAnswer, NotPaid, Receipt, Rpt, Verify, VerifyAnswer,
};

/// A field that is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// On which way.
    pub direction: Direction,
    /// The field of the message that comes: a path below its root; `*` stands for all below.
    pub from: &'static str,
    /// The field of the message that leaves.
    pub to: &'static str,
}

const fn row(direction: Direction, from: &'static str, to: &'static str) -> Mapped {
    Mapped { direction, from, to }
}

/// All rows, by direction.
#[rustfmt::skip]
pub static MAPPED: &[Mapped] = &[
    row(Verify, "idPA", "identificativoDominio"),
    row(Verify, "idBrokerPA", "identificativoIntermediarioPA"),
    row(Verify, "idStation", "identificativoStazioneIntermediarioPA"),
    row(Verify, "qrCode/noticeNumber", "identificativoUnivocoVersamento"),

    row(VerifyAnswer, "esito", "outcome"),
    row(VerifyAnswer, "fault/*", "fault/*"),
    row(VerifyAnswer, "datiPagamentoPA/importoSingoloVersamento", "paymentList/paymentOptionDescription/amount"),
    row(VerifyAnswer, "datiPagamentoPA/ibanAccredito", "paymentList/paymentOptionDescription/allCCP"),
    row(VerifyAnswer, "datiPagamentoPA/causaleVersamento", "paymentDescription"),
    row(VerifyAnswer, "datiPagamentoPA/spezzoniCausaleVersamento/*", "paymentDescription"),
    row(VerifyAnswer, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/codiceIdentificativoUnivoco", "fiscalCodePA"),
    row(VerifyAnswer, "datiPagamentoPA/enteBeneficiario/denominazioneBeneficiario", "companyName"),
    row(VerifyAnswer, "datiPagamentoPA/enteBeneficiario/denomUnitOperBeneficiario", "officeName"),

    row(Activate, "idPA", "identificativoDominio"),
    row(Activate, "idBrokerPA", "identificativoIntermediarioPA"),
    row(Activate, "idStation", "identificativoStazioneIntermediarioPA"),
    row(Activate, "qrCode/noticeNumber", "identificativoUnivocoVersamento"),
    row(Activate, "amount", "datiPagamentoPSP/importoSingoloVersamento"),

    row(ActivateAnswer, "esito", "outcome"),
    row(ActivateAnswer, "fault/*", "fault/*"),
    row(ActivateAnswer, "datiPagamentoPA/importoSingoloVersamento", "data/paymentAmount"),
    row(ActivateAnswer, "datiPagamentoPA/importoSingoloVersamento", "data/transferList/transfer/transferAmount"),
    row(ActivateAnswer, "datiPagamentoPA/ibanAccredito", "data/transferList/transfer/IBAN"),
    row(ActivateAnswer, "datiPagamentoPA/causaleVersamento", "data/description"),
    row(ActivateAnswer, "datiPagamentoPA/causaleVersamento", "data/transferList/transfer/remittanceInformation"),
    row(ActivateAnswer, "datiPagamentoPA/spezzoniCausaleVersamento/*", "data/description"),
    row(ActivateAnswer, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/codiceIdentificativoUnivoco", "data/transferList/transfer/fiscalCodePA"),
    row(ActivateAnswer, "datiPagamentoPA/enteBeneficiario/denominazioneBeneficiario", "data/companyName"),
    row(ActivateAnswer, "datiPagamentoPA/enteBeneficiario/denomUnitOperBeneficiario", "data/officeName"),

    row(Rpt, "dominio/identificativoDominio", "data/transferList/transfer/fiscalCodePA"),
    row(Rpt, "dominio/identificativoStazioneRichiedente", "idStation"),
    row(Rpt, "soggettoPagatore/*", "data/debtor/*"),
    row(Rpt, "enteBeneficiario/denominazioneBeneficiario", "data/transferList/transfer/companyName"),
    row(Rpt, "datiVersamento/identificativoUnivocoVersamento", "data/creditorReferenceId"),
    row(Rpt, "datiVersamento/codiceContestoPagamento", "receiptId"),
    row(Rpt, "datiVersamento/importoTotaleDaVersare", "data/paymentAmount"),
    row(Rpt, "datiVersamento/dataEsecuzionePagamento", "dueDate"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/importoSingoloVersamento", "data/transferList/transfer/transferAmount"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/ibanAccredito", "data/transferList/transfer/IBAN"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/ibanAppoggio", "data/transferList/transfer/metadata/*"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/causaleVersamento", "data/transferList/transfer/remittanceInformation"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/datiSpecificiRiscossione", "data/transferList/transfer/transferCategory"),
    row(Rpt, "datiVersamento/datiSingoloVersamento/datiMarcaBolloDigitale/*", "data/transferList/transfer/richiestaMarcaDaBollo/*"),

    row(Demand, "idPA", "identificativoDominio"),
    row(Demand, "idBrokerPA", "identificativoIntermediarioPA"),
    row(Demand, "idStation", "identificativoStazioneIntermediarioPA"),
    row(Demand, "datiSpecificiServizioRequest", "datiSpecificiServizio"),

    row(DemandAnswer, "esito", "outcome"),
    row(DemandAnswer, "fault/*", "fault/*"),
    row(DemandAnswer, "numeroAvviso/auxDigit", "qrCode/noticeNumber"),
    row(DemandAnswer, "numeroAvviso/applicationCode", "qrCode/noticeNumber"),
    row(DemandAnswer, "numeroAvviso/IUV", "qrCode/noticeNumber"),
    row(DemandAnswer, "datiPagamentoPA/importoSingoloVersamento", "paymentList/paymentOptionDescription/amount"),
    row(DemandAnswer, "datiPagamentoPA/ibanAccredito", "paymentList/paymentOptionDescription/allCCP"),
    row(DemandAnswer, "datiPagamentoPA/causaleVersamento", "paymentDescription"),
    row(DemandAnswer, "datiPagamentoPA/spezzoniCausaleVersamento/*", "paymentDescription"),
    row(DemandAnswer, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/codiceIdentificativoUnivoco", "fiscalCodePA"),
    row(DemandAnswer, "datiPagamentoPA/enteBeneficiario/denominazioneBeneficiario", "companyName"),
    row(DemandAnswer, "datiPagamentoPA/enteBeneficiario/denomUnitOperBeneficiario", "officeName"),

    row(Receipt, "idStation", "dominio/identificativoStazioneRichiedente"),
    row(Receipt, "receipt/receiptId", "identificativoMessaggioRicevuta"),
    row(Receipt, "receipt/receiptId", "datiPagamento/datiSingoloPagamento/identificativoUnivocoRiscossione"),
    row(Receipt, "receipt/creditorReferenceId", "datiPagamento/identificativoUnivocoVersamento"),
    row(Receipt, "receipt/companyName", "enteBeneficiario/denominazioneBeneficiario"),
    row(Receipt, "receipt/officeName", "enteBeneficiario/denomUnitOperBeneficiario"),
    row(Receipt, "receipt/debtor/*", "soggettoPagatore/*"),
    row(Receipt, "receipt/payer/*", "soggettoVersante/*"),
    row(Receipt, "receipt/idPSP", "istitutoAttestante/identificativoUnivocoAttestante/codiceIdentificativoUnivoco"),
    row(Receipt, "receipt/PSPCompanyName", "istitutoAttestante/denominazioneAttestante"),
    row(Receipt, "receipt/fee", "datiPagamento/datiSingoloPagamento/commissioniApplicatePSP"),
    row(Receipt, "receipt/primaryCiIncurredFee", "datiPagamento/datiSingoloPagamento/commissioniApplicatePA"),
    row(Receipt, "receipt/paymentDateTime", "dataOraMessaggioRicevuta"),
    row(Receipt, "receipt/paymentDateTime", "datiPagamento/datiSingoloPagamento/dataEsitoSingoloPagamento"),
    row(Receipt, "receipt/applicationDate", "datiPagamento/datiSingoloPagamento/dataEsitoSingoloPagamento"),
    row(Receipt, "receipt/transferList/transfer/transferAmount", "datiPagamento/datiSingoloPagamento/singoloImportoPagato"),
    row(Receipt, "receipt/transferList/transfer/fiscalCodePA", "dominio/identificativoDominio"),
    row(Receipt, "receipt/transferList/transfer/fiscalCodePA", "enteBeneficiario/identificativoUnivocoBeneficiario/codiceIdentificativoUnivoco"),
    row(Receipt, "receipt/transferList/transfer/companyName", "enteBeneficiario/denominazioneBeneficiario"),
    row(Receipt, "receipt/transferList/transfer/remittanceInformation", "datiPagamento/datiSingoloPagamento/causaleVersamento"),
    row(Receipt, "receipt/transferList/transfer/transferCategory", "datiPagamento/datiSingoloPagamento/datiSpecificiRiscossione"),
    row(Receipt, "receipt/transferList/transfer/MBDAttachment", "datiPagamento/datiSingoloPagamento/allegatoRicevuta/testoAllegato"),

    row(NotPaid, "dominio/*", "dominio/*"),
    row(NotPaid, "identificativoMessaggioRichiesta", "riferimentoMessaggioRichiesta"),
    row(NotPaid, "dataOraMessaggioRichiesta", "riferimentoDataRichiesta"),
    row(NotPaid, "enteBeneficiario/*", "enteBeneficiario/*"),
    row(NotPaid, "soggettoVersante/*", "soggettoVersante/*"),
    row(NotPaid, "soggettoPagatore/*", "soggettoPagatore/*"),
    row(NotPaid, "datiVersamento/identificativoUnivocoVersamento", "datiPagamento/identificativoUnivocoVersamento"),
    row(NotPaid, "datiVersamento/codiceContestoPagamento", "datiPagamento/CodiceContestoPagamento"),
    row(NotPaid, "datiVersamento/datiSingoloVersamento/causaleVersamento", "datiPagamento/datiSingoloPagamento/causaleVersamento"),
    row(NotPaid, "datiVersamento/datiSingoloVersamento/datiSpecificiRiscossione", "datiPagamento/datiSingoloPagamento/datiSpecificiRiscossione"),
];
