//! Positions and receipts to test with.

use jiff::{Timestamp, ToSpan};
use varco::domain::amount::Cents;
use varco::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use varco::domain::iban::Iban;
use varco::domain::ids::{BrokerCode, Iupd, ReceiptId, StationCode};
use varco::domain::notice_number::{NoticeNumber, TwoDigits};
use varco::domain::position::{
    Address, AfterDue, Debtor, Destination, History, MapEntry, Notice, OptionShape, PaymentOption, Position,
    StandIn, Transfer,
};
use varco::domain::receipt::{
    FreeText, PaidThrough, PaymentDetails, Receipt, ReceiptOutcome, ReceiptSubject, ReceiptTransfer,
    SubjectCode,
};
use varco::domain::text::Text;

pub const EC: &str = "77777777777";
pub const BROKER: &str = "88888888888";
pub const STATION: &str = "88888888888_01";
pub const IBAN: &str = "IT60X0542811101000000123456";

pub fn ec() -> FiscalCode {
    FiscalCode::new(EC).unwrap()
}

pub fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

pub fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

/// The notice of segregation code 02 with that base.
pub fn notice_number(base: u64) -> NoticeNumber {
    NoticeNumber::issue(TwoDigits::new("02").unwrap(), base).unwrap()
}

/// A moment in the life of the samples.
pub fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub fn debtor() -> Debtor {
    Debtor {
        id: PersonId::new(PersonKind::Natural, "RSSMRA80A01H501U").unwrap(),
        full_name: text("Maria Rossi"),
        address: Address { city: Some(text("Borgo")), country: Some(text("IT")), ..Address::default() },
    }
}

pub fn notice(base: u64, amount: i64) -> Notice {
    let number = notice_number(base);
    Notice {
        number,
        iuv: number.iuv(),
        amount: cents(amount),
        description: text("Mensa scolastica"),
        due: now() + 720.hours(),
        notification_fee: Cents::ZERO,
        activated_at: None,
        retention: None,
        metadata: vec![MapEntry { key: text("CAPITOLO"), value: text("3/2") }],
        transfers: vec![Transfer {
            id: 1,
            amount: cents(amount),
            beneficiary: ec(),
            company_name: None,
            remittance_information: text("Mensa scolastica novembre"),
            category: text("9/0101002IM/"),
            destination: Destination::Account { iban: Iban::new(IBAN).unwrap(), postal: None },
            metadata: Vec::new(),
            reported_at: None,
        }],
        payment: None,
    }
}

pub fn option(number: i64, shape: OptionShape, notices: Vec<Notice>) -> PaymentOption {
    PaymentOption {
        number,
        shape,
        description: None,
        valid_from: Some(now() - 1.hour()),
        after_due: AfterDue::Expires,
        debtor: debtor(),
        notices,
    }
}

/// A published position that can be paid at [`now`].
pub fn position(iupd: &str, options: Vec<PaymentOption>) -> Position {
    Position {
        ec: ec(),
        iupd: Iupd::new(iupd).unwrap(),
        company_name: text("Comune di Borgo"),
        office_name: None,
        stand_in: StandIn::Allowed,
        history: History {
            created_at: now() - 2.hours(),
            updated_at: now() - 2.hours(),
            published_at: Some(now() - 1.hour()),
            invalidated_at: None,
            version: 1,
        },
        options,
    }
}

/// A receipt of that id for the notice of that base.
pub fn receipt(id: &str, base: u64, amount: i64) -> Receipt {
    let notice = notice_number(base);
    Receipt {
        recipient: ec(),
        broker: BrokerCode::new(BROKER).unwrap(),
        station: StationCode::new(STATION).unwrap(),
        id: ReceiptId::new(id),
        notice,
        issuer: ec(),
        creditor_reference: notice.iuv().as_str().to_owned(),
        outcome: ReceiptOutcome::Executed,
        amount: cents(amount),
        subject: ReceiptSubject {
            debtor: SubjectCode::new("RSSMRA80A01H501U"),
            payer: None,
            description: FreeText::new("Mensa scolastica"),
            company_name: "Comune di Borgo".to_owned(),
        },
        payment: PaymentDetails {
            paid_at: Some(now()),
            application_date: None,
            transfer_date: None,
            method: Some("creditCard".to_owned()),
            fee: Some(cents(150)),
            psp: "60000000001".to_owned(),
            psp_fiscal_code: None,
            psp_name: "PSP Uno".to_owned(),
            channel: "60000000001_01".to_owned(),
        },
        transfers: vec![ReceiptTransfer {
            id: 1,
            amount: cents(amount),
            beneficiary: ec(),
            iban: Some(IBAN.to_owned()),
            stamp: None,
            category: "9/0101002IM/".to_owned(),
            remittance_information: "Mensa scolastica novembre".to_owned(),
        }],
        stand_in: PaidThrough::Station,
    }
}
