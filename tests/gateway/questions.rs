//! paVerifyPaymentNotice, and what all questions about a notice have in common: who may ask for what, in
//! which order that is checked, and when a notice can be paid.

use jiff::ToSpan;
use varco::domain::notice_number::{NoticeNumber, TwoDigits};
use varco::domain::position::{AfterDue, Destination, OptionShape, Position};
use varco::wire::pa_for_node::{AmountOption, Outcome};

use crate::support::gateway::{TestGateway, on_both_gateways};
use crate::support::messages::{Question, about, paid};
use crate::support::samples::{EC, STATION, cents, notice, notice_number, now, option, position, text};
use crate::support::world::{OTHER_BROKER, OTHER_EC, OTHER_STATION, POSTAL_IBAN, SECOND_STATION};

const SCONOSCIUTO: &str = "PAA_PAGAMENTO_SCONOSCIUTO";

/// The position `iupd` with a single notice of that base, changed by `change`.
fn single(base: u64, change: impl FnOnce(&mut Position)) -> Position {
    let mut position =
        position(&format!("p{base}"), vec![option(1, OptionShape::Single, vec![notice(base, 12_34)])]);
    change(&mut position);
    position
}

/// Verify and both gets answer that code.
async fn all_answer(gateway: &TestGateway, question: &Question, expected: &str) {
    let codes = gateway.codes(question).await;
    assert_eq!(codes, [expected; 3], "{} {question:?}", gateway.engine);
}

#[tokio::test]
async fn a_payable_notice_is_described_as_the_citizen_holds_it() {
    on_both_gateways(async |gateway| {
        let owed = single(1, |position| {
            position.office_name = Some(text("Ufficio scuola"));
            // Half past midnight of the next day in Rome.
            position.options[0].notices[0].due = "2026-12-22T23:30:00Z".parse().unwrap();
        });
        gateway.create(owed).await;
        let answer = gateway.verify(&about(1)).await;
        assert_eq!((answer.outcome, &answer.fault), (Outcome::Ok, &None));
        let listed = answer.payment_list.unwrap().payment_option_description;
        assert_eq!(listed.amount.cents().get(), 12_34);
        assert_eq!(listed.options, AmountOption::Eq);
        let due = listed.due_date.unwrap();
        assert_eq!((due.day().to_string(), due.offset()), ("2026-12-23".to_owned(), None));
        assert_eq!(listed.detail_description.unwrap().as_str(), "Mensa scolastica");
        assert!(!listed.all_ccp);
        assert_eq!(answer.payment_description.unwrap().as_str(), "Mensa scolastica");
        assert_eq!(answer.fiscal_code_pa.unwrap().as_str(), EC);
        assert_eq!(answer.company_name.unwrap().as_str(), "Comune di Borgo");
        assert_eq!(answer.office_name.unwrap().as_str(), "Ufficio scuola");
    })
    .await;
}

#[tokio::test]
async fn all_ccp_needs_a_postal_account_on_every_transfer() {
    on_both_gateways(async |gateway| {
        let with_accounts = |base, postal: [bool; 2]| {
            single(base, |position| {
                let notice = &mut position.options[0].notices[0];
                let mut second = notice.transfers[0].clone();
                second.id = 2;
                notice.transfers.push(second);
                notice.amount = cents(24_68);
                for (transfer, has_one) in notice.transfers.iter_mut().zip(postal) {
                    if let (Destination::Account { postal, .. }, true) = (&mut transfer.destination, has_one)
                    {
                        *postal = Some(varco::domain::iban::Iban::new(POSTAL_IBAN).unwrap());
                    }
                }
            })
        };
        for (base, postal, expected) in [(1, [true, true], true), (2, [true, false], false)] {
            gateway.create(with_accounts(base, postal)).await;
            let answer = gateway.verify(&about(base)).await;
            assert_eq!(answer.payment_list.unwrap().payment_option_description.all_ccp, expected);
            assert_eq!(answer.office_name, None, "an absent office is left out");
        }
    })
    .await;
}

/// Everything is wrong at first; put right one by one, each mistake shows the code of the next check.
#[tokio::test]
async fn identifiers_are_checked_in_the_order_of_the_specification() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let mut question = Question {
            ec: "11111111111".to_owned(),
            broker: "99999999999".to_owned(),
            station: "99999999999_01".to_owned(),
            qr_ec: "22222222222".to_owned(),
            ..about(9)
        };
        all_answer(gateway, &question, "PAA_ID_INTERMEDIARIO_ERRATO").await;
        question.broker = about(1).broker;
        all_answer(gateway, &question, "PAA_STAZIONE_INT_ERRATA").await;
        question.station = OTHER_STATION.to_owned();
        all_answer(gateway, &question, "PAA_STAZIONE_INT_ERRATA").await;
        question.station = STATION.to_owned();
        all_answer(gateway, &question, "PAA_ID_DOMINIO_ERRATO").await;
        question.ec = EC.to_owned();
        all_answer(gateway, &question, "PAA_ID_DOMINIO_ERRATO").await;
        question.qr_ec = EC.to_owned();
        all_answer(gateway, &question, SCONOSCIUTO).await;
        question.notice = about(1).notice;
        all_answer(gateway, &question, "OK").await;
    })
    .await;
}

#[tokio::test]
async fn a_known_identifier_in_the_wrong_place_is_refused() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let other_broker = Question { broker: OTHER_BROKER.to_owned(), ..about(1) };
        all_answer(gateway, &other_broker, "PAA_STAZIONE_INT_ERRATA").await;
        let not_linked = Question { ec: OTHER_EC.to_owned(), qr_ec: OTHER_EC.to_owned(), ..about(1) };
        all_answer(gateway, &not_linked, "PAA_ID_DOMINIO_ERRATO").await;
        let through_the_other = Question { station: SECOND_STATION.to_owned(), ..about(1) };
        all_answer(gateway, &through_the_other, "PAA_STAZIONE_INT_ERRATA").await;
        let nobodys = NoticeNumber::issue(TwoDigits::new("44").unwrap(), 1).unwrap();
        all_answer(gateway, &Question { notice: nobodys.to_string(), ..about(1) }, SCONOSCIUTO).await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_names_the_creditor_and_says_why_in_italian() {
    on_both_gateways(async |gateway| {
        for (question, sentence) in [
            (about(9), "Il pagamento risulta sconosciuto all'ente creditore."),
            (
                Question { ec: "11111111111".to_owned(), ..about(9) },
                "L'ente creditore indicato non corrisponde al dominio atteso.",
            ),
        ] {
            let answer = gateway.verify(&question).await;
            let fault = answer.fault.unwrap();
            assert_eq!(fault.id.as_str(), question.ec);
            assert_eq!(fault.fault_string.as_str(), sentence);
            assert!(!fault.description.unwrap().as_str().contains(&question.notice), "it is personal data");
            assert_eq!((answer.payment_list, answer.company_name), (None, None));
        }
    })
    .await;
}

/// The node asks for eighteen zeros to see whether a station is back, and expects this answer.
#[tokio::test]
async fn the_recovery_probe_is_an_unknown_payment() {
    on_both_gateways(async |gateway| {
        let probe = Question { notice: "0".repeat(18), ..about(1) };
        all_answer(gateway, &probe, SCONOSCIUTO).await;
    })
    .await;
}

#[tokio::test]
async fn the_state_of_a_position_decides() {
    on_both_gateways(async |gateway| {
        let draft = single(1, |position| {
            position.history.published_at = None;
            position.options[0].valid_from = None;
        });
        let later = single(2, |position| position.options[0].valid_from = Some(now() + 1.hour()));
        let cancelled = single(3, |position| position.history.invalidated_at = Some(now() - 1.minute()));
        for (base, position, code) in
            [(1, draft, SCONOSCIUTO), (2, later, SCONOSCIUTO), (3, cancelled, "PAA_PAGAMENTO_ANNULLATO")]
        {
            gateway.create(position).await;
            all_answer(gateway, &about(base), code).await;
        }
        gateway.clock.set(now() + 1.hour());
        all_answer(gateway, &about(2), "OK").await;
    })
    .await;
}

#[tokio::test]
async fn a_notice_expires_after_its_due_date_only_if_it_was_made_to() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.create(single(2, |position| position.options[0].after_due = AfterDue::StaysPayable)).await;
        let due = now() + 720.hours();
        gateway.clock.set(due);
        all_answer(gateway, &about(1), "OK").await;
        gateway.clock.set(due + 1.microsecond());
        all_answer(gateway, &about(1), "PAA_PAGAMENTO_SCADUTO").await;
        all_answer(gateway, &about(2), "OK").await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_closes_its_notice_and_the_other_options() {
    on_both_gateways(async |gateway| {
        let plan = option(1, OptionShape::Plan, vec![notice(1, 50), notice(2, 50)]);
        let whole = option(2, OptionShape::Single, vec![notice(3, 100)]);
        gateway.create(position("TARI", vec![plan, whole])).await;
        for base in 1..=3 {
            all_answer(gateway, &about(base), "OK").await;
        }
        gateway.settle(&paid("r1", 1, 50)).await;
        all_answer(gateway, &about(1), "PAA_PAGAMENTO_DUPLICATO").await;
        all_answer(gateway, &about(2), "OK").await;
        all_answer(gateway, &about(3), "PAA_PAGAMENTO_DUPLICATO").await;
        // A paid notice is told as paid even when it has expired since.
        gateway.clock.set(now() + 10_000.hours());
        all_answer(gateway, &about(1), "PAA_PAGAMENTO_DUPLICATO").await;
    })
    .await;
}

#[tokio::test]
async fn a_question_breaking_the_schema_is_answered_in_its_own_response() {
    on_both_gateways(async |gateway| {
        let broken = Question { notice: notice_number(1).as_str().get(1..).unwrap().to_owned(), ..about(1) };
        all_answer(gateway, &broken, "PAA_SINTASSI_EXTRAXSD").await;
    })
    .await;
}
