//! paGetPayment and paGetPaymentV2: everything that a payment needs, as the contract wants it.

use std::time::Duration;

use jiff::ToSpan;
use varco::domain::amount::Cents;
use varco::domain::iban::Iban;
use varco::domain::position::{Destination, MapEntry, OptionShape, Position, Stamp};
use varco::wire::Text;
use varco::wire::pa_for_node::{
    IbanOrRichiestaMarcaDaBollo, Metadata, Outcome, PaymentData, PaymentDataV2, StampKind, SubjectKind,
};

use crate::support::TestDatabase;
use crate::support::gateway::{TestGateway, code, on_both_gateways};
use crate::support::messages::{Question, about};
use crate::support::samples::{EC, IBAN, ec, notice, notice_number, now, option, position, text};
use crate::support::trouble::Intruder;
use crate::support::world::POSTAL_IBAN;

/// A notice with two transfers, the first of which may be paid at the post office.
fn with_postal_account() -> Position {
    let mut notice = notice(1, 50_00);
    let mut second = notice.transfers[0].clone();
    second.id = 2;
    second.amount = varco::domain::amount::Cents::new(20_00).unwrap();
    notice.amount = varco::domain::amount::Cents::new(70_00).unwrap();
    notice.transfers.push(second);
    notice.transfers[0].metadata = vec![MapEntry { key: text("ANNO"), value: text("2026") }];
    if let Destination::Account { postal, .. } = &mut notice.transfers[0].destination {
        *postal = Some(Iban::new(POSTAL_IBAN).unwrap());
    }
    position("postal", vec![option(1, OptionShape::Single, vec![notice])])
}

fn entries(metadata: Option<&Metadata>) -> Vec<(&str, &str)> {
    let all = metadata.map_or(&[][..], |metadata| &metadata.map_entry);
    all.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect()
}

async fn data(gateway: &TestGateway, question: &Question) -> PaymentData {
    gateway.get(question).await.data.expect("it is payable")
}

async fn data_v2(gateway: &TestGateway, question: &Question) -> PaymentDataV2 {
    gateway.get_v2(question).await.data.expect("it is payable")
}

#[tokio::test]
async fn a_get_tells_the_notice_and_its_debtor_whatever_amount_was_asked() {
    on_both_gateways(async |gateway| {
        gateway.create(with_postal_account()).await;
        let (first, second) = (data(gateway, &about(1)).await, data_v2(gateway, &about(1)).await);
        assert_eq!(first.creditor_reference_id.as_str(), notice_number(1).iuv().as_str());
        assert_eq!(first.payment_amount.cents().get(), 70_00, "not the 1.00 of the request");
        assert_eq!(
            (first.due_date.day().to_string().as_str(), first.due_date.offset()),
            ("2026-12-22", None)
        );
        assert_eq!(first.description.as_str(), "Mensa scolastica");
        assert_eq!(first.company_name.as_ref().map(Text::as_str), Some("Comune di Borgo"));
        assert_eq!((&first.office_name, &first.retention_date), (&None, &None));
        assert_eq!(entries(first.metadata.as_ref()), [("CAPITOLO", "3/2")]);
        let who = &first.debtor.unique_identifier;
        assert_eq!(who.entity_unique_identifier_type, SubjectKind::F);
        assert_eq!(who.entity_unique_identifier_value.as_str(), "RSSMRA80A01H501U");
        assert_eq!(first.debtor.full_name.as_str(), "Maria Rossi");
        assert_eq!(first.debtor.city.as_ref().map(Text::as_str), Some("Borgo"));
        assert_eq!(first.debtor.country.as_ref().map(Text::as_str), Some("IT"));
        assert_eq!(first.debtor.e_mail, None);
        let sum: i64 = first.transfer_list.transfer.iter().map(|t| t.transfer_amount.cents().get()).sum();
        assert_eq!(sum, first.payment_amount.cents().get());

        assert_eq!(second.company_name.as_str(), "Comune di Borgo");
        assert_eq!(
            (&second.debtor, &second.metadata, second.payment_amount, &second.creditor_reference_id),
            (&first.debtor, &first.metadata, first.payment_amount, &first.creditor_reference_id)
        );
        for transfer in second.transfer_list.transfer.iter() {
            assert_eq!(transfer.fiscal_code_pa.as_str(), EC);
            assert_eq!(transfer.transfer_category.as_str(), "9/0101002IM/");
            assert_eq!(transfer.remittance_information.as_str(), "Mensa scolastica novembre");
            assert_eq!(transfer.company_name, None);
        }
    })
    .await;
}

#[tokio::test]
async fn the_account_follows_the_channel() {
    on_both_gateways(async |gateway| {
        gateway.create(with_postal_account()).await;
        for (channel, account, appoggio) in [
            (None, IBAN, None),
            (Some("POSTAL"), POSTAL_IBAN, None),
            (Some("PAGOPA"), IBAN, Some(POSTAL_IBAN)),
        ] {
            let question = Question { transfer_type: channel, ..about(1) };
            let first = data(gateway, &question).await.transfer_list.transfer.into_vec();
            let accounts: Vec<_> = first.iter().map(|transfer| transfer.iban.as_str()).collect();
            assert_eq!(accounts, [account, IBAN], "V1 {channel:?}");
            assert_eq!(entries(first[0].metadata.as_ref()), [("ANNO", "2026")], "V1 {channel:?}");

            let second = data_v2(gateway, &question).await.transfer_list.transfer.into_vec();
            let accounts: Vec<_> = second.iter().map(|t| iban(&t.iban_or_richiesta_marca_da_bollo)).collect();
            assert_eq!(accounts, [account, IBAN], "V2 {channel:?}");
            let mut expected = vec![("ANNO", "2026")];
            expected.extend(appoggio.map(|account| ("IBANAPPOGGIO", account)));
            assert_eq!(entries(second[0].metadata.as_ref()), expected, "V2 {channel:?}");
            assert_eq!(second[1].metadata, None, "V2 {channel:?}");
        }
    })
    .await;
}

fn iban(destination: &IbanOrRichiestaMarcaDaBollo) -> &str {
    match destination {
        IbanOrRichiestaMarcaDaBollo::Iban(iban) => iban.as_str(),
        IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(_) => panic!("a stamp"),
    }
}

/// The first version of the contract has no place for a stamp.
#[tokio::test]
async fn a_digital_stamp_is_sold_through_the_second_version_only() {
    on_both_gateways(async |gateway| {
        let mut notice = notice(1, 16_00);
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let stamp = Stamp { document_hash: text(hash), kind: text("01"), province: text("RM") };
        notice.transfers[0].destination = Destination::Stamp(stamp);
        gateway.create(position("stamp", vec![option(1, OptionShape::Single, vec![notice])])).await;

        let refused = gateway.get(&about(1)).await;
        assert_eq!(code(refused.outcome, &refused.fault), "PAA_SEMANTICA");
        assert_eq!(refused.data, None);
        let sold = data_v2(gateway, &about(1)).await.transfer_list.transfer.into_vec();
        let IbanOrRichiestaMarcaDaBollo::RichiestaMarcaDaBollo(stamp) =
            &sold[0].iban_or_richiesta_marca_da_bollo
        else {
            panic!("an account: {sold:?}")
        };
        assert_eq!((stamp.hash_documento.as_str(), stamp.tipo_bollo), (hash, StampKind::N01));
        assert_eq!(stamp.provincia_residenza.as_str(), "RM");
        let listed = gateway.verify(&about(1)).await.payment_list.unwrap().payment_option_description;
        assert!(!listed.all_ccp, "a stamp has no postal account");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_known_is_left_out_and_never_an_empty_tag() {
    on_both_gateways(async |gateway| {
        let mut bare = notice(1, 100);
        bare.metadata.clear();
        let mut bare = option(1, OptionShape::Single, vec![bare]);
        bare.debtor.address = Default::default();
        gateway.create(position("bare", vec![bare])).await;
        for message in [about(1).verify(), about(1).get(), about(1).get_v2(), about(9).get()] {
            let reply = gateway.post(&message).await.unwrap();
            let text = String::from_utf8(reply.body.to_vec()).unwrap();
            let answer = roxmltree::Document::parse(&text).unwrap();
            let empty = answer.descendants().filter(|node| node.is_element() && !node.has_children());
            assert_eq!(empty.map(|node| node.tag_name().name()).collect::<Vec<_>>(), [""; 0], "{text}");
        }
    })
    .await;
}

async fn activated_at(gateway: &TestGateway, base: u64) -> Option<jiff::Timestamp> {
    let found = gateway.store().payable_notice(&ec(), &notice_number(base)).await.unwrap();
    found.unwrap().notice.activated_at
}

#[tokio::test]
async fn a_get_that_is_answered_ok_holds_the_position_and_a_verify_does_not() {
    on_both_gateways(async |gateway| {
        for (base, later) in [(1, 0), (2, 60)] {
            gateway.owe(base, 100).await;
            gateway.clock.set(now() + later.seconds());
            gateway.verify(&about(base)).await;
            assert_eq!(activated_at(gateway, base).await, None, "{}", gateway.engine);
            let outcome = match base {
                1 => gateway.get(&about(base)).await.outcome,
                _ => gateway.get_v2(&about(base)).await.outcome,
            };
            assert_eq!(outcome, Outcome::Ok);
            assert_eq!(
                activated_at(gateway, base).await,
                Some(now() + later.seconds()),
                "{}",
                gateway.engine
            );
        }
        let mut stamped = notice(3, 16_00);
        let stamp = Stamp { document_hash: text("aGFzaA=="), kind: text("01"), province: text("RM") };
        stamped.transfers[0].destination = Destination::Stamp(stamp);
        gateway.create(position("stamp", vec![option(1, OptionShape::Single, vec![stamped])])).await;
        gateway.get(&about(3)).await;
        assert_eq!(activated_at(gateway, 3).await, None, "what was refused is not being paid");
    })
    .await;
}

#[tokio::test]
async fn the_hold_can_be_switched_off() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let url = database.url.clone();
        let off = [("VARCO__POSITIONS__ACTIVATION_HOLD", "0s")];
        let gateway = TestGateway::start_through(database, &url, &off).await;
        gateway.owe(1, 100).await;
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3]);
        assert_eq!(activated_at(&gateway, 1).await, None, "{}", gateway.engine);
        gateway.end().await;
    }
}

/// The service level comes first.
#[tokio::test]
async fn a_get_is_answered_in_time_though_its_hold_cannot_be_written() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let mut intruder = Intruder::enter(&gateway.database).await;
        match gateway.engine {
            "sqlite" => intruder.run("BEGIN IMMEDIATE").await,
            _ => intruder.run("BEGIN; SELECT 1 FROM position FOR UPDATE").await,
        }
        let answer = tokio::time::timeout(Duration::from_secs(2), gateway.get(&about(1))).await;
        intruder.release().await;
        assert_eq!(answer.expect("in time").outcome, Outcome::Ok, "{}", gateway.engine);
        let (_, figures) = gateway.api("/metrics").await;
        assert!(figures.contains("varco_activation_holds_missed_total 1"), "{figures}");
    })
    .await;
}

#[tokio::test]
async fn the_cost_of_notification_is_told_in_the_amount_and_in_the_metadata() {
    on_both_gateways(async |gateway| {
        let mut notified = notice(1, 110);
        notified.notification_fee = Cents::new(10).unwrap();
        // The contract has room for fifteen entries.
        notified.metadata =
            (1..=14).map(|n| MapEntry { key: text(&format!("K{n}")), value: text("v") }).collect();
        gateway.create(position("notified", vec![option(1, OptionShape::Single, vec![notified])])).await;
        let (first, second) = (data(gateway, &about(1)).await, data_v2(gateway, &about(1)).await);
        assert_eq!(first.payment_amount.cents().get(), 110);
        let told = entries(first.metadata.as_ref());
        assert_eq!((told.len(), told.last()), (15, Some(&("NOTIFICATION_FEE", "10"))));
        assert_eq!(second.metadata, first.metadata);
    })
    .await;
}
