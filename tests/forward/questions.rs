//! What the node asks, and what it is told.

use varco::domain::position::OptionShape;
use varco::wire::pa_for_node::{Outcome, Response};

use crate::scene::{demand, fault, forwarded, on_both_scenes, with};
use crate::support::messages::{Question, about};
use crate::support::partner::modern::{Does, refused};
use crate::support::samples;
use crate::support::world::SECOND_STATION;
use varco::domain::notice_number::{NoticeNumber, TwoDigits};

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_asked_what_the_node_asks_and_its_answer_is_told() {
    on_both_scenes(async |scene| {
        let (partner, question) = (scene.partner(), about(1));
        partner.owes(1, 1234);
        let told = scene.verify(&question).await;
        assert_eq!(told.outcome, Outcome::Ok);
        let option = told.payment_list.unwrap().payment_option_description;
        assert_eq!(
            (option.amount.cents().get(), told.company_name.unwrap().as_str()),
            (1234, "Comune di Borgo (partner)")
        );
        let data = scene.gateway.get(&question).await.data.unwrap();
        assert_eq!(
            (data.payment_amount.cents().get(), data.description.as_str()),
            (1234, "Tassa del partner")
        );
        let data = scene.gateway.get_v2(&question).await.data.unwrap();
        assert_eq!(data.transfer_list.transfer.iter().count(), 1);
        let seen = partner.seen();
        let bodies: Vec<&str> = seen.iter().map(|seen| seen.body.as_str()).collect();
        assert_eq!(bodies, [question.verify(), question.get(), question.get_v2()], "as the node wrote them");
        for (seen, action) in seen.iter().zip(["paverifypaymentnotice", "pagetpayment", "pagetpaymentv2"]) {
            assert!(seen.head.contains(&format!("soapaction: \"{action}\"")), "{}", seen.head);
            assert!(seen.head.contains("content-type: text/xml; charset=utf-8"), "{}", seen.head);
            assert!(seen.caller.windows(4).any(|name| name == b"node"), "we show our certificate");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_partner_is_told_in_its_own_words() {
    on_both_scenes(async |scene| {
        let unknown = scene.gateway.verify(&about(9)).await.fault.unwrap();
        let texts = [&unknown.fault_code, &unknown.fault_string, &unknown.id].map(|text| text.as_str());
        assert_eq!(texts, ["PAA_PAGAMENTO_SCONOSCIUTO", "Non lo conosco", samples::EC]);
        assert_eq!(unknown.description.unwrap().as_str(), "dal partner");
        scene.partner().does(|_| Does::SaysXml(refused("paGetPaymentRes", "PAA_COSA_SUA", "Mai sentita")));
        let own = scene.gateway.get(&about(9)).await.fault.unwrap();
        assert_eq!((own.fault_code.as_str(), own.fault_string.as_str()), ("PAA_COSA_SUA", "Mai sentita"));
        assert_eq!(scene.told("varco.partner.failed").await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_codes_of_an_institution_one_is_a_partners_and_one_is_ours() {
    on_both_scenes(async |scene| {
        scene.partner().owes(1, 500);
        let number = NoticeNumber::issue(TwoDigits::new("01").unwrap(), 1).unwrap();
        let mut notice = samples::notice(1, 2500);
        (notice.number, notice.iuv) = (number, number.iuv());
        let option = samples::option(1, OptionShape::Single, vec![notice]);
        scene.gateway.create(samples::position("ours", vec![option])).await;
        let ours = Question { station: SECOND_STATION.to_owned(), notice: number.to_string(), ..about(1) };
        let told = scene.verify(&ours).await;
        assert_eq!(told.payment_list.unwrap().payment_option_description.amount.cents().get(), 2500);
        assert_eq!(scene.partner().seen().len(), 0, "the partner has nothing to do with it");
        let told = scene.verify(&about(1)).await;
        assert_eq!(told.payment_list.unwrap().payment_option_description.amount.cents().get(), 500);
        let mut elsewhere = ours.clone();
        elsewhere.station = samples::STATION.to_owned();
        assert_eq!(
            scene.refused(&elsewhere).await.0,
            "PAA_STAZIONE_INT_ERRATA",
            "addresses are checked first"
        );
        assert_eq!(scene.partner().seen().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demand_for_what_is_not_offered_here_reaches_the_partner_of_the_relation_once() {
    on_both_scenes(async |scene| {
        let (message, operation) = demand();
        let answer = scene.gateway.post(&message).await.unwrap().response(operation);
        let Response::PaDemandPaymentNotice(answer) = answer else { panic!("{answer:?}") };
        assert_eq!(answer.qr_code.unwrap().notice_number.as_str(), samples::notice_number(777).as_str());
        scene.partner().does(|_| Does::HangsUp);
        let answer = scene.gateway.post(&message).await.unwrap().response(operation);
        assert_eq!(fault(&answer).0, "PAA_SYSTEM_ERROR");
        assert_eq!(scene.partner().calls("paDemandPaymentNotice"), 2, "what may make a notice is sent once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_holds_from_its_instant_on() {
    let mut later = forwarded("uno");
    later.from = 5;
    with(&[], &["uno"], &[later], async |scene| {
        scene.partner().owes(1, 500);
        scene.gateway.owe(1, 2500).await;
        let amount = async || {
            let told = scene.verify(&about(1)).await;
            told.payment_list.unwrap().payment_option_description.amount.cents().get()
        };
        assert_eq!(amount().await, 2500);
        scene.hours_pass(5);
        assert_eq!(amount().await, 500);
    })
    .await;
}
