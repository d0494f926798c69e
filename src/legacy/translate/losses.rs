//! What is lost on the way between the node's primitives and the old ones, in each direction.

use std::fmt;

/// A way that a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `paVerifyPaymentNotice` → `paaVerificaRPT`.
    Verify,
    /// The answer of `paaVerificaRPT` → that of `paVerifyPaymentNotice`.
    VerifyAnswer,
    /// `paGetPayment(V2)` → `paaAttivaRPT`.
    Activate,
    /// The answer of `paaAttivaRPT` → that of `paGetPayment(V2)`.
    ActivateAnswer,
    /// RPT → the answer of `paGetPayment(V2)`, or a position.
    Rpt,
    /// `paDemandPaymentNotice` → `paaChiediNumeroAvviso`.
    Demand,
    /// The answer of `paaChiediNumeroAvviso` → that of `paDemandPaymentNotice`.
    DemandAnswer,
    /// `paSendRT(V2)` → RT.
    Receipt,
    /// RPT → the RT that says that nothing was paid.
    NotPaid,
}

impl Direction {
    /// All directions.
    pub const ALL: [Direction; 9] = [
        Direction::Verify,
        Direction::VerifyAnswer,
        Direction::Activate,
        Direction::ActivateAnswer,
        Direction::Rpt,
        Direction::Demand,
        Direction::DemandAnswer,
        Direction::Receipt,
        Direction::NotPaid,
    ];

    /// From what to what.
    pub const fn ends(self) -> (&'static str, &'static str) {
        match self {
            Direction::Verify => ("paVerifyPaymentNotice", "paaVerificaRPT"),
            Direction::VerifyAnswer => ("paaVerificaRPTRisposta", "paVerifyPaymentNotice, risposta"),
            Direction::Activate => ("paGetPayment(V2)", "paaAttivaRPT"),
            Direction::ActivateAnswer => ("paaAttivaRPTRisposta", "paGetPayment(V2), risposta"),
            Direction::Rpt => ("RPT", "paGetPayment(V2), risposta"),
            Direction::Demand => ("paDemandPaymentNotice", "paaChiediNumeroAvviso"),
            Direction::DemandAnswer => ("paaChiediNumeroAvvisoRisposta", "paDemandPaymentNotice, risposta"),
            Direction::Receipt => ("paSendRT(V2)", "RT"),
            Direction::NotPaid => ("RPT", "RT negativa"),
        }
    }

    /// Its word, told.
    pub const fn word(self) -> &'static str {
        match self {
            Direction::Verify => "verify",
            Direction::VerifyAnswer => "verify_answer",
            Direction::Activate => "activate",
            Direction::ActivateAnswer => "activate_answer",
            Direction::Rpt => "rpt",
            Direction::Demand => "demand",
            Direction::DemandAnswer => "demand_answer",
            Direction::Receipt => "receipt",
            Direction::NotPaid => "not_paid",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.ends();
        write!(f, "{from} → {to}")
    }
}

/// What becomes of a field that is not carried as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is not passed on: the other side has no place for it.
    Dropped,
    /// It is made up: this side does not say it, and the other needs it.
    Invented,
    /// It is cut or put into a narrower form.
    Shortened,
    /// It is never sent, although the other side would take it.
    Absent,
}

impl Fate {
    /// All fates.
    pub const ALL: [Fate; 4] = [Fate::Dropped, Fate::Invented, Fate::Shortened, Fate::Absent];

    /// Its word, told.
    pub const fn word(self) -> &'static str {
        match self {
            Fate::Dropped => "dropped",
            Fate::Invented => "invented",
            Fate::Shortened => "shortened",
            Fate::Absent => "absent",
        }
    }
}

/// A field that is not carried as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// On which way.
    pub direction: Direction,
    /// The field: of the message that comes where it is dropped or shortened, of the one that leaves otherwise. A
    /// path below the root; `*` stands for all below.
    pub field: &'static str,
    /// What becomes of it.
    pub fate: Fate,
    /// Why, or what stands there instead.
    pub why: &'static str,
}

const fn loss(direction: Direction, fate: Fate, field: &'static str, why: &'static str) -> Loss {
    Loss { direction, field, fate, why }
}

use Direction::{
    Activate, ActivateAnswer, Demand, DemandAnswer, NotPaid, Receipt, Rpt, Verify, VerifyAnswer,
};
use Fate::{Absent, Dropped, Invented, Shortened};

const NO_PROVIDER: &str =
    "the node no longer says which provider serves the payer: the name that it used itself";
const DUE: &str = "the old answers have no due date: the day of the answer and due_days more";
const NO_PLACE: &str = "the node's primitives have no place for it";
const NOT_SAID: &str = "neither the answer nor the RPT says it";
const NOT_ASKED: &str = "the node does not say it when it activates";
const NOT_NEEDED: &str = "the node does not need it";
const SHORT_NAME: &str = "140 characters become 70, where no RPT names the beneficiary";
const NO_RT_PLACE: &str = "an RT has no place for it";

/// All losses, by direction.
#[rustfmt::skip]
pub static LOSSES: &[Loss] = &[
    loss(Verify, Dropped, "qrCode/fiscalCode", "it is idPA, or the gateway has refused the request"),
    loss(Verify, Shortened, "qrCode/noticeNumber", "aux digit and application code are left out: the reference remains"),
    loss(Verify, Invented, "identificativoPSP", NO_PROVIDER),
    loss(Verify, Invented, "codiceContestoPagamento", "one name for each attempt, made from public body, reference and number of the attempt"),

    loss(VerifyAnswer, Dropped, "datiPagamentoPA/bicAccredito", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/credenzialiPagatore", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/tipoIdentificativoUnivoco", "always G"),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/codiceUnitOperBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/indirizzoBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/civicoBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/capBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/localitaBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/provinciaBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/nazioneBeneficiario", NO_PLACE),
    loss(VerifyAnswer, Shortened, "datiPagamentoPA/spezzoniCausaleVersamento/*", "the pieces are joined by blanks and cut at 140 characters; a priced one has its price behind it"),
    loss(VerifyAnswer, Invented, "paymentList/paymentOptionDescription/dueDate", DUE),
    loss(VerifyAnswer, Invented, "paymentList/paymentOptionDescription/options", "EQ: an old system knows one amount"),
    loss(VerifyAnswer, Absent, "paymentList/paymentOptionDescription/detailDescription", NOT_SAID),

    loss(Activate, Dropped, "qrCode/fiscalCode", "it is idPA, or the gateway has refused the request"),
    loss(Activate, Shortened, "qrCode/noticeNumber", "aux digit and application code are left out: the reference remains"),
    loss(Activate, Dropped, "paymentNote", "the old request has no place for it"),
    loss(Activate, Dropped, "transferType", "not told; it chooses among the accounts of the RPT"),
    loss(Activate, Dropped, "dueDate", "the old request has no place for it"),
    loss(Activate, Invented, "identificativoPSP", NO_PROVIDER),
    loss(Activate, Invented, "identificativoIntermediarioPSP", NO_PROVIDER),
    loss(Activate, Invented, "identificativoCanalePSP", NO_PROVIDER),
    loss(Activate, Invented, "codiceContestoPagamento", "the name of the attempt; the RPT and the RT bear it too"),
    loss(Activate, Absent, "datiPagamentoPSP/ibanAppoggio", NOT_ASKED),
    loss(Activate, Absent, "datiPagamentoPSP/bicAppoggio", NOT_ASKED),
    loss(Activate, Absent, "datiPagamentoPSP/soggettoVersante/*", NOT_ASKED),
    loss(Activate, Absent, "datiPagamentoPSP/ibanAddebito", NOT_ASKED),
    loss(Activate, Absent, "datiPagamentoPSP/bicAddebito", NOT_ASKED),
    loss(Activate, Absent, "datiPagamentoPSP/soggettoPagatore/*", NOT_ASKED),

    loss(ActivateAnswer, Dropped, "datiPagamentoPA/bicAccredito", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/credenzialiPagatore", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/tipoIdentificativoUnivoco", "always G"),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/codiceUnitOperBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/indirizzoBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/civicoBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/capBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/localitaBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/provinciaBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/nazioneBeneficiario", NO_PLACE),
    loss(ActivateAnswer, Shortened, "datiPagamentoPA/spezzoniCausaleVersamento/*", "the pieces are joined by blanks and cut at 140 characters; a priced one has its price behind it"),
    loss(ActivateAnswer, Invented, "data/dueDate", DUE),
    loss(ActivateAnswer, Invented, "data/debtor/*", "ANONIMO, or the name that was chosen, until the RPT names the debtor"),
    loss(ActivateAnswer, Invented, "data/transferList/transfer/idTransfer", "1: the answer knows of one share"),
    loss(ActivateAnswer, Invented, "data/transferList/transfer/transferCategory", "the category that was chosen, until the RPT says it"),
    loss(ActivateAnswer, Absent, "data/retentionDate", NOT_NEEDED),
    loss(ActivateAnswer, Absent, "data/lastPayment", NOT_NEEDED),
    loss(ActivateAnswer, Absent, "data/metadata/*", "the old interface has no metadata"),

    loss(Rpt, Dropped, "versioneOggetto", "6.2.0 is the only version"),
    loss(Rpt, Dropped, "identificativoMessaggioRichiesta", "kept for the RT"),
    loss(Rpt, Dropped, "dataOraMessaggioRichiesta", "kept for the RT"),
    loss(Rpt, Dropped, "autenticazioneSoggetto", NO_PLACE),
    loss(Rpt, Dropped, "enteBeneficiario/identificativoUnivocoBeneficiario/*", "the domain of the document names the body; kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/codiceUnitOperBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/denomUnitOperBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/indirizzoBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/civicoBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/capBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/localitaBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/provinciaBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "enteBeneficiario/nazioneBeneficiario", "kept for the RT"),
    loss(Rpt, Dropped, "soggettoVersante/*", "the receipt names the payer"),
    loss(Rpt, Dropped, "datiVersamento/tipoVersamento", "the payer chooses at the provider"),
    loss(Rpt, Dropped, "datiVersamento/ibanAddebito", NO_PLACE),
    loss(Rpt, Dropped, "datiVersamento/bicAddebito", NO_PLACE),
    loss(Rpt, Dropped, "datiVersamento/firmaRicevuta", "always 0"),
    loss(Rpt, Dropped, "datiVersamento/datiSingoloVersamento/commissioneCaricoPA", NO_PLACE),
    loss(Rpt, Dropped, "datiVersamento/datiSingoloVersamento/bicAccredito", NO_PLACE),
    loss(Rpt, Dropped, "datiVersamento/datiSingoloVersamento/bicAppoggio", NO_PLACE),
    loss(Rpt, Dropped, "datiVersamento/datiSingoloVersamento/credenzialiPagatore", NO_PLACE),
    loss(Rpt, Shortened, "datiVersamento/datiSingoloVersamento/datiSpecificiRiscossione", "the text behind a code of the taxonomy is left out; the RT has it again"),

    loss(Demand, Dropped, "idServizio", "the old request has no place for it: the data say it"),
    loss(Demand, Dropped, "idSoggettoServizio", "the old request has no place for it: the data say it"),
    loss(Demand, Invented, "identificativoPSP", NO_PROVIDER),

    loss(DemandAnswer, Dropped, "datiPagamentoPA/bicAccredito", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/credenzialiPagatore", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/identificativoUnivocoBeneficiario/tipoIdentificativoUnivoco", "always G"),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/codiceUnitOperBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/indirizzoBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/civicoBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/capBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/localitaBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/provinciaBeneficiario", NO_PLACE),
    loss(DemandAnswer, Dropped, "datiPagamentoPA/enteBeneficiario/nazioneBeneficiario", NO_PLACE),
    loss(DemandAnswer, Shortened, "datiPagamentoPA/spezzoniCausaleVersamento/*", "the pieces are joined by blanks and cut at 140 characters; a priced one has its price behind it"),
    loss(DemandAnswer, Invented, "qrCode/fiscalCode", "idPA of the request"),
    loss(DemandAnswer, Invented, "paymentList/paymentOptionDescription/dueDate", DUE),
    loss(DemandAnswer, Invented, "paymentList/paymentOptionDescription/options", "EQ: an old system knows one amount"),
    loss(DemandAnswer, Absent, "paymentList/paymentOptionDescription/detailDescription", NOT_SAID),
    loss(DemandAnswer, Absent, "fault/originalFaultCode", "the refusals of this service do not have it"),
    loss(DemandAnswer, Absent, "fault/originalFaultString", "the refusals of this service do not have it"),
    loss(DemandAnswer, Absent, "fault/originalDescription", "the refusals of this service do not have it"),

    loss(Receipt, Dropped, "idPA", "each RT names its own beneficiary"),
    loss(Receipt, Dropped, "idBrokerPA", "the header of paaInviaRT names the broker of the attempt"),
    loss(Receipt, Dropped, "receipt/noticeNumber", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/outcome", "a receipt of the node says OK"),
    loss(Receipt, Dropped, "receipt/fiscalCode", "it tells whose share bears the fee; each RT names its own beneficiary"),
    loss(Receipt, Dropped, "receipt/paymentAmount", "each RT has the sum of its own shares"),
    loss(Receipt, Dropped, "receipt/description", NO_RT_PLACE),
    loss(Receipt, Shortened, "receipt/companyName", SHORT_NAME),
    loss(Receipt, Shortened, "receipt/officeName", "140 characters become 70; where an RPT came, its own"),
    loss(Receipt, Shortened, "receipt/receiptId", "cut at 35 characters"),
    loss(Receipt, Shortened, "receipt/idPSP", "cut at 16 characters; N/A where it has fewer than two"),
    loss(Receipt, Dropped, "receipt/pspFiscalCode", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/pspPartitaIVA", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/idChannel", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/channelDescription", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/paymentMethod", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/paymentNote", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/idBundle", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/idCiBundle", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/transferDate", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/metadata/*", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/standIn", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/transferList/transfer/idTransfer", "it finds the share of the RPT; the order remains"),
    loss(Receipt, Shortened, "receipt/transferList/transfer/companyName", SHORT_NAME),
    loss(Receipt, Dropped, "receipt/transferList/transfer/IBAN", NO_RT_PLACE),
    loss(Receipt, Dropped, "receipt/transferList/transfer/metadata/*", NO_RT_PLACE),
    loss(Receipt, Shortened, "receipt/transferList/transfer/transferCategory", "what does not fit [0129]/ and 3 to 138 characters without blanks becomes kind 9, is cut at the first blank, or is the usual category; where an RPT came, its own words come back"),
    loss(Receipt, Invented, "versioneOggetto", "6.2.0"),
    loss(Receipt, Invented, "riferimentoMessaggioRichiesta", "as in the RPT; the receipt's own id where none came"),
    loss(Receipt, Invented, "riferimentoDataRichiesta", "as in the RPT; the day of the payment where none came"),
    loss(Receipt, Invented, "istitutoAttestante/identificativoUnivocoAttestante/tipoIdentificativoUnivoco", "by the form of the code: A five digits, B a BIC, G anything else"),
    loss(Receipt, Invented, "enteBeneficiario/identificativoUnivocoBeneficiario/tipoIdentificativoUnivoco", "always G"),
    loss(Receipt, Invented, "datiPagamento/codiceEsitoPagamento", "0: a receipt of the node is of a payment"),
    loss(Receipt, Invented, "datiPagamento/importoTotalePagato", "the sum of the shares of the beneficiary"),
    loss(Receipt, Invented, "datiPagamento/CodiceContestoPagamento", "the name of the attempt; the receipt's own id where nobody activated"),
    loss(Receipt, Invented, "datiPagamento/datiSingoloPagamento/esitoSingoloPagamento", "ESEGUITO"),
    loss(Receipt, Invented, "datiPagamento/datiSingoloPagamento/allegatoRicevuta/tipoAllegatoRicevuta", "BD: a stamp"),
    loss(Receipt, Absent, "istitutoAttestante/codiceUnitOperAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/denomUnitOperAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/indirizzoAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/civicoAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/capAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/localitaAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/provinciaAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "istitutoAttestante/nazioneAttestante", "a receipt does not say it"),
    loss(Receipt, Absent, "enteBeneficiario/codiceUnitOperBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/indirizzoBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/civicoBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/capBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/localitaBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/provinciaBeneficiario", "as in the RPT; absent where none came"),
    loss(Receipt, Absent, "enteBeneficiario/nazioneBeneficiario", "as in the RPT; absent where none came"),

    loss(NotPaid, Dropped, "versioneOggetto", "6.2.0 is the only version"),
    loss(NotPaid, Dropped, "autenticazioneSoggetto", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/dataEsecuzionePagamento", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/importoTotaleDaVersare", "nothing was paid"),
    loss(NotPaid, Dropped, "datiVersamento/tipoVersamento", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/ibanAddebito", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/bicAddebito", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/firmaRicevuta", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/importoSingoloVersamento", "nothing was paid"),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/commissioneCaricoPA", "nothing was paid"),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/ibanAccredito", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/bicAccredito", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/ibanAppoggio", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/bicAppoggio", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/credenzialiPagatore", NO_RT_PLACE),
    loss(NotPaid, Dropped, "datiVersamento/datiSingoloVersamento/datiMarcaBolloDigitale/*", "no stamp was bought"),
    loss(NotPaid, Invented, "versioneOggetto", "6.2.0"),
    loss(NotPaid, Invented, "identificativoMessaggioRicevuta", "a name of ours"),
    loss(NotPaid, Invented, "dataOraMessaggioRicevuta", "when it is written"),
    loss(NotPaid, Invented, "istitutoAttestante/identificativoUnivocoAttestante/*", "no provider attests it: the operator of the platform"),
    loss(NotPaid, Invented, "istitutoAttestante/denominazioneAttestante", "no provider attests it: the operator of the platform"),
    loss(NotPaid, Absent, "istitutoAttestante/*", "nothing more is known of the operator"),
    loss(NotPaid, Invented, "datiPagamento/codiceEsitoPagamento", "1 given up, 3 the time ran out"),
    loss(NotPaid, Invented, "datiPagamento/importoTotalePagato", "0.00"),
    loss(NotPaid, Invented, "datiPagamento/datiSingoloPagamento/singoloImportoPagato", "0.00"),
    loss(NotPaid, Invented, "datiPagamento/datiSingoloPagamento/esitoSingoloPagamento", "NON ESEGUITO or SCADUTO"),
    loss(NotPaid, Invented, "datiPagamento/datiSingoloPagamento/dataEsitoSingoloPagamento", "the day on which it is written"),
    loss(NotPaid, Invented, "datiPagamento/datiSingoloPagamento/identificativoUnivocoRiscossione", "0"),
    loss(NotPaid, Absent, "datiPagamento/datiSingoloPagamento/commissioniApplicatePSP", "nothing was paid"),
    loss(NotPaid, Absent, "datiPagamento/datiSingoloPagamento/commissioniApplicatePA", "nothing was paid"),
    loss(NotPaid, Absent, "datiPagamento/datiSingoloPagamento/allegatoRicevuta/*", "no stamp was bought"),
];
