use jiff::SignedDuration;

use super::alarm::{Threshold, days_left};
use super::*;
use crate::domain::access::Tenant;

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn certificate(role: Role, number: u64, life: Life) -> Certificate {
    let digest = |byte: u8| Fingerprint::of_digest([byte; 32]);
    let facts = Facts {
        subject: "CN=a".into(),
        issuer: "CN=b".into(),
        serial: "01".into(),
        names: Vec::new(),
        not_before: hours(-48),
        not_after: hours(48),
        fingerprint: digest(number as u8),
        public_key: digest(1),
    };
    Certificate {
        id: CertificateId::drawn(0, number),
        owner: Tenant::Gateway,
        role,
        environment: Environment::Production,
        label: Text::new("x").unwrap(),
        content: Content::Chain(Chain {
            pem: String::new(),
            request: None,
            known_by: KnownBy::Fingerprint,
            facts,
        }),
        life,
    }
}

fn uploaded() -> Life {
    Life::begun(hours(-10), Some(hours(-10)))
}

fn active(since: i64) -> Life {
    uploaded().put(Standing::Active, hours(since)).unwrap()
}

#[test]
fn a_certificate_goes_from_request_to_revocation_and_never_back_from_there() {
    let requested = Life::begun(hours(0), None);
    assert_eq!(requested.standing(), Standing::Requested);
    let here = requested.put(Standing::Uploaded, hours(1)).unwrap();
    assert_eq!((here.standing(), here.uploaded_at), (Standing::Uploaded, Some(hours(1))));
    let used = here.put(Standing::Active, hours(2)).unwrap();
    assert_eq!(used.put(Standing::Active, hours(9)).unwrap(), used, "since when it was");
    let until = Some(hours(5));
    let leaving = used.put(Standing::Superseded { until }, hours(3)).unwrap();
    assert!(leaving.is_used(hours(4)) && !leaving.is_used(hours(5)));
    let back = leaving.put(Standing::Active, hours(6)).unwrap();
    assert_eq!((back.activated_at, back.superseded_at), (Some(hours(6)), None));
    let gone = back.put(Standing::Revoked, hours(7)).unwrap();
    for wanted in [Standing::Requested, Standing::Uploaded, Standing::Active, Standing::Superseded { until }]
    {
        assert_eq!(gone.put(wanted, hours(8)), Err(Final));
    }
    assert!(!gone.is_used(hours(8)));
}

#[test]
fn where_it_stands_follows_from_what_was_done_and_from_the_clock() {
    let one = certificate(Role::Client, 1, active(-1));
    assert_eq!((one.state(now()), one.is_usable(now())), (State::Active, true));
    assert_eq!((one.state(hours(49)), one.is_usable(hours(49))), (State::Expired, false));
    assert!(!one.is_usable(hours(-49)), "it has not begun");
    let revoked = one.life.put(Standing::Revoked, now()).unwrap();
    let one = Certificate { life: revoked, ..one };
    assert_eq!(one.state(hours(49)), State::Revoked, "whatever else");
    for state in State::ALL {
        assert_eq!(State::from_word(state.word()), Some(state));
    }
}

#[test]
fn a_listener_shows_the_latest_that_is_usable_and_authorities_count_side_by_side() {
    let server = |number, life| certificate(Role::SoapServer, number, life);
    let mut all = vec![server(1, active(-5)), server(2, active(-1)), server(3, uploaded())];
    all.push(certificate(Role::NodeAuthority, 4, active(-5)));
    let leaving = active(-5).put(Standing::Superseded { until: Some(hours(1)) }, hours(-1)).unwrap();
    all.push(certificate(Role::NodeAuthority, 5, leaving));
    all.push(certificate(Role::NodeCaller, 6, active(-5).put(Standing::Revoked, now()).unwrap()));
    let numbers = |found: &[&Certificate]| -> Vec<String> {
        found.iter().map(|one| one.id.as_str().trim_start_matches('0').to_owned()).collect()
    };
    let used = in_use(&all, Environment::Production, now());
    assert_eq!(numbers(used.soap_server.as_slice()), ["2"]);
    assert_eq!((numbers(&used.authorities), used.api_server), (vec!["4".to_owned(), "5".to_owned()], None));
    assert_eq!((numbers(&used.callers), used.revoked.len()), (Vec::new(), 1));
    let later = in_use(&all, Environment::Production, hours(2));
    assert_eq!(numbers(&later.authorities), ["4"], "the overlap has ended");
    assert_eq!(in_use(&all, Environment::Test, now()).soap_server, None);
    all[1].life = all[1].life.put(Standing::Revoked, now()).unwrap();
    let used = in_use(&all, Environment::Production, now());
    assert_eq!(numbers(used.soap_server.as_slice()), ["1"], "the one before stands in");
}

#[test]
fn the_nearest_threshold_is_told() {
    let reached = |left: i64| Threshold::reached(hours(left), now()).map(Threshold::days);
    assert_eq!([reached(24 * 61), reached(24 * 60), reached(24 * 31)], [None, Some(60), Some(60)]);
    assert_eq!([reached(24 * 30), reached(24 * 7 + 1), reached(24 * 7)], [Some(30), Some(30), Some(7)]);
    assert_eq!([reached(1), reached(0), reached(-100)], [Some(7), Some(0), Some(0)]);
    assert_eq!([days_left(hours(47), now()), days_left(hours(-1), now())], [1, -1]);
}

#[test]
fn a_name_covers_a_host_as_clients_judge_it() {
    let covers = |host: &str, said: &str| Host::new(host).unwrap().is_covered_by(said);
    assert!(covers("Ente.Example.it", "ente.example.IT") && covers("ente.example.it.", "ente.example.it"));
    assert!(covers("a.example.it", "*.example.it") && !covers("a.b.example.it", "*.example.it"));
    assert!(!covers("example.it", "*.example.it") && !covers("example.it", "*.it"), "a star is one label");
    assert!(covers("10.0.0.1", "10.0.0.1") && covers("[::1]", "0:0:0:0:0:0:0:1"));
    assert!(!covers("10.0.0.1", "*.0.0.1"));
    for wrong in ["", "a b", "a..b", "-a.it", "http://a.it", "a.it:443", "1.2.3", "è.it"] {
        assert_eq!(Host::new(wrong), Err(HostError), "{wrong}");
    }
}

#[test]
fn fingerprints_are_read_as_tools_print_them() {
    let plain = "0a".repeat(32);
    let colons = ["0A"; 32].join(":");
    assert_eq!(Fingerprint::new(&colons), Fingerprint::new(&plain));
    assert_eq!(Fingerprint::of_digest([10; 32]).as_str(), plain);
    assert_eq!(Fingerprint::new(&plain[1..]), Err(FingerprintError));
    assert_eq!(CertificateId::new(&plain[..32]).unwrap().as_str(), &plain[..32]);
    assert_eq!(CertificateId::new(&plain), Err(CertificateIdError));
}
