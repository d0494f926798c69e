//! Whether a request is addressed to us: broker, station, creditor institution and notice, in the
//! order of SANP 3.10.

use jiff::Timestamp;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::party::{StationLink, SwitchedOff};
use crate::registry::Registry;
use crate::wire::common::{NoticeCode, Text35};

use super::fault::{PaaCode, Refused};

/// The identifiers that every request carries.
pub struct Address<'a> {
    pub id_pa: &'a Text35,
    pub id_broker_pa: &'a Text35,
    pub id_station: &'a Text35,
}

/// The parties that an address names, all of them known.
#[derive(Debug)]
pub struct Known {
    pub ec: FiscalCode,
    pub broker: BrokerCode,
    pub station: StationCode,
}

impl Address<'_> {
    /// Finds the parties: broker, station, station of the broker, creditor institution. The contract lets
    /// blanks stand around their codes, and published examples have some.
    pub fn parties(&self, registry: &Registry) -> Result<Known, Refused> {
        let broker = BrokerCode::new(self.id_broker_pa.as_str().trim()).ok();
        let Some(broker) = broker.filter(|code| registry.broker(code).is_some()) else {
            return Err(
                self.refused(PaaCode::IdIntermediarioErrato, "idBrokerPA is no broker of this installation")
            );
        };
        let station = StationCode::new(self.id_station.as_str().trim()).ok();
        let Some(station) = station.as_ref().and_then(|code| registry.station(code)) else {
            return Err(
                self.refused(PaaCode::StazioneIntErrata, "idStation is no station of this installation")
            );
        };
        if station.broker != broker {
            return Err(self
                .refused(PaaCode::StazioneIntErrata, "idStation belongs to another broker than idBrokerPA"));
        }
        let ec = FiscalCode::new(self.id_pa.as_str().trim()).ok();
        let Some(ec) = ec.filter(|ec| registry.institution(ec).is_some()) else {
            return Err(self
                .refused(PaaCode::IdDominioErrato, "idPA is no creditor institution of this installation"));
        };
        Ok(Known { ec, broker, station: station.code.clone() })
    }

    /// The same for a receipt, which may come after its station was removed: the payer was told before what to
    /// pay, and money has moved.
    pub fn parties_of_receipt(&self, registry: &Registry) -> Result<Known, Refused> {
        self.parties(registry).or_else(|refused| self.former(registry).ok_or(refused))
    }

    fn former(&self, registry: &Registry) -> Option<Known> {
        let station = StationCode::new(self.id_station.as_str().trim()).ok()?;
        let broker = BrokerCode::new(self.id_broker_pa.as_str().trim()).ok()?;
        let ec = FiscalCode::new(self.id_pa.as_str().trim()).ok()?;
        let was_theirs =
            registry.station(&station).is_none() && registry.former_broker(&station) == Some(&broker);
        (was_theirs && registry.institution(&ec).is_some()).then_some(Known { ec, broker, station })
    }

    /// Whether they are switched on. Who is switched off answers as if it were not registered, which is what
    /// the contract has a word for; a receipt is never asked this, for money has moved.
    fn switched_on(&self, off: &SwitchedOff, known: &Known) -> Result<(), Refused> {
        let (code, description) = if off.brokers.contains(&known.broker) {
            (PaaCode::IdIntermediarioErrato, "the broker is switched off in this installation")
        } else if off.stations.contains(&known.station) {
            (PaaCode::StazioneIntErrata, "the station is switched off in this installation")
        } else if off.institutions.contains(&known.ec) {
            (PaaCode::IdDominioErrato, "the creditor institution is switched off in this installation")
        } else {
            return Ok(());
        };
        Err(self.refused(code, description))
    }

    /// Finds the parties and the notice that a question is about.
    pub fn notice(
        &self,
        qr_code: &NoticeCode,
        registry: &Registry,
        now: Timestamp,
    ) -> Result<(Known, NoticeNumber), Refused> {
        let known = self.parties(registry)?;
        self.switched_on(registry.switched_off(), &known)?;
        if qr_code.fiscal_code.as_str() != known.ec.as_str() {
            return Err(self.refused(PaaCode::IdDominioErrato, "qrCode/fiscalCode differs from idPA"));
        }
        let links = self.linked(registry, &known)?;
        let Ok(notice) = NoticeNumber::new(qr_code.notice_number.as_str()) else {
            return Err(
                self.refused(PaaCode::PagamentoSconosciuto, "qrCode/noticeNumber is no notice number")
            );
        };
        if let Err(refused) = self.routing(links, &known.station, &notice) {
            // Notices that move to another station come through the one that they leave for a while.
            let routes = registry.routes(&known.ec);
            if !routes.is_some_and(|routes| routes.still_comes_through(&known.station, &notice, now)) {
                return Err(refused);
            }
        }
        Ok((known, notice))
    }

    /// Finds the parties of a question that is about no notice: they are switched on, and the station is the
    /// institution's.
    pub fn asked(&self, registry: &Registry) -> Result<Known, Refused> {
        let known = self.parties(registry)?;
        self.switched_on(registry.switched_off(), &known)?;
        self.linked(registry, &known)?;
        Ok(known)
    }

    /// The links of the institution, if one is to the station.
    fn linked<'r>(&self, registry: &'r Registry, known: &Known) -> Result<&'r [StationLink], Refused> {
        let links = registry.links(&known.ec);
        if !links.iter().any(|link| link.station == known.station) {
            return Err(self.refused(PaaCode::IdDominioErrato, "idPA is not linked to idStation"));
        }
        Ok(links)
    }

    /// The recovery probe (eighteen zeros) must end as an unknown payment, so a layout that nobody
    /// serves does too; only a notice of another station of the creditor is a wrong station.
    fn routing(
        &self,
        links: &[StationLink],
        station: &StationCode,
        notice: &NoticeNumber,
    ) -> Result<(), Refused> {
        let mut serving = links.iter().filter(|link| link.serves(notice)).peekable();
        if serving.peek().is_none() {
            let description = "no station of the creditor serves the aux digit and code of the notice";
            return Err(self.refused(PaaCode::PagamentoSconosciuto, description));
        }
        if !serving.any(|link| &link.station == station) {
            let description = "another station of the creditor serves the notice";
            return Err(self.refused(PaaCode::StazioneIntErrata, description));
        }
        Ok(())
    }

    /// A refusal in the name of the creditor institution that the request names.
    pub fn refused(&self, code: PaaCode, description: impl Into<String>) -> Refused {
        Refused::new(code, self.id_pa.as_str().trim(), description)
    }
}
