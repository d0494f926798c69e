//! Under which code the notice of a demand is issued: one that a station serves, and that the caller may have.

use super::{Issue, Under};
use crate::domain::catalogue::offering::Offering;
use crate::domain::notice_number::AuxDigit;
use crate::domain::party::{PrimitiveVersion, StationLink};
use crate::domain::segregation::{Segregation, issuing_link};
use crate::registry::Registry;

/// Why no notice can be issued for an offering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLink {
    /// No station of the institution serves the code of the offering, or any code.
    #[error("no station of the creditor institution serves the notices of the offering")]
    Nowhere,
    /// Another station does than the one that is asked, or another code than the caller has.
    #[error("another station of the creditor institution serves the notices of the offering")]
    Elsewhere,
    /// Those that do carry no digital stamps.
    #[error("the station that serves the notices of the offering carries no digital stamp")]
    Stamp,
}

/// The code of an offering's notices: its own, or else the best that the caller may have.
pub(super) fn under(registry: &Registry, offering: &Offering, issue: &Issue) -> Result<Under, NoLink> {
    let off = registry.switched_off();
    let is_its_own = |link: &&StationLink| match (offering.segregation, link.aux_digit) {
        (None, _) => true,
        (Some(own), AuxDigit::Three) => link.code == Some(own),
        (Some(_), AuxDigit::Zero | AuxDigit::One | AuxDigit::Two) => false,
    };
    let serves = |link: &&StationLink| {
        let broker = registry.station(&link.station).map(|station| &station.broker);
        !off.stations.contains(&link.station) && broker.is_none_or(|broker| !off.brokers.contains(broker))
    };
    let links = registry.links(&offering.ec).iter().filter(is_its_own).filter(serves);
    let known = |link| version(registry, link).map(|version| (link, version));
    let links: Vec<(&StationLink, PrimitiveVersion)> = links.filter_map(known).collect();
    if issuing_link(links.iter().copied(), &Segregation::Every).is_none() {
        return Err(NoLink::Nowhere);
    }
    let (among, scope) = match issue {
        Issue::Through(station) => {
            (links.into_iter().filter(|(link, _)| link.station == *station).collect(), &Segregation::Every)
        }
        Issue::Within(scope) => (links, scope),
    };
    let among: Vec<_> = among;
    let link = issuing_link(among, scope).ok_or(NoLink::Elsewhere)?;
    let code = link.code.ok_or(NoLink::Nowhere)?;
    let primitives = version(registry, link).ok_or(NoLink::Nowhere)?;
    Ok(Under { aux_digit: link.aux_digit, code, primitives })
}

fn version(registry: &Registry, link: &StationLink) -> Option<PrimitiveVersion> {
    registry.station(&link.station).map(|station| station.primitives)
}
