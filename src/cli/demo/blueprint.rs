//! How a demo notice is described, and how the description becomes a position.

use jiff::Timestamp;

use super::world::notice_number;
use super::world::{BANK_IBAN, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN, PROVINCE_NAME, TOWN, TOWN_NAME, valid};
use crate::cli::Failure;
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::iban::Iban;
use crate::domain::ids::Iupd;
use crate::domain::position::{
    Address, AfterDue, Debtor, Destination, History, MapEntry, Notice, OptionShape, PaymentOption, Position,
    Stamp, StandIn, Transfer,
};
use crate::domain::text::Text;

/// What a notice asks for.
#[derive(Clone, Copy, Debug)]
pub struct Blueprint {
    /// The position's name under the town.
    pub iupd: &'static str,
    /// What the payer reads.
    pub description: &'static str,
    /// The town's office.
    pub office: &'static str,
    /// Where the money goes.
    pub shares: &'static [Share],
    /// What happens after the due date.
    pub after_due: AfterDue,
}

/// One beneficiary's share.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// How much, in cents.
    pub cents: i64,
    /// To which account.
    pub to: To,
    /// Taxonomy code.
    pub category: &'static str,
}

/// Where a share goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The town's bank account.
    TownBank,
    /// The town's bank account, or its postal one at the post office.
    TownBankOrPost,
    /// The town's postal account.
    TownPost,
    /// The province's bank account.
    ProvinceBank,
    /// The revenue agency, for a digital stamp.
    Stamp,
}

/// When a position came to be and until when it should be paid.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was published; none for a draft.
    pub published_at: Option<Timestamp>,
    /// From when it can be paid.
    pub valid_from: Option<Timestamp>,
    /// When it was cancelled.
    pub invalidated_at: Option<Timestamp>,
    /// Its due date.
    pub due: Timestamp,
}

impl Dates {
    /// Published and payable as soon as created.
    pub fn payable(created_at: Timestamp, due: Timestamp) -> Self {
        let published = Some(created_at);
        Dates { created_at, published_at: published, valid_from: published, invalidated_at: None, due }
    }
}

impl Blueprint {
    /// The position with one notice for each base; several bases are options that exclude each other.
    pub fn position(&self, name: &str, bases: &[u64], dates: &Dates) -> Result<Position, Failure> {
        let mut options = Vec::new();
        for (number, base) in (1..).zip(bases) {
            options.push(PaymentOption {
                number,
                shape: OptionShape::Single,
                description: None,
                valid_from: dates.valid_from,
                after_due: self.after_due,
                debtor: debtor()?,
                notices: vec![self.notice(*base, dates.due)?],
            });
        }
        Ok(Position {
            ec: valid(FiscalCode::new(TOWN))?,
            iupd: valid(Iupd::new(name))?,
            company_name: valid(Text::new(TOWN_NAME))?,
            office_name: Some(valid(Text::new(self.office))?),
            stand_in: StandIn::Allowed,
            history: History {
                created_at: dates.created_at,
                updated_at: dates.created_at,
                published_at: dates.published_at,
                invalidated_at: dates.invalidated_at,
                version: 1,
            },
            options,
        })
    }

    fn notice(&self, base: u64, due: Timestamp) -> Result<Notice, Failure> {
        let number = notice_number(base)?;
        let amounts = self.shares.iter().map(|share| valid(Cents::new(share.cents)));
        let amounts: Vec<Cents> = amounts.collect::<Result<_, _>>()?;
        let amount =
            Cents::checked_sum(amounts).ok_or_else(|| Failure::unusable("the shares are too large"))?;
        let shares = (1..).zip(self.shares);
        Ok(Notice {
            number,
            iuv: number.iuv(),
            amount,
            description: valid(Text::new(self.description))?,
            due,
            notification_fee: Cents::ZERO,
            activated_at: None,
            retention: None,
            metadata: vec![entry("pratica", self.iupd)?],
            transfers: shares.map(|(id, share)| self.transfer(id, share)).collect::<Result<_, _>>()?,
            payment: None,
        })
    }

    fn transfer(&self, id: i64, share: &Share) -> Result<Transfer, Failure> {
        let (beneficiary, company_name) = match share.to {
            To::ProvinceBank => (PROVINCE, PROVINCE_NAME),
            To::TownBank | To::TownBankOrPost | To::TownPost | To::Stamp => (TOWN, TOWN_NAME),
        };
        Ok(Transfer {
            id,
            amount: valid(Cents::new(share.cents))?,
            beneficiary: valid(FiscalCode::new(beneficiary))?,
            company_name: Some(valid(Text::new(company_name))?),
            remittance_information: valid(Text::new(self.description))?,
            category: valid(Text::new(share.category))?,
            destination: destination(share.to)?,
            metadata: Vec::new(),
            reported_at: None,
        })
    }
}

fn destination(to: To) -> Result<Destination, Failure> {
    let account = |iban: &str, postal: Option<&str>| -> Result<Destination, Failure> {
        let postal = postal.map(|postal| valid(Iban::new(postal))).transpose()?;
        Ok(Destination::Account { iban: valid(Iban::new(iban))?, postal })
    };
    match to {
        To::TownBank => account(BANK_IBAN, None),
        To::TownBankOrPost => account(BANK_IBAN, Some(POSTAL_IBAN)),
        To::TownPost => account(POSTAL_IBAN, None),
        To::ProvinceBank => account(PROVINCE_IBAN, None),
        To::Stamp => Ok(Destination::Stamp(Stamp {
            document_hash: valid(Text::new("wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E="))?,
            kind: valid(Text::new("01"))?,
            province: valid(Text::new("BV"))?,
        })),
    }
}

fn debtor() -> Result<Debtor, Failure> {
    Ok(Debtor {
        id: valid(PersonId::new(PersonKind::Natural, "VRCGNN80A01H501H"))?,
        full_name: valid(Text::new("Gianna Varchi"))?,
        address: Address {
            street: Some(valid(Text::new("Via del Passo"))?),
            civic_number: Some(valid(Text::new("3"))?),
            postal_code: Some(valid(Text::new("99100"))?),
            city: Some(valid(Text::new("Borgo Varco"))?),
            province: Some(valid(Text::new("BV"))?),
            country: Some(valid(Text::new("IT"))?),
            email: Some(valid(Text::new("gianna.varchi@example.org"))?),
            ..Address::default()
        },
    })
}

fn entry(key: &str, value: &str) -> Result<MapEntry, Failure> {
    Ok(MapEntry { key: valid(Text::new(key))?, value: valid(Text::new(value))? })
}
