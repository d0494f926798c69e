//! From a demand to a debt position: who owes, how much, until when, and what the notice says.

use jiff::Timestamp;
use jiff::civil::{Date, time};
use jiff::{Span, ToSpan};

use super::charge::{Charge, Share};
use super::form::{Answers, FieldName, FormError, Reason, Value};
use super::offering::Offering;
use super::service::Service;
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::{FiscalCodeError, PersonId, PersonKind};
use crate::domain::ids::{IdentifierError, Iupd};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::party::CreditorInstitution;
use crate::domain::position::{
    Address, AfterDue, Debtor, History, MapEntry, Notice, OptionShape, PaymentOption, Position, StandIn,
    Transfer,
};
use crate::domain::rome;
use crate::domain::text::Text;

/// The metadata keys under which a notice says what was asked for.
pub const SERVICE_KEY: &str = "idServizio";
/// The offering as the node knows it.
pub const SUBJECT_KEY: &str = "idSoggettoServizio";

/// What the names of positions on demand begin with.
const NAME: &str = "od-";

/// The name of a position on demand: the day in Italy on which it is ordered, and a number that was drawn, so that
/// nobody guesses it.
pub fn drawn_name(now: Timestamp, drawn: u64) -> Result<Iupd, IdentifierError> {
    Iupd::new(&format!("{NAME}{}-{drawn:016x}", rome::day(now).strftime("%Y%m%d")))
}

/// Whether a position has such a name.
pub fn is_drawn_name(iupd: &Iupd) -> bool {
    let Some((day, drawn)) = iupd.as_str().strip_prefix(NAME).and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let is_day = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
    is_day && drawn.len() == 16 && drawn.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// What is ordered: every part was judged before.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Who provides it.
    pub institution: &'a CreditorInstitution,
    /// The service.
    pub service: &'a Service,
    /// On what terms it is provided.
    pub offering: &'a Offering,
    /// What was filled in.
    pub answers: &'a Answers,
    /// Who owes.
    pub debtor: &'a Debtor,
    /// What it costs.
    pub charge: &'a Charge,
    /// When it is ordered.
    pub now: Timestamp,
}

/// Why an order cannot be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The day until which the charge is to be paid has passed, or is beyond the calendar.
    #[error("the day until which it can be paid has passed")]
    Due,
}

/// Who owes: whom the fields of the form name; else whom the caller named; else somebody unknown, which is for
/// services that do not ask who pays.
pub fn debtor(service: &Service, answers: &Answers, caller: Option<&Debtor>) -> Result<Debtor, FormError> {
    let payer = &service.payer;
    let answer =
        |field: &Option<FieldName>| field.as_ref().and_then(|field| answers.get(field)).map(Value::canonical);
    let name = answer(&payer.full_name).and_then(|name| Text::cut(&name).ok());
    let email = answer(&payer.email).and_then(|email| Text::new(&email).ok());
    let address = Address { email, ..Address::default() };
    let Some(code) = answer(&payer.fiscal_code) else {
        return match (caller, &payer.fiscal_code) {
            (Some(caller), None) => Ok(caller.clone()),
            (Some(caller), Some(_)) if !is_anonymous(&caller.id) => Ok(caller.clone()),
            (_, Some(asked)) => Err(FormError::new(Some(asked.clone()), Reason::Missing)),
            (None, None) => unknown(name, address).map_err(|_| FormError::new(None, Reason::NotAFiscalCode)),
        };
    };
    let wrong = || FormError::new(payer.fiscal_code.clone(), Reason::NotAFiscalCode);
    let id = person(&code).ok().filter(|id| !is_anonymous(id)).ok_or_else(wrong)?;
    if let Some(caller) = caller.filter(|caller| caller.id == id) {
        // The same person, of whom the caller may know more.
        return Ok(caller.clone());
    }
    // A notice needs a name: where nobody was asked for it, the code stands in.
    let full_name = name.or_else(|| Text::cut(id.as_str()).ok()).ok_or_else(wrong)?;
    Ok(Debtor { id, full_name, address })
}

/// A person by their code: eleven digits are those of a company.
fn person(code: &str) -> Result<PersonId, FiscalCodeError> {
    let kind = if code.len() == 11 { PersonKind::Legal } else { PersonKind::Natural };
    PersonId::new(kind, code)
}

/// Where a service asks who pays, that somebody pays who is not known is no answer.
fn is_anonymous(id: &PersonId) -> bool {
    id.as_str() == PersonId::ANONYMOUS
}

fn unknown(name: Option<Text<70>>, address: Address) -> Result<Debtor, FiscalCodeError> {
    let id = PersonId::new(PersonKind::Natural, PersonId::ANONYMOUS)?;
    let anonymous = Text::new(PersonId::ANONYMOUS).map_err(|_| FiscalCodeError::NaturalPerson)?;
    Ok(Debtor { id, full_name: name.unwrap_or(anonymous), address })
}

impl Order<'_> {
    /// The last second in which it can be paid: that of the day which the charge names, or of the last of the days
    /// that the offering gives.
    pub fn due(&self) -> Result<Timestamp, OrderError> {
        let today = rome::day(self.now);
        let days: Span = i64::from(self.offering.payable_days).days();
        let last: Date = match self.charge.due() {
            Some(day) if day < today => return Err(OrderError::Due),
            Some(day) => day,
            None => today.checked_add(days).map_err(|_| OrderError::Due)?,
        };
        rome::instant(last.to_datetime(time(23, 59, 59, 0))).ok_or(OrderError::Due)
    }

    /// The position: one notice, on offer at once, which expires when its due date has passed.
    pub fn position(&self, iupd: Iupd, number: NoticeNumber) -> Result<Position, OrderError> {
        let notice = Notice {
            number,
            iuv: number.iuv(),
            amount: self.charge.amount(),
            notification_fee: Cents::ZERO,
            description: self.description(),
            due: self.due()?,
            retention: None,
            metadata: self.metadata(),
            transfers: (1..).zip(self.charge.shares()).map(|(id, share)| self.transfer(id, share)).collect(),
            activated_at: None,
            payment: None,
        };
        let option = PaymentOption {
            number: 1,
            shape: OptionShape::Single,
            description: None,
            valid_from: Some(self.now),
            after_due: AfterDue::Expires,
            debtor: self.debtor.clone(),
            notices: vec![notice],
        };
        Ok(Position {
            ec: self.offering.ec.clone(),
            iupd,
            company_name: self.institution.name.clone(),
            office_name: self.offering.office.clone(),
            stand_in: StandIn::Allowed,
            history: History {
                created_at: self.now,
                updated_at: self.now,
                published_at: Some(self.now),
                invalidated_at: None,
                version: 1,
            },
            options: vec![option],
        })
    }

    /// What the payer reads.
    pub fn description(&self) -> Text<140> {
        self.charge.description().cloned().unwrap_or_else(|| self.remittance())
    }

    fn remittance(&self) -> Text<140> {
        let name = self.offering.name(self.service).italian();
        self.offering.remittance(self.service).render(self.answers, name)
    }

    fn transfer(&self, id: i64, share: &Share) -> Transfer {
        let own_name = (share.beneficiary == self.offering.ec).then_some(&self.institution.name);
        Transfer {
            id,
            amount: share.amount,
            beneficiary: share.beneficiary.clone(),
            company_name: share.company_name.as_ref().or(own_name).cloned(),
            remittance_information: share.remittance.clone().unwrap_or_else(|| self.remittance()),
            category: share.category.clone().unwrap_or_else(|| self.service.taxonomy.clone()),
            destination: share.destination.clone(),
            metadata: Vec::new(),
            reported_at: None,
        }
    }

    /// The creditor's references, and what was asked for; all of it comes back with the receipt.
    fn metadata(&self) -> Vec<MapEntry> {
        let entry = |key: &str, value: &str| {
            Some(MapEntry { key: Text::new(key).ok()?, value: Text::new(value).ok()? })
        };
        let subject = self.offering.subject.as_ref().and_then(|subject| entry(SUBJECT_KEY, subject.as_str()));
        let own = entry(SERVICE_KEY, self.service.id.as_str()).into_iter().chain(subject);
        self.offering.accounting.iter().cloned().chain(own).collect()
    }
}

#[cfg(test)]
mod tests;
