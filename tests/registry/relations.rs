//! Aux digits and codes: each code of an institution belongs to one station, each kind judged for itself.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::desk::*;

const SECOND_STATION: &str = "10987654321_02";

async fn with_two_stations(desk: &Desk) -> String {
    desk.settle().await;
    Desk::made(desk.post("/stations", &station(SECOND_STATION)).await);
    format!("/creditorinstitutions/{NEW_EC}/stations")
}

/// A relation with what is said of its codes.
fn codes(station: &str, codes: Value) -> Value {
    let mut body = json!({ "station_code": station });
    body.as_object_mut().unwrap().extend(codes.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn each_aux_digit_has_its_codes_and_everything_wrong_is_told_at_once() {
    on_both_desks(async |desk| {
        let all = with_two_stations(desk).await;
        let (app, seg) = ("/application_code", "/segregation_code");
        let cases = [
            (json!({}), vec![("/aux_digit", "required")]),
            (json!({ "aux_digit": 0 }), vec![(app, "required")]),
            (json!({ "aux_digit": 0, "segregation_code": 1 }), vec![(app, "required")]),
            (json!({ "aux_digit": 1, "application_code": 1 }), vec![(app, "not_allowed")]),
            (
                json!({ "aux_digit": 2, "application_code": 1, "segregation_code": 1 }),
                vec![(app, "not_allowed"), (seg, "not_allowed")],
            ),
            (json!({ "aux_digit": 3 }), vec![(seg, "required")]),
            (json!({ "aux_digit": 3, "application_code": 1 }), vec![(seg, "required")]),
            (json!({ "aux_digit": 3, "segregation_code": 50 }), vec![(seg, "out_of_range")]),
            (json!({ "aux_digit": 3, "segregation_code": 47 }), vec![(seg, "segregation_code_reserved")]),
            (
                json!({ "aux_digit": 3, "segregation_code": -1 }),
                vec![(seg, "out_of_range"), (seg, "required")],
            ),
            (
                json!({ "aux_digit": 0, "application_code": 100 }),
                vec![(app, "out_of_range"), (app, "required")],
            ),
            (json!({ "aux_digit": 4, "segregation_code": 1 }), vec![("/aux_digit", "out_of_range")]),
        ];
        for (said, expected) in cases {
            let answer = desk.post(&all, &codes(NEW_STATION, said.clone())).await;
            answer.is_problem(400, "Bad Request", "invalid_body");
            assert_eq!(answer.violations(), expected, "{said}");
        }
        let nobody = desk.post(&all, &relation("10987654321_99", 1)).await;
        nobody.is_problem(404, "Station not found", "unknown_station");
        let no_ec = desk.post("/creditorinstitutions/00000000000/stations", &relation(NEW_STATION, 1)).await;
        no_ec.is_problem(409, "Relation-Station conflict", "not_registered");
    })
    .await;
}

/// The original feeds the segregation code to the check of application codes, and looks only when the other
/// is there: both are judged here, each for itself.
#[tokio::test]
async fn a_code_of_one_kind_is_taken_by_one_station_and_never_by_the_other_kind() {
    on_both_desks(async |desk| {
        let all = with_two_stations(desk).await;
        let first =
            codes(NEW_STATION, json!({ "aux_digit": 3, "application_code": 5, "segregation_code": 7 }));
        Desk::made(desk.post(&all, &first).await);
        let second = |said: Value| codes(SECOND_STATION, said);
        let refusals = [
            (json!({ "aux_digit": 0, "application_code": 5 }), "application_code_taken"),
            (json!({ "aux_digit": 3, "segregation_code": 7 }), "segregation_code_taken"),
            (
                json!({ "aux_digit": 3, "application_code": 6, "segregation_code": 7 }),
                "segregation_code_taken",
            ),
            (
                json!({ "aux_digit": 3, "application_code": 5, "segregation_code": 8 }),
                "application_code_taken",
            ),
        ];
        for (said, code) in refusals {
            desk.post(&all, &second(said)).await.is_problem(409, "Relation-Station conflict", code);
        }
        let crossed = second(json!({ "aux_digit": 3, "application_code": 7, "segregation_code": 5 }));
        Desk::made(desk.post(&all, &crossed).await);

        let one = format!("{all}/{SECOND_STATION}");
        let taken = second(json!({ "aux_digit": 3, "segregation_code": 7 }));
        desk.put(&one, &taken).await.is_problem(409, "Relation-Station conflict", "segregation_code_taken");
        let unchanged = desk.get(&all).await.body["stations"][1].clone();
        assert_eq!((&unchanged["application_code"], &unchanged["segregation_code"]), (&json!(7), &json!(5)));
        assert_eq!(desk.put(&one, &crossed).await.status, StatusCode::OK, "its own codes are free for it");
    })
    .await;
}

#[tokio::test]
async fn another_institution_may_have_the_same_codes() {
    on_both_desks(async |desk| {
        let all = with_two_stations(desk).await;
        Desk::made(desk.post(&all, &relation(NEW_STATION, 2)).await);
        Desk::made(desk.post("/creditorinstitutions", &institution("32165498703")).await);
        let others = "/creditorinstitutions/32165498703/stations";
        Desk::made(desk.post(others, &relation(NEW_STATION, 2)).await);
    })
    .await;
}

#[tokio::test]
async fn aux_digits_without_a_code_belong_to_one_station_each() {
    on_both_desks(async |desk| {
        let all = with_two_stations(desk).await;
        Desk::made(desk.post(&all, &codes(NEW_STATION, json!({ "aux_digit": 1 }))).await);
        let same = desk.post(&all, &codes(SECOND_STATION, json!({ "aux_digit": 1 }))).await;
        same.is_problem(409, "Relation-Station conflict", "aux_digit_taken");
        Desk::made(desk.post(&all, &codes(SECOND_STATION, json!({ "aux_digit": 2 }))).await);
    })
    .await;
}

#[tokio::test]
async fn codes_that_the_contract_cannot_say_are_not_lost() {
    use varco::domain::fiscal_code::FiscalCode;
    use varco::domain::ids::StationCode;
    use varco::domain::notice_number::{AuxDigit, TwoDigits};
    use varco::domain::party::StationLink;

    on_both_desks(async |desk| {
        let all = with_two_stations(desk).await;
        for code in ["02", "03"] {
            let link = StationLink {
                ec: FiscalCode::new(NEW_EC).unwrap(),
                station: StationCode::new(NEW_STATION).unwrap(),
                aux_digit: AuxDigit::Three,
                code: TwoDigits::new(code).ok(),
            };
            desk.gateway.store.put_link(&link).await.unwrap();
        }
        let answer = desk.put(&format!("{all}/{NEW_STATION}"), &relation(NEW_STATION, 4)).await;
        answer.is_problem(409, "Relation-Station conflict", "relation_has_more_codes");
    })
    .await;
}
