//! `GET /catalogue/services/{service}/preview`: a service as payment service providers and channels would see it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::doc_of_service;
use super::refusal::failed;
use super::service::seen;
use crate::api::Api;
use crate::api::access::Access;
use crate::api::apiconfig::names::Named;
use crate::api::inbox::params::Params;
use crate::api::openapi::{Answer, Doc, form};
use crate::api::positions::query::{self, BadQuery};
use crate::api::problem::Problem;
use crate::catalogue::render;
use crate::catalogue::view::{Catalogue, Offered};
use crate::domain::access::Tenant;
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::offering::Commission;
use crate::domain::catalogue::service::{Intake, Service};
use crate::domain::catalogue::stage::State as Stand;

/// A service as others see it, in the words of the node's catalogue.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServicePreview)]
pub(super) struct PreviewModel {
    /// Whether it is shown now: it is published, and somebody offers it.
    shown: bool,
    /// Its code, if the node can know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    id_servizio: Option<String>,
    /// Its name.
    descrizione_servizio: String,
    /// The name of its category.
    categoria: String,
    /// The schema of its documents.
    xsd_riferimento: String,
    /// The text of that schema.
    xsd: String,
    /// What payers fill in, as channels read it (JSON Schema).
    #[schema(value_type = Object)]
    form: Value,
    /// Who would offer it, were everything published: those for which the caller may read the catalogue.
    soggetti_eroganti: Vec<ProviderModel>,
}

/// Who offers a service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServicePreviewProvider)]
struct ProviderModel {
    /// Whether it is shown now.
    shown: bool,
    /// How the node knows it; left out if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    id_soggetto_servizio: Option<String>,
    /// The creditor institution.
    id_dominio: String,
    /// Its own name for the service.
    denominazione_ente_creditore: String,
    /// Its first day.
    data_inizio_validita: String,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    data_fine_validita: Option<String>,
    /// Whether the payer may be charged (Y or N), if somebody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    commissione: Option<&'static str>,
}

impl ProviderModel {
    fn new(offered: &Offered, language: Language, now: Timestamp) -> Self {
        let offering = &offered.offering;
        ProviderModel {
            shown: offered.is_open(now),
            id_soggetto_servizio: offering.subject.as_ref().map(ToString::to_string),
            id_dominio: offering.ec.to_string(),
            denominazione_ente_creditore: offering.name(offered.service()).in_language(language).to_string(),
            data_inizio_validita: offering.from.to_string(),
            data_fine_validita: offering.until.map(|day| day.to_string()),
            commissione: match offering.commission {
                Commission::Unsaid => None,
                Commission::Charged => Some("Y"),
                Commission::Free => Some("N"),
            },
        }
    }
}

/// Answers 200 with the preview; 400 or 404.
pub(super) async fn handler(
    State(api): State<Arc<Api>>,
    access: Access,
    Named(name): Named<String>,
    uri: Uri,
) -> Result<Json<PreviewModel>, Problem> {
    let wrong = BadQuery("The query parameter language must be it, en, de, fr or sl.");
    let language = Params::read(&uri)?.word("language", Language::named, wrong)?.unwrap_or_default();
    let catalogue = api.catalogue.refresh(&api.store).await.map_err(failed)?;
    let service = &seen(&catalogue, &access, &name)?.service;
    let is_of = |offered: &&Offered| offered.offering.service == service.id;
    let offered: Vec<&Offered> = catalogue.offerings().filter(is_of).collect();
    let shown = service.stage.state(access.now) == Stand::Published
        && offered.iter().any(|offered| offered.is_open(access.now));
    let own = offered.into_iter().filter(|one| access.sees(&Tenant::Institution(one.offering.ec.clone())));
    let soggetti_eroganti = own.map(|one| ProviderModel::new(one, language, access.now)).collect();
    let (xsd_riferimento, xsd) = schema(&catalogue, service);
    let category = catalogue.category(&service.category);
    Ok(Json(PreviewModel {
        shown,
        id_servizio: service.id.code().map(str::to_owned),
        descrizione_servizio: service.name.in_language(language).to_string(),
        categoria: category.map_or_else(
            || service.category.to_string(),
            |category| category.name.in_language(language).to_string(),
        ),
        xsd_riferimento,
        xsd,
        form: render::json_schema(&service.form, language),
        soggetti_eroganti,
    }))
}

/// Name and text of the schema of the documents of a service.
fn schema(catalogue: &Catalogue, service: &Service) -> (String, String) {
    match &service.intake {
        Intake::Own => (service.id.to_string(), render::xsd(service)),
        Intake::Bound(binding) => {
            let xsd = catalogue.schema(&binding.schema).map(|schema| schema.xsd.to_string());
            (binding.schema.to_string(), xsd.unwrap_or_default())
        }
    }
}

/// What is said of it.
pub(super) fn doc() -> Doc {
    let answer = json!({
        "shown": true, "idServizio": "00003", "descrizioneServizio": "Donazione", "categoria": "Cultura",
        "xsdRiferimento": "00003", "xsd": "<xs:schema/>", "form": { "type": "object" },
        "soggettiEroganti": [{
            "shown": true, "idSoggettoServizio": "00003", "idDominio": "99000010019",
            "denominazioneEnteCreditore": "Donazione", "dataInizioValidita": "2026-11-22",
        }],
    });
    doc_of_service("previewService", "See a service as others would")
        .query("language", form::example_text("en"), "In which language; Italian if left out.")
        .answers(StatusCode::OK, Answer::json::<PreviewModel>("What would be seen.", answer))
        .refuses([query::WRONG.into()])
}
