//! Notices for testers, under fixed numbers: one for each reason why a notice cannot be paid, and those
//! that the fixtures ask for or pay. fixtures/README.md lists the same bases.

use bytes::Bytes;
use jiff::Timestamp;

use super::blueprint::{Blueprint, Dates, Share, To};
use super::world::{BROKER, STATION, TOWN, TOWN_NAME, notice_number, valid};
use crate::cli::Failure;
use crate::domain::amount::Cents;
use crate::domain::fiscal_code::{FiscalCode, PersonId};
use crate::domain::ids::{BrokerCode, ReceiptId, StationCode};
use crate::domain::position::AfterDue;
use crate::domain::receipt::{
    FreeText, PaidThrough, PaymentDetails, Receipt, ReceiptOutcome, ReceiptSubject, ReceiptTransfer,
    SubjectCode,
};
use crate::store::{BookReceipt, CreateError, Store};

/// When all of them were created, and payable from.
const CREATED: &str = "2020-01-10T09:00:00Z";
/// A due date that has passed: 31 January 2020 in Rome.
const PAST: &str = "2020-01-31T22:59:59Z";
/// A due date that is far off: 30 June 2099 in Rome.
const FAR: &str = "2099-06-30T21:59:59Z";
/// Later than any test will run.
const NOT_YET: &str = "2099-01-01T00:00:00Z";

/// A notice, or the notices of one position, that stay as they are.
#[derive(Clone, Copy, Debug)]
pub struct Exhibit {
    /// The bases of the notices.
    pub bases: &'static [u64],
    /// What is special about it, for people.
    pub what: &'static str,
    state: State,
    shares: Shares,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Draft,
    NotYetValid,
    Payable,
    Overdue,
    Cancelled,
    Expired,
    FirstPaid,
}

#[derive(Clone, Copy, Debug)]
enum Shares {
    One,
    TownAndProvince,
    Postal,
    Stamp,
}

const fn exhibit(bases: &'static [u64], what: &'static str, state: State) -> Exhibit {
    Exhibit { bases, what, state, shares: Shares::One }
}

const fn payable(bases: &'static [u64], what: &'static str, shares: Shares) -> Exhibit {
    Exhibit { bases, what, state: State::Payable, shares }
}

/// All of them, by base.
pub const GALLERY: [Exhibit; 20] = [
    exhibit(&[9001], "a draft", State::Draft),
    exhibit(&[9002], "payable from 2099 on", State::NotYetValid),
    exhibit(&[9003], "cancelled", State::Cancelled),
    exhibit(&[9004], "expired", State::Expired),
    exhibit(&[9005], "paid", State::FirstPaid),
    exhibit(&[9006, 9007], "two options of one debt, the first is paid", State::FirstPaid),
    payable(&[9011], "payable: bank account, or the postal one at the post office", Shares::One),
    payable(&[9012], "payable: two beneficiaries", Shares::TownAndProvince),
    payable(&[9013], "payable: postal account only", Shares::Postal),
    payable(&[9014], "payable: with a digital stamp", Shares::Stamp),
    exhibit(&[9015], "payable: overdue, late payment is accepted", State::Overdue),
    payable(&[9021], "the fixtures pay it", Shares::One),
    payable(&[9022], "the fixtures pay it by a receipt of version 1", Shares::One),
    payable(&[9023], "the fixtures pay it, both beneficiaries get a receipt", Shares::TownAndProvince),
    exhibit(&[9024], "expired, the fixtures pay it", State::Expired),
    exhibit(&[9025], "cancelled, the fixtures pay it", State::Cancelled),
    payable(&[9026], "the fixtures pay it in stand-in", Shares::One),
    payable(&[9027], "the fixtures pay it by the shortest receipt", Shares::One),
    payable(&[9028], "the fixtures pay it and its digital stamp", Shares::Stamp),
    payable(&[9029], "the fixtures pay another amount", Shares::One),
];

/// Hangs up what is missing.
pub async fn hang(store: &Store) -> Result<(), Failure> {
    for exhibit in &GALLERY {
        match store.create_position(&position(exhibit)?).await {
            Ok(()) | Err(CreateError::IupdTaken) => {}
            Err(error) => return Err(Failure::unusable(error)),
        }
        if let (State::FirstPaid, Some(base)) = (exhibit.state, exhibit.bases.first()) {
            valid(store.book_receipt(payment(*base)?).await)?;
        }
    }
    Ok(())
}

fn position(exhibit: &Exhibit) -> Result<crate::domain::position::Position, Failure> {
    let after_due = match exhibit.state {
        State::Overdue => AfterDue::StaysPayable,
        _ => AfterDue::Expires,
    };
    let blueprint = Blueprint {
        iupd: "GALLERIA",
        description: exhibit.shares.description(),
        office: "Ufficio tributi",
        shares: exhibit.shares.list(),
        after_due,
    };
    let name = format!("GALLERIA-{}", exhibit.bases.first().copied().unwrap_or_default());
    blueprint.position(&name, exhibit.bases, &exhibit.state.dates()?)
}

impl State {
    fn dates(self) -> Result<Dates, Failure> {
        let (created, far) = (instant(CREATED)?, instant(FAR)?);
        let payable = Dates::payable(created, far);
        Ok(match self {
            State::Draft => Dates { published_at: None, valid_from: None, ..payable },
            State::NotYetValid => Dates { valid_from: Some(instant(NOT_YET)?), ..payable },
            State::Cancelled => Dates { invalidated_at: Some(created), ..payable },
            State::Expired | State::Overdue => Dates { due: instant(PAST)?, ..payable },
            State::Payable | State::FirstPaid => payable,
        })
    }
}

impl Shares {
    const fn list(self) -> &'static [Share] {
        match self {
            Shares::One => &[Share { cents: 12_000, to: To::TownBankOrPost, category: "9/0101100IM/" }],
            Shares::TownAndProvince => &[
                Share { cents: 10_000, to: To::TownBank, category: "9/0101100IM/" },
                Share { cents: 2_000, to: To::ProvinceBank, category: "9/0201133IM/" },
            ],
            Shares::Postal => &[Share { cents: 12_000, to: To::TownPost, category: "9/0101101IM/" }],
            Shares::Stamp => &[
                Share { cents: 10_400, to: To::TownBank, category: "9/0101103TS/" },
                Share { cents: 1_600, to: To::Stamp, category: "9/0301116TS/" },
            ],
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Shares::One => "Canone di prova",
            Shares::TownAndProvince => "Tributo di prova, quota provinciale inclusa",
            Shares::Postal => "Verbale di prova",
            Shares::Stamp => "Permesso di prova con bollo",
        }
    }
}

/// The receipt that paid an exhibit long ago. Booking it again changes nothing.
fn payment(base: u64) -> Result<BookReceipt, Failure> {
    let notice = notice_number(base)?;
    let town = valid(FiscalCode::new(TOWN))?;
    let amount = valid(Cents::new(12_000))?;
    let paid_at = instant(CREATED)?;
    let receipt = Receipt {
        recipient: town.clone(),
        broker: valid(BrokerCode::new(BROKER))?,
        station: valid(StationCode::new(STATION))?,
        id: ReceiptId::new(&format!("galleria-{base}")),
        notice,
        issuer: town.clone(),
        creditor_reference: notice.iuv().to_string(),
        outcome: ReceiptOutcome::Executed,
        amount,
        subject: ReceiptSubject {
            debtor: SubjectCode::new(PersonId::ANONYMOUS),
            payer: None,
            description: FreeText::new(Shares::One.description()),
            company_name: TOWN_NAME.to_owned(),
        },
        payment: PaymentDetails {
            paid_at: Some(paid_at),
            application_date: None,
            transfer_date: None,
            method: None,
            fee: None,
            psp: "VARCODEMO".to_owned(),
            psp_fiscal_code: None,
            psp_name: "Varco demo".to_owned(),
            channel: "VARCODEMO_01".to_owned(),
        },
        transfers: vec![ReceiptTransfer {
            id: 1,
            amount,
            beneficiary: town,
            iban: Some(super::world::BANK_IBAN.to_owned()),
            stamp: None,
            category: "9/0101100IM/".to_owned(),
            remittance_information: Shares::One.description().to_owned(),
        }],
        stand_in: PaidThrough::Station,
    };
    let raw = Bytes::from(message(&receipt));
    Ok(BookReceipt { receipt, primitive: "paSendRTV2", raw, received_at: paid_at, deliver_to: None })
}

/// The message that would have brought the receipt, for those who ask the API for it.
fn message(receipt: &Receipt) -> String {
    let Receipt { id, notice, creditor_reference, .. } = receipt;
    let (id, description, iban) = (id.as_str(), Shares::One.description(), super::world::BANK_IBAN);
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><soapenv:Body>\
         <pafn:paSendRTV2Request><idPA>{TOWN}</idPA><idBrokerPA>{BROKER}</idBrokerPA>\
         <idStation>{STATION}</idStation><receipt><receiptId>{id}</receiptId>\
         <noticeNumber>{notice}</noticeNumber><fiscalCode>{TOWN}</fiscalCode><outcome>OK</outcome>\
         <creditorReferenceId>{creditor_reference}</creditorReferenceId>\
         <paymentAmount>120.00</paymentAmount><description>{description}</description>\
         <companyName>{TOWN_NAME}</companyName><debtor><uniqueIdentifier>\
         <entityUniqueIdentifierType>F</entityUniqueIdentifierType>\
         <entityUniqueIdentifierValue>{anonymous}</entityUniqueIdentifierValue></uniqueIdentifier>\
         <fullName>{anonymous}</fullName></debtor><transferList><transfer><idTransfer>1</idTransfer>\
         <transferAmount>120.00</transferAmount><fiscalCodePA>{TOWN}</fiscalCodePA>\
         <companyName>{TOWN_NAME}</companyName><IBAN>{iban}</IBAN>\
         <remittanceInformation>{description}</remittanceInformation>\
         <transferCategory>9/0101100IM/</transferCategory></transfer></transferList>\
         <idPSP>VARCODEMO</idPSP><PSPCompanyName>Varco demo</PSPCompanyName>\
         <idChannel>VARCODEMO_01</idChannel><channelDescription>demo</channelDescription>\
         <paymentDateTime>{CREATED}</paymentDateTime></receipt></pafn:paSendRTV2Request>\
         </soapenv:Body></soapenv:Envelope>",
        anonymous = PersonId::ANONYMOUS,
    )
}

fn instant(text: &str) -> Result<Timestamp, Failure> {
    valid(text.parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_receipt_that_was_made_up_is_one_of_the_contract() {
        use crate::soap::{Limits, read_request};
        let booking = payment(1).unwrap();
        assert_eq!(read_request(&booking.raw, &Limits::default()).map(|_| ()), Ok(()));
    }
    use crate::domain::ids::Iupd;
    use crate::domain::status::{Status, status};

    #[tokio::test]
    async fn each_exhibit_is_what_it_says_and_can_be_hung_again() {
        let root = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", root.path().join("demo.db").display());
        let store = Store::open(&url, Default::default()).await.unwrap();
        store.migrate().await.unwrap();
        super::super::world::register(&store).await.unwrap();
        hang(&store).await.unwrap();
        hang(&store).await.unwrap();
        let (ec, now) = (FiscalCode::new(TOWN).unwrap(), "2026-03-01T10:00:00Z".parse().unwrap());
        for exhibit in &GALLERY {
            let iupd = Iupd::new(&format!("GALLERIA-{}", exhibit.bases[0])).unwrap();
            let position = store.position(&ec, &iupd).await.unwrap().unwrap();
            let expected = match exhibit.state {
                State::Draft => Status::Draft,
                State::NotYetValid => Status::Published,
                State::Payable | State::Overdue => Status::Valid,
                State::Cancelled => Status::Invalid,
                State::Expired => Status::Expired,
                State::FirstPaid => Status::Paid,
            };
            assert_eq!(status(&position, now), expected, "{}", exhibit.what);
        }
    }
}
