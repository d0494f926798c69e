//! From the demand to the receipt, through SOAP over mutual TLS.

use jiff::ToSpan;
use varco::domain::fiscal_code::FiscalCode;
use varco::store::DemandQuery;
use varco::wire::common::AmountOption;
use varco::wire::pa_for_node::{Fault, Outcome};

use crate::on_both_desks;
use crate::once::demands;
use crate::support::gateway::code;
use crate::support::messages::{Paid, Question, about, paid};
use crate::support::offers::{Asks, asks, car_tax};
use crate::support::samples::{EC, now};

fn about_notice(notice: &str) -> Question {
    Question { notice: notice.to_owned(), ..about(1) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_has_every_field_that_the_node_insists_on() {
    on_both_desks(async |gateway| {
        let answer = gateway.demand(&asks("00001", &car_tax("ab123cd"))).await;
        assert_eq!((answer.outcome, &answer.fault), (Outcome::Ok, &None::<Fault>));
        let qr_code = answer.qr_code.unwrap();
        assert_eq!(qr_code.fiscal_code.as_str(), EC);
        assert!(qr_code.notice_number.as_str().starts_with("302"), "aux digit 3, the code of the station");
        let option = answer.payment_list.unwrap().payment_option_description;
        assert_eq!((option.amount.cents().get(), option.options), (18_060, AmountOption::Eq));
        let due = option.due_date.unwrap();
        assert_eq!((due.day().to_string(), due.offset()), ("2026-12-22".to_owned(), None));
        assert!(option.all_ccp, "its one transfer has a postal account");
        let description = "Bollo auto targa AB123CD";
        assert_eq!(option.detail_description.unwrap().as_str(), description);
        assert_eq!(answer.payment_description.unwrap().as_str(), description);
        assert_eq!(answer.fiscal_code_pa.unwrap().as_str(), EC);
        assert_eq!(answer.company_name.unwrap().as_str(), "Comune di Borgo");
        assert_eq!(answer.office_name.unwrap().as_str(), "Sportello");

        let reply = gateway.post(&asks("00003", &donation("12.50")).message()).await.unwrap();
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        for written in [
            "<amount>12.50</amount>",
            "<options>EQ</options>",
            "<dueDate>2026-12-22</dueDate>",
            "<allCCP>false</allCCP>",
        ] {
            assert!(text.contains(written), "{written} in {text}");
        }
        gateway
    })
    .await;
}

/// The document of a donation, whose schema is made from its form.
pub fn donation(amount: &str) -> String {
    format!(
        "<datiSpecificiServizio xmlns=\"urn:varco:servizio:00003\"><amount>{amount}</amount></datiSpecificiServizio>"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_verified_got_and_paid_like_any_notice() {
    on_both_desks(async |gateway| {
        let asked: Asks = asks("00002", &crate::documents::passport().to_string());
        let answer = gateway.demand(&asked).await;
        let notice = answer.qr_code.unwrap().notice_number.as_str().to_owned();
        let question = about_notice(&notice);
        assert_eq!(gateway.codes(&question).await, ["OK", "OK", "OK"]);
        let data = gateway.get_v2(&question).await.data.unwrap();
        let debtor = data.debtor;
        assert_eq!(debtor.unique_identifier.entity_unique_identifier_value.as_str(), "RSSMRA80A01H501U");
        assert_eq!(debtor.full_name.as_str(), "Maria Rossi");
        let metadata = data.metadata.unwrap().map_entry.into_vec();
        let metadata: Vec<_> = metadata.iter().map(|one| (one.key.as_str(), one.value.as_str())).collect();
        let expected = [("CAPITOLO", "3/2"), ("idServizio", "00002"), ("idSoggettoServizio", "00002")];
        assert_eq!(metadata, expected);

        let again = gateway.demand(&asked).await.qr_code.unwrap();
        assert_eq!(again.notice_number.as_str(), notice, "the same demand, the same notice");
        gateway.settle(&Paid { notice: notice.clone(), ..paid("r1", 1, 11_600) }).await;
        assert_eq!(gateway.codes(&question).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
        let next = gateway.demand(&asked).await.qr_code.unwrap();
        assert_ne!(next.notice_number.as_str(), notice, "who pays twice wants to");
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_ask_the_same_at_once_are_given_one_notice() {
    on_both_desks(async |gateway| {
        let asked = asks("00001", &car_tax("AB123CD"));
        let mut answers = Vec::new();
        for _ in 0..20 {
            answers.push(gateway.demand(&asked));
        }
        let answers = futures_util::future::join_all(answers).await;
        let numbers: std::collections::BTreeSet<_> = answers
            .into_iter()
            .map(|answer| answer.qr_code.unwrap().notice_number.as_str().to_owned())
            .collect();
        assert_eq!(numbers.len(), 1, "{}", gateway.engine);
        let listed = demands(gateway.store()).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].1.as_ref(), numbers.first());
        // Written another way it is the same; another plate is another.
        let same = gateway.demand(&asks("00001", &car_tax(" ab123cd"))).await.qr_code.unwrap();
        assert!(numbers.contains(same.notice_number.as_str()));
        let other = gateway.demand(&asks("00001", &car_tax("AB124CD"))).await.qr_code.unwrap();
        assert!(!numbers.contains(other.notice_number.as_str()));
        gateway.clock.set(now() + 1.hour());
        let later = gateway.demand(&asked).await.qr_code.unwrap();
        assert!(!numbers.contains(later.notice_number.as_str()), "an hour later it is asked for anew");
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_creditor_reads_what_was_filled_in_and_a_notice_expires_with_its_day() {
    on_both_desks(async |gateway| {
        let notice = gateway.demand(&asks("00003", &donation("5.00"))).await.qr_code.unwrap().notice_number;
        let query = DemandQuery {
            ec: FiscalCode::new(EC).unwrap(),
            notice: varco::domain::notice_number::NoticeNumber::new(notice.as_str()).ok(),
            after: None,
            limit: 10,
        };
        let (listed, _) = gateway.store().demands(&query).await.unwrap();
        let [listed] = listed.as_slice() else { panic!("one demand") };
        assert_eq!((listed.service.as_str(), listed.inputs.as_str()), ("00003", r#"{"amount":"5.00"}"#));
        let question = about_notice(notice.as_str());
        gateway.clock.set("2026-12-22T22:59:59Z".parse().unwrap());
        assert_eq!(gateway.codes(&question).await, ["OK"; 3]);
        gateway.clock.set("2026-12-22T23:00:00Z".parse().unwrap());
        assert_eq!(gateway.codes(&question).await, ["PAA_PAGAMENTO_SCADUTO"; 3]);
        gateway
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_without_saying_who_they_are_stays_anonymous() {
    on_both_desks(async |gateway| {
        let answer = gateway.demand(&asks("00003", &donation("5.00"))).await;
        assert_eq!(code(answer.outcome, &answer.fault), "OK");
        let question = about_notice(answer.qr_code.unwrap().notice_number.as_str());
        let debtor = gateway.get_v2(&question).await.data.unwrap().debtor;
        let id = debtor.unique_identifier.entity_unique_identifier_value;
        assert_eq!((id.as_str(), debtor.full_name.as_str()), ("ANONIMO", "ANONIMO"));
        gateway
    })
    .await;
}
