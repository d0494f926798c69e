//! The catalogue in memory: everything read and compiled once, replaced as a whole when anything has changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::definition::{CategoryDefinition, OfferingDefinition, ServiceDefinition};
use super::payload::{PayloadReader, SHIPPED, shipped};
use super::render;
use crate::domain::catalogue::category::Category;
use crate::domain::catalogue::ids::{CategoryId, SchemaName, ServiceId, SubjectId};
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::service::{Intake, Service};
use crate::domain::fiscal_code::FiscalCode;
use crate::store::{CatalogueRows, Organization, Store, StoreError, definition_tag};

/// The current catalogue, shared by all requests.
#[derive(Clone, Debug, Default)]
pub struct CatalogueView(Arc<ArcSwap<Catalogue>>);

/// The whole catalogue at one moment. A definition that another version of the program wrote and this one cannot
/// read is left out.
#[derive(Debug, Default)]
pub struct Catalogue {
    version: i64,
    categories: Vec<Category>,
    category_tags: HashMap<CategoryId, String>,
    services: BTreeMap<ServiceId, Arc<Listed>>,
    offerings: BTreeMap<(FiscalCode, ServiceId), Offered>,
    subjects: HashMap<SubjectId, (FiscalCode, ServiceId)>,
    schemas: BTreeMap<SchemaName, Schema>,
    organizations: BTreeMap<FiscalCode, Organization>,
}

/// A service, ready to be asked for.
#[derive(Debug)]
pub struct Listed {
    /// The service.
    pub service: Service,
    /// Reads the documents in which the node hands over what was filled in.
    pub reader: PayloadReader,
    /// The digest of all that it follows from: another definition or schema has another.
    pub version: [u8; 32],
    /// The tag of its definition, for who replaces it.
    pub tag: String,
}

/// A service as a creditor institution offers it.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The service.
    pub listed: Arc<Listed>,
    /// The offering.
    pub offering: Arc<Offering>,
    /// The digest of service and offering.
    pub version: [u8; 32],
    /// The tag of the definition of the offering, for who replaces it.
    pub tag: String,
    /// Whether the institution takes part.
    enabled: bool,
}

/// A schema of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its name (`xsdRiferimento`).
    pub name: SchemaName,
    /// Its text.
    pub xsd: Arc<str>,
    /// The tag of its definition, for who replaces it; none of one that comes with the program.
    pub tag: Option<String>,
}

/// A schema that people brought, as it is kept.
#[derive(Deserialize)]
struct SchemaDefinition {
    name: String,
    xsd: String,
}

impl Offered {
    /// Whether it can be asked for now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.enabled && self.offering.is_open(&self.listed.service, now)
    }

    /// Whether the institution takes part, as far as the published contract says.
    pub fn takes_part(&self) -> bool {
        self.enabled
    }

    /// The service.
    pub fn service(&self) -> &Service {
        &self.listed.service
    }
}

impl CatalogueView {
    /// The catalogue as it is now.
    pub fn current(&self) -> Arc<Catalogue> {
        self.0.load_full()
    }

    /// Reads the catalogue again if anything has changed. Requests under way finish with the one they began with.
    pub async fn refresh(&self, store: &Store) -> Result<Arc<Catalogue>, StoreError> {
        let before = self.current();
        if store.catalogue_version().await? == before.version {
            return Ok(before);
        }
        let read = Arc::new(Catalogue::new(store.catalogue().await?, &before));
        // Of two who read at once the one that saw less may come last.
        self.0.rcu(
            |current| if current.version > read.version { Arc::clone(current) } else { Arc::clone(&read) },
        );
        Ok(self.current())
    }
}

impl Catalogue {
    /// What these rows say; what is in them as it was before is taken over.
    pub fn new(rows: CatalogueRows, before: &Catalogue) -> Self {
        let mut catalogue = Catalogue { version: rows.version, ..Catalogue::default() };
        catalogue.organizations = rows.organizations.into_iter().map(|one| (one.ec.clone(), one)).collect();
        rows.categories.iter().for_each(|text| catalogue.add_category(text));
        let place = |one: &Category| (one.order, one.name.italian().clone(), one.id.clone());
        catalogue.categories.sort_by_key(place);
        catalogue.schemas =
            SHIPPED.iter().filter_map(of_program).map(|one| (one.name.clone(), one)).collect();
        rows.schemas.iter().for_each(|text| catalogue.add_schema(text));
        rows.services.iter().for_each(|text| catalogue.add_service(text, before));
        rows.offerings.iter().for_each(|text| catalogue.add_offering(text, before));
        catalogue
    }

    fn add_category(&mut self, text: &str) {
        let definition: Option<CategoryDefinition> = parsed(text, "category");
        let Some(category) = definition.and_then(|one| understood(one.read(), "category", &one.id)) else {
            return;
        };
        self.category_tags.insert(category.id.clone(), definition_tag(text));
        self.categories.push(category);
    }

    fn add_schema(&mut self, text: &str) {
        let Some(SchemaDefinition { name, xsd }) = parsed(text, "schema") else { return };
        let Some(name) = understood(SchemaName::new(&name), "schema", &name) else { return };
        let schema = Schema { name: name.clone(), xsd: xsd.into(), tag: Some(definition_tag(text)) };
        self.schemas.insert(name, schema);
    }

    fn add_service(&mut self, text: &str, before: &Catalogue) {
        let Some(definition) = parsed::<ServiceDefinition>(text, "service") else { return };
        let id = definition.id.as_str();
        let Some(service) = understood(definition.read(), "service", id) else { return };
        let xsd = match self.xsd_of(&service) {
            Some(xsd) => xsd,
            None => return left_out("service", id, &"its schema is not there"),
        };
        let version = digest([text.as_bytes(), xsd.as_bytes()]);
        let same = before.services.get(&service.id).filter(|known| known.version == version);
        let listed = match same {
            Some(known) => Arc::clone(known),
            None => {
                let reader = reader(&service, &xsd);
                let Some(reader) = understood(reader, "service", id) else { return };
                Arc::new(Listed { service, reader, version, tag: definition_tag(text) })
            }
        };
        self.services.insert(listed.service.id.clone(), listed);
    }

    /// The text of the schema of the documents of a service.
    pub fn xsd_of(&self, service: &Service) -> Option<Arc<str>> {
        match &service.intake {
            Intake::Own => Some(render::xsd(service).into()),
            Intake::Bound(binding) => self.schemas.get(&binding.schema).map(|schema| Arc::clone(&schema.xsd)),
        }
    }

    fn add_offering(&mut self, text: &str, before: &Catalogue) {
        let Some(definition) = parsed::<OfferingDefinition>(text, "offering") else { return };
        let name = format!("{}/{}", definition.organization, definition.service);
        let service = ServiceId::new(&definition.service).ok();
        let Some(listed) = service.and_then(|service| self.services.get(&service)) else {
            return left_out("offering", &name, &"its service is not there");
        };
        let (listed, version) = (Arc::clone(listed), digest([&listed.version, text.as_bytes()]));
        let ec = FiscalCode::new(&definition.organization).ok();
        let key = ec.map(|ec| (ec, listed.service.id.clone()));
        let same = key.and_then(|key| before.offerings.get(&key)).filter(|known| known.version == version);
        let offering = match same {
            Some(known) => Arc::clone(&known.offering),
            None => {
                let Some(read) = understood(definition.read(&listed.service.form), "offering", &name) else {
                    return;
                };
                Arc::new(read)
            }
        };
        let enabled = self.organizations.get(&offering.ec).is_none_or(|organization| organization.enabled);
        let key = (offering.ec.clone(), offering.service.clone());
        if let Some(subject) = &offering.subject {
            self.subjects.insert(subject.clone(), key.clone());
        }
        self.offerings.insert(key, Offered { listed, offering, version, tag: definition_tag(text), enabled });
    }
}

impl Catalogue {
    /// How often the catalogue had been changed.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The service of that name, whatever its state.
    pub fn service(&self, id: &ServiceId) -> Option<&Arc<Listed>> {
        self.services.get(id)
    }

    /// All services, by name.
    pub fn services(&self) -> impl Iterator<Item = &Arc<Listed>> {
        self.services.values()
    }

    /// What an institution offers of a service, whatever its state.
    pub fn offered(&self, ec: &FiscalCode, service: &ServiceId) -> Option<Offered> {
        self.offerings.get(&(ec.clone(), service.clone())).cloned()
    }

    /// The offering that the node knows by that name.
    pub fn by_subject(&self, subject: &SubjectId) -> Option<Offered> {
        self.offerings.get(self.subjects.get(subject)?).cloned()
    }

    /// All offerings, by institution and service.
    pub fn offerings(&self) -> impl Iterator<Item = &Offered> {
        self.offerings.values()
    }

    /// All categories, siblings in their order.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The category of that name.
    pub fn category(&self, id: &CategoryId) -> Option<&Category> {
        self.categories.iter().find(|one| one.id == *id)
    }

    /// The tag of the definition of a category, for who replaces it.
    pub fn category_tag(&self, id: &CategoryId) -> Option<&str> {
        self.category_tags.get(id).map(String::as_str)
    }

    /// Whether a category is another or somewhere below it.
    pub fn is_within(&self, category: &CategoryId, above: &CategoryId) -> bool {
        let mut at = Some(category);
        // As many steps as there are categories: they cannot turn in a circle.
        for _ in 0..=self.categories.len() {
            match at {
                Some(id) if id == above => return true,
                Some(id) => at = self.category(id).and_then(|one| one.parent.as_ref()),
                None => return false,
            }
        }
        false
    }

    /// The schema of that name.
    pub fn schema(&self, name: &SchemaName) -> Option<&Schema> {
        self.schemas.get(name)
    }

    /// All schemas, by name.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        self.schemas.values()
    }

    /// An institution under the published contract.
    pub fn organization(&self, ec: &FiscalCode) -> Option<&Organization> {
        self.organizations.get(ec)
    }
}

/// The reader of the documents of a service.
pub fn reader(service: &Service, xsd: &str) -> Result<PayloadReader, Vec<super::payload::Unreadable>> {
    match &service.intake {
        Intake::Own => PayloadReader::of_form(xsd, &service.form),
        Intake::Bound(binding) => PayloadReader::compile(xsd, &binding.paths),
    }
}

fn of_program(known: &super::payload::Shipped) -> Option<Schema> {
    let name = SchemaName::new(known.name).ok()?;
    let xsd = shipped(&name)?.into();
    Some(Schema { name, xsd, tag: None })
}

fn parsed<T: DeserializeOwned>(text: &str, what: &'static str) -> Option<T> {
    serde_json::from_str(text).map_err(|error| left_out(what, "?", &error)).ok()
}

fn understood<T, E: std::fmt::Debug>(read: Result<T, E>, what: &'static str, name: &str) -> Option<T> {
    read.map_err(|wrong| left_out(what, name, &format_args!("{wrong:?}"))).ok()
}

fn left_out(what: &'static str, name: &str, why: &dyn std::fmt::Display) {
    tracing::warn!(what, name, %why, "a definition of the catalogue cannot be read and is left out");
}

fn digest<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.len().to_be_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}
