//! The bodies of the catalogue, field by field.

use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::form::{Amount, Text140};
use crate::domain::catalogue::browse::{self, Branch, Open, Tree};
use crate::domain::catalogue::language::Language;
use crate::domain::catalogue::offering::Commission;
use crate::domain::catalogue::price::PriceRule;
use crate::domain::catalogue::service::Service;
use crate::domain::fiscal_code::FiscalCode;

/// The categories, each before those below it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelCategories)]
pub(super) struct CategoriesModel<'a> {
    /// The categories.
    #[schema(value_type = Vec<CategoryModel<'static>>)]
    pub categories: Vec<CategoryModel<'a>>,
}

/// A group of services.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelCategory)]
pub(super) struct CategoryModel<'a> {
    /// Its name for programs.
    #[schema(value_type = String, examples("tributi"))]
    id: &'a str,
    /// The group that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    parent: Option<&'a str>,
    /// Its name for people.
    #[schema(value_type = String)]
    name: &'a str,
    /// How many groups it stands below.
    depth: usize,
    /// How many services can be asked for in it and below it.
    services: usize,
}

impl<'a> CategoryModel<'a> {
    pub fn new(branch: &Branch<'a>, language: Language) -> Self {
        CategoryModel {
            id: branch.category.id.as_str(),
            parent: branch.category.parent.as_ref().map(|parent| parent.as_str()),
            name: branch.category.name.in_language(language).as_str(),
            depth: branch.depth,
            services: branch.count,
        }
    }
}

/// A page of services.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelServices)]
pub(super) struct ServicesModel<'a> {
    /// The services, the best answer first.
    #[schema(value_type = Vec<ServiceModel<'static>>)]
    pub services: Vec<ServiceModel<'a>>,
    /// Where this page stands.
    pub page_info: PageModel,
}

/// Where a page stands among the others.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelPage)]
pub(super) struct PageModel {
    /// Its number, from 0.
    pub page: u32,
    /// How many entries it could have.
    pub limit: u32,
    /// How many entries it has.
    pub items_found: usize,
    /// How many pages there are.
    pub total_pages: usize,
    /// How many entries all pages have.
    pub total_items: usize,
}

/// A service that can be asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelService)]
pub(super) struct ServiceModel<'a> {
    /// Its name for programs.
    #[schema(value_type = String, examples("00003"))]
    id: &'a str,
    /// Its name for people.
    #[schema(value_type = String)]
    name: &'a str,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    description: Option<&'a str>,
    /// The groups that it is in, the closest first.
    #[schema(value_type = Vec<NamedModel<'static>>)]
    categories: Vec<NamedModel<'a>>,
    /// What its transfers say they are for.
    #[schema(value_type = String, examples("9/0101002IM/"))]
    taxonomy: &'a str,
    /// In which languages it is told of.
    #[schema(value_type = Vec<String>)]
    languages: Vec<&'static str>,
    /// How many creditor institutions provide it, of those that answer the question.
    organizations: usize,
    /// Those, if there are few; see the offerings for all.
    #[schema(value_type = Vec<InstitutionModel<'static>>)]
    some_organizations: Vec<InstitutionModel<'a>>,
}

/// How many institutions a service names in a list.
const SOME: usize = 3;

/// Something that has a name for programs and one for people.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelName)]
pub(super) struct NamedModel<'a> {
    /// The name for programs.
    #[schema(value_type = String)]
    id: &'a str,
    /// The name for people.
    #[schema(value_type = String)]
    name: &'a str,
}

/// A creditor institution.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelOrganization)]
pub(super) struct InstitutionModel<'a> {
    /// Its fiscal code.
    #[schema(value_type = FiscalCode)]
    fiscal_code: &'a str,
    /// Its name.
    #[schema(value_type = String)]
    name: &'a str,
}

impl<'a> InstitutionModel<'a> {
    pub fn new(open: &Open<'a>) -> Self {
        InstitutionModel { fiscal_code: open.offering.ec.as_str(), name: open.institution }
    }
}

impl<'a> ServiceModel<'a> {
    pub fn new((service, of): &(&'a Service, Vec<Open<'a>>), tree: &Tree<'a>, language: Language) -> Self {
        let path = tree.path(&service.category).into_iter();
        let name = |language| service.name.all().any(|(known, _)| known == language);
        ServiceModel {
            id: service.id.as_str(),
            name: service.name.in_language(language).as_str(),
            description: service.description.as_ref().map(|about| about.in_language(language).as_str()),
            categories: path
                .map(|one| NamedModel { id: one.id.as_str(), name: one.name.in_language(language).as_str() })
                .collect(),
            taxonomy: service.taxonomy.as_str(),
            languages: Language::ALL.into_iter().filter(|one| name(*one)).map(Language::tag).collect(),
            organizations: of.len(),
            some_organizations: of.iter().take(SOME).map(InstitutionModel::new).collect(),
        }
    }
}

/// Who provides a service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelOfferings)]
pub(super) struct OfferingsModel<'a> {
    /// The offerings, by institution.
    #[schema(value_type = Vec<OfferingModel<'static>>)]
    pub offerings: Vec<OfferingModel<'a>>,
}

/// A service as a creditor institution provides it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelOffering)]
pub(super) struct OfferingModel<'a> {
    /// The service.
    #[schema(value_type = String, examples("00003"))]
    service: &'a str,
    /// Who provides it.
    #[schema(value_type = InstitutionModel<'static>)]
    organization: InstitutionModel<'a>,
    /// Its name, as this institution calls it.
    #[schema(value_type = String)]
    name: &'a str,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    description: Option<&'a str>,
    /// Which office provides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Text140, required = false)]
    office: Option<&'a str>,
    /// How the node knows it (idSoggettoServizio); it can be asked for there too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, examples("00003"))]
    subject: Option<&'a str>,
    /// Whether the payer may be charged for the payment: charged, free, or unsaid.
    #[schema(value_type = String, examples("unsaid"))]
    commission: &'static str,
    /// Where it is provided.
    #[schema(value_type = Vec<String>)]
    places: Vec<&'a str>,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = Date)]
    until: Option<String>,
    /// In which languages it is told of.
    #[schema(value_type = Vec<String>)]
    languages: Vec<&'static str>,
    /// How its price comes about.
    price: PriceModel,
    /// Where to go on.
    links: LinksModel,
}

/// How a price comes about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelPrice)]
pub(super) struct PriceModel {
    /// fixed, free, table, formula or calculator; a quote tells the amount of all.
    #[schema(value_type = String, examples("fixed"))]
    kind: &'static str,
    /// What it is, if it is fixed: cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Amount, required = false)]
    amount: Option<i64>,
    /// The field in which the payer says it, if it is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    field: Option<String>,
    /// The least that the payer can say: cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Amount, required = false)]
    min_amount: Option<i64>,
    /// The most: cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Amount, required = false)]
    max_amount: Option<i64>,
}

/// Where to go on from an offering.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelLinks)]
pub(super) struct LinksModel {
    /// Its form as a JSON Schema.
    form: String,
    /// Its form as a schema of documents for the node.
    xsd: String,
    /// Where a quote is asked for.
    quote: String,
    /// Where a notice is asked for.
    payments: String,
}

impl PriceModel {
    fn new(rule: &PriceRule) -> Self {
        let kind = match rule {
            PriceRule::Fixed(_) => "fixed",
            PriceRule::Free(_) => "free",
            PriceRule::Table(_) => "table",
            PriceRule::Formula(_) => "formula",
            PriceRule::Calculator(_) => "calculator",
        };
        let mut model = PriceModel { kind, amount: None, field: None, min_amount: None, max_amount: None };
        if let PriceRule::Fixed(amount) = rule {
            model.amount = Some(amount.get());
        }
        if let PriceRule::Free(free) = rule {
            model.field = Some(free.field().to_string());
            (model.min_amount, model.max_amount) = (Some(free.min().get()), Some(free.max().get()));
        }
        model
    }
}

impl<'a> OfferingModel<'a> {
    pub fn new(open: &Open<'a>, language: Language) -> Self {
        let Open { service, offering, .. } = open;
        let here = format!("/catalogue/v1/organizations/{}/services/{}", offering.ec, service.id);
        let link = |word: &str| format!("{here}/{word}");
        OfferingModel {
            service: service.id.as_str(),
            organization: InstitutionModel::new(open),
            name: offering.name(service).in_language(language).as_str(),
            description: service.description.as_ref().map(|about| about.in_language(language).as_str()),
            office: offering.office.as_ref().map(|office| office.as_str()),
            subject: offering.subject.as_ref().map(|subject| subject.as_str()),
            commission: commission(offering.commission),
            places: offering.places.iter().map(|place| place.as_str()).collect(),
            until: offering.until.map(|day| day.to_string()),
            languages: browse::languages(open).into_iter().map(Language::tag).collect(),
            price: PriceModel::new(offering.price(service)),
            links: LinksModel {
                form: link("form"),
                xsd: link("form.xsd"),
                quote: link("quote"),
                payments: link("payments"),
            },
        }
    }
}

/// The words for what is said of commissions.
pub(super) const COMMISSIONS: [(&str, Commission); 3] =
    [("charged", Commission::Charged), ("free", Commission::Free), ("unsaid", Commission::Unsaid)];

fn commission(said: Commission) -> &'static str {
    match said {
        Commission::Charged => "charged",
        Commission::Free => "free",
        Commission::Unsaid => "unsaid",
    }
}
