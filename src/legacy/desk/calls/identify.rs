//! Who calls: a partner is known by its certificate and its password, and may speak for whom it answers.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::certificate::Fingerprint;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::routing::{Handler, Partner, Speaks};
use crate::registry::Registry;
use crate::soap::legacy::PptCode;
use crate::store::{LegacyAttempt, RptName};
use crate::wire::common::Text35;
use crate::wire::ppt::{Password, RptReference};

use super::Refused;
use crate::legacy::desk::Desk;

/// How a message says who sends it.
#[derive(Clone, Copy)]
pub struct Credentials<'m> {
    pub broker: &'m Text35,
    pub station: &'m Text35,
    pub password: &'m Password,
}

/// A partner that is known, and what it may do.
pub struct Known {
    pub partner: Arc<Partner>,
    pub broker: BrokerCode,
    pub station: StationCode,
    pub registry: Arc<Registry>,
    pub now: Timestamp,
}

impl Desk {
    /// Who calls. A certificate that is nobody's and a password that is not its owner's are refused alike.
    pub(super) fn identify(&self, by: Option<&Fingerprint>, said: Credentials<'_>) -> Result<Known, Refused> {
        let registry = self.parts.registry.current();
        let partner = registry.partners().find(|partner| self.is(partner, by, said.password)).cloned();
        let Some(partner) = partner else {
            let why = "the certificate and the password are not those of a partner";
            return Err(Refused::new(PptCode::Autenticazione, why));
        };
        let broker = BrokerCode::new(said.broker.as_str().trim()).ok();
        let Some(broker) = broker.filter(|code| registry.broker(code).is_some()) else {
            let why = "identificativoIntermediarioPA is no broker of this installation";
            return Err(Refused::new(PptCode::IntermediarioSconosciuto, why));
        };
        let station = StationCode::new(said.station.as_str().trim()).ok();
        let of_broker = |code: &StationCode| registry.station(code).is_some_and(|one| one.broker == broker);
        let Some(station) = station.filter(of_broker) else {
            let why = "identificativoStazioneIntermediarioPA is no station of the broker";
            return Err(Refused::new(PptCode::StazioneSconosciuta, why));
        };
        Ok(Known { partner, broker, station, registry, now: self.parts.clock.now() })
    }

    fn is(&self, partner: &Partner, by: Option<&Fingerprint>, password: &Password) -> bool {
        let by_certificate = by.is_some() && partner.caller.as_ref() == by;
        let speaks = partner.enabled && partner.speaks == Speaks::Legacy;
        let known = partner.password.as_ref();
        // The password last: nobody learns from how long it takes which certificates are known.
        let by_password = known.is_some_and(|known| self.parts.passwords.is(known, password.as_str()));
        by_certificate & speaks & by_password
    }

    /// Who asks about an RPT, and which it means.
    pub(super) fn asks_about(
        &self,
        by: Option<&Fingerprint>,
        asked: &RptReference,
    ) -> Result<(Known, RptName), Refused> {
        let said = Credentials {
            broker: &asked.identificativo_intermediario_pa,
            station: &asked.identificativo_stazione_intermediario_pa,
            password: &asked.password,
        };
        let known = self.identify(by, said)?;
        let name = RptName {
            ec: domain(&asked.identificativo_dominio)?,
            iuv: asked.identificativo_univoco_versamento.as_str().trim().to_owned(),
            ccp: asked.codice_contesto_pagamento.as_str().trim().to_owned(),
        };
        Ok((known, name))
    }
}

/// The institution that a message names.
pub fn domain(text: &Text35) -> Result<FiscalCode, Refused> {
    let why = "identificativoDominio is no fiscal code of an institution";
    FiscalCode::new(text.as_str().trim()).map_err(|_| Refused::new(PptCode::DominioSconosciuto, why))
}

impl Known {
    /// Whether it answers for an institution of ours through its station.
    pub fn answers_for(&self, ec: &FiscalCode) -> Result<(), Refused> {
        if self.registry.institution(ec).is_none() {
            let why = "identificativoDominio is no institution of this installation";
            return Err(Refused::new(PptCode::DominioSconosciuto, why));
        }
        let is_its = |handler: &Handler| matches!(handler, Handler::Legacy(id) if *id == self.partner.id);
        let routes = self.registry.routes(ec);
        let own = routes.is_some_and(|routes| routes.speakers(&self.station, self.now).any(is_its));
        if own { Ok(()) } else { Err(not_yours()) }
    }

    /// Whether an attempt is at this partner.
    pub fn has(&self, attempt: &LegacyAttempt) -> Result<(), Refused> {
        if attempt.partner == self.partner.id { Ok(()) } else { Err(not_yours()) }
    }
}

fn not_yours() -> Refused {
    let why = "the partner does not answer for the institution through that station";
    Refused::new(PptCode::Autorizzazione, why)
}
