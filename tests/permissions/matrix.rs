//! Every route, called by everybody for everybody.

use hyper::Method;

use crate::actors::{Actor, Whose};
use crate::calls::{
    Caller, DELEGATING, FOREIGN, NO_PARTNER, NOBODY, NOT_NOW, OTHER_PARTNER, OWN, PARTNER, Server,
};
use crate::support::{TestDatabase, on_both};
use crate::table::{About, Asks, Route, roles, routes};

/// A path of a route with its parameters filled in, and whose it is.
struct Place {
    path: String,
    whose: Whose<'static>,
}

fn institutions() -> Vec<&'static str> {
    let delegating = DELEGATING.iter().map(|(ec, _)| *ec);
    [OWN, FOREIGN, NOBODY].into_iter().chain(delegating).chain(NOT_NOW).collect()
}

/// Whose a route can be asked about.
fn places(route: &Route) -> Vec<Place> {
    let brokers = [PARTNER, OTHER_PARTNER, NO_PARTNER, OWN];
    match &route.asks {
        Asks::Permission(_, About::Institution(name)) => institutions()
            .into_iter()
            .map(|ec| Place { path: filled(&route.path, name, ec), whose: Whose::Institution(ec) })
            .collect(),
        Asks::Permission(_, About::Broker(name)) => brokers
            .into_iter()
            .map(|code| Place { path: filled(&route.path, name, code), whose: Whose::Broker(code) })
            .collect(),
        Asks::Permission(_, About::Station(name)) => brokers
            .into_iter()
            .map(|code| {
                let station = format!("{code}_01");
                Place { path: filled(&route.path, name, &station), whose: Whose::Broker(code) }
            })
            .collect(),
        Asks::Permission(_, About::Gateway) => vec![elsewhere(route, Whose::Gateway)],
        Asks::Scope(_) if organization(&route.path).is_some() => {
            let name = organization(&route.path).unwrap_or_default();
            let places = [OWN, FOREIGN, NOBODY].into_iter();
            places
                .map(|ec| Place { path: filled(&route.path, name, ec), whose: Whose::Institution(ec) })
                .collect()
        }
        _ => vec![elsewhere(route, Whose::Somebody)],
    }
}

fn elsewhere(route: &Route, whose: Whose<'static>) -> Place {
    Place { path: filled(&route.path, "", ""), whose }
}

/// The parameter of a path that names the institution whose data it opens.
fn organization(path: &str) -> Option<&str> {
    path.split(['{', '}']).find(|part| part.starts_with("organization"))
}

/// A path with that parameter, and with something for all others.
fn filled(path: &str, name: &str, value: &str) -> String {
    let mut text = String::new();
    for (at, part) in path.split(['{', '}']).enumerate() {
        match part {
            _ if at % 2 == 0 => text.push_str(part),
            parameter if parameter == name => text.push_str(value),
            _ => text.push('1'),
        }
    }
    text
}

/// Of a key without that scope, whatever it asks about, and of a data key about data that no path names, the
/// matrix knows nothing: the tests of keys do.
fn is_known(actor: &Actor, asks: &Asks, whose: Whose<'_>) -> bool {
    !(matches!(asks, Asks::Scope(_)) && whose == Whose::Somebody && actor.name == "data")
}

/// Whether a route is for who has signed in: everybody here has a key, and a key has no session.
fn needs_a_session(route: &Route) -> bool {
    route.asks == Asks::ToBeKnown && route.path.starts_with("/admin/v1/session")
}

/// Whether the path names a thing whose tenant only the thing itself tells; here it names none that there is.
fn names_a_thing(route: &Route) -> bool {
    matches!(&route.asks, Asks::Permission(_, About::Body)) && route.path.contains('{')
}

#[tokio::test]
async fn everybody_may_what_the_tables_say_and_nothing_else() {
    on_both(|database| async move {
        let server = Server::start(database).await;
        let (actors, roles) = (Actor::all(&server).await, roles());
        let (mut wrong, mut calls) = (Vec::new(), 0);
        // What removes comes last: it takes away what others are asked about.
        let mut routes = routes();
        routes.sort_by_key(|route| route.method == "DELETE");
        for actor in &actors {
            let mut caller = Caller::new(server.address);
            for route in &routes {
                for place in places(route).iter().filter(|place| is_known(actor, &route.asks, place.whose)) {
                    let method = Method::from_bytes(route.method.as_bytes()).unwrap();
                    let header = actor.header.as_ref().map(|(name, value)| (*name, value.as_str()));
                    let (status, body) = caller.call(&method, &place.path, header).await;
                    calls += 1;
                    let expected = actor.may(&route.asks, place.whose, &roles) && !needs_a_session(route);
                    let allowed = match status {
                        // Of a thing that is nowhere nobody says whose it is.
                        403 if names_a_thing(route) => expected,
                        401 | 403 => false,
                        _ => true,
                    };
                    if allowed != expected || status >= 500 && status != 503 {
                        let may = if expected { "may" } else { "may not" };
                        wrong.push(format!(
                            "{} {may} {} {}: {status} {body}",
                            actor.name, route.method, place.path
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
        assert!(calls > 1000, "only {calls} calls");
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_learns_nothing_of_what_there_is() {
    let server = Server::start(TestDatabase::sqlite()).await;
    let actors = Actor::all(&server).await;
    let pairs = [(FOREIGN, NOBODY), (OTHER_PARTNER, NO_PARTNER)];
    for actor in actors.iter().filter(|actor| actor.name != "operator") {
        let mut caller = Caller::new(server.address);
        let header = actor.header.as_ref().map(|(name, value)| (*name, value.as_str()));
        for route in routes() {
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let places = places(&route);
            let at = |code: &str| {
                let of = |place: &&Place| matches!(place.whose, Whose::Institution(own) | Whose::Broker(own) if own == code);
                places.iter().find(of).map(|place| place.path.clone())
            };
            for (there, nowhere) in pairs {
                let (Some(there), Some(nowhere)) = (at(there), at(nowhere)) else { continue };
                let there = caller.call(&method, &there, header).await;
                let nowhere = caller.call(&method, &nowhere, header).await;
                assert_eq!(there, nowhere, "{} {} {}", actor.name, route.method, route.path);
            }
        }
    }
}
