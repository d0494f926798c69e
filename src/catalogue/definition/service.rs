//! A service, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::{Findings, Wrong, known};
use super::form::FormDefinition;
use super::price::PriceDefinition;
use super::stage::StageDefinition;
use super::template;
use super::text::LocalizedText;
use crate::domain::access::Tenant;
use crate::domain::catalogue::form::{FieldKind, FieldName, Form};
use crate::domain::catalogue::ids::{CategoryId, SchemaName, ServiceId};
use crate::domain::catalogue::service::{Binding, Intake, Payer, Service, XmlPath};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::taxonomy::TaxonomyCode;
use crate::domain::text::Text;

/// A service that can be paid for without a notice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SpontaneousService)]
pub struct ServiceDefinition {
    /// Its name for programs: letters, digits, dots, hyphens, underscores, at most 50. One of five characters is
    /// also the node's `idServizio`.
    #[schema(examples("00001"))]
    pub id: String,
    /// The creditor institution whose own it is; without one it is the installation's, for all institutions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub owner: Option<String>,
    /// Its name for people, at most 70 characters.
    pub name: LocalizedText,
    /// What it is for, at most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<LocalizedText>,
    /// In which group it stands.
    pub category: String,
    /// What its transfers say they are for: a code of the taxonomy.
    #[schema(examples("9/0101002IM/"))]
    pub taxonomy: String,
    /// What the payer fills in.
    pub form: FormDefinition,
    /// The schema of the documents in which the node hands over what was filled in; without one, a schema is made
    /// from the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub binding: Option<BindingDefinition>,
    /// What it costs.
    pub price: PriceDefinition,
    /// What the bank statement says; names of fields in braces stand for what was filled in.
    #[schema(examples("Bollo auto {plate}"))]
    pub remittance: String,
    /// Which fields say who pays; without any the debtor is anonymous.
    #[serde(default)]
    pub payer: PayerDefinition,
    /// How far its publication has come.
    #[serde(default)]
    pub stage: StageDefinition,
}

/// Which elements of a document are which fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SchemaBinding)]
pub struct BindingDefinition {
    /// The schema (`xsdRiferimento`).
    #[schema(examples("TassaAuto"))]
    pub schema: String,
    /// Each element that is a field.
    #[schema(max_items = 50)]
    pub paths: Vec<BoundPath>,
}

/// An element that is a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundPath {
    /// The local names of the elements below the root, with slashes between them.
    #[schema(examples("veicoloConTarga/veicoloTarga"))]
    pub path: String,
    /// The field.
    #[schema(examples("plate"))]
    pub field: String,
}

/// Which fields say who pays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PayerFields)]
pub struct PayerDefinition {
    /// The field of the fiscal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fiscal_code: Option<String>,
    /// The field of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub full_name: Option<String>,
    /// The field of the electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<String>,
}

/// The most elements that can be fields.
const PATHS_MAX: usize = 50;

impl ServiceDefinition {
    /// As JSON.
    pub fn of(service: &Service) -> Self {
        let owner = match &service.owner {
            Tenant::Institution(ec) => Some(ec.to_string()),
            Tenant::Gateway | Tenant::Broker(_) => None,
        };
        let binding = match &service.intake {
            Intake::Own => None,
            Intake::Bound(binding) => Some(BindingDefinition::of(binding)),
        };
        ServiceDefinition {
            id: service.id.to_string(),
            owner,
            name: LocalizedText::of(&service.name),
            description: service.description.as_ref().map(LocalizedText::of),
            category: service.category.to_string(),
            taxonomy: service.taxonomy.to_string(),
            form: FormDefinition::of(&service.form),
            binding,
            price: PriceDefinition::of(&service.price),
            remittance: service.remittance.to_string(),
            payer: PayerDefinition::of(&service.payer),
            stage: service.stage.into(),
        }
    }

    /// Reads it. Whether category, schema and taxonomy code are known is for who knows them.
    pub fn read(&self) -> Result<Service, Vec<Wrong>> {
        let mut findings = Findings::default();
        let service = self.parts(&mut findings);
        findings.finish(service)
    }

    fn parts(&self, findings: &mut Findings) -> Option<Service> {
        let id = findings.read("/id", ServiceId::new(&self.id));
        let owner = match &self.owner {
            None => Some(Tenant::Gateway),
            Some(ec) => findings.read("/owner", FiscalCode::new(ec)).map(Tenant::Institution),
        };
        let name = self.name.read("/name", findings);
        let description = self.description.as_ref();
        let description = description.and_then(|text| text.read("/description", findings));
        let category = findings.read("/category", CategoryId::new(&self.category));
        findings.read("/taxonomy", TaxonomyCode::of_category(&self.taxonomy));
        let taxonomy = findings.read("/taxonomy", Text::new(&self.taxonomy));
        let form = self.form.read("/form", findings)?;
        let intake = match &self.binding {
            None => Some(Intake::Own),
            Some(binding) => binding.read(&form, findings).map(Intake::Bound),
        };
        let price = self.price.read("/price", &form, findings);
        let remittance = template::read(&self.remittance, ("/remittance", &form), findings);
        let payer = self.payer.read(&form, findings);
        Some(Service {
            id: id?,
            owner: owner?,
            name: name?,
            description,
            category: category?,
            taxonomy: taxonomy?,
            form,
            intake: intake?,
            price: price?,
            remittance: remittance?,
            payer,
            stage: self.stage.into(),
        })
    }
}

impl BindingDefinition {
    fn of(binding: &Binding) -> Self {
        let paths = binding.paths.iter();
        let bound = |(path, field): &(XmlPath, FieldName)| BoundPath {
            path: path.as_str().to_owned(),
            field: field.to_string(),
        };
        BindingDefinition { schema: binding.schema.to_string(), paths: paths.map(bound).collect() }
    }

    fn read(&self, form: &Form, findings: &mut Findings) -> Option<Binding> {
        let schema = findings.read("/binding/schema", SchemaName::new(&self.schema));
        if self.paths.len() > PATHS_MAX {
            findings.add("/binding/paths", "too_many", format!("must not be more than {PATHS_MAX}"));
            return None;
        }
        let mut paths: Vec<(XmlPath, FieldName)> = Vec::new();
        for (index, bound) in self.paths.iter().enumerate() {
            let at = format!("/binding/paths/{index}");
            let path = findings.read(format!("{at}/path"), XmlPath::new(&bound.path));
            let field = known(&bound.field, (&format!("{at}/field"), form), findings);
            let Some((path, field)) = path.zip(field) else { continue };
            if paths.iter().any(|(other, named)| *other == path || *named == field) {
                findings.add(at, "taken", "another element or field is bound like that");
            }
            paths.push((path, field));
        }
        for field in form.fields() {
            if !paths.iter().any(|(_, bound)| *bound == field.name) && field.is_required() {
                findings.add("/binding/paths", "unbound", "every field that is required needs its element");
            }
        }
        schema.map(|schema| Binding { schema, paths })
    }
}

impl PayerDefinition {
    fn of(payer: &Payer) -> Self {
        let name = |field: &Option<FieldName>| field.as_ref().map(ToString::to_string);
        PayerDefinition {
            fiscal_code: name(&payer.fiscal_code),
            full_name: name(&payer.full_name),
            email: name(&payer.email),
        }
    }

    fn read(&self, form: &Form, findings: &mut Findings) -> Payer {
        let mut field = |name: &Option<String>, pointer: &str| {
            let name = known(name.as_ref()?, (pointer, form), findings)?;
            if form.field(&name).is_some_and(|field| !holds_text(&field.kind)) {
                findings.add(pointer, "not_text", "must be a field that is filled in with a text");
            }
            Some(name)
        };
        Payer {
            fiscal_code: field(&self.fiscal_code, "/payer/fiscalCode"),
            full_name: field(&self.full_name, "/payer/fullName"),
            email: field(&self.email, "/payer/email"),
        }
    }
}

/// Whether what is filled in can name somebody.
fn holds_text(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Text { .. } | FieldKind::FiscalCode | FieldKind::VatNumber | FieldKind::Email => true,
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Date { .. }
        | FieldKind::Choice(_)
        | FieldKind::Plate
        | FieldKind::Iban
        | FieldKind::Boolean => false,
    }
}
