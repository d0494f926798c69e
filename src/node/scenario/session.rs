//! What the steps of a scenario know of those before them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::Version as NodeVersion;
use super::super::receipt::{Payment, ReceiptPlan, Share, invented, plan};
use super::super::variables::Variables;
use super::step::{Paid, Parties, Receipt, Version};
use crate::domain::amount::Cents;
use crate::node::Parties as NodeParties;
use crate::wire::pa_for_node::{Outcome, PaymentDataV2, PaymentTransferList};
use crate::wire::{Amount, Bounded};

/// Variables, and payments that were begun.
#[derive(Clone, Debug)]
pub struct Session {
    /// The variables.
    pub variables: Variables,
    payments: BTreeMap<String, Begun>,
    last: Option<Begun>,
}

/// A payment that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The institution that was asked.
    pub issuer: String,
    /// The notice.
    pub notice: String,
    /// What the answer said.
    pub data: PaymentDataV2,
}

impl Session {
    /// Nothing was done yet.
    pub fn new(variables: Variables) -> Self {
        Session { variables, payments: BTreeMap::new(), last: None }
    }

    /// Puts values into a text.
    pub fn fill(&self, template: &str) -> Result<String, String> {
        self.variables.fill_text(template).map_err(|error| error.to_string())
    }

    /// Puts values into a text that may be left out.
    pub fn fill_some(&self, template: Option<&String>) -> Result<Option<String>, String> {
        template.map(|template| self.fill(template)).transpose()
    }

    /// Who is asked: who always is, but for what a step says.
    pub fn parties(&self, usual: &NodeParties, said: &Parties) -> Result<NodeParties, String> {
        let or = |said: &Option<String>, usual: &String| match said {
            Some(said) => self.fill(said),
            None => Ok(usual.clone()),
        };
        Ok(NodeParties {
            pa: or(&said.pa, &usual.pa)?,
            broker: or(&said.broker, &usual.broker)?,
            station: or(&said.station, &usual.station)?,
        })
    }

    /// Remembers a payment.
    pub fn begun(&mut self, name: Option<&String>, begun: Begun) {
        if let Some(name) = name {
            self.payments.insert(name.clone(), begun.clone());
        }
        self.last = Some(begun);
    }

    /// Takes over what steps beside have learnt.
    pub fn learn(&mut self, other: Session) {
        self.variables.merge(other.variables);
        self.payments.extend(other.payments);
        self.last = other.last.or(self.last.take());
    }

    /// The receipt that a step describes.
    pub fn receipt(&self, said: &Receipt, issuer: &str, now: Timestamp) -> Result<ReceiptPlan, String> {
        let begun = match (&said.paid, &said.payment) {
            (Some(_), Some(_)) => return Err("a receipt is of one payment: payment or paid".to_owned()),
            (Some(paid), None) => self.invented(paid, issuer, now)?,
            (None, Some(name)) => {
                self.payments.get(name).cloned().ok_or_else(|| format!("no payment was begun as {name}"))?
            }
            (None, None) => self.last.clone().ok_or("no payment was begun")?,
        };
        let mut data = begun.data;
        if let Some(amount) = self.fill_some(said.amount.as_ref())? {
            pay_instead(&mut data, &amount)?;
        }
        let id = match self.fill_some(said.id.as_ref())? {
            Some(id) => id,
            None => format!("varco{}", now.as_microsecond()),
        };
        let payment = Payment {
            version: said.version.into(),
            outcome: if said.failed { Outcome::Ko } else { Outcome::Ok },
            stand_in: said.stand_in,
            payer: match &said.payer {
                Some(payer) => Some((self.fill(&payer.code)?, self.fill(&payer.name)?)),
                None => None,
            },
            ..Payment::of(&begun.issuer, &begun.notice, &id, now)
        };
        plan(&payment, &data).map_err(|error| error.to_string())
    }

    /// What an activation might have said of a payment that none told of.
    fn invented(&self, paid: &Paid, issuer: &str, now: Timestamp) -> Result<Begun, String> {
        let (notice, iban) = (self.fill(&paid.notice)?, self.fill(&paid.iban)?);
        let share = Share { ec: issuer, iban: &iban, amount: cents(&self.fill(&paid.amount)?)? };
        let data = invented(&notice, share, now).map_err(|error| error.to_string())?;
        Ok(Begun { issuer: issuer.to_owned(), notice, data })
    }
}

impl From<Version> for NodeVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::V1 => NodeVersion::V1,
            Version::V2 => NodeVersion::V2,
        }
    }
}

/// Another sum; the first share takes the difference, as long as something is left of it.
fn pay_instead(data: &mut PaymentDataV2, amount: &str) -> Result<(), String> {
    let sum = cents(amount)?;
    let mut transfers = data.transfer_list.transfer.clone().into_vec();
    let first = transfers.first_mut().ok_or("the payment has no transfers")?;
    let wanted = sum.get() - data.payment_amount.cents().get() + first.transfer_amount.cents().get();
    let share = said("amount", Cents::new(wanted))?;
    first.transfer_amount = said("amount", Amount::new(share))?;
    data.payment_amount = said("amount", Amount::new(sum))?;
    data.transfer_list = PaymentTransferList { transfer: said("transferList", Bounded::new(transfers))? };
    Ok(())
}

/// A sum in euro.
fn cents(text: &str) -> Result<Cents, String> {
    said("amount", Cents::parse_euro(text))
}

fn said<T, E: std::fmt::Display>(what: &str, value: Result<T, E>) -> Result<T, String> {
    value.map_err(|error| format!("{what} {error}"))
}
