//! Who may give whom which rights, and how they are taken away.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::house::*;
use crate::support::api::{Answer, OTHER_EC};
use crate::support::samples;

async fn grant(house: &House, who: As<'_>, person: &str, tenant: &str, role: &str) -> Answer {
    house.post(who, &format!("/people/{person}/grants"), json!({ "tenant": tenant, "role": role })).await
}

fn broker() -> String {
    format!("broker:{}", samples::BROKER)
}

fn first_grant(person: &Value) -> &str {
    person["grants"][0]["id"].as_str().unwrap()
}

#[tokio::test]
async fn each_referent_names_only_whom_it_answers_for() {
    on_both_houses(async |house| {
        let payments = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let payments = house.sign_in(&payments).await;
        let technical = house.member("tina@comune.example", &ec(), "technical_referent").await;
        let technical = house.sign_in(&technical).await;
        let partner = house.member("piero@partner.example", &broker(), "partner_referent").await;
        let partner = house.sign_in(&partner).await;
        let foreign = format!("ec:{OTHER_EC}");
        let cases = [
            (&payments, ec(), "technical_referent", StatusCode::CREATED),
            (&payments, ec(), "payments_referent", StatusCode::CREATED),
            (&payments, foreign.clone(), "technical_referent", StatusCode::FORBIDDEN),
            (&payments, broker(), "partner_referent", StatusCode::FORBIDDEN),
            (&payments, "gateway".into(), "operator", StatusCode::FORBIDDEN),
            (&technical, ec(), "technical_referent", StatusCode::FORBIDDEN),
            (&partner, broker(), "partner_referent", StatusCode::CREATED),
            (&partner, ec(), "technical_referent", StatusCode::FORBIDDEN),
        ];
        for (number, (browser, tenant, role, expected)) in cases.into_iter().enumerate() {
            let email = format!("p{number}@example.it");
            let answer = house.invite(As::Browser(browser), &email, &tenant, role).await;
            assert_eq!(answer.status, expected, "{role} of {tenant}: {}", answer.body);
        }
        let unsound = house.invite(As::Key(OPERATOR), "x@example.it", &ec(), "operator").await;
        unsound.is_problem(422, "Unprocessable Content", "role_of_tenant");
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_what_they_themselves_may_do() {
    on_both_houses(async |house| {
        let account = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let browser = house.sign_in(&account).await;
        let own = grant(&house, As::Browser(&browser), &account.person, &ec(), "technical_referent").await;
        own.is_problem(403, "Forbidden", "own_rights");
        let invited = house.invite(As::Browser(&browser), &account.email, &ec(), "technical_referent").await;
        invited.is_problem(403, "Forbidden", "own_rights");
        let read = house.get(As::Browser(&browser), &format!("/people/{}", account.person)).await;
        let path = format!("/people/{}/grants/{}", account.person, first_grant(&read.body));
        house.delete(As::Browser(&browser), &path).await.is_problem(403, "Forbidden", "own_rights");
        let suspend = format!("/people/{}/suspend", account.person);
        house.post(As::Browser(&browser), &suspend, json!({})).await.is_problem(
            403,
            "Forbidden",
            "own_rights",
        );
        let link = format!("/people/{}/link", account.person);
        house.post(As::Browser(&browser), &link, json!({})).await.is_problem(403, "Forbidden", "own_rights");
    })
    .await;
}

#[tokio::test]
async fn people_of_other_tenants_are_not_seen_nor_their_other_roles() {
    on_both_houses(async |house| {
        let foreign = format!("ec:{OTHER_EC}");
        let anna = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let anna = house.sign_in(&anna).await;
        let stranger =
            house.invite(As::Key(OPERATOR), "s@other.example", &foreign, "payments_referent").await;
        let stranger = stranger.body["person"]["id"].as_str().unwrap().to_owned();
        let shared = house.invite(As::Key(OPERATOR), "c@both.example", &foreign, "technical_referent").await;
        let shared = shared.body["person"]["id"].as_str().unwrap().to_owned();
        let given = grant(&house, As::Key(OPERATOR), &shared, &ec(), "technical_referent").await;
        assert_eq!(given.status, StatusCode::CREATED, "{}", given.body);

        let unseen = house.get(As::Browser(&anna), &format!("/people/{stranger}")).await;
        unseen.is_problem(404, "Not Found", "unknown_person");
        let listed = house.get(As::Browser(&anna), "/people").await;
        let people = listed.body["people"].as_array().unwrap();
        assert_eq!(people.len(), 2, "{}", listed.body);
        assert!(people.iter().all(|one| one["id"] != stranger.as_str()));
        let seen = house.get(As::Browser(&anna), &format!("/people/{shared}")).await;
        let tenants: Vec<&Value> =
            seen.body["grants"].as_array().unwrap().iter().map(|one| &one["tenant"]).collect();
        assert_eq!(tenants, [&json!(ec())]);
        let asked = house.get(As::Browser(&anna), &format!("/people?tenant={foreign}")).await;
        asked.is_problem(403, "Forbidden", "not_permitted");
        // Who also has a role elsewhere is not hers to shut out, or to take over by a new link.
        for act in ["suspend", "link"] {
            let answer = house.post(As::Browser(&anna), &format!("/people/{shared}/{act}"), json!({})).await;
            answer.is_problem(403, "Forbidden", "not_yours_to_give");
        }
        let all = house.get(As::Key(OPERATOR), "/people?limit=2").await;
        assert_eq!(all.body["people"].as_array().unwrap().len(), 2);
        let after = all.body["after"].as_str().unwrap();
        let rest = house.get(As::Key(OPERATOR), &format!("/people?limit=2&after={after}")).await;
        assert_eq!(rest.body["people"].as_array().unwrap().len(), 1);
        assert!(rest.body.get("after").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_for_the_session_under_way() {
    on_both_houses(async |house| {
        let account = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let browser = house.sign_in(&account).await;
        assert_eq!(house.get(As::Browser(&browser), "/people").await.status, StatusCode::OK);
        let read = house.get(As::Key(OPERATOR), &format!("/people/{}", account.person)).await;
        let path = format!("/people/{}/grants/{}", account.person, first_grant(&read.body));
        assert_eq!(house.delete(As::Key(OPERATOR), &path).await.status, StatusCode::NO_CONTENT);
        house.get(As::Browser(&browser), "/people").await.is_problem(403, "Forbidden", "not_permitted");
        let me = house.get(As::Browser(&browser), "/me").await;
        assert_eq!(me.body["grants"], json!([]), "who it is stays known");
    })
    .await;
}

#[tokio::test]
async fn who_is_suspended_is_out_at_once_and_in_again_when_resumed() {
    on_both_houses(async |house| {
        let account = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let browser = house.sign_in(&account).await;
        let suspended =
            house.post(As::Key(OPERATOR), &format!("/people/{}/suspend", account.person), json!({})).await;
        assert_eq!(suspended.status, StatusCode::OK, "{}", suspended.body);
        assert!(suspended.body["suspendedAt"].is_string());
        house.get(As::Browser(&browser), "/me").await.is_problem(401, "Unauthorized", "session_ended");
        let refused = house.try_to_sign_in(&account.email, PASSWORD, &house.code(&account.secret)).await;
        refused.is_problem(401, "Unauthorized", "sign_in_refused");
        let resumed =
            house.post(As::Key(OPERATOR), &format!("/people/{}/resume", account.person), json!({})).await;
        assert!(resumed.body.get("suspendedAt").is_none(), "{}", resumed.body);
        let again = house.sign_in(&account).await;
        assert_eq!(house.get(As::Browser(&again), "/me").await.status, StatusCode::OK);
        house.get(As::Browser(&browser), "/me").await.is_problem(401, "Unauthorized", "session_ended");
        let out = house.delete(As::Key(OPERATOR), &format!("/people/{}/sessions", account.person)).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        house.get(As::Browser(&again), "/me").await.is_problem(401, "Unauthorized", "session_ended");
    })
    .await;
}

#[tokio::test]
async fn the_last_operator_stays() {
    on_both_houses(async |house| {
        let first = house.member("olga@gestore.example", "gateway", "operator").await;
        let read = house.get(As::Key(OPERATOR), &format!("/people/{}", first.person)).await;
        let take = format!("/people/{}/grants/{}", first.person, first_grant(&read.body));
        let suspend = format!("/people/{}/suspend", first.person);
        house.delete(As::Key(OPERATOR), &take).await.is_problem(409, "Conflict", "last_operator");
        house.post(As::Key(OPERATOR), &suspend, json!({})).await.is_problem(409, "Conflict", "last_operator");
        // One who has not come yet is none.
        let invited = house.invite(As::Key(OPERATOR), "oscar@gestore.example", "gateway", "operator").await;
        house.delete(As::Key(OPERATOR), &take).await.is_problem(409, "Conflict", "last_operator");
        house.enrolled(invited.body["link"]["link"].as_str().unwrap(), "oscar@gestore.example").await;
        let gone = house.delete(As::Key(OPERATOR), &take).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_is_known_gets_the_role_and_no_link() {
    on_both_houses(async |house| {
        let account = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let foreign = format!("ec:{OTHER_EC}");
        let again =
            house.invite(As::Key(OPERATOR), "ANNA@comune.example", &foreign, "payments_referent").await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
        assert_eq!(again.body["person"]["id"], account.person.as_str());
        assert!(again.body.get("link").is_none(), "it has an account");
        let twice = house.invite(As::Key(OPERATOR), &account.email, &foreign, "payments_referent").await;
        twice.is_problem(409, "Conflict", "grant_exists");
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_the_link_of_somebody_who_is_more_than_they_could_name() {
    on_both_houses(async |house| {
        let anna = house.member("anna@comune.example", &ec(), "payments_referent").await;
        let anna = house.sign_in(&anna).await;
        let olga = house.invite(As::Key(OPERATOR), "olga@gestore.example", "gateway", "operator").await;
        let olga = olga.body["link"]["link"].as_str().unwrap().to_owned();
        let again =
            house.invite(As::Browser(&anna), "olga@gestore.example", &ec(), "technical_referent").await;
        // Nor a role: whoever set that account up may not be whom Anna means.
        again.is_problem(409, "Conflict", "known_elsewhere");
        // Nor does a link of before open what was given since.
        let carla =
            house.invite(As::Browser(&anna), "carla@comune.example", &ec(), "technical_referent").await;
        let link = carla.body["link"]["link"].as_str().unwrap().to_owned();
        let more = house.invite(As::Key(OPERATOR), "carla@comune.example", "gateway", "operator").await;
        assert!(more.body["link"]["link"].is_string(), "an operator governs everybody: {}", more.body);
        let look =
            async |link| house.post(As::Nobody, "/session/enrolment/look", json!({ "link": link })).await;
        look(link).await.is_problem(404, "Not Found", "unknown_link");
        assert_eq!(look(olga).await.status, StatusCode::OK, "nothing was given to her");
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_with_an_invitation_is_told_at_once() {
    let house = open(crate::support::TestDatabase::sqlite()).await;
    let body = json!({
        "email": "anna", "fiscalNumber": "1", "grant": { "tenant": "ente", "role": "king", "profile": "p" },
    });
    let answer = house.post(As::Key(OPERATOR), "/people", body).await;
    answer.is_problem(400, "Bad Request", "invalid_body");
    let expected = [
        ("/name", "required"),
        ("/email", "email_form"),
        ("/fiscalNumber", "fiscal_number_form"),
        ("/grant/tenant", "tenant_form"),
        ("/grant/role", "unknown_role"),
        ("/grant/profile", "name_form"),
    ];
    assert_eq!(answer.violations(), expected);
}
