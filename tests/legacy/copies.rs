//! Receipts of which each institution has a copy of its own.

use super::scene::{
    FIRST, SECOND_PASSWORD, amount, copy_for_the_second, get_v2, iuv, on_both_with_a_second, owed, receipt,
    shared,
};
use crate::support::partner::legacy::LegacyEc;
use crate::support::partner::legacy_words::{Caller, Debt, tag};
use crate::support::samples::{EC, IBAN, notice_number};
use crate::support::world::{OTHER_EC, SECOND_STATION};

fn is(xml: &str, name: &str, value: &str) {
    assert_eq!(tag(xml, name).as_deref(), Some(value), "{name} in {xml}");
}

/// A debt of both institutions.
fn of_both() -> Debt {
    let other = Some((OTHER_EC.to_owned(), "4.34".to_owned(), IBAN.to_owned()));
    Debt { other, ..owed(1, "12.34") }
}

/// Institutions and totals of the RTs that came.
fn told(partner: &LegacyEc) -> Vec<(String, String)> {
    let mut told: Vec<(String, String)> = partner
        .came("paaInviaRT")
        .iter()
        .map(|came| (came.tag("identificativoDominio"), tag(&came.rt(), "importoTotalePagato").unwrap()))
        .collect();
    told.sort();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_has_its_rt_though_the_copy_of_the_other_came_first() {
    on_both_with_a_second(FIRST, async |scene| {
        scene.partner.owes(of_both());
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        let receipt = receipt("r1", notice_number(1).as_str(), &shared(800, 434));
        scene.settle(&copy_for_the_second(&receipt)).await;
        scene.partner.waits_for("paaInviaRT", 1).await;
        scene.settle(&receipt).await;
        scene.partner.waits_for("paaInviaRT", 2).await;
        let both = [(OTHER_EC.to_owned(), "4.34".to_owned()), (EC.to_owned(), "8.00".to_owned())];
        assert_eq!(told(&scene.partner), both);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rt_is_copied_for_the_partner_that_it_is_for_and_for_nobody_else() {
    on_both_with_a_second("altro", async |scene| {
        // The first partner knows of a single debt; what the second gets is a share in it all the same.
        scene.partner.owes(owed(1, "12.34"));
        scene.ask(&get_v2(1, &amount("12.34"))).await;
        scene.partner.was_answered(1).await;
        let receipt = receipt("r1", notice_number(1).as_str(), &shared(800, 434));
        scene.settle(&copy_for_the_second(&receipt)).await;
        let came = scene.partner.waits_for("paaInviaRT", 1).await.remove(0);
        assert_eq!(came.tag("identificativoDominio"), OTHER_EC);
        let ccp = came.tag("codiceContestoPagamento");
        let first = scene.partner.caller();
        let second = Caller {
            station: SECOND_STATION.to_owned(),
            password: SECOND_PASSWORD.to_owned(),
            ..first.clone()
        };
        let asked = (OTHER_EC, &*iuv(1), &*ccp);
        assert!(scene.partner.call(second.ask("nodoChiediCopiaRT", asked)).await.contains("<rt>"));
        let refused = scene.partner.call(first.ask("nodoChiediCopiaRT", asked)).await;
        is(&refused, "faultCode", "PPT_RT_SCONOSCIUTA");
    })
    .await;
}
