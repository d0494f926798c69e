//! What a document says, held against the registry: one item for each thing that it says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{AccountsDocument, CatalogueDocument, CounterpartDocument};
use crate::domain::iban::Iban;
use crate::domain::registry::{Encoding, EncodingKind};
use crate::domain::rome;

/// One thing that a document says, and what is to be thought of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckItem {
    /// What it is.
    pub title: &'static str,
    /// What the document says.
    pub value: String,
    /// Whether it can stand.
    pub valid: bool,
    /// Why not, or what follows from it.
    pub note: String,
    /// What must be added to the registry for it.
    pub action: Option<Action>,
    /// Whether it is a matter of judgement, which the operator may decide otherwise.
    pub may_be_forced: bool,
}

/// What is missing in the registry for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The encoding of the institution for QR codes.
    AddQrCode,
    /// The encoding of a postal account for bar codes.
    AddEncoding,
}

impl Action {
    /// As the contract writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Action::AddQrCode => "ADD_QRCODE",
            Action::AddEncoding => "ADD_ENCODING",
        }
    }
}

/// What the registry knows of an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Its name.
    pub name: String,
    /// Whether the node may ask for it.
    pub enabled: bool,
}

/// What the registry knows about what a document says.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The institution that the document names.
    pub institution: Option<Institution>,
    /// The institutions that have an account which the document names, by IBAN.
    pub holders: BTreeMap<String, BTreeSet<String>>,
    /// The codes of the institution in printed notices.
    pub encodings: BTreeSet<Encoding>,
    /// Whether there is a document of this kind and name.
    pub flow_is_taken: bool,
}

fn item(title: &'static str, value: impl Into<String>, wrong: Option<&str>) -> CheckItem {
    CheckItem {
        title,
        value: value.into(),
        valid: wrong.is_none(),
        note: wrong.unwrap_or_default().to_owned(),
        action: None,
        may_be_forced: false,
    }
}

/// Checks which accounts are to be credited. `today` is the day in Italy.
pub fn check_accounts(document: &AccountsDocument, known: &Known, today: Date) -> Vec<CheckItem> {
    let mut items = heads(document.ec.as_str(), document.name.as_str(), document.flow.as_str(), known);
    let starts = rome::day(document.valid_from);
    let late = (starts <= today).then_some("an account can hold from tomorrow on");
    items.push(CheckItem { may_be_forced: true, ..item("dataInizioValidita", starts.to_string(), late) });
    if document.accounts.is_empty() {
        items.push(item("contiDiAccredito", "", Some("the document names no account")));
    }
    let mut seen = BTreeSet::new();
    for account in &document.accounts {
        let iban = account.iban.to_ascii_uppercase();
        let twice = !seen.insert(iban.clone());
        items.push(check_account(document.ec.as_str(), &iban, twice, known));
    }
    items
}

fn check_account(ec: &str, text: &str, twice: bool, known: &Known) -> CheckItem {
    let iban = match Iban::new(text) {
        Ok(iban) => iban,
        Err(error) => return item("ibanAccredito", text, Some(&error.to_string())),
    };
    if twice {
        return item("ibanAccredito", text, Some("the document names the account twice"));
    }
    let holders = known.holders.get(iban.as_str());
    let others = holders.is_some_and(|holders| holders.iter().any(|holder| holder != ec));
    if iban.is_postal() && others {
        return item(
            "ibanAccredito",
            text,
            Some("a postal account has one holder, and this one has another"),
        );
    }
    let own = holders.is_some_and(|holders| holders.contains(ec));
    let (kind, code, action) = match iban.postal_code() {
        Some(code) => (EncodingKind::Barcode128Aim, code, Action::AddEncoding),
        None => (EncodingKind::QrCode, ec, Action::AddQrCode),
    };
    let missing = Encoding::new(kind, code).is_ok_and(|encoding| !known.encodings.contains(&encoding));
    let action = missing.then_some(action);
    let note = if own { "the institution has the account" } else { "a new account" };
    CheckItem { note: note.to_owned(), action, ..item("ibanAccredito", text, None) }
}

/// Checks who an institution is as a counterpart.
pub fn check_counterpart(document: &CounterpartDocument, known: &Known) -> Vec<CheckItem> {
    heads(document.ec.as_str(), document.name.as_str(), document.flow.as_str(), known)
}

/// Checks whether the name, the provider and the days of a catalogue agree.
pub fn check_catalogue(document: &CatalogueDocument) -> Vec<CheckItem> {
    let named = format!("{}_{}", document.psp, document.published.strftime("%d-%m-%Y"));
    let other = (document.flow != named).then_some("must be the provider and the day of publication");
    let early = (document.valid_from < document.published).then_some("must not be before the publication");
    vec![
        item("identificativoPSP", document.psp.clone(), None),
        item("ragioneSociale", document.name.clone(), None),
        item("identificativoFlusso", document.flow.clone(), other),
        item("dataInizioValidita", document.valid_from.to_string(), early),
    ]
}

/// What every document of an institution says.
fn heads(ec: &str, name: &str, flow: &str, known: &Known) -> Vec<CheckItem> {
    let unknown = match &known.institution {
        None => Some("the institution is not in the registry"),
        Some(Institution { enabled: false, .. }) => Some("the institution is disabled"),
        Some(_) => None,
    };
    let other =
        known.institution.as_ref().is_some_and(|known| !known.name.trim().eq_ignore_ascii_case(name.trim()));
    let other = other.then_some("the registry has another name");
    let taken = known.flow_is_taken.then_some("there is a document of this name");
    vec![
        item("identificativoDominio", ec, unknown),
        CheckItem { may_be_forced: true, ..item("ragioneSociale", name, other) },
        item("identificativoFlusso", flow, taken),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::NamedAccount;
    use super::*;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::text::Text;

    const EC: &str = "77777777777";
    const BANK: &str = "IT60X0542811101000000123456";
    const POST: &str = "IT57N0760114800000011050036";

    fn document(accounts: &[&str]) -> AccountsDocument {
        let account = |iban: &&str| NamedAccount { iban: (*iban).to_owned(), seller: None };
        AccountsDocument {
            flow: Text::new("F1").unwrap(),
            ec: FiscalCode::new(EC).unwrap(),
            name: Text::new("Comune di Prova").unwrap(),
            published: "2026-11-22T10:00:00Z".parse().unwrap(),
            valid_from: "2026-11-22T23:00:00Z".parse().unwrap(),
            accounts: accounts.iter().map(account).collect(),
        }
    }

    fn known() -> Known {
        Known {
            institution: Some(Institution { name: "COMUNE DI PROVA".to_owned(), enabled: true }),
            ..Known::default()
        }
    }

    fn wrong(document: &AccountsDocument, known: &Known) -> Vec<(&'static str, String)> {
        let items = check_accounts(document, known, "2026-11-22".parse().unwrap());
        items.into_iter().filter(|item| !item.valid).map(|item| (item.title, item.note)).collect()
    }

    #[test]
    fn a_sound_document_says_what_is_to_be_added() {
        let items = check_accounts(&document(&[BANK, POST]), &known(), "2026-11-22".parse().unwrap());
        assert!(items.iter().all(|item| item.valid), "{items:?}");
        let actions: Vec<_> = items.iter().filter_map(|item| item.action).collect();
        assert_eq!(actions, [Action::AddQrCode, Action::AddEncoding]);
        let mut known = known();
        known.encodings.insert(Encoding::new(EncodingKind::QrCode, EC).unwrap());
        known.encodings.insert(Encoding::new(EncodingKind::Barcode128Aim, "000011050036").unwrap());
        let items = check_accounts(&document(&[BANK, POST]), &known, "2026-11-22".parse().unwrap());
        assert!(items.iter().all(|item| item.action.is_none()));
    }

    #[test]
    fn a_catalogue_is_named_after_its_provider_and_day() {
        let catalogue = CatalogueDocument {
            flow: "PSP00001_22-11-2026".to_owned(),
            psp: "PSP00001".to_owned(),
            name: "Banca".to_owned(),
            published: "2026-11-22T10:00:00".parse().unwrap(),
            valid_from: "2026-11-23T00:00:00".parse().unwrap(),
        };
        assert!(check_catalogue(&catalogue).iter().all(|item| item.valid));
        let wrong = CatalogueDocument { flow: "PSP00001_23-11-2026".to_owned(), ..catalogue.clone() };
        assert!(check_catalogue(&wrong).iter().any(|item| !item.valid));
        let wrong = CatalogueDocument { valid_from: "2026-11-22T09:00:00".parse().unwrap(), ..catalogue };
        assert!(check_catalogue(&wrong).iter().any(|item| !item.valid));
    }

    #[test]
    fn each_thing_that_cannot_stand_is_an_item() {
        let one = |document: &AccountsDocument, known: &Known| match wrong(document, known).as_slice() {
            [(title, _)] => *title,
            other => panic!("{other:?}"),
        };
        assert_eq!(one(&document(&[BANK]), &Known::default()), "identificativoDominio");
        let mut other = known();
        other.institution.as_mut().unwrap().enabled = false;
        assert_eq!(one(&document(&[BANK]), &other), "identificativoDominio");
        other.institution = Some(Institution { name: "Comune di Altro".to_owned(), enabled: true });
        assert_eq!(one(&document(&[BANK]), &other), "ragioneSociale");
        assert_eq!(
            one(&document(&[BANK]), &Known { flow_is_taken: true, ..known() }),
            "identificativoFlusso"
        );
        assert_eq!(one(&document(&[]), &known()), "contiDiAccredito");
        assert_eq!(one(&document(&["IT61X0542811101000000123456"]), &known()), "ibanAccredito");
        assert_eq!(one(&document(&[BANK, BANK]), &known()), "ibanAccredito");
        let mut today = document(&[BANK]);
        today.valid_from = "2026-11-22T22:59:59Z".parse().unwrap();
        assert_eq!(one(&today, &known()), "dataInizioValidita");
        let foreign = |iban: &str| {
            let holders = BTreeSet::from(["88888888888".to_owned()]);
            Known { holders: BTreeMap::from([(iban.to_owned(), holders)]), ..known() }
        };
        assert_eq!(one(&document(&[POST]), &foreign(POST)), "ibanAccredito");
        assert_eq!(
            wrong(&document(&[BANK]), &foreign(BANK)),
            [],
            "a bank's account may have several holders"
        );
    }
}
