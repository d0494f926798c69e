//! What a position on demand says.

use super::*;
use crate::domain::access::Tenant;
use crate::domain::catalogue::charge::Terms;
use crate::domain::catalogue::form::{Field, FieldKind, Form, Inputs, Presence};
use crate::domain::catalogue::ids::{CategoryId, ServiceId, SubjectId};
use crate::domain::catalogue::language::Localized;
use crate::domain::catalogue::offering::{Closed, Commission};
use crate::domain::catalogue::price::PriceRule;
use crate::domain::catalogue::service::{Intake, Payer};
use crate::domain::catalogue::stage::{Act, Stage};
use crate::domain::catalogue::template::Template;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::notice_number::TwoDigits;
use crate::domain::position::Destination;
use crate::domain::status::{Status, status};

const EC: &str = "77777777777";
const OTHER: &str = "66666666666";
const PERSON: &str = "RSSMRA80A01H501U";

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

fn name(text: &str) -> FieldName {
    FieldName::new(text).unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn published() -> Stage {
    Stage::default().after(Act::Publish, now() - 1.hour()).unwrap()
}

/// A service that asks who pays, or one that does not.
fn service(payer: Payer) -> Service {
    let field = |text: &str, kind| Field {
        name: name(text),
        label: Localized::from(self::text("Campo")),
        help: None,
        kind,
        presence: Presence::Optional,
    };
    let line = FieldKind::Text { min: 1, max: 140, pattern: None };
    let fields = vec![
        field("code", line.clone()),
        field("who", line.clone()),
        field("mail", FieldKind::Email),
        field("plate", FieldKind::Plate),
    ];
    Service {
        id: ServiceId::new("00001").unwrap(),
        owner: Tenant::Gateway,
        name: Localized::from(text("Bollo auto")),
        description: None,
        category: CategoryId::new("cars").unwrap(),
        taxonomy: text("9/0101002IM/"),
        form: Form::new(fields, Vec::new()).unwrap(),
        intake: Intake::Own,
        price: PriceRule::Fixed(Cents::new(10_00).unwrap()),
        remittance: Template::new("{service} {plate}").unwrap(),
        payer,
        stage: published(),
    }
}

fn asks() -> Payer {
    Payer { fiscal_code: Some(name("code")), full_name: Some(name("who")), email: Some(name("mail")) }
}

fn offering() -> Offering {
    Offering {
        ec: FiscalCode::new(EC).unwrap(),
        service: ServiceId::new("00001").unwrap(),
        subject: Some(SubjectId::new("00A01").unwrap()),
        name: None,
        office: Some(text("Ufficio tributi")),
        iban: Iban::new("IT60X0542811101000000123456").unwrap(),
        postal_iban: None,
        from: "2026-11-01".parse().unwrap(),
        until: Some("2026-12-31".parse().unwrap()),
        commission: Commission::Unsaid,
        segregation: None,
        price: None,
        remittance: None,
        accounting: vec![MapEntry { key: text("CAPITOLO"), value: text("3/2") }],
        places: Vec::new(),
        payable_days: 30,
        stage: published(),
    }
}

fn answers(service: &Service, written: &[(&str, &str)]) -> Answers {
    let inputs: Inputs = written.iter().map(|(field, text)| (name(field), (*text).to_owned())).collect();
    service.form.read(&inputs).unwrap()
}

fn share(beneficiary: &str, cents: i64) -> Share {
    Share {
        beneficiary: FiscalCode::new(beneficiary).unwrap(),
        company_name: None,
        destination: Destination::Account {
            iban: Iban::new("IT60X0542811101000000123456").unwrap(),
            postal: None,
        },
        amount: Cents::new(cents).unwrap(),
        remittance: None,
        category: None,
    }
}

fn caller() -> Debtor {
    let address = Address { city: Some(text("Borgo")), ..Address::default() };
    Debtor { id: person(PERSON).unwrap(), full_name: text("Maria Rossi"), address }
}

#[test]
fn the_fields_of_the_form_say_who_owes() {
    let service = service(asks());
    let of = |written: &[(&str, &str)], caller: Option<&Debtor>| {
        debtor(&service, &answers(&service, written), caller)
    };
    let written = [("code", PERSON), ("who", "Maria Rossi"), ("mail", "m@example.org")];
    let found = of(&written, None).unwrap();
    assert_eq!((found.id.kind(), found.id.as_str()), (PersonKind::Natural, PERSON));
    assert_eq!(
        (found.full_name.as_str(), found.address.email.unwrap().as_str()),
        ("Maria Rossi", "m@example.org")
    );
    let company = of(&[("code", "12345678901"), ("who", &"x".repeat(90))], Some(&caller())).unwrap();
    assert_eq!((company.id.kind(), company.full_name.as_str().len()), (PersonKind::Legal, 70));
    assert_eq!(of(&[("code", "rssmra80a01h501u")], None).unwrap().full_name.as_str(), PERSON);
    assert_eq!(of(&written, Some(&caller())).unwrap(), caller(), "the same person, of whom more is known");
}

#[test]
fn who_owes_is_missing_only_where_it_is_asked_for() {
    let asking = service(asks());
    let missing = debtor(&asking, &Answers::default(), None).unwrap_err();
    assert_eq!((missing.field, missing.code), (Some(name("code")), "required"));
    assert_eq!(debtor(&asking, &Answers::default(), Some(&caller())).unwrap(), caller());
    let wrong = debtor(&asking, &answers(&asking, &[("code", "XYZ")]), None).unwrap_err();
    assert_eq!((wrong.field, wrong.code), (Some(name("code")), "fiscal_code_form"));

    let nobody = PersonId::ANONYMOUS;
    let hidden = debtor(&asking, &answers(&asking, &[("code", nobody)]), None).unwrap_err();
    assert_eq!((hidden.field, hidden.code), (Some(name("code")), "fiscal_code_form"));
    let anonymous = Debtor { id: person(nobody).unwrap(), ..caller() };
    let hidden = debtor(&asking, &Answers::default(), Some(&anonymous)).unwrap_err();
    assert_eq!((hidden.field, hidden.code), (Some(name("code")), "required"));

    let open = service(Payer::default());
    let unknown = debtor(&open, &answers(&open, &[("code", PERSON)]), None).unwrap();
    assert_eq!((unknown.id.as_str(), unknown.full_name.as_str()), ("ANONIMO", "ANONIMO"));
    assert_eq!(debtor(&open, &Answers::default(), Some(&caller())).unwrap(), caller());
    let named = service(Payer { full_name: Some(name("who")), ..Payer::default() });
    let named = debtor(&named, &answers(&named, &[("who", "Amici del museo")]), None).unwrap();
    assert_eq!((named.id.as_str(), named.full_name.as_str()), ("ANONIMO", "Amici del museo"));
}

/// The position for a charge of these shares and terms.
fn ordered(shares: Vec<Share>, terms: Terms) -> Result<Position, OrderError> {
    let (service, offering) = (service(asks()), offering());
    let amount = Cents::checked_sum(shares.iter().map(|share| share.amount)).unwrap();
    let charge = Charge::new(&offering.ec, amount, shares, terms).unwrap();
    let order = Order {
        institution: &CreditorInstitution { ec: offering.ec.clone(), name: text("Comune di Borgo") },
        service: &service,
        offering: &offering,
        answers: &answers(&service, &[("plate", "ab123cd")]),
        debtor: &caller(),
        charge: &charge,
        now: now(),
    };
    let number = NoticeNumber::issue(TwoDigits::new("02").unwrap(), 7).unwrap();
    order.position(Iupd::new("od-1").unwrap(), number)
}

#[test]
fn a_position_on_demand_is_on_offer_at_once_and_expires_at_the_end_of_its_last_day() {
    let position = ordered(vec![share(EC, 10_00)], Terms::default()).unwrap();
    assert_eq!(status(&position, now()), Status::Valid);
    let notice = position.notices().next().unwrap();
    assert_eq!(notice.due, "2026-12-22T22:59:59Z".parse().unwrap(), "the end of the day in Rome");
    assert_eq!(status(&position, notice.due + 1.second()), Status::Expired);
    assert_eq!((notice.amount.get(), notice.description.as_str()), (10_00, "Bollo auto AB123CD"));
    assert_eq!(
        (position.company_name.as_str(), position.office_name.as_ref().unwrap().as_str()),
        ("Comune di Borgo", "Ufficio tributi")
    );
    let metadata: Vec<_> = notice.metadata.iter().map(|one| (one.key.as_str(), one.value.as_str())).collect();
    assert_eq!(metadata, [("CAPITOLO", "3/2"), ("idServizio", "00001"), ("idSoggettoServizio", "00A01")]);
    let transfer = &notice.transfers[0];
    assert_eq!((transfer.id, transfer.category.as_str()), (1, "9/0101002IM/"));
    assert_eq!(transfer.remittance_information.as_str(), "Bollo auto AB123CD");
}

#[test]
fn a_charge_says_more_than_the_offering_where_it_does() {
    let own = Share {
        remittance: Some(text("Quota regionale")),
        category: Some(text("9/0201133IM/")),
        ..share(OTHER, 1)
    };
    let terms = Terms { description: Some(text("Bollo 2026")), due: "2026-11-30".parse().ok() };
    let position = ordered(vec![own, share(EC, 10_00)], terms).unwrap();
    let notice = position.notices().next().unwrap();
    assert_eq!((notice.amount.get(), notice.description.as_str()), (10_01, "Bollo 2026"));
    assert_eq!(notice.due, "2026-11-30T22:59:59Z".parse().unwrap());
    let told: Vec<_> = notice
        .transfers
        .iter()
        .map(|one| {
            (one.id, one.beneficiary.as_str(), one.category.as_str(), one.remittance_information.as_str())
        })
        .collect();
    let (first, second) = ("Bollo auto AB123CD", "Quota regionale");
    assert_eq!(told, [(1, EC, "9/0101002IM/", first), (2, OTHER, "9/0201133IM/", second)]);
}

#[test]
fn a_charge_whose_day_has_passed_makes_no_position() {
    let on = |day: &str| ordered(vec![share(EC, 1)], Terms { description: None, due: day.parse().ok() });
    assert_eq!(on("2026-11-21"), Err(OrderError::Due));
    assert!(on("2026-11-22").is_ok(), "today is not over");
}

#[test]
fn it_is_told_why_a_service_cannot_be_asked_for() {
    let (service, offering) = (service(asks()), offering());
    let at = |moment: &str| offering.check_open(&service, moment.parse().unwrap());
    assert_eq!(at("2026-11-22T10:00:00Z"), Ok(()));
    assert_eq!(at("2026-11-22T08:00:00Z"), Err(Closed::Draft), "published an hour ago");
    assert_eq!(at("2026-12-31T22:59:59Z"), Ok(()), "its last day, in Rome");
    assert_eq!(at("2026-12-31T23:00:00Z"), Err(Closed::Ended));
    let later = Offering { from: "2026-11-23".parse().unwrap(), ..offering.clone() };
    assert_eq!(later.check_open(&service, now()), Err(Closed::NotYet));
    for (act, closed) in [(Act::Suspend, Closed::Suspended), (Act::End, Closed::Ended)] {
        let stage = published().after(act, now()).unwrap();
        assert_eq!(Offering { stage, ..offering.clone() }.check_open(&service, now()), Err(closed));
        assert_eq!(offering.check_open(&Service { stage, ..service.clone() }, now()), Err(closed));
    }
}

#[test]
fn a_position_on_demand_is_known_by_its_name() {
    let now: Timestamp = "2026-11-21T23:30:00Z".parse().unwrap();
    let drawn = drawn_name(now, 0x5f1d_7a84_db2d_4a8c).unwrap();
    assert_eq!(drawn.as_str(), "od-20261122-5f1d7a84db2d4a8c", "the day in Italy");
    assert!(is_drawn_name(&drawn) && is_drawn_name(&drawn_name(now, 0).unwrap()));
    for chosen in ["TARI-2026", "od-20261122", "od-20261122-5F1D7A84DB2D4A8C", "od-2026-5f1d7a84db2d4a8c"] {
        assert!(!is_drawn_name(&Iupd::new(chosen).unwrap()), "{chosen}");
    }
}
