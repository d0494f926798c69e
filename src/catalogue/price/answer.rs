//! What a calculator says, judged as strictly as a position that its institution writes: it is a program that
//! can be wrong, and what it says becomes a debt.

use jiff::Timestamp;
use serde::Deserialize;

use super::super::definition::{Findings, Wrong};
use super::{amount_code, own_account};
use crate::domain::amount::Cents;
use crate::domain::catalogue::charge::{Charge, Share, Terms};
use crate::domain::catalogue::form::codes::digits_check;
use crate::domain::catalogue::offering::Offering;
use crate::domain::dates::{self, WholeDay};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::lifecycle::share_inconsistencies;
use crate::domain::position::{Destination, Stamp};
use crate::domain::rome;
use crate::domain::taxonomy::TaxonomyCode;
use crate::domain::text::Text;
use crate::registry::Registry;

/// What is said of an account that money may not go to.
pub(super) const NOT_IN_CENSUS: &str = "is no registered account of the creditor institution of the transfer";

/// The answer: the part of the published contract that prices something. Other members are not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    payment_option: Vec<SaidOption>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidOption {
    amount: i64,
    description: Option<String>,
    due_date: Option<String>,
    transfer: Option<Vec<SaidTransfer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidTransfer {
    id_transfer: Option<String>,
    amount: i64,
    remittance_information: Option<String>,
    category: Option<String>,
    iban: Option<String>,
    postal_iban: Option<String>,
    organization_fiscal_code: Option<String>,
    company_name: Option<String>,
    stamp: Option<SaidStamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SaidStamp {
    hash_document: String,
    stamp_type: String,
    provincial_residence: String,
}

/// What a refusal says, in the words of RFC 9457.
#[derive(Deserialize)]
struct SaidProblem {
    detail: Option<String>,
    title: Option<String>,
}

/// What an answer is held against.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    /// What was asked for.
    pub(super) offering: &'a Offering,
    /// Whose accounts are usable, and which codes the taxonomy has.
    pub(super) registry: &'a Registry,
    /// When it is judged.
    pub(super) now: Timestamp,
}

/// Why the payer was refused, if that is what a body says.
pub(super) fn refusal(body: &[u8]) -> Option<Text<140>> {
    let problem: SaidProblem = serde_json::from_slice(body).ok()?;
    Text::cut(&problem.detail.or(problem.title)?).ok()
}

impl Judge<'_> {
    /// The charge that a body says, or everything that is wrong with it.
    pub(super) fn charge(self, body: &[u8]) -> Result<Charge, Vec<Wrong>> {
        let mut findings = Findings::default();
        let charge = self.read(body, &mut findings);
        findings.finish(charge)
    }

    fn read(self, body: &[u8], findings: &mut Findings) -> Option<Charge> {
        // What the library says of it could repeat values: only the place is told.
        let misread = |error: serde_json::Error| {
            format!("is not what the contract says, at line {} column {}", error.line(), error.column())
        };
        let said: Said = findings.read("", serde_json::from_slice(body).map_err(misread))?;
        let Ok([option]) = <[SaidOption; 1]>::try_from(said.payment_option) else {
            findings.add("/paymentOption", "option_count", "must have exactly one option");
            return None;
        };
        let at = |member: &str| format!("/paymentOption/0/{member}");
        let amount = amount(option.amount, at("amount"), findings);
        let description = text(option.description, at("description"), findings);
        let due = self.due(option.due_date, at("dueDate"), findings);
        let said = option.transfer.filter(|transfers| !transfers.is_empty());
        let shares = match said {
            None => vec![self.own(amount?, findings)?],
            Some(transfers) => self.shares(amount, transfers, findings)?,
        };
        let charge = Charge::new(&self.offering.ec, amount?, shares, Terms { description, due });
        findings.read("/paymentOption/0", charge)
    }

    /// All for the institution itself.
    fn own(self, amount: Cents, findings: &mut Findings) -> Option<Share> {
        Some(Share {
            beneficiary: self.offering.ec.clone(),
            company_name: None,
            destination: self.own_account(findings)?,
            amount,
            remittance: None,
            category: None,
        })
    }

    fn own_account(self, findings: &mut Findings) -> Option<Destination> {
        let found = own_account(self.offering, (self.registry, self.now));
        found.map_err(|Wrong { pointer, code, message }| findings.add(pointer, code, message)).ok()
    }

    fn due(self, said: Option<String>, at: String, findings: &mut Findings) -> Option<jiff::civil::Date> {
        let said = given(said)?;
        let due = findings.read(at.clone(), dates::parse(&said, WholeDay::UntilEnd))?;
        if due < self.now {
            findings.add(at, "due_date_passed", "must not have passed");
        }
        Some(rome::day(due))
    }

    fn shares(
        self,
        amount: Option<Cents>,
        said: Vec<SaidTransfer>,
        findings: &mut Findings,
    ) -> Option<Vec<Share>> {
        let count = said.len();
        let mut numbered = Vec::new();
        let mut shares = Vec::new();
        // One more than there may be is enough to tell that they are too many.
        for (index, transfer) in said.into_iter().enumerate().take(6) {
            let at = format!("/paymentOption/0/transfer/{index}");
            let id = id(transfer.id_transfer.as_deref(), index, &at, findings);
            numbered.extend(id.zip(Cents::new(transfer.amount).ok()));
            shares.extend(self.share(transfer, &at, findings));
        }
        let amount = amount.filter(|_| numbered.len() == count.min(6))?;
        let inconsistencies = share_inconsistencies(amount, &numbered);
        for wrong in &inconsistencies {
            findings.add("/paymentOption/0/transfer", "transfers", wrong);
        }
        (inconsistencies.is_empty() && shares.len() == count).then_some(shares)
    }

    fn share(self, said: SaidTransfer, at: &str, findings: &mut Findings) -> Option<Share> {
        let amount = amount(said.amount, format!("{at}/amount"), findings);
        let beneficiary = self.beneficiary(said.organization_fiscal_code, at, findings);
        let company_name = text(said.company_name, format!("{at}/companyName"), findings);
        let remittance = text(said.remittance_information, format!("{at}/remittanceInformation"), findings);
        let category = self.category(said.category, format!("{at}/category"), findings);
        let accounts = (given(said.iban), given(said.postal_iban), said.stamp);
        let destination = self.destination(accounts, (at, beneficiary.as_ref()), findings);
        Some(Share {
            beneficiary: beneficiary?,
            company_name,
            destination: destination?,
            amount: amount?,
            remittance,
            category,
        })
    }

    /// One that is registered here, or at least the code of a body that there can be.
    fn beneficiary(self, said: Option<String>, at: &str, findings: &mut Findings) -> Option<FiscalCode> {
        let Some(said) = given(said) else { return Some(self.offering.ec.clone()) };
        let at = format!("{at}/organizationFiscalCode");
        let code = findings.read(at.clone(), FiscalCode::new(&said))?;
        let is_known = code == self.offering.ec || self.registry.institution(&code).is_some();
        if !is_known && !digits_check(code.as_str()) {
            findings.add(at, "unknown_beneficiary", "is neither registered nor the code of a body");
            return None;
        }
        Some(code)
    }

    fn category(self, said: Option<String>, at: String, findings: &mut Findings) -> Option<Text<140>> {
        let said = given(said)?;
        let code = findings.read(at.clone(), TaxonomyCode::of_category(&said))?;
        findings.read(at.clone(), self.registry.taxonomy().check(code, rome::day(self.now)))?;
        findings.read(at, Text::new(&said))
    }

    fn destination(
        self,
        (iban, postal, stamp): (Option<String>, Option<String>, Option<SaidStamp>),
        (at, beneficiary): (&str, Option<&FiscalCode>),
        findings: &mut Findings,
    ) -> Option<Destination> {
        match (iban, stamp) {
            (Some(_), Some(_)) => {
                findings.add(
                    format!("{at}/stamp"),
                    "iban_or_stamp",
                    "excludes iban: a transfer has one of them",
                );
                None
            }
            (None, Some(stamp)) => {
                if postal.is_some() {
                    findings.add(format!("{at}/postalIban"), "postal_iban_alone", "can only accompany iban");
                }
                stamp.read(&format!("{at}/stamp"), findings).map(Destination::Stamp)
            }
            (Some(iban), None) => {
                let iban = self.account(Some(iban), (&format!("{at}/iban"), beneficiary), findings);
                let wants_postal = postal.is_some();
                let postal = self.account(postal, (&format!("{at}/postalIban"), beneficiary), findings);
                if wants_postal && postal.is_none() {
                    return None;
                }
                Some(Destination::Account { iban: iban?, postal })
            }
            (None, None) if postal.is_some() => {
                findings.add(format!("{at}/postalIban"), "postal_iban_alone", "can only accompany iban");
                None
            }
            (None, None) if beneficiary == Some(&self.offering.ec) => self.own_account(findings),
            (None, None) => {
                if beneficiary.is_some() {
                    findings.add(at, "iban_or_stamp", "must have either iban or stamp");
                }
                None
            }
        }
    }

    fn account(
        self,
        said: Option<String>,
        (at, beneficiary): (&str, Option<&FiscalCode>),
        findings: &mut Findings,
    ) -> Option<Iban> {
        let iban = findings.read(at, Iban::new(&said?))?;
        if !self.registry.may_pay(beneficiary?, &iban, rome::day(self.now)) {
            findings.add(at, "iban_not_in_census", NOT_IN_CENSUS);
            return None;
        }
        Some(iban)
    }
}

impl SaidStamp {
    fn read(&self, at: &str, findings: &mut Findings) -> Option<Stamp> {
        let hash_at = format!("{at}/hashDocument");
        let document_hash = findings.read(hash_at.clone(), Text::new(&self.hash_document));
        let document_hash =
            document_hash.filter(|hash| findings.read(hash_at, Stamp::judge_hash(hash)).is_some());
        let kind_at = format!("{at}/stampType");
        let kind = findings.read(kind_at.clone(), Text::new(&self.stamp_type));
        let kind = kind.filter(|kind| findings.read(kind_at, Stamp::judge_kind(kind)).is_some());
        let province_at = format!("{at}/provincialResidence");
        let province = findings.read(province_at.clone(), Text::new(&self.provincial_residence));
        let province =
            province.filter(|province| findings.read(province_at, Stamp::judge_province(province)).is_some());
        Some(Stamp { document_hash: document_hash?, kind: kind?, province: province? })
    }
}

/// The id of a transfer: its place where nothing is said.
fn id(said: Option<&str>, index: usize, at: &str, findings: &mut Findings) -> Option<i64> {
    match said {
        None => i64::try_from(index + 1).ok(),
        Some("1") => Some(1),
        Some("2") => Some(2),
        Some("3") => Some(3),
        Some("4") => Some(4),
        Some("5") => Some(5),
        Some(_) => {
            let message = "must be one of the texts 1, 2, 3, 4, 5";
            findings.add(format!("{at}/idTransfer"), "transfer_id", message);
            None
        }
    }
}

fn amount(said: i64, at: String, findings: &mut Findings) -> Option<Cents> {
    match Cents::new(said) {
        Ok(Cents::ZERO) => {
            findings.add(at, "zero", "must be above zero");
            None
        }
        Ok(amount) => Some(amount),
        Err(error) => {
            findings.add(at, amount_code(error), error);
            None
        }
    }
}

fn text(said: Option<String>, at: String, findings: &mut Findings) -> Option<Text<140>> {
    findings.read_optional(at, given(said).as_deref().map(Text::new))
}

/// Nothing but blanks is nothing.
fn given(said: Option<String>) -> Option<String> {
    said.filter(|said| !said.trim().is_empty())
}
