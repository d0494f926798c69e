//! What both ways to send RPTs share: they are read, held against their header and their attempt, and kept.

use crate::domain::amount::Cents;
use crate::domain::routing::attempt::{Begun, Ccp};
use crate::legacy::translate::{BasketName, Unusable};
use crate::soap::legacy::{PptCode, is_unsigned};
use crate::store::{BegunByPartner, KeptRpts, LegacyAttempt, NewRpt, RptName};
use crate::wire::common::Text35;
use crate::wire::pagamenti::Rpt;
use crate::wire::{Base64, Bounds, PlainText, read_document_leniently};

use super::Refused;
use super::identify::{Known, domain};
use crate::legacy::desk::Desk;

/// An RPT as a message brings it.
#[derive(Clone, Copy)]
pub(super) struct Sent<'m> {
    pub ec: &'m Text35,
    pub iuv: &'m Text35,
    pub ccp: &'m Text35,
    pub signature: Option<&'m PlainText>,
    pub rpt: &'m Base64,
}

/// How RPTs were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// They belong to an activation of the node.
    OfActivation,
    /// The partner begins a payment by them.
    BegunByPartner,
}

/// An RPT that was read.
pub(super) struct Read {
    pub kept: NewRpt,
    pub rpt: Rpt,
}

impl Desk {
    /// Takes RPTs, once however often they are sent: all of them or none.
    pub(super) async fn accept(
        &self,
        known: &Known,
        sent: &[Sent<'_>],
        cart: Option<&str>,
    ) -> Result<Accepted, Refused> {
        let read: Vec<Read> =
            sent.iter().map(|sent| self.read(known, sent, cart)).collect::<Result<_, _>>()?;
        let basket = cart.filter(|_| read.len() > 1).map(|cart| basket(cart, &read)).transpose()?;
        let rpts: Vec<NewRpt> = read.iter().map(|read| read.kept.clone()).collect();
        let attempt = self.attempt_of(&rpts).await?;
        if let Some(attempt) = &attempt {
            known.has(attempt)?;
        }
        let accepted = match &attempt {
            Some(attempt) if attempt.begun != Begun::ByPartner => Accepted::OfActivation,
            Some(_) | None => Accepted::BegunByPartner,
        };
        let kept = match (&attempt, accepted) {
            (Some(attempt), Accepted::OfActivation) => self.complete(attempt, &rpts, known).await?,
            (Some(_), Accepted::BegunByPartner) => self.parts.store.kept_rpts(&rpts).await?,
            (None, _) => self.begin(known, &read, basket).await?,
        };
        match kept {
            KeptRpts::Now | KeptRpts::Before => Ok(accepted),
            KeptRpts::Taken => {
                let why = "another RPT was taken under the same identifiers";
                Err(Refused::new(PptCode::RptDuplicata, why))
            }
        }
    }

    fn read(&self, known: &Known, sent: &Sent<'_>, cart: Option<&str>) -> Result<Read, Refused> {
        if !is_unsigned(sent.signature.map(PlainText::as_str)) {
            return Err(Refused::new(PptCode::TipoFirmaSconosciuto, "RPTs are not signed"));
        }
        let body = sent.rpt.decode();
        let rpt = read_document_leniently::<Rpt>(&body, Bounds::default()).map_err(|violation| {
            Refused::new(PptCode::SintassiXsd, format!("/{}: {}", violation.path(), violation.rule()))
        })?;
        let semantic = |why: &str| Err(Refused::new(PptCode::Semantica, why));
        let same = |one: &Text35, other: &Text35| one.as_str().trim() == other.as_str().trim();
        let payment = &rpt.dati_versamento;
        if !same(sent.ec, &rpt.dominio.identificativo_dominio)
            || !same(sent.iuv, &payment.identificativo_univoco_versamento)
            || !same(sent.ccp, &payment.codice_contesto_pagamento)
        {
            return semantic("the RPT is not the one that the header names");
        }
        let station = rpt.dominio.identificativo_stazione_richiedente.as_ref();
        if station.is_some_and(|station| station.as_str().trim() != known.station.as_str()) {
            return semantic("the station of the RPT is not that of the header");
        }
        let shares = payment.dati_singolo_versamento.iter();
        let sum = Cents::checked_sum(shares.map(|share| share.importo_singolo_versamento.cents()));
        let amount = payment.importo_totale_da_versare.cents();
        if sum != Some(amount) {
            return semantic("the payments of the RPT do not sum to importoTotaleDaVersare");
        }
        let ccp = Ccp::new(sent.ccp.as_str().trim());
        let ccp =
            ccp.map_err(|_| Refused::new(PptCode::Semantica, "codiceContestoPagamento has odd characters"))?;
        let name = RptName {
            ec: domain(sent.ec)?,
            iuv: sent.iuv.as_str().trim().to_owned(),
            ccp: ccp.as_str().to_owned(),
        };
        let (partner, cart) = (known.partner.id.clone(), cart.map(str::to_owned));
        Ok(Read { kept: NewRpt { name, partner, cart, amount, body }, rpt })
    }

    /// The attempt that RPTs belong to: that of the first of them which belongs to one.
    async fn attempt_of(&self, rpts: &[NewRpt]) -> Result<Option<LegacyAttempt>, Refused> {
        for rpt in rpts {
            if let Some(attempt) = self.parts.store.attempt_of_rpt(&rpt.name).await? {
                return Ok(Some(attempt));
            }
        }
        Ok(None)
    }

    /// Keeps the RPTs of an activation.
    async fn complete(
        &self,
        attempt: &LegacyAttempt,
        rpts: &[NewRpt],
        known: &Known,
    ) -> Result<KeptRpts, Refused> {
        if !rpts.iter().any(|rpt| rpt.name.ec == attempt.name.ec) {
            let why = "no RPT is of the institution whose notice was activated";
            return Err(Refused::new(PptCode::Semantica, why));
        }
        let sum = Cents::checked_sum(rpts.iter().map(|rpt| rpt.amount));
        // Its answer may be under way still: then what it was asked for is what it will answer.
        if attempt.amount.or(attempt.asked_amount).is_some_and(|amount| sum != Some(amount)) {
            return Err(Refused::new(
                PptCode::Semantica,
                "the amount is another than the one that was activated",
            ));
        }
        let kept = self.parts.store.keep_rpts(&attempt.name, rpts, known.now).await?;
        if kept != KeptRpts::Taken {
            self.arrivals.tell(&attempt.name);
        }
        Ok(kept)
    }

    /// Begins a payment by RPTs that nobody asked for: their debt becomes a position of ours.
    async fn begin(
        &self,
        known: &Known,
        read: &[Read],
        basket: Option<BasketName>,
    ) -> Result<KeptRpts, Refused> {
        let Some(first) = read.first() else {
            return Err(Refused::new(PptCode::Semantica, "there is no RPT"));
        };
        let (ec, iuv) = (first.kept.name.ec.clone(), first.kept.name.iuv.clone());
        known.answers_for(&ec)?;
        let notice = self.stand_for(known, read, basket.map(|basket| basket.notice)).await?;
        let begun = BegunByPartner {
            ccp: Ccp::new(&first.kept.name.ccp).map_err(|_| {
                Refused::new(PptCode::Semantica, "codiceContestoPagamento has odd characters")
            })?,
            issuer: (ec, iuv),
            notice,
            through: (known.broker.clone(), known.station.clone()),
        };
        let rpts: Vec<NewRpt> = read.iter().map(|read| read.kept.clone()).collect();
        let kept = self.parts.store.begin_by_rpts(&begun, &rpts, known.now).await?;
        if kept == KeptRpts::Now {
            let (ec, _) = begun.issuer;
            let partner = known.partner.id.as_str();
            tracing::info!(partner, %ec, "a partner began a payment by itself");
        }
        Ok(kept)
    }
}

/// What a cart of several beneficiaries must be (spec §6.3).
fn basket(cart: &str, read: &[Read]) -> Result<BasketName, Refused> {
    let wrong =
        |unusable: Unusable| Refused::new(PptCode::MultiBeneficiario, format!("the cart is {unusable}"));
    let name = BasketName::read(cart).map_err(wrong)?;
    let rpts: Vec<Rpt> = read.iter().map(|read| read.rpt.clone()).collect();
    name.check(&rpts).map_err(wrong)?;
    Ok(name)
}
