//! Positions of several options written over, with what is paid of them.

use super::*;

const NOT_UPDATABLE: &str = "Existing related payment found or not in updatable state";

#[tokio::test]
async fn an_update_replaces_the_options_and_keeps_them_on_offer() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let mut before = three_ways("tari");
        before["paymentOption"][1]["validityDate"] = json!("2026-11-25T00:00:00Z");
        api.offer(&before).await;
        gateway.clock.set("2026-11-26T00:00:00Z".parse().unwrap());
        // The second plan first, with its date that has passed since; the first with another instalment.
        let after = [before["paymentOption"][1].clone(), option(&[1, 6, 7])];
        let updated = api.update("tari", &position("tari", &after)).await;
        let expected = ("VALID", vec![vec!["UNPAID"; 2], vec!["UNPAID"; 3]]);
        assert_eq!(statuses(&updated), expected);
        let read = api.read("tari").await;
        assert_eq!(statuses(&read), expected);
        assert_eq!(read.body["paymentOption"][0]["validityDate"], "2026-11-25T00:00:00Z");
        assert_eq!(read.body["paymentOption"][0]["debtor"]["fullName"], "Mensa srl");
        let renamed = api.update("tari", &three_ways("tari-2")).await;
        renamed.is_problem(400, "Error in the debt position request data", "invalid_position");
        assert_eq!(renamed.violations(), [("/iupd", "iupd_differs")]);
    })
    .await;
}

#[tokio::test]
async fn an_update_of_a_partly_paid_plan_keeps_what_is_paid() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        let mut before = three_ways("tari");
        before["paymentOption"][0]["retentionDate"] = json!("2027-01-31T00:00:00Z");
        api.offer(&before).await;
        gateway.pay(1, 100).await;

        let mut after = before.clone();
        after["paymentOption"][0]["retentionDate"] = json!("2027-06-30T00:00:00Z");
        after["paymentOption"][0]["installments"][1]["dueDate"] = json!("2027-03-31T00:00:00Z");
        let updated = api.update("tari", &after).await;
        let closed = || vec!["UNPAYABLE"; 2];
        let expected = vec![vec!["PAID", "UNPAID"], closed(), vec!["UNPAYABLE"]];
        assert_eq!(statuses(&updated), ("PARTIALLY_PAID", expected));
        assert_eq!(updated.body["paymentOption"][0]["retentionDate"], "2027-06-30T00:00:00Z");

        let paid = "/paymentOption/0/installments/0";
        let changed =
            api.update("tari", &but(after.clone(), &format!("{paid}/description"), json!("x"))).await;
        changed.is_problem(409, NOT_UPDATABLE, "paid_option_changed");
        assert_eq!(changed.violations(), [(paid, "paid_option_changed")]);
        let gone = api.update("tari", &position("tari", &[option(&[2, 6])])).await;
        gone.is_problem(409, NOT_UPDATABLE, "paid_option_changed");
        assert_eq!(gone.violations(), [("/paymentOption", "paid_option_missing")]);

        // The rest is dropped: the plan of one instalment that is left is wholly paid.
        let rest = position("tari", &[but(option(&[1]), "/retentionDate", json!("2027-01-31T00:00:00Z"))]);
        assert_eq!(statuses(&api.update("tari", &rest).await), ("PAID", vec![vec!["PAID"]]));
        let settled = api.update("tari", &after).await;
        settled.is_problem(409, NOT_UPDATABLE, "not_updatable");
    })
    .await;
}

#[tokio::test]
async fn instalments_that_were_paid_in_one_plan_stay_in_it() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        api.offer(&position("tari", &[option(&[1, 2, 3]), option_of_company(&[4, 5])])).await;
        gateway.pay(1, 100).await;
        gateway.pay(2, 100).await;
        let apart = api.update("tari", &position("tari", &[option(&[1, 3]), option(&[2, 6])])).await;
        apart.is_problem(409, NOT_UPDATABLE, "paid_option_changed");
        let places = ["/paymentOption/0/installments/0", "/paymentOption/1/installments/0"];
        assert_eq!(apart.violations(), places.map(|place| (place, "paid_option_changed")));
        let together = api.update("tari", &position("tari", &[option(&[6, 7]), option(&[2, 1, 8])])).await;
        let expected = vec![vec!["UNPAYABLE"; 2], vec!["PAID", "PAID", "UNPAID"]];
        assert_eq!(statuses(&together), ("PARTIALLY_PAID", expected));
    })
    .await;
}

#[tokio::test]
async fn a_stale_entity_tag_is_refused() {
    on_both(|database| async move {
        let gateway = Gateway::start(database).await;
        let api = Api::of(&gateway);
        api.offer(&three_ways("tari")).await;
        gateway.pay(1, 100).await;
        let uri = format!("/gpd/debt-positions-service/v3/organizations/{EC}/debtpositions/tari/invalidate");
        let request = Request::post(uri)
            .header("host", "localhost")
            .header("ocp-apim-subscription-key", KEY)
            .header("if-match", "\"1\"");
        let stale = gateway.send(request.body(Full::default()).unwrap()).await;
        stale.is_problem(412, "Precondition Failed", "stale_version");
    })
    .await;
}
