//! What a calculator is asked, and what becomes of what it says.

use jiff::civil::date;
use serde_json::json;
use varco::catalogue::price::{PriceError, Refusal};
use varco::domain::iban::Iban;
use varco::domain::position::Destination;

use crate::setup::{Setup, option, says};
use crate::support::{api, samples};

fn account(iban: &str, postal: Option<&str>) -> Destination {
    Destination::Account {
        iban: Iban::new(iban).unwrap(),
        postal: postal.map(|text| Iban::new(text).unwrap()),
    }
}

#[tokio::test]
async fn it_is_sent_what_was_filled_in_and_for_whom() {
    let setup = Setup::saying(200, &option(1250, json!([]))).await;
    setup.price().await.unwrap();
    let seen = &setup.receiver.seen()[0];
    assert_eq!(seen.event(), json!({ "amount": "12.50", "purpose": "Biblioteca" }));
    assert_eq!(seen.path, "/hook?key=a");
    assert_eq!(seen.header("content-type"), "application/json");
    assert_eq!(seen.header("accept"), "application/json");
    assert_eq!(seen.header("x-varco-organization"), samples::EC);
    assert_eq!(seen.header("x-varco-service"), "00009");
    assert_eq!(seen.id(), "calc_00000000000000010000000000000002");
}

#[tokio::test]
async fn it_may_share_the_amount_out_to_others_and_to_a_stamp() {
    let transfers = json!([
        { "idTransfer": "1", "amount": 250, "organizationFiscalCode": api::OTHER_EC, "iban": samples::IBAN,
          "companyName": "Comune di Colle", "remittanceInformation": "Quota del Comune di Colle",
          "category": "9/0201133IM/" },
        { "idTransfer": "2", "amount": 1600, "stamp": { "hashDocument":
          "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "stampType": "01", "provincialResidence": "RM" } },
        { "idTransfer": "3", "amount": 1000, "iban": api::NEW_IBAN, "postalIban": null },
        { "idTransfer": "4", "amount": 50, "organizationFiscalCode": "00000000000", "iban": samples::IBAN },
    ]);
    let mut said = option(2900, transfers);
    said["paymentOption"][0]["dueDate"] = json!("2026-12-31T23:59:59");
    said["paymentOption"][0]["isPartialPayment"] = json!(false);
    said["status"] = json!("nobody reads this");
    let charge = Setup::saying(201, &said).await.price().await.unwrap();
    assert_eq!(charge.amount(), samples::cents(2900));
    assert_eq!(charge.description().unwrap().as_str(), "Tariffa 2026");
    assert_eq!(charge.due(), Some(date(2026, 12, 31)));
    let [stamp, own, other, stranger] = charge.shares() else { panic!("{charge:?}") };
    assert!(matches!(&stamp.destination, Destination::Stamp(stamp) if stamp.province.as_str() == "RM"));
    assert_eq!(stamp.beneficiary, samples::ec(), "those of the institution come first");
    assert_eq!((own.destination.clone(), own.amount), (account(api::NEW_IBAN, None), samples::cents(1000)));
    assert_eq!(other.beneficiary.as_str(), api::OTHER_EC);
    assert_eq!(other.category.as_ref().unwrap().as_str(), "9/0201133IM/");
    assert_eq!(other.remittance.as_ref().unwrap().as_str(), "Quota del Comune di Colle");
    assert_eq!(stranger.beneficiary.as_str(), "00000000000", "of who is not registered no account is known");
}

#[tokio::test]
async fn what_it_leaves_out_is_as_the_offering_says() {
    for transfers in [
        json!(null),
        json!([]),
        json!([{ "amount": 1250 }]),
        json!([{ "idTransfer": "1", "amount": 1250, "iban": "", "organizationFiscalCode": " " }]),
    ] {
        let said = json!({ "paymentOption": [{ "amount": 1250, "transfer": transfers }] });
        let charge = Setup::saying(200, &said).await.price().await.unwrap();
        let [share] = charge.shares() else { panic!("{charge:?}") };
        assert_eq!(share.beneficiary, samples::ec());
        assert_eq!(share.destination, account(samples::IBAN, Some(api::NEW_IBAN)));
        assert_eq!(share.amount, samples::cents(1250));
        let unsaid = (charge.description(), charge.due(), &share.remittance, &share.category);
        assert_eq!(unsaid, (None, None, &None, &None));
    }
}

#[tokio::test]
async fn it_may_refuse_the_payer_in_its_own_words() {
    for (status, body, words) in [
        (422, json!({ "title": "No", "detail": "La pratica è chiusa." }), "La pratica è chiusa."),
        (404, json!({ "title": "Pratica non trovata" }), "Pratica non trovata"),
        (400, json!({ "detail": format!("a\nb{}", "c".repeat(200)) }), &format!("a b{}", "c".repeat(137))),
    ] {
        let refused = Setup::saying(status, &body).await.price().await.unwrap_err();
        let PriceError::Refused(Refusal::Calculator(said)) = refused else { panic!("{refused:?}") };
        assert_eq!(said.as_str(), words);
    }
}

#[tokio::test]
async fn other_rules_ask_nobody_and_need_an_account_that_is_still_good() {
    let mut setup = Setup::new(|_, _| says(200, "{}")).await;
    setup.service.price = varco::domain::catalogue::price::PriceRule::Fixed(samples::cents(4250));
    let charge = setup.price().await.unwrap();
    assert_eq!(charge.amount(), samples::cents(4250));
    assert_eq!(charge.shares()[0].destination, account(samples::IBAN, Some(api::NEW_IBAN)));
    setup.offering.iban = Iban::new("IT33X0542811101000000123457").unwrap();
    let Err(PriceError::Wrong(wrong)) = setup.price().await else {
        panic!("it is no account of the institution")
    };
    assert_eq!((wrong[0].pointer.as_str(), wrong[0].code), ("/iban", "iban_not_in_census"));
    assert!(setup.receiver.seen().is_empty());
}

#[tokio::test]
async fn what_it_leaves_out_needs_an_account_that_is_still_good() {
    for transfers in [json!([]), json!([{ "idTransfer": "1", "amount": 1250 }])] {
        let mut setup = Setup::saying(200, &option(1250, transfers)).await;
        setup.offering.iban = Iban::new("IT33X0542811101000000123457").unwrap();
        let priced = setup.price().await;
        let Err(PriceError::Wrong(wrong)) = priced else { panic!("the node would refuse it: {priced:?}") };
        assert_eq!((wrong[0].pointer.as_str(), wrong[0].code), ("/iban", "iban_not_in_census"));
    }
}
