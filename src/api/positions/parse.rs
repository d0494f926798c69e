//! From the body of a creation or an update to a position of the domain, or to everything that is wrong with it.
//!
//! What the published service lets in and the node then refuses is refused here: lengths, identifiers,
//! check digits, accounts. A notice that was accepted can be verified, paid and receipted.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::dates::WholeDay;
use super::model::{Field, OptionRequest, PositionRequest};
use crate::api::problem::Violation;
use crate::domain::fiscal_code::{FiscalCode, PersonId, PersonKind};
use crate::domain::ids::Iupd;
use crate::domain::lifecycle::check_validity_date;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{
    Address, AfterDue, Debtor, History, Notice, OptionShape, PaymentOption, Position, StandIn,
};
use crate::registry::Registry;

pub mod metadata;
pub mod notice;
pub mod report;
pub mod transfer;

use notice::Row;
use report::{Pointer, Report};

/// A notice that is there twice.
pub const DUPLICATE_NOTICE: &str = "duplicate_notice";

/// What a body is read against.
pub struct Context<'a> {
    /// The creditor institution of the path.
    pub ec: &'a FiscalCode,
    /// Which stations serve it.
    pub registry: &'a Registry,
    /// What time it is.
    pub now: Timestamp,
    /// The position that the body is to take the place of; none if it makes a new one.
    pub stored: Option<&'a Position>,
}

impl Context<'_> {
    /// The position on offer: its dates may have passed since somebody agreed to them.
    fn offered(&self) -> Option<&Position> {
        self.stored.filter(|position| position.is_on_offer())
    }
}

/// A position that was read, still a draft.
pub struct NewPosition {
    /// The position.
    pub position: Position,
    /// The notice of each row of `paymentOption`, in the order of the body.
    pub rows: Vec<NoticeNumber>,
}

/// Reads a body; on failure says everything that is wrong with it.
pub fn new_position(body: Value, context: &Context<'_>) -> Result<NewPosition, Vec<Violation>> {
    let mut report = Report::default();
    let root = Pointer::root();
    let field = Field::<PositionRequest>::deserialize(body).unwrap_or(Field::WrongType);
    let read = report.required(field, &root).and_then(|request| position(request, context, &mut report));
    match read {
        Some(new) if report.is_clean() => Ok(new),
        _ => Err(report.into_violations()),
    }
}

fn position(mut request: PositionRequest, context: &Context<'_>, report: &mut Report) -> Option<NewPosition> {
    let at = |name: &str| Pointer::root().field(name);
    let iupd = report.required(std::mem::take(&mut request.iupd), &at("iupd"));
    let iupd = iupd.and_then(|text| report.read(&at("iupd"), Iupd::new(&text)));
    if context.stored.zip(iupd.as_ref()).is_some_and(|(stored, iupd)| stored.iupd != *iupd) {
        report.add(&at("iupd"), "iupd_differs", "must be the iupd of the path");
    }
    let company_name = report.text(std::mem::take(&mut request.company_name), &at("companyName"));
    let office_name = report.optional_text(std::mem::take(&mut request.office_name), &at("officeName"));
    let stand_in = match report.optional(request.pay_stand_in, &at("payStandIn")) {
        Some(false) => StandIn::Refused,
        Some(true) | None => StandIn::Allowed,
    };
    let after_due = match report.required(request.switch_to_expired, &at("switchToExpired")) {
        Some(true) => AfterDue::Expires,
        Some(false) | None => AfterDue::StaysPayable,
    };
    let validity = std::mem::take(&mut request.validity_date);
    let valid_from = report.optional_date(validity, &at("validityDate"), WholeDay::FromStart);
    let already = context.offered().and_then(Position::valid_from);
    if let Err(inconsistency) = check_validity_date(valid_from, already, context.now) {
        report.add_error(&at("validityDate"), &inconsistency);
    }
    let rows = rows(std::mem::take(&mut request.payment_option), valid_from, context, report);
    let debtor = debtor(request, report)?;
    let numbers = rows.iter().map(|row| row.notice.number).collect();
    let position = Position {
        ec: context.ec.clone(),
        iupd: iupd?,
        company_name: company_name?,
        office_name,
        stand_in,
        history: History {
            created_at: context.now,
            updated_at: context.now,
            published_at: None,
            invalidated_at: None,
            version: 1,
        },
        options: options(rows, &Shared { valid_from, after_due, debtor }),
    };
    Some(NewPosition { position, rows: numbers })
}

fn rows(
    field: Field<Vec<Field<OptionRequest>>>,
    valid_from: Option<Timestamp>,
    context: &Context<'_>,
    report: &mut Report,
) -> Vec<Row> {
    let list_at = Pointer::root().field("paymentOption");
    let Some(requests) = report.required(field, &list_at) else { return Vec::new() };
    if requests.is_empty() {
        report.add(&list_at, "required", "must have at least one payment option: nothing else can be paid");
    }
    let mut seen = BTreeSet::new();
    let mut rows = Vec::new();
    for (index, request) in requests.into_iter().enumerate() {
        let at = list_at.item(index);
        let Some(request) = report.required(request, &at) else { continue };
        let Some(row) = notice::row(request, &at, valid_from, context, report) else { continue };
        if !seen.insert(row.notice.number) {
            report.add(&at.field("iuv"), DUPLICATE_NOTICE, "is there twice in the position");
        }
        rows.push(row);
    }
    rows
}

/// What the first version of the contract says once for all options of a position.
struct Shared {
    valid_from: Option<Timestamp>,
    after_due: AfterDue,
    debtor: Debtor,
}

/// All instalments make one plan, at the place of the first; each other row is a way of its own to pay.
fn options(rows: Vec<Row>, shared: &Shared) -> Vec<PaymentOption> {
    let mut groups: Vec<(OptionShape, Vec<Notice>)> = Vec::new();
    for Row { shape, notice } in rows {
        let plan =
            groups.iter_mut().find(|(other, _)| (*other, shape) == (OptionShape::Plan, OptionShape::Plan));
        match plan {
            Some((_, notices)) => notices.push(notice),
            None => groups.push((shape, vec![notice])),
        }
    }
    let numbered = (1_i64..).zip(groups);
    let option = |(number, (shape, notices))| PaymentOption {
        number,
        shape,
        description: None,
        valid_from: shared.valid_from,
        after_due: shared.after_due,
        debtor: shared.debtor.clone(),
        notices,
    };
    numbered.map(option).collect()
}

fn debtor(request: PositionRequest, report: &mut Report) -> Option<Debtor> {
    let at = |name: &str| Pointer::root().field(name);
    let kind = report.required(request.person_kind, &at("type")).and_then(|text| {
        let kind = PersonKind::from_code(&text);
        if kind.is_none() {
            report.add(&at("type"), "person_kind", "must be F (natural person) or G (legal person)");
        }
        kind
    });
    let code = report.required(request.fiscal_code, &at("fiscalCode"));
    let id =
        kind.zip(code).and_then(|(kind, code)| report.read(&at("fiscalCode"), PersonId::new(kind, &code)));
    let full_name = report.text(request.full_name, &at("fullName"));
    let country = report.optional_text::<2>(request.country, &at("country"));
    if country.as_ref().is_some_and(|country| !is_two_capitals(country.as_str())) {
        report.add(&at("country"), "country_form", "must be two capital letters");
    }
    let email = report.optional_text::<256>(request.email, &at("email"));
    if email.as_ref().is_some_and(|email| !is_email(email.as_str())) {
        report.add(&at("email"), "email_form", "must be an e-mail address");
    }
    let address = Address {
        street: report.optional_text(request.street_name, &at("streetName")),
        civic_number: report.optional_text(request.civic_number, &at("civicNumber")),
        postal_code: report.optional_text(request.postal_code, &at("postalCode")),
        city: report.optional_text(request.city, &at("city")),
        province: report.optional_text(request.province, &at("province")),
        region: report.optional_text(request.region, &at("region")),
        country,
        email,
        phone: report.optional_text(request.phone, &at("phone")),
    };
    Some(Debtor { id: id?, full_name: full_name?, address })
}

fn is_two_capitals(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// Nothing more than a local part, an at sign and a domain: only a delivered message proves an address.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let solid = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    solid(local) && solid(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::ids::StationCode;
    use crate::domain::notice_number::{AuxDigit, TwoDigits};
    use crate::domain::party::{CreditorInstitution, PrimitiveVersion, Station, StationLink};
    use crate::domain::text::Text;
    use crate::registry::RegistryView;
    use crate::store::Parties;

    const EC: &str = "77777777777";

    fn registry() -> RegistryView {
        let (ec, station) = (FiscalCode::new(EC).unwrap(), StationCode::new("88888888888_01").unwrap());
        let link = StationLink {
            ec: ec.clone(),
            station: station.clone(),
            aux_digit: AuxDigit::Three,
            code: TwoDigits::new("02").ok(),
        };
        let broker = crate::domain::ids::BrokerCode::new("88888888888").unwrap();
        RegistryView::new(Parties {
            institutions: vec![CreditorInstitution { ec, name: Text::new("Comune di Borgo").unwrap() }],
            stations: vec![Station { code: station, broker, primitives: PrimitiveVersion::V2 }],
            links: vec![link],
            ..Parties::default()
        })
    }

    fn read(body: Value) -> Result<NewPosition, Vec<Violation>> {
        let ec = FiscalCode::new(EC).unwrap();
        let registry = registry().current();
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        new_position(body, &Context { ec: &ec, registry: &registry, now, stored: None })
    }

    fn body() -> Value {
        let pairs = json!([{ "key": "k", "value": "v" }]);
        json!({
            "iupd": "a", "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi",
            "country": "IT", "email": "maria@example.org", "city": "Borgo", "payStandIn": false,
            "switchToExpired": true, "companyName": "Comune", "officeName": "", "validityDate": "2026-12-01",
            "paymentOption": [{
                "iuv": "02000000000000184", "nav": "302000000000000184", "amount": 2_000, "description": "d",
                "isPartialPayment": true, "dueDate": "2026-12-22", "retentionDate": "2026-12-23",
                "paymentOptionMetadata": pairs, "transfer": [
                    { "idTransfer": "1", "amount": 1_000, "remittanceInformation": "r",
                      "category": "9/0101002IM/", "iban": "IT60X0542811101000000123456",
                      "postalIban": "IT57N0760114800000011050036", "transferMetadata": pairs },
                    { "idTransfer": "2", "amount": 1_000, "remittanceInformation": "r",
                      "category": "9/0101002IM/", "stamp": {
                        "hashDocument": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "stampType": "01",
                        "provincialResidence": "RM" } },
                ],
            }],
        })
    }

    /// The place of every value in the body.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }

    #[test]
    fn whatever_a_value_is_the_position_is_read_or_the_fault_is_named() {
        assert!(read(body()).is_ok());
        let mut all = Vec::new();
        places(&body(), "", &mut all);
        let long = "x".repeat(300);
        let junk = [
            json!(null),
            json!(true),
            json!(-1),
            json!(0),
            json!(1e300),
            json!(""),
            json!(" "),
            json!(long),
            json!("\u{0}"),
            json!("٣"),
            json!([]),
            json!({}),
            json!([[]]),
            json!([null]),
            json!(vec![0; 101]),
        ];
        for place in &all {
            for value in &junk {
                let mut body = body();
                *body.pointer_mut(place).unwrap() = value.clone();
                if let Err(violations) = read(body) {
                    assert!(!violations.is_empty(), "{place} = {value}");
                    assert!(violations.iter().all(|violation| !violation.message.contains(&long)));
                }
            }
        }
    }

    #[test]
    fn a_list_is_not_read_further_than_its_bound() {
        for place in ["/paymentOption", "/paymentOption/0/transfer"] {
            let mut body = body();
            *body.pointer_mut(place).unwrap() = json!(vec![json!({}); 101]);
            let violations = read(body).map(|_| ()).unwrap_err();
            let found: Vec<_> = violations.iter().map(|one| (one.pointer.as_str(), one.code)).collect();
            assert_eq!(found, [(place, "too_many")]);
        }
    }
}
