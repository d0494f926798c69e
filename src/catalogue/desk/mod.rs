//! The desk: what was filled in becomes a quote, or a notice that can be paid everywhere.
//!
//! A demand is looked for first, so that one that is repeated asks no calculator; then it is priced, and then
//! written in one transaction that finds out again whether it was asked for before. What is refused leaves nothing.

mod link;
mod same;

use jiff::{SignedDuration, Timestamp};

use super::price::{PriceError, Pricer};
use super::view::{CatalogueView, Offered};
use crate::domain::catalogue::charge::Charge;
use crate::domain::catalogue::form::{Answers, FormError, Inputs};
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::offering::Closed;
use crate::domain::catalogue::order::{Order, OrderError, debtor, drawn_name};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{Iupd, StationCode};
use crate::domain::notice_number::{AuxDigit, NoticeNumber, TwoDigits};
use crate::domain::party::{CreditorInstitution, PrimitiveVersion};
use crate::domain::position::{Debtor, Destination, Position};
use crate::domain::randomness::Randomness;
use crate::domain::segregation::Segregation;
use crate::domain::text::Text;
use crate::registry::{Registry, RegistryView};
use crate::store::{CreateError, Demand, Ordered, Store, StoreError};

pub use link::NoLink;

/// How often names are drawn because others have them already.
const DRAWS: usize = 10;

/// Where services are asked for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What is offered.
    pub catalogue: CatalogueView,
    /// Who provides it, and which stations serve them.
    pub registry: RegistryView,
    /// Where notices are kept.
    pub store: Store,
    /// What things cost.
    pub pricer: Pricer,
    /// What notice numbers are drawn from.
    pub randomness: Randomness,
    /// For how long the same demand gives the same notice.
    pub same_demand: SignedDuration,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who provides it.
    pub ec: FiscalCode,
    /// The service.
    pub service: ServiceId,
    /// What was filled in.
    pub inputs: Inputs,
    /// Who owes, by the word of the caller; the fields of the form come first.
    pub debtor: Option<Debtor>,
    /// Which notices the caller may be given.
    pub issue: Issue,
}

/// Which notices a caller may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// Those that this station serves: it is the one that the node asks through.
    Through(StationCode),
    /// Those of the caller's segregation codes.
    Within(Segregation),
}

/// What a service would cost.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// The offering.
    pub offered: Offered,
    /// What is to be paid, and to whom.
    pub charge: Charge,
    /// What the notice would say.
    pub description: Text<140>,
    /// Until when it could be paid.
    pub due: Timestamp,
}

/// A notice that somebody asked for.
#[derive(Clone, Debug)]
pub struct Demanded {
    /// The offering.
    pub offered: Offered,
    /// Its position, which is stored and on offer.
    pub position: Position,
    /// Whether the same was asked for before, and this is what was made then.
    pub before: bool,
}

/// Why a demand is refused.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The institution provides no such service.
    #[error("no such offering")]
    Unknown,
    /// It does not provide it now.
    #[error(transparent)]
    NotOpen(#[from] Closed),
    /// What was filled in is wrong: all of it.
    #[error("what was filled in is wrong in {} places", .0.len())]
    Inputs(Vec<FormError>),
    /// There is no price.
    #[error(transparent)]
    Price(#[from] PriceError),
    /// The price cannot be paid any more.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// No notice can be issued for it.
    #[error(transparent)]
    NoLink(#[from] NoLink),
    /// Every number that was drawn is taken.
    #[error("no number could be drawn for the notice")]
    Unnumbered,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A demand that could be judged without asking anybody.
struct Prepared {
    offered: Offered,
    institution: CreditorInstitution,
    answers: Answers,
    debtor: Debtor,
    under: Under,
}

/// Under which code a notice is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Under {
    aux_digit: AuxDigit,
    code: TwoDigits,
    /// What the station can carry.
    primitives: PrimitiveVersion,
}

impl Desk {
    /// What a service would cost, without making anything of it.
    pub async fn quote(&self, asked: &Asked, now: Timestamp) -> Result<Quoted, DeskError> {
        let prepared = self.prepare(asked, now)?;
        let charge = self.price(&prepared, now).await?;
        let order = prepared.order(&charge, now);
        let (description, due) = (order.description(), order.due()?);
        Ok(Quoted { description, due, charge, offered: prepared.offered })
    }

    /// Makes a notice, or finds the one that was made when the same was asked for before.
    pub async fn demand(&self, asked: &Asked, now: Timestamp) -> Result<Demanded, DeskError> {
        let prepared = self.prepare(asked, now)?;
        let demand = self.told_apart(&prepared, now);
        if let Some(position) = self.store.ordered_before(&demand).await? {
            return Ok(Demanded { offered: prepared.offered, position, before: true });
        }
        let charge = self.price(&prepared, now).await?;
        let order = prepared.order(&charge, now);
        for _ in 0..DRAWS {
            let (iupd, number) = self.draw(prepared.under, now)?;
            match self.store.order_once(&demand, &order.position(iupd, number)?).await {
                Ok(Ordered::Now(position)) => {
                    return Ok(Demanded { offered: prepared.offered, position, before: false });
                }
                Ok(Ordered::Before(position)) => {
                    return Ok(Demanded { offered: prepared.offered, position, before: true });
                }
                // The names were ours to choose: others will do.
                Err(CreateError::NoticeTaken(_) | CreateError::IupdTaken) => {}
                Err(CreateError::Store(error)) => return Err(error.into()),
            }
        }
        Err(DeskError::Unnumbered)
    }

    /// Whether the offering can be asked for at all by that caller, whatever is filled in.
    pub fn check_open(&self, offered: &Offered, issue: &Issue, now: Timestamp) -> Result<(), DeskError> {
        let registry = self.registry.current();
        check_open(offered, &registry, now)?;
        link::under(&registry, &offered.offering, issue)?;
        Ok(())
    }

    fn prepare(&self, asked: &Asked, now: Timestamp) -> Result<Prepared, DeskError> {
        let registry = self.registry.current();
        let catalogue = self.catalogue.current();
        let offered = catalogue.offered(&asked.ec, &asked.service).ok_or(DeskError::Unknown)?;
        let institution = registry.institution(&asked.ec).cloned().ok_or(DeskError::Unknown)?;
        check_open(&offered, &registry, now)?;
        let under = link::under(&registry, &offered.offering, &asked.issue)?;
        let service = &offered.listed.service;
        let answers = service.form.read(&asked.inputs).map_err(DeskError::Inputs)?;
        let debtor = debtor(service, &answers, asked.debtor.as_ref());
        let debtor = debtor.map_err(|wrong| DeskError::Inputs(vec![wrong]))?;
        Ok(Prepared { offered, institution, answers, debtor, under })
    }

    async fn price(&self, prepared: &Prepared, now: Timestamp) -> Result<Charge, DeskError> {
        let Offered { listed, offering, .. } = &prepared.offered;
        let charge = self.pricer.charge((&listed.service, offering), &prepared.answers, now).await?;
        let stamped = charge.shares().iter().any(|share| matches!(share.destination, Destination::Stamp(_)));
        if stamped && prepared.under.primitives == PrimitiveVersion::V1 {
            return Err(NoLink::Stamp.into());
        }
        Ok(charge)
    }

    fn told_apart(&self, prepared: &Prepared, now: Timestamp) -> Demand {
        Demand {
            digest: same::digest(prepared),
            service: prepared.offered.listed.service.id.clone(),
            inputs: same::json(&prepared.answers),
            at: now,
            same_since: now.checked_sub(self.same_demand).unwrap_or(Timestamp::MIN),
        }
    }

    /// A name for the position and a number for its notice, which nobody can guess. That nobody has them is for
    /// the store to say.
    fn draw(&self, under: Under, now: Timestamp) -> Result<(Iupd, NoticeNumber), DeskError> {
        let issue = match under.aux_digit {
            AuxDigit::Zero => NoticeNumber::issue_of_application,
            AuxDigit::One | AuxDigit::Two | AuxDigit::Three => NoticeNumber::issue,
        };
        let number = issue(under.code, self.randomness.notice_base());
        let iupd = drawn_name(now, self.randomness.number());
        iupd.ok().zip(number.ok()).ok_or(DeskError::Unnumbered)
    }
}

/// An institution that does not take part, or is switched off, holds all of its services back.
fn check_open(offered: &Offered, registry: &Registry, now: Timestamp) -> Result<(), Closed> {
    offered.offering.check_open(&offered.listed.service, now)?;
    let is_off = registry.switched_off().institutions.contains(&offered.offering.ec);
    if offered.takes_part() && !is_off { Ok(()) } else { Err(Closed::Suspended) }
}

impl Prepared {
    fn order<'a>(&'a self, charge: &'a Charge, now: Timestamp) -> Order<'a> {
        Order {
            institution: &self.institution,
            service: &self.offered.listed.service,
            offering: &self.offered.offering,
            answers: &self.answers,
            debtor: &self.debtor,
            charge,
            now,
        }
    }
}
