//! `POST /admin/v1/catalogue/imports`: offerings from a CatalogoServizi document.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::report::Finding;
use super::{Outcome, Plan, Step, Upload, answer, documented, run};
use crate::api::Api;
use crate::api::access::{Access, Needs, Of};
use crate::api::admin;
use crate::api::admin::catalogue::checks::World;
use crate::api::admin::catalogue::{offering, refusal, service};
use crate::api::openapi::{Doc, Method, Routes, form};
use crate::api::positions::query::BadQuery;
use crate::api::problem::Problem;
use crate::catalogue::definition::OfferingDefinition;
use crate::catalogue::listing::name_of_category;
use crate::catalogue::view::{Catalogue, Listed, Offered};
use crate::documents::read_services;
use crate::domain::access::{Permission, Tenant};
use crate::domain::catalogue::ids::CategoryId;
use crate::domain::catalogue::language::Localized;
use crate::domain::catalogue::listing::{ListedService, Provider};
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::service::{Intake, Service};
use crate::domain::catalogue::stage::Stage;
use crate::domain::governance::Wish;
use crate::domain::iban::Iban;
use crate::domain::rome;
use crate::domain::text::Text;

/// For how many days a notice of a new offering can be paid.
const PAYABLE_DAYS: u16 = 30;

const WRONG_IBAN: BadQuery = BadQuery("The query parameter iban must be an IBAN.");

pub(super) fn routes() -> Routes {
    Routes::default().guarded(
        Needs::new(Permission::OfferingWrite, Of::Body),
        (Method::Post, (admin::HEADING.0, "/catalogue/imports")),
        handler,
        doc(),
    )
}

/// Answers 200 with what was changed, or 400 with everything that is wrong.
async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    headers: HeaderMap,
    upload: Upload,
) -> Response {
    answer(carried(&api, &access, &upload).await, &headers, StatusCode::OK)
}

async fn carried(api: &Api, access: &Access, upload: &Upload) -> Result<Outcome, Problem> {
    let iban = upload.params.word("iban", |text| Iban::new(text).ok(), WRONG_IBAN)?;
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(refusal::failed)?;
    let mut import = Import { access, catalogue: &catalogue, iban, plan: Plan::default() };
    match read_services(&upload.bytes) {
        Ok(services) => services.iter().for_each(|service| import.service(service)),
        Err(refused) => {
            let (code, message) = ("invalid_document", refused.to_string());
            import.plan.findings.push(Finding { row: None, field: "file", code, message });
        }
    }
    run(api, access, import.plan, upload).await
}

/// A document on its way to a plan. Its rows are the `soggettoErogante`, counted from 1.
struct Import<'a> {
    access: &'a Access,
    catalogue: &'a Catalogue,
    /// Where the money of new offerings goes.
    iban: Option<Iban>,
    plan: Plan,
}

impl Import<'_> {
    fn service(&mut self, told: &ListedService) {
        let row = u64::try_from(self.plan.rows + 1).unwrap_or(u64::MAX);
        let known = self.catalogue.service(&told.id).cloned();
        let known = known.filter(|listed| service::is_seen(self.access, &listed.service));
        let Some(listed) = known else {
            self.plan.rows += told.providers.len();
            let why = "is not in the catalogue: make it first, with the form, the price and the taxonomy that \
                       the document does not tell";
            return self.plan.wrong(row, "idServizio", "unknown_service", why);
        };
        self.changed(row, &listed, told);
        for provider in &told.providers {
            self.plan.rows += 1;
            let row = u64::try_from(self.plan.rows).unwrap_or(u64::MAX);
            self.provider(row, (&listed, &told.description), provider);
        }
    }

    /// What the document says of the service itself.
    fn changed(&mut self, row: u64, listed: &Listed, told: &ListedService) {
        let before = &listed.service;
        let schema = match &before.intake {
            Intake::Own => before.id.as_str(),
            Intake::Bound(binding) => binding.schema.as_str(),
        };
        if schema != told.schema.as_str() {
            let why = "is not the schema of the service, which a document cannot change";
            self.plan.wrong(row, "xsdRiferimento", "other_schema", why);
        }
        let mut after: Service = before.clone();
        after.name = renamed(&before.name, &told.description);
        if let Some(name) = &told.category {
            match self.category(before, name) {
                Some(category) => after.category = category,
                None => {
                    let why = "is the name of no category, cut to 35 characters";
                    self.plan.wrong(row, "categoria", "unknown_category", why);
                }
            }
        }
        if after == *before {
            return;
        }
        if self.access.may(Permission::CatalogueWrite, &before.owner).is_err() {
            let why = "says other things of the service than the catalogue, which the caller may not change";
            return self.plan.wrong(row, "descrizioneServizio", "other_service", why);
        }
        let proposal = service::proposal(&after, Wish::Replace, Some(&listed.tag));
        self.plan.steps.push(Step { row, field: "idServizio", proposal });
    }

    /// The category of that name, that of the service first.
    fn category(&self, service: &Service, told: &Text<35>) -> Option<CategoryId> {
        let is_meant = |id: &&CategoryId| {
            let name = name_of_category(self.catalogue, id).and_then(|name| Text::cut(&name).ok());
            name.as_ref() == Some(told)
        };
        let all = self.catalogue.categories().iter().map(|category| &category.id);
        std::iter::once(&service.category).chain(all).find(is_meant).cloned()
    }

    fn provider(&mut self, row: u64, (listed, description): (&Listed, &Text<70>), told: &Provider) {
        self.plan.tenants.insert(Tenant::Institution(told.ec.clone()));
        if self.access.registry.institution(&told.ec).is_none() {
            let why = "is not registered here";
            return self.plan.wrong(row, "idDominio", "unknown_creditor_institution", why);
        }
        let known = self.catalogue.offered(&told.ec, &listed.service.id);
        let before = known.as_ref().map(|known: &Offered| &*known.offering);
        let Some(base) = before.cloned().or_else(|| self.new_one(listed, told)) else {
            let why = "the document names no account: tell one for new offerings by the query parameter iban";
            return self.plan.wrong(row, "iban", "iban_required", why);
        };
        let after = updated(base, description, told);
        if before == Some(&after) {
            return;
        }
        if let Err(wrong) = OfferingDefinition::of(&after).read(&listed.service.form) {
            for one in wrong {
                self.plan.wrong(row, field(&one.pointer), one.code, one.message);
            }
            return;
        }
        let world = World {
            catalogue: self.catalogue,
            registry: &self.access.registry,
            today: rome::day(self.access.now),
        };
        if let Err(refusal::Invalid(violations)) = world.admits_offering(&after, listed) {
            for violation in violations {
                self.plan.wrong(row, field(&violation.pointer), violation.code, violation.message);
            }
            return;
        }
        let tag = known.as_ref().map(|known| known.tag.as_str());
        let wish = if tag.is_some() { Wish::Replace } else { Wish::Create };
        let proposal = offering::proposal(&after, wish, tag);
        self.plan.steps.push(Step { row, field: "idSoggettoServizio", proposal });
    }

    /// An offering with what the document does not tell.
    fn new_one(&self, listed: &Listed, told: &Provider) -> Option<Offering> {
        Some(Offering {
            ec: told.ec.clone(),
            service: listed.service.id.clone(),
            subject: None,
            name: None,
            office: None,
            iban: self.iban.clone()?,
            postal_iban: None,
            from: told.from,
            until: None,
            commission: told.commission,
            segregation: None,
            price: None,
            remittance: None,
            accounting: Vec::new(),
            places: Vec::new(),
            payable_days: PAYABLE_DAYS,
            stage: Stage::default(),
        })
    }
}

/// The offering as the document tells it; the first version tells neither the idSoggettoServizio nor the
/// commission. A name like that of the service is none of its own.
fn updated(base: Offering, of_service: &Text<70>, told: &Provider) -> Offering {
    let name = match &base.name {
        Some(name) => Some(renamed(name, &told.name)),
        None if told.name == *of_service => None,
        None => Some(Localized::from(told.name.clone())),
    };
    let (subject, commission) = match &told.subject {
        Some(subject) => (Some(subject.clone()), told.commission),
        None => (base.subject.clone(), base.commission),
    };
    Offering { name, subject, commission, from: told.from, until: told.until, ..base }
}

/// A text with another Italian; what it says in other languages stays.
fn renamed(name: &Localized<70>, italian: &Text<70>) -> Localized<70> {
    Localized::new(italian.clone(), name.all().map(|(language, text)| (language, text.clone())))
}

/// The element or the parameter that a part of a definition came from.
fn field(pointer: &str) -> &'static str {
    match pointer {
        "/iban" | "/postalIban" => "iban",
        "/subject" => "idSoggettoServizio",
        "/from" => "dataInizioValidita",
        "/until" => "dataFineValidita",
        "/service" => "idServizio",
        _ => "idDominio",
    }
}

/// What is said of it.
fn doc() -> Doc {
    let doc = Doc::new("importServiceCatalogue", "Load offerings from a CatalogoServizi document")
        .about(
            "A document of version 2.0.0 or 1. It makes offerings that are not there, as drafts, and changes the \
             name, the days, the commission and the idSoggettoServizio of those that are; names and categories of \
             services follow where the caller may change them. It cannot make services: form, price and taxonomy \
             are not in it. Nor does it name accounts: without the parameter iban, new offerings are refused. \
             What it leaves out stays as it is. All of it is carried out, or nothing; the rows of the report are \
             the soggettoErogante, counted from 1.",
        )
        .query("iban", form::or_empty(form::example_text("IT60X0542811101000000123456")), "The account of new offerings.")
        .refuses([WRONG_IBAN.into()]);
    documented(doc, StatusCode::OK)
}
