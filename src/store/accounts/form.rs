//! The form in which accounts are proposed and audited.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::account::{Account, AccountTerms, AccountUse, Purpose};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::text::Text;
use crate::store::StoreError;
use crate::store::rows::read;

/// An account of a creditor institution. Who proposes one does not say whose it is first and since when.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountForm {
    pub(super) ec: String,
    pub(super) iban: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    pub(super) label: Option<String>,
    pub(super) company_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) active: bool,
    pub(super) valid_from: Option<Timestamp>,
    pub(super) due: Option<Timestamp>,
    pub(super) purposes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<Timestamp>,
}

/// How an account of a creditor institution is proposed.
pub fn account_form(ec: &FiscalCode, iban: &Iban, terms: &AccountTerms) -> String {
    written(&form(ec, iban, terms))
}

/// How an account is told.
pub(super) fn form_of(account: &Account) -> String {
    let owner = Some(account.owner.to_string());
    let told = form(&account.ec, &account.iban, &account.terms);
    written(&AccountForm { owner, published_at: account.published_at, ..told })
}

fn form(ec: &FiscalCode, iban: &Iban, terms: &AccountTerms) -> AccountForm {
    AccountForm {
        ec: ec.to_string(),
        iban: iban.to_string(),
        owner: None,
        label: terms.label.as_ref().map(Text::to_string),
        company_name: terms.company_name.as_ref().map(Text::to_string),
        description: terms.description.as_ref().map(Text::to_string),
        active: terms.usage.active,
        valid_from: terms.usage.from,
        due: terms.usage.due,
        purposes: terms.purposes.iter().map(|purpose| purpose.as_str().to_owned()).collect(),
        published_at: None,
    }
}

fn written(form: &AccountForm) -> String {
    // Texts, instants and booleans: there is nothing in it that JSON could not hold.
    serde_json::to_string(form).unwrap_or_default()
}

pub(super) fn parsed(json: &str) -> Result<AccountForm, StoreError> {
    read(serde_json::from_str(json), "account of a proposal")
}

/// The account that a form tells of. Where it is a proposal, its creditor stands for the owner.
pub fn account_of_form(json: &str) -> Result<Account, StoreError> {
    let form = parsed(json)?;
    let purposes = form.purposes.iter().map(|purpose| read(Purpose::new(purpose), "purpose of an account"));
    Ok(Account {
        ec: read(FiscalCode::new(&form.ec), "fiscal code")?,
        iban: read(Iban::kept(&form.iban), "IBAN")?,
        terms: AccountTerms {
            label: super::text(form.label.as_deref())?,
            company_name: super::text(form.company_name.as_deref())?,
            description: super::text(form.description.as_deref())?,
            usage: AccountUse { active: form.active, from: form.valid_from, due: form.due },
            purposes: purposes.collect::<Result<_, _>>()?,
        },
        owner: read(FiscalCode::new(form.owner.as_ref().unwrap_or(&form.ec)), "fiscal code")?,
        published_at: form.published_at,
    })
}

/// The name that proposals give an account of a creditor institution.
pub fn account_target(ec: &FiscalCode, iban: &Iban) -> String {
    format!("{ec}/{iban}")
}
