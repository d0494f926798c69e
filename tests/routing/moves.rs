//! Notices move from one station to another, and come through one of both all the time.

use hyper::{Method, Request};
use serde_json::json;
use varco::domain::ids::StationCode;
use varco::domain::party::StationLink;

use crate::desk::{EC_DESK, OPERATOR, SECOND_STATION, on_both_desks, route};
use crate::support::api::{EC, but};
use crate::support::samples::{self, STATION};

#[tokio::test]
async fn a_move_is_written_before_the_relations_are_and_both_ways_work_until_it_is_over() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        desk.route(&route("legacy", Some("old"), None)).await;
        let moving = json!({
            "organization": EC, "station": SECOND_STATION, "auxDigit": 3, "code": "02", "handler": "managed",
            "from": "2026-11-23T10:00:00Z", "overlapUntil": "2026-11-30T10:00:00Z", "movedFrom": STATION,
        });
        let id = desk.route(&moving).await;
        assert!(!desk.comes_through(STATION));
        desk.later(24);
        assert_eq!(desk.state(&id).await, "overlap");
        // The relation is written anew: the code is the other station's.
        let notice = crate::desk::notice();
        let (aux_digit, code) = (notice.aux_digit().unwrap(), notice.code());
        let link = StationLink {
            ec: samples::ec(),
            station: StationCode::new(SECOND_STATION).unwrap(),
            aux_digit,
            code,
        };
        desk.gateway.store.put_link(&link).await.unwrap();
        desk.gateway.refresh().await;
        assert!(desk.comes_through(STATION), "the relation does not say so any more");
        assert_eq!(desk.answering(STATION), ("legacy old".into(), Some("managed".into())));
        assert_eq!(desk.answering(SECOND_STATION), ("managed".into(), Some("legacy old".into())));
        desk.later(7 * 24);
        assert!(!desk.comes_through(STATION));
        assert_eq!(desk.answering(SECOND_STATION), ("managed".into(), None));

        // What no relation has any more is given back to the gateway, and not to anybody else.
        let again = desk.post_route(EC_DESK, &route("legacy", Some("old"), None)).await;
        again.is_problem(409, "Conflict", "code_not_served");
        desk.route(&route("managed", None, None)).await;
        assert_eq!(desk.answering(STATION), ("managed".into(), None));
    })
    .await;
}

#[tokio::test]
async fn whom_partners_answer_for_is_not_removed_meanwhile() {
    on_both_desks(async |desk| {
        desk.partner("old", "legacy").await;
        desk.route(&route("legacy", Some("old"), None)).await;
        let removed = async |path: String| {
            let request = Request::delete(format!("/apiconfig/auth/api/v1{path}"))
                .header("host", "localhost")
                .header("ocp-apim-subscription-key", OPERATOR);
            desk.gateway.send(request.body(Default::default()).unwrap()).await
        };
        let relation = removed(format!("/creditorinstitutions/{EC}/stations/{STATION}")).await;
        assert_eq!(relation.status, 200, "{}", relation.body);
        for path in [format!("/stations/{STATION}"), format!("/creditorinstitutions/{EC}")] {
            let refused = removed(path).await;
            assert_eq!(refused.status, 409, "{}", refused.body);
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.contains("notices that a partner answers for"), "{detail}");
        }
        desk.seconds_later(1);
        desk.route(&route("managed", None, None)).await;
        let station = removed(format!("/stations/{STATION}")).await;
        assert_eq!(station.status, 200, "{}", station.body);
        let refused = removed(format!("/creditorinstitutions/{EC}")).await;
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.contains("partners behind the gateway"), "{detail}");
        let brokers = json!({
            "owner": "broker:88888888888", "name": "x", "speaks": "legacy", "url": "https://x/",
        });
        desk.put_partner(OPERATOR, "brokers", &brokers).await;
        let refused = removed("/brokers/88888888888".to_owned()).await;
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.contains("partners behind the gateway"), "{detail}");
        let gone = desk.ask(OPERATOR, Method::GET, "/routing/routes?station=88888888888_01", None).await;
        assert_eq!(gone.body["routes"].as_array().unwrap().len(), 2, "what was answered stays explained");
        let again = desk.post_route(EC_DESK, &but(route("managed", None, None), "/code", json!("05"))).await;
        again.is_problem(409, "Conflict", "code_not_served");
    })
    .await;
}
