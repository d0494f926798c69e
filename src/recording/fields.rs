//! What the elements of a message hold, as far as a recording must know: the list of what may be written down.
//!
//! It lists what is allowed. An element that is not in it is masked, and one that is in it is kept only while its
//! text has the form that belongs there: a name in the place of a code is masked all the same.

use serde::{Deserialize, Serialize};

use super::rewrite::Spot;
use crate::domain::iban::Iban;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The code of a public body.
    Institution,
    /// The code of a broker.
    Broker,
    /// The code of a station.
    Station,
    /// The code of a payment service provider, of its channel, or of a bank.
    Provider,
    /// A word of the contract, a count or a version.
    Word,
    /// A fault code.
    FaultCode,
    /// An amount.
    Amount,
    /// A day or a moment at which something happened.
    Moment,
    /// A day or a moment that the creditor sets.
    Due,
    /// The category of a transfer; what may follow its taxonomy code is masked.
    Category,
    /// A key of the metadata.
    Key,
    /// A country.
    Country,
    /// A notice number.
    Notice,
    /// The reference of a payment inside its notice number.
    Iuv,
    /// A name that somebody gave to one message or payment.
    Token,
    /// The code of a person.
    PersonCode,
    /// The name of a person.
    PersonName,
    /// The name of a public body or of a company.
    Company,
    /// An e-mail address.
    Email,
    /// A street.
    Street,
    /// A town.
    Town,
    /// An account.
    Iban,
    /// What people write to one another.
    Text,
    /// Base64; XML inside it is opened.
    Enclosed,
    /// What only the two sides may know.
    Secret,
    /// Anything else.
    Unknown,
    /// A namespace, and what else only markup says.
    Markup,
}

impl Kind {
    /// What the text at a place is.
    pub fn of(spot: &Spot<'_>) -> Kind {
        if let Some(attribute) = spot.attribute {
            return of_attribute(attribute);
        }
        let name = spot.up(0);
        match (name, spot.up(1)) {
            ("id", "fault") => Kind::Institution,
            ("fiscalCode", "qrCode" | "receipt") => Kind::Institution,
            ("codiceIdentificativoUnivoco", "identificativoUnivocoBeneficiario") => Kind::Institution,
            ("codiceIdentificativoUnivoco", "identificativoUnivocoAttestante") => Kind::Provider,
            (
                "codiceIdentificativoUnivoco",
                "identificativoUnivocoPagatore" | "identificativoUnivocoVersante",
            ) => Kind::PersonCode,
            ("key", "mapEntry") => Kind::Key,
            ("data", "elementoStoricoRPT" | "elementoStoricoVersamento") => Kind::Moment,
            ("IUV", "numeroAvviso") => Kind::Iuv,
            _ => of_name(name),
        }
    }

    /// What a text of which only the form is known is invented as.
    pub fn by_form(text: &str) -> Kind {
        if is_person_code(text) {
            Kind::PersonCode
        } else if Iban::kept(text).is_ok() {
            Kind::Iban
        } else if text.contains('@') {
            Kind::Email
        } else {
            Kind::Unknown
        }
    }

    /// Whether a text is of the form that may be written down in such a place.
    pub fn may_stay(self, text: &str) -> bool {
        let all = |most: usize, allowed: fn(char) -> bool| {
            text.chars().count() <= most && text.chars().all(allowed)
        };
        match self {
            Kind::Institution | Kind::Broker => text.len() == 11 && all(11, |c| c.is_ascii_digit()),
            Kind::Station => text.split_once('_').is_some_and(|(broker, number)| {
                Kind::Broker.may_stay(broker)
                    && number.len() == 2
                    && number.bytes().all(|b| b.is_ascii_digit())
            }),
            Kind::Provider => {
                all(35, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') && !is_person_code(text)
            }
            Kind::Word => {
                let short = all(6, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.');
                let stated = text.starts_with("RPT_") || text.starts_with("RT_");
                // Short codes are in capitals; a name in its usual spelling is not.
                ["true", "false"].contains(&text)
                    || short
                    || stated && all(40, |c| c.is_ascii_uppercase() || c == '_')
            }
            Kind::FaultCode => {
                text.contains('_') && all(60, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            }
            Kind::Amount => all(15, |c| c.is_ascii_digit() || ".,+-".contains(c)),
            Kind::Moment | Kind::Due => all(40, |c| c.is_ascii_digit() || ".:+-TZ".contains(c)),
            Kind::Category => taxonomy(text).is_some_and(|(_, rest)| rest.is_empty()),
            Kind::Key => KEYS.contains(&text),
            Kind::Country => text.len() == 2 && all(2, |c| c.is_ascii_uppercase()),
            Kind::Notice => text == "000000000000000000",
            Kind::PersonCode => text == "ANONIMO",
            Kind::PersonName => text == "ANONIMO",
            Kind::Markup => all(200, |c| c.is_ascii_alphanumeric() || "/:.#-_?=".contains(c)),
            Kind::Iuv
            | Kind::Token
            | Kind::Company
            | Kind::Email
            | Kind::Street
            | Kind::Town
            | Kind::Iban
            | Kind::Text
            | Kind::Enclosed
            | Kind::Secret
            | Kind::Unknown => false,
        }
    }
}

/// The keys of metadata that are known to name no person (SANP 3.10, and the accounting vocabulary of GovPay).
const KEYS: [&str; 11] = [
    "IBANAPPOGGIO",
    "CAPITOLOBILANCIO",
    "ARTICOLOBILANCIO",
    "CODICEACCERTAMENTO",
    "ANNORIFERIMENTO",
    "TITOLOBILANCIO",
    "CATEGORIABILANCIO",
    "TIPOLOGIABILANCIO",
    "IMPORTOEUROCENT",
    "datiSpecificiRiscossione",
    "DatiSpecificiRiscossione",
];

/// Attributes that say something about the markup; all others are masked.
fn of_attribute(name: &str) -> Kind {
    match name.split_once(':') {
        None if name == "xmlns" => Kind::Markup,
        Some(("xmlns", _)) => Kind::Markup,
        // A schemaLocation often names a folder of whoever wrote it, and nobody reads it.
        Some((_, "mustUnderstand" | "encodingStyle" | "type" | "nil")) => Kind::Markup,
        _ => Kind::Unknown,
    }
}

#[rustfmt::skip]
fn of_name(name: &str) -> Kind {
    match name {
        "idPA" | "fiscalCodePA" | "identificativoDominio" => Kind::Institution,
        "idBrokerPA" | "identificativoIntermediarioPA" => Kind::Broker,
        "idStation" | "identificativoStazioneIntermediarioPA" | "identificativoStazioneRichiedente" => Kind::Station,
        "idPSP" | "idChannel" | "pspFiscalCode" | "pspPartitaIVA" | "identificativoPSP"
        | "identificativoIntermediarioPSP" | "identificativoCanale" | "identificativoCanalePSP" => Kind::Provider,
        "outcome" | "options" | "allCCP" | "transferType" | "entityUniqueIdentifierType" | "lastPayment"
        | "idTransfer" | "standIn" | "standin" | "serial" | "tipoBollo" | "idServizio" | "idSoggettoServizio" | "esito"
        | "tipoIdentificativoUnivoco" | "tipoVersamento" | "firmaRicevuta" | "autenticazioneSoggetto" | "auxDigit"
        | "applicationCode" | "versioneOggetto" | "codiceEsitoPagamento" | "tipoFirma" | "redirect" | "stato"
        | "requireLightPayment" | "multiBeneficiario" | "totRestituiti" | "progressivo" | "dimensioneLista"
        | "effettuazioneScelta" | "tipoAllegatoRicevuta" | "esitoComplessivoOperazione"
        | "bicAccredito" | "bicAppoggio" | "codiceEsitoSingoloPagamento" | "codicePratica"
        | "tipoVeicoloTarga" => Kind::Word,
        "faultCode" | "originalFaultCode" => Kind::FaultCode,
        "amount" | "paymentAmount" | "transferAmount" | "fee" | "primaryCiIncurredFee" | "importoTotaleDaVersare"
        | "importoSingoloVersamento" | "importoSpezzone" | "importoTotalePagato" | "singoloImportoPagato"
        | "commissioneCaricoPA" | "commissioniApplicatePSP" | "commissioniApplicatePA" => Kind::Amount,
        "paymentDateTime" | "applicationDate" | "transferDate" | "dataOraMessaggioRicevuta" | "rangeA" | "rangeDa"
        | "dataOraMessaggioRichiesta" | "riferimentoDataRichiesta" | "dataEsitoSingoloPagamento" => Kind::Moment,
        "dueDate" | "retentionDate" | "dataEsecuzionePagamento" => Kind::Due,
        "transferCategory" | "datiSpecificiRiscossione" => Kind::Category,
        "country" | "nazionePagatore" | "nazioneVersante" | "nazioneBeneficiario" | "nazioneAttestante" => Kind::Country,
        "noticeNumber" => Kind::Notice,
        "creditorReferenceId" | "identificativoUnivocoVersamento" => Kind::Iuv,
        "receiptId" | "codiceContestoPagamento" | "CodiceContestoPagamento" | "identificativoMessaggioRicevuta"
        | "identificativoMessaggioRichiesta" | "riferimentoMessaggioRichiesta" | "identificativoCarrello"
        | "identificativoUnivocoRiscossione" | "idBundle" | "idCiBundle" => Kind::Token,
        "entityUniqueIdentifierValue" => Kind::PersonCode,
        "fullName" | "anagraficaPagatore" | "anagraficaVersante" | "denominazionePagatore"
        | "denominazioneIntestatario" => Kind::PersonName,
        "companyName" | "officeName" | "PSPCompanyName" | "channelDescription" | "denominazioneBeneficiario"
        | "denomUnitOperBeneficiario" | "denominazioneAttestante" | "denomUnitOperAttestante" => Kind::Company,
        "e-mail" | "e-mailPagatore" | "e-mailVersante" => Kind::Email,
        "streetName" | "indirizzoPagatore" | "indirizzoVersante" | "indirizzoBeneficiario" | "indirizzoAttestante" => Kind::Street,
        "city" | "localitaPagatore" | "localitaVersante" | "localitaBeneficiario" | "localitaAttestante" => Kind::Town,
        "IBAN" | "ibanAddebito" | "ibanAccredito" | "ibanAppoggio" => Kind::Iban,
        "description" | "paymentDescription" | "detailDescription" | "remittanceInformation" | "paymentNote"
        | "causaleVersamento" | "causaleSpezzone" | "faultString" | "originalFaultString" | "originalDescription"
        | "originalFaultDescription" | "faultstring" | "descrizione" | "esitoSingoloPagamento" => Kind::Text,
        "datiSpecificiServizioRequest" | "datiSpecificiServizio" | "MBDAttachment" | "rpt" | "rt" | "rr" | "er"
        | "testoAllegato" | "hashDocumento" | "xmlInformativa" | "xmlQuadratura" | "xmlRendicontazione" => Kind::Enclosed,
        "password" => Kind::Secret,
        _ => Kind::Unknown,
    }
}

/// The taxonomy code at the beginning of a category, such as `9/0101002IM/`, and what follows it.
pub fn taxonomy(text: &str) -> Option<(&str, &str)> {
    let form = b"0/0000000AA";
    let fits = |(have, wanted): (u8, &u8)| match wanted {
        b'0' => have.is_ascii_digit(),
        b'A' => have.is_ascii_uppercase(),
        other => have == *other,
    };
    let (code, rest) = text.split_at_checked(form.len())?;
    let slash = usize::from(rest.starts_with('/'));
    let whole = text.split_at_checked(form.len() + slash)?;
    if code.bytes().zip(form).all(fits) { Some(whole) } else { None }
}

/// Whether a text has the form of a natural person's fiscal code.
pub fn is_person_code(text: &str) -> bool {
    let form = b"AAAAAA00A00A000A";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(have, wanted)| match wanted {
            b'A' => have.is_ascii_alphabetic(),
            _ => have.is_ascii_digit() || b"LMNPQRSTUV".contains(&have.to_ascii_uppercase()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str) -> Kind {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        Kind::of(&Spot { path: &path, attribute: None })
    }

    #[test]
    fn what_is_not_listed_is_unknown() {
        assert_eq!(kind("receipt/fiscalCode"), Kind::Institution);
        assert_eq!(kind("debtor/fiscalCode"), Kind::Unknown);
        assert_eq!(kind("mapEntry/value"), Kind::Unknown);
        assert_eq!(kind("x/nickName"), Kind::Unknown);
        let of = |attribute| Kind::of(&Spot { path: &[], attribute: Some(attribute) });
        assert_eq!(Kind::by_form("rssmra80a01h501u"), Kind::PersonCode);
        assert_eq!(Kind::by_form("IT60X0542811101000000123456"), Kind::Iban);
        assert_eq!((Kind::by_form("a@b.it"), Kind::by_form("Rossi")), (Kind::Email, Kind::Unknown));
        assert_eq!((of("xmlns:a"), of("xsi:nil"), of("who")), (Kind::Markup, Kind::Markup, Kind::Unknown));
        assert_eq!(of("xsi:schemaLocation"), Kind::Unknown);
    }

    #[test]
    fn a_text_stays_only_in_the_form_of_its_place() {
        for (kind, stays, goes) in [
            (Kind::Institution, "77777777777", "RSSMRA80A01H501U"),
            (Kind::Station, "77777777777_01", "Mario Rossi"),
            (Kind::Provider, "BCITITMM", "RSSMRA80A01H501U"),
            (Kind::Word, "POSTAL", "Mario Rossi"),
            (Kind::Word, "true", "Rossi"),
            (Kind::Markup, "urn:x:y_1.0", "Mario Rossi"),
            (Kind::Markup, "http://schemas.xmlsoap.org/soap/envelope/", "mario@example.org"),
            (Kind::Word, "RPT_ACCETTATA_NODO", "RPT_Rossi"),
            (Kind::FaultCode, "PAA_SEMANTICA", "ROSSI"),
            (Kind::Amount, "11,34", "Rossi"),
            (Kind::Moment, "2026-11-22T10:00:00.5+01:00", "oggi"),
            (Kind::Category, "9/0101002IM/", "9/0101002IM/RSSMRA80A01H501U"),
            (Kind::Key, "IBANAPPOGGIO", "MARIO"),
            (Kind::PersonCode, "ANONIMO", "77777777777"),
        ] {
            assert!(kind.may_stay(stays), "{stays}");
            assert!(!kind.may_stay(goes), "{goes}");
        }
    }
}
