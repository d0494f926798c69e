//! From a body of the first version to a position: one list of rows, whose instalments make one plan.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::super::field::Field;
use super::super::parse::debtor::debtor;
use super::super::parse::notice::{self, NoticeFields, OptionDates};
use super::super::parse::report::{Pointer, Report};
use super::super::parse::{self, Context, DUPLICATE_NOTICE, HeadFields, NewPosition, Places};
use super::model::{OptionRequest, PositionRequest};
use crate::api::problem::Violation;
use crate::domain::dates::WholeDay;
use crate::domain::lifecycle::check_validity_date;
use crate::domain::position::{AfterDue, Debtor, Notice, OptionShape, PaymentOption};

/// Reads a body; on failure says everything that is wrong with it.
pub fn new_position(body: Value, context: &Context<'_>) -> Result<NewPosition, Vec<Violation>> {
    parse::body(body, |request, report| position(request, context, report))
}

fn position(request: PositionRequest, context: &Context<'_>, report: &mut Report) -> Option<NewPosition> {
    let at = |name: &str| Pointer::root().field(name);
    let head = HeadFields {
        iupd: request.iupd,
        company_name: request.company_name,
        office_name: request.office_name,
        pay_stand_in: request.pay_stand_in,
    };
    let head = parse::head(head, context, report);
    let after_due = match report.required(request.switch_to_expired, &at("switchToExpired")) {
        Some(true) => AfterDue::Expires,
        Some(false) | None => AfterDue::StaysPayable,
    };
    let valid_from = report.optional_date(request.validity_date, &at("validityDate"), WholeDay::FromStart);
    if context.stored.is_none() {
        report.read(&at("validityDate"), check_validity_date(valid_from, context.now));
    }
    let mut places = Places::default();
    let dates = OptionDates { valid_from, after_due };
    let rows = rows(request.payment_option, dates, context, &mut places, report);
    let debtor = debtor(request.debtor, &Pointer::root(), report)?;
    let position = head.draft(options(rows, &Shared { valid_from, after_due, debtor }, context), context)?;
    Some(NewPosition { position, places })
}

/// A notice, and whether it is an instalment of the plan or a way of its own to pay.
struct Row {
    shape: OptionShape,
    notice: Notice,
}

fn rows(
    field: Field<Vec<Field<OptionRequest>>>,
    dates: OptionDates,
    context: &Context<'_>,
    places: &mut Places,
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
        let Some(row) = row(request, &at, dates, context, report) else { continue };
        if !seen.insert(row.notice.number) {
            report.add(&at.field("iuv"), DUPLICATE_NOTICE, "is there twice in the position");
        }
        places.note(row.notice.number, at);
        rows.push(row);
    }
    rows
}

fn row(
    request: OptionRequest,
    at: &Pointer,
    dates: OptionDates,
    context: &Context<'_>,
    report: &mut Report,
) -> Option<Row> {
    let partial = report.required(request.is_partial_payment, &at.field("isPartialPayment"));
    let fields = NoticeFields {
        nav: request.nav,
        iuv: request.iuv,
        amount: request.amount,
        description: request.description,
        due_date: request.due_date,
        retention_date: request.retention_date,
        transfer: request.transfer,
        metadata: ("paymentOptionMetadata", request.payment_option_metadata),
        notification_fee: request.notification_fee,
    };
    let notice = notice::notice(fields, at, dates, context, report).notice?;
    let shape = if partial? { OptionShape::Plan } else { OptionShape::Single };
    Some(Row { shape, notice })
}

/// What the first version of the contract says once for all options of a position.
struct Shared {
    valid_from: Option<Timestamp>,
    after_due: AfterDue,
    debtor: Debtor,
}

/// All instalments make one plan, at the place of the first; each other row is a way of its own to pay. An
/// option keeps the description that the third version gave it: here nobody could say it again.
fn options(rows: Vec<Row>, shared: &Shared, context: &Context<'_>) -> Vec<PaymentOption> {
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
    let option = |(number, (shape, notices)): (_, (_, Vec<Notice>))| PaymentOption {
        number,
        shape,
        description: context.stored_option(&notices).and_then(|stored| stored.description.clone()),
        valid_from: shared.valid_from,
        after_due: shared.after_due,
        debtor: shared.debtor.clone(),
        notices,
    };
    numbered.map(option).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::account::AccountUse;
    use crate::domain::fiscal_code::FiscalCode;
    use crate::domain::iban::Iban;
    use crate::domain::ids::StationCode;
    use crate::domain::notice_number::{AuxDigit, TwoDigits};
    use crate::domain::party::{CreditorInstitution, PayeeAccount, PrimitiveVersion, Station, StationLink};
    use crate::domain::randomness::Randomness;
    use crate::domain::segregation::Segregation;
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
        let account = |iban| PayeeAccount {
            ec: FiscalCode::new(EC).unwrap(),
            iban: Iban::new(iban).unwrap(),
            usage: AccountUse::ALWAYS,
        };
        let broker = crate::domain::ids::BrokerCode::new("88888888888").unwrap();
        RegistryView::new(Parties {
            institutions: vec![CreditorInstitution { ec, name: Text::new("Comune di Borgo").unwrap() }],
            stations: vec![Station { code: station, broker, primitives: PrimitiveVersion::V2 }],
            links: vec![link],
            ibans: ["IT60X0542811101000000123456", "IT57N0760114800000011050036"].map(account).into(),
            ..Parties::default()
        })
    }

    fn read(body: Value) -> Result<NewPosition, Vec<Violation>> {
        let ec = FiscalCode::new(EC).unwrap();
        let registry = registry().current();
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        let (scope, randomness) = (&Segregation::Every, &Randomness::new(|| 1));
        let context = Context { ec: &ec, scope, registry: &registry, randomness, now, stored: None };
        new_position(body, &context)
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
