//! The parties on our side of the node: creditor institutions, brokers, stations, and how they hang
//! together.

use std::collections::BTreeSet;

use super::account::AccountUse;
use super::fiscal_code::FiscalCode;
use super::iban::Iban;
use super::ids::{BrokerCode, StationCode};
use super::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use super::registry::RelationFlags;
use super::text::Text;

/// A public body that is owed money (ente creditore).
#[derive(Clone, Debug, PartialEq)]
pub struct CreditorInstitution {
    /// Its fiscal code.
    pub ec: FiscalCode,
    /// Its name, as payers read it.
    pub name: Text<140>,
}

/// A technology partner that runs stations for creditor institutions.
#[derive(Clone, Debug, PartialEq)]
pub struct Broker {
    /// Its code, usually a fiscal code.
    pub code: BrokerCode,
    /// Its name.
    pub name: Text<255>,
}

/// A connection point towards the node.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Its code.
    pub code: StationCode,
    /// Who runs it.
    pub broker: BrokerCode,
    /// Which version of the primitives the node uses on it.
    pub primitives: PrimitiveVersion,
}

/// Which version of get and receipt the node uses on a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrimitiveVersion {
    /// paGetPayment and paSendRT.
    V1,
    /// paGetPaymentV2 and paSendRTV2.
    V2,
}

/// That a station serves a creditor institution, for the notices of one layout and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationLink {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The station.
    pub station: StationCode,
    /// The layout of its notices.
    pub aux_digit: AuxDigit,
    /// The segregation code (aux digit 3) or application code (aux digit 0) of its notices; none for
    /// aux digits 1 and 2.
    pub code: Option<TwoDigits>,
}

/// Who is registered and switched off: nothing can be paid through them, and receipts are taken all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchedOff {
    /// Creditor institutions.
    pub institutions: BTreeSet<FiscalCode>,
    /// Brokers.
    pub brokers: BTreeSet<BrokerCode>,
    /// Stations.
    pub stations: BTreeSet<StationCode>,
}

/// What is allowed between a station and an institution that it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The station.
    pub station: StationCode,
    /// What is allowed.
    pub flags: RelationFlags,
}

/// An account on which a creditor institution receives money.
#[derive(Clone, Debug, PartialEq)]
pub struct EcIban {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The account.
    pub iban: Iban,
    /// What the creditor calls it.
    pub label: Option<Text<140>>,
}

/// An account of a creditor institution, and whether money may come to it.
#[derive(Clone, Debug, PartialEq)]
pub struct PayeeAccount {
    /// The creditor institution.
    pub ec: FiscalCode,
    /// The account.
    pub iban: Iban,
    /// Whether money may come, and when.
    pub usage: AccountUse,
}

impl StationLink {
    /// Whether the station serves this notice of the creditor institution.
    pub fn serves(&self, notice: &NoticeNumber) -> bool {
        Some(self.aux_digit) == notice.aux_digit() && self.code == notice.code()
    }
}
