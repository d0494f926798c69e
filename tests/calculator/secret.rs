//! The secret that signs what a calculator is asked, judged by the specification's own library.

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::json;
use standardwebhooks::Webhook;
use varco::catalogue::price::{Calculators, Pricer};
use varco::domain::access::Tenant;
use varco::domain::clock::Clock;
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::store::{WriteError, WriteMode, definition_form, offering_target, secret_form};

use crate::setup::{Setup, option, says, secrets, settings};
use crate::support::receiver::Seen;
use crate::support::{api, on_both, samples};

fn proposal(setup: &Setup, kind: Kind, wanted: String) -> Proposal {
    let target = match kind {
        Kind::Category => setup.service.category.to_string(),
        Kind::Service => setup.service.id.to_string(),
        _ => offering_target(&setup.offering.ec, setup.service.id.as_str()),
    };
    let tenant = Tenant::Institution(samples::ec());
    Proposal { kind, tenant, target, wish: Wish::Put, wanted: Some(wanted) }
}

async fn write(setup: &Setup, kind: Kind, wanted: String) -> Result<(), WriteError> {
    let author = Author::gateway("test", setup.now());
    let proposal = proposal(setup, kind, wanted);
    let done = setup.store.carry_out(&author, &[proposal], WriteMode::Commit).await;
    done.map(drop).map_err(|failure| failure.error)
}

fn verifies(setup: &Setup, seen: &Seen, number: i64) -> bool {
    let secret = secrets().shown((&setup.offering.ec, &setup.service.id), number);
    let webhook = Webhook::new(secret.expose_secret()).unwrap();
    webhook.verify(seen.body.as_bytes(), &seen.headers).is_ok()
}

#[tokio::test]
async fn questions_are_signed_by_the_secret_and_for_a_while_by_the_one_before() {
    on_both(|database| async move {
        let mut setup = Setup::over(database, |_, _| says(200, option(1250, json!([])).to_string())).await;
        // The library holds the time of a signature against that of the machine.
        setup.clock = Clock::system();
        let calculators = Calculators::new(settings(&setup.store, &setup.clock));
        setup.pricer = Pricer { calculators, ..setup.pricer };
        let engine = setup.database.engine;

        let unknown = write(&setup, Kind::CalculatorSecret, secret_form(1, 0)).await;
        let Err(WriteError::Conflict(why)) = unknown else { panic!("{unknown:?}") };
        assert_eq!(why.code, "unknown_offering", "{engine}");
        let category = json!({ "id": "varie", "name": { "it": "Varie" } });
        write(&setup, Kind::Category, definition_form(&category, None)).await.unwrap();
        let service = varco::catalogue::definition::ServiceDefinition::of(&setup.service);
        let service = serde_json::to_value(service).unwrap();
        write(&setup, Kind::Service, definition_form(&service, None)).await.unwrap();
        let offering = varco::catalogue::definition::OfferingDefinition::of(&setup.offering);
        let offering = serde_json::to_value(offering).unwrap();
        write(&setup, Kind::Offering, definition_form(&offering, None)).await.unwrap();

        setup.price().await.unwrap();
        write(&setup, Kind::CalculatorSecret, secret_form(1, 24)).await.unwrap();
        setup.price().await.unwrap();
        write(&setup, Kind::CalculatorSecret, secret_form(2, 1)).await.unwrap();
        setup.price().await.unwrap();
        let twice = write(&setup, Kind::CalculatorSecret, secret_form(2, 1)).await;
        let Err(WriteError::Conflict(why)) = twice else { panic!("{twice:?}") };
        assert_eq!(why.code, "changed_since", "{engine}");
        write(&setup, Kind::CalculatorSecret, secret_form(3, 0)).await.unwrap();
        setup.price().await.unwrap();

        let seen = setup.receiver.seen();
        let by = |seen: &Seen| [1, 2, 3].map(|number| verifies(&setup, seen, number));
        assert_eq!(by(&seen[0]), [true, false, false], "{engine}: the first is there from the beginning");
        assert_eq!(by(&seen[1]), [true, false, false], "{engine}");
        assert_eq!(by(&seen[2]), [true, true, false], "{engine}");
        assert_eq!(by(&seen[3]), [false, false, true], "{engine}");
        let number = setup.store.calculator_secret(&setup.offering.ec, &setup.service.id).await.unwrap();
        let number = number.unwrap();
        assert_eq!(number.holding(setup.now() + SignedDuration::from_hours(200)).count(), 1, "{engine}");
        let mut forged = seen[3].clone();
        forged.body = forged.body.replace("12.50", "1.00");
        assert!(!verifies(&setup, &forged, 3));
    })
    .await;
}

#[test]
fn each_offering_has_secrets_of_its_own() {
    let (ec, other) = (samples::ec(), FiscalCode::new(api::OTHER_EC).unwrap());
    let service = |id: &str| varco::domain::catalogue::ids::ServiceId::new(id).unwrap();
    let shown = |ec, id: &str, number| secrets().shown((ec, &service(id)), number).expose_secret().to_owned();
    let all =
        [shown(&ec, "00009", 1), shown(&ec, "00009", 2), shown(&ec, "00008", 1), shown(&other, "00009", 1)];
    let unlike: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(unlike.len(), all.len());
    assert!(all.iter().all(|secret| secret.starts_with("whsec_")));
}
