//! paSendRT and paSendRTV2: money has moved, so every receipt is kept, once, and answered OK.

use jiff::ToSpan;
use varco::domain::position::OptionShape;
use varco::wire::pa_for_node::Outcome;

use crate::support::gateway::{code, on_both_gateways};
use crate::support::messages::{Paid, about, paid};
use crate::support::samples::{EC, notice, notice_number, now, option, position};
use crate::support::world::{OTHER_BROKER, OTHER_EC, SECOND_STATION};

fn kept(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, class)| ((*id).to_owned(), (*class).to_owned())).collect()
}

#[tokio::test]
async fn the_same_receipt_again_is_ok_and_changes_nothing() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 12_34).await;
        let receipt = paid("r1", 1, 12_34);
        gateway.settle(&receipt).await;
        let before = gateway.receipts(EC, &receipt.notice).await;
        gateway.clock.set(now() + 1.hour());
        gateway.settle(&receipt).await;
        gateway.settle(&Paid { station: SECOND_STATION.to_owned(), ..receipt.clone() }).await;
        assert_eq!(gateway.send_rt(&receipt).await.outcome, Outcome::Ok, "the other version of it");
        assert!(gateway.receipts(EC, &receipt.notice).await == before, "{}", gateway.engine);
        assert_eq!(gateway.classes(1).await, kept(&[("r1", "matched")]));
    })
    .await;
}

#[tokio::test]
async fn another_receipt_on_a_paid_notice_is_an_over_payment() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        for id in ["b", "a", "c"] {
            gateway.settle(&paid(id, 1, 100)).await;
        }
        let expected = [("a", "over_payment"), ("b", "matched"), ("c", "over_payment")];
        assert_eq!(gateway.classes(1).await, kept(&expected));
    })
    .await;
}

#[tokio::test]
async fn the_message_is_kept_as_it_was_sent() {
    on_both_gateways(async |gateway| {
        let odd = |message: String| {
            message
                .replace("Maria Rossi", "<![CDATA[Niccolò]]> D&apos;Aubigné &#x20AC;")
                .replace("<receipt>", "\r\n\t<receipt>  <!-- sic -->")
        };
        for (id, base, message) in
            [("r1", 1, odd(paid("r1", 1, 100).v1())), ("r2", 2, odd(paid("r2", 2, 100).v2()))]
        {
            gateway.post(&message).await.unwrap();
            let receipts = gateway.receipts(EC, notice_number(base).as_str()).await;
            assert_eq!(receipts.len(), 1, "{id}");
            assert!(receipts[0].raw == message.as_bytes(), "{} {id}", gateway.engine);
        }
    })
    .await;
}

#[tokio::test]
async fn after_a_receipt_the_notice_is_paid_whichever_version_brought_it() {
    on_both_gateways(async |gateway| {
        for (base, second_version) in [(1, false), (2, true)] {
            gateway.owe(base, 100).await;
            assert!(gateway.get_v2(&about(base)).await.data.is_some());
            let receipt = paid(format!("r{base}"), base, 100);
            let answer = if second_version {
                gateway.send_rt_v2(&receipt).await
            } else {
                gateway.send_rt(&receipt).await
            };
            assert_eq!((answer.outcome, answer.fault), (Outcome::Ok, None));
            assert_eq!(gateway.codes(&about(base)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
            assert_eq!(gateway.classes(base).await[0].1, "matched");
        }
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_disagrees_with_our_data_is_kept_and_classed() {
    on_both_gateways(async |gateway| {
        let with = |base: u64, change: fn(&mut varco::domain::position::Position)| {
            let option = option(1, OptionShape::Single, vec![notice(base, 100)]);
            let mut position = position(&format!("p{base}"), vec![option]);
            change(&mut position);
            position
        };
        let positions = [
            with(1, |_| {}),
            with(2, |p| p.history.invalidated_at = Some(now() - 1.minute())),
            with(3, |p| p.history.published_at = None),
            with(4, |p| p.options[0].notices[0].due = now() - 1.hour()),
            with(5, |p| p.options[0].valid_from = Some(now() + 1.hour())),
            with(6, |_| {}),
            with(7, |_| {}),
            with(8, |_| {}),
            with(9, |_| {}),
        ];
        for position in positions {
            gateway.create(position).await;
        }
        let cases = [
            (paid("amount", 1, 99), "amount_differs"),
            (paid("cancelled", 2, 100), "cancelled"),
            (paid("draft", 3, 100), "not_yet_payable"),
            (paid("expired", 4, 100), "expired"),
            (paid("early", 5, 100), "not_yet_payable"),
            (Paid { stand_in: true, ..paid("stand-in", 6, 100) }, "stand_in"),
            (Paid { paid_at: None, ..paid("minimal", 7, 100) }, "matched"),
            (Paid { outcome: "KO", ..paid("ko", 8, 100) }, "not_executed"),
            (Paid { transfers: vec![1, 1, 2], ..paid("twice", 9, 100) }, "amount_differs"),
            (paid("unknown", 999, 100), "unknown_notice"),
        ];
        for (receipt, class) in &cases {
            gateway.settle(receipt).await;
            gateway.settle(receipt).await;
            let receipts = gateway.receipts(EC, &receipt.notice).await;
            let classes: Vec<_> = receipts.iter().map(|r| (r.id.as_str(), r.class.as_str())).collect();
            assert_eq!(classes, [(receipt.id.as_str(), *class)], "{}", gateway.engine);
        }
        let paid: Vec<String> = vec!["PAA_PAGAMENTO_DUPLICATO".to_owned(); 3];
        for base in [1, 2, 3, 4, 5, 6, 7, 9] {
            assert_eq!(gateway.codes(&about(base)).await.to_vec(), paid, "money has moved for {base}");
        }
        assert_eq!(gateway.codes(&about(8)).await, ["OK"; 3], "nothing was paid");
    })
    .await;
}

#[tokio::test]
async fn a_receipt_for_a_sibling_of_a_paid_notice_is_kept_as_a_conflict() {
    on_both_gateways(async |gateway| {
        let plan = option(1, OptionShape::Plan, vec![notice(1, 50), notice(2, 50)]);
        let whole = option(2, OptionShape::Single, vec![notice(3, 100)]);
        gateway.create(position("TARI", vec![plan, whole])).await;
        gateway.settle(&paid("whole", 3, 100)).await;
        gateway.settle(&paid("instalment", 1, 50)).await;
        assert_eq!(gateway.classes(3).await, kept(&[("whole", "matched")]));
        assert_eq!(gateway.classes(1).await, kept(&[("instalment", "sibling_conflict")]));
        assert_eq!(gateway.classes(2).await, []);
    })
    .await;
}

/// The node may deliver hours late: what counts is when the citizen paid.
#[tokio::test]
async fn a_receipt_that_comes_late_for_a_payment_in_time_matches() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.clock.set(now() + 721.hours());
        gateway.settle(&paid("r1", 1, 100)).await;
        assert_eq!(gateway.classes(1).await, kept(&[("r1", "matched")]));
    })
    .await;
}

#[tokio::test]
async fn each_recipient_keeps_its_copy() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let primary = paid("r1", 1, 100);
        let copy =
            Paid { recipient: OTHER_EC.to_owned(), station: SECOND_STATION.to_owned(), ..primary.clone() };
        gateway.settle(&copy).await;
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3], "a copy pays nothing");
        gateway.settle(&primary).await;
        gateway.settle(&copy).await;
        assert_eq!(gateway.classes(1).await, kept(&[("r1", "matched")]));
        let copies = gateway.receipts(OTHER_EC, &copy.notice).await;
        let copies: Vec<_> = copies.iter().map(|r| (r.id.as_str(), r.class.as_str())).collect();
        assert_eq!(copies, [("r1", "secondary_beneficiary")]);
    })
    .await;
}

/// The node decides through which station of the broker a copy goes; a station that does not serve the
/// notice, or not even the creditor, brings real money all the same.
#[tokio::test]
async fn a_receipt_through_any_station_of_the_broker_is_kept() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let elsewhere = Paid { station: SECOND_STATION.to_owned(), ..paid("r1", 1, 100) };
        gateway.settle(&elsewhere).await;
        assert_eq!(gateway.classes(1).await, kept(&[("r1", "matched")]));
        let not_linked =
            Paid { recipient: OTHER_EC.to_owned(), issuer: OTHER_EC.to_owned(), ..paid("r2", 2, 100) };
        gateway.settle(&not_linked).await;
        let receipts = gateway.receipts(OTHER_EC, &not_linked.notice).await;
        assert_eq!(receipts.iter().map(|r| r.class.as_str()).collect::<Vec<_>>(), ["unknown_notice"]);
    })
    .await;
}

/// The contract puts no limit on a receipt id, and two that differ at the end are two payments.
#[tokio::test]
async fn a_receipt_id_of_any_length_is_unique_to_its_last_character() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let long = |last: char, length: usize| format!("{}{last}", "x".repeat(length));
        for length in [254, 255, 4_000, 100_000] {
            for last in ['a', 'b'] {
                gateway.settle(&paid(long(last, length), 1, 100)).await;
                gateway.settle(&paid(long(last, length), 1, 100)).await;
            }
        }
        let classes = gateway.classes(1).await;
        assert_eq!(classes.len(), 8, "{}", gateway.engine);
        assert_eq!(classes.iter().filter(|(_, class)| class == "matched").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_stand_in_flag_is_understood_however_it_is_spelt_and_placed() {
    on_both_gateways(async |gateway| {
        let spelt = paid("spelt", 1, 100).v2().replace("</receipt>", "<standin>true</standin></receipt>");
        let placed = paid("placed", 1, 100).v1().replace("</receipt>", "</receipt><standIn>true</standIn>");
        for message in [&spelt, &placed] {
            let reply = gateway.post(message).await.unwrap();
            assert_eq!(reply.status, 200);
            assert!(String::from_utf8_lossy(&reply.body).contains("<outcome>OK</outcome>"), "{reply:?}");
        }
        let ids: Vec<_> = gateway.classes(1).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, ["placed", "spelt"]);
    })
    .await;
}

/// Dates that no calendar program expects are still dates of a receipt.
#[tokio::test]
async fn a_receipt_of_any_date_and_amount_is_kept() {
    on_both_gateways(async |gateway| {
        let moments = [
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59.999999999Z",
            "2026-03-29T02:30:00",
            "2026-10-25T02:30:00",
            "2024-02-29T24:00:00-14:00",
            "2026-11-22T10:00:00.123456789123+14:00",
        ];
        for (base, moment) in (1..).zip(moments) {
            gateway.owe(base, 100).await;
            gateway.settle(&Paid { paid_at: Some(moment), ..paid(moment, base, 99_999_999_999) }).await;
            assert_eq!(gateway.classes(base).await.len(), 1, "{moment}");
            assert_eq!(gateway.codes(&about(base)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3], "{moment}");
        }
        let nothing = paid("nothing", 100, 1).v2();
        let nothing = nothing.replacen("<paymentAmount>0.01", "<paymentAmount>0.00", 1);
        assert_eq!(gateway.post(&nothing).await.unwrap().status, 200);
        assert_eq!(gateway.classes(100).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_a_wrong_address_is_refused_and_then_the_message_is_kept_aside() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let unknown = |text: &str| text.to_owned();
        let cases = [
            (Paid { broker: unknown("99999999999"), ..paid("r1", 1, 100) }, "PAA_ID_INTERMEDIARIO_ERRATO"),
            (Paid { broker: unknown(OTHER_BROKER), ..paid("r1", 1, 100) }, "PAA_STAZIONE_INT_ERRATA"),
            (Paid { station: unknown("88888888888_77"), ..paid("r1", 1, 100) }, "PAA_STAZIONE_INT_ERRATA"),
            (Paid { recipient: unknown("11111111111"), ..paid("r1", 1, 100) }, "PAA_ID_DOMINIO_ERRATO"),
        ];
        for (receipt, expected) in cases {
            for answer in [gateway.send_rt(&receipt).await, gateway.send_rt_v2(&receipt).await] {
                assert_eq!(code(answer.outcome, &answer.fault), expected, "{receipt:?}");
                assert_eq!(answer.fault.unwrap().id.as_str(), receipt.recipient);
            }
        }
        assert_eq!(gateway.classes(1).await, []);
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3]);
        let kept = gateway.store().unbooked().await.unwrap();
        assert_eq!(kept.len(), 8, "each message once: {}", gateway.engine);
        assert!(kept.iter().all(|(reason, raw)| reason.starts_with("PAA_") && raw.starts_with(b"<")));
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_breaks_the_schema_is_refused_and_kept_aside() {
    on_both_gateways(async |gateway| {
        let broken =
            paid("r1", 1, 100).v2().replace("<channelDescription>", "<unheardOf/><channelDescription>");
        for _ in 0..2 {
            let reply = gateway.post(&broken).await.unwrap();
            assert_eq!(reply.status, 200);
        }
        let kept = gateway.store().unbooked().await.unwrap();
        assert_eq!(kept, [("PAA_SINTASSI_EXTRAXSD".to_owned(), broken.into_bytes())]);
    })
    .await;
}

#[tokio::test]
async fn another_payment_under_a_known_receipt_id_is_kept_aside() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.owe(2, 200).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        gateway.settle(&paid("r1", 1, 100)).await;
        gateway.settle(&paid(" r1 ", 1, 100)).await;
        assert_eq!(gateway.store().unbooked().await.unwrap(), [], "the same receipt, however laid out");
        gateway.settle(&paid("r1", 2, 200)).await;
        let kept = gateway.store().unbooked().await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].0, "conflicting_receipt");
        assert_eq!(gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
        assert_eq!(gateway.classes(2).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_receipt_of_a_payment_is_not_kept_out_by_one_that_says_there_was_none() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        gateway.settle(&Paid { outcome: "KO", ..paid("r1", 1, 100) }).await;
        assert_eq!(gateway.codes(&about(1)).await, ["OK"; 3]);
        gateway.settle(&paid("r1", 1, 100)).await;
        assert_eq!(gateway.codes(&about(1)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
    })
    .await;
}

#[tokio::test]
async fn a_position_that_comes_after_its_receipt_is_paid_at_once() {
    on_both_gateways(async |gateway| {
        gateway.settle(&paid("r1", 1, 100)).await;
        gateway.settle(&paid("r2", 1, 100)).await;
        let words =
            [("r1".to_owned(), "unknown_notice".to_owned()), ("r2".to_owned(), "unknown_notice".to_owned())];
        assert_eq!(gateway.classes(1).await, words);
        gateway.owe(1, 100).await;
        let words = [("r1".to_owned(), "matched".to_owned()), ("r2".to_owned(), "over_payment".to_owned())];
        assert_eq!(gateway.classes(1).await, words, "{}", gateway.engine);
        assert_eq!(gateway.codes(&about(1)).await, ["PAA_PAGAMENTO_DUPLICATO"; 3]);
    })
    .await;
}

#[tokio::test]
async fn blanks_around_the_parties_are_no_part_of_their_names() {
    on_both_gateways(async |gateway| {
        gateway.owe(1, 100).await;
        let padded = |text: &str| format!("\n  {text} ");
        let known = paid("r1", 1, 100);
        let receipt = Paid { station: padded(&known.station), broker: padded(&known.broker), ..known };
        gateway.settle(&receipt).await;
        assert_eq!(gateway.classes(1).await, [("r1".to_owned(), "matched".to_owned())]);
    })
    .await;
}

/// A notice number is the issuer's own: another issuer's is another payment.
#[tokio::test]
async fn the_same_id_and_number_of_another_issuer_are_another_payment() {
    on_both_gateways(async |gateway| {
        let copy = Paid { recipient: OTHER_EC.to_owned(), ..paid("r1", 1, 100) };
        gateway.settle(&copy).await;
        gateway.settle(&Paid { issuer: "99999999999".to_owned(), ..copy }).await;
        let kept = gateway.store().unbooked().await.unwrap();
        assert_eq!(kept.len(), 1, "{}", gateway.engine);
    })
    .await;
}

#[tokio::test]
async fn late_receipts_are_classed_as_those_in_time() {
    on_both_gateways(async |gateway| {
        gateway.settle(&Paid { transfers: vec![1, 2, 3], ..paid("r1", 1, 100) }).await;
        gateway.owe(1, 100).await;
        assert_eq!(gateway.classes(1).await, [("r1".to_owned(), "amount_differs".to_owned())]);
        gateway.settle(&paid("r2", 2, 100)).await;
        gateway.settle(&paid("r3", 3, 100)).await;
        let single = |number, base| option(number, OptionShape::Single, vec![notice(base, 100)]);
        gateway.create(position("either", vec![single(1, 2), single(2, 3)])).await;
        let classes = [gateway.classes(2).await, gateway.classes(3).await].concat();
        let words: Vec<&str> = classes.iter().map(|(_, class)| class.as_str()).collect();
        assert_eq!(words, ["matched", "sibling_conflict"], "{}", gateway.engine);
    })
    .await;
}
