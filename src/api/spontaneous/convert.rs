//! Between the words of the contract and those of the catalogue.

use jiff::Timestamp;
use jiff::civil::Date;

use super::model::{
    EnrollmentModel, EnrollmentRequest, NUMBER, OrganizationModel, PropertyModel, PropertyRequest, STRING,
    ServiceModel, ServiceRequest, Status,
};
use super::{GpsError, Holder};
use crate::api::positions::field::Field;
use crate::api::positions::parse::report::{Pointer, Report};
use crate::api::problem::Violation;
use crate::catalogue::definition::{
    CommissionWord, FieldDefinition, FieldWord, FormDefinition, LocalizedText, OfferingDefinition,
    PayerDefinition, PriceDefinition, ServiceDefinition, StageDefinition, Wrong,
};
use crate::catalogue::view::{Catalogue, Offered};
use crate::domain::catalogue::form::{Field as FormField, FieldKind, Form};
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::price::PriceRule;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::stage::{Act, Stage, State as Stand};
use crate::domain::fiscal_code::FiscalCode;
use crate::registry::Registry;
use crate::store::Organization;

/// The category of services that are made under this contract, which knows none.
pub(super) const CATEGORY: &str = "altro";

/// How a pointer into one of our definitions begins, and where the body of the contract has it.
type Places = [(&'static str, &'static str)];

const OF_SERVICE: &Places = &[
    ("/id", "/id"),
    ("/name", "/name"),
    ("/description", "/description"),
    ("/taxonomy", "/transferCategory"),
    ("/price", "/endpoint"),
    ("/form/fields", "/properties"),
    ("/form", "/properties"),
    ("/payer", "/properties"),
    ("/binding", "/properties"),
    ("/remittance", "/properties"),
];

const OF_ENROLLMENT: &Places = &[
    ("/service", "/serviceId"),
    ("/iban", "/iban"),
    ("/postalIban", "/postalIban"),
    ("/office", "/officeName"),
    ("/segregationCode", "/segregationCode"),
    ("/remittance", "/remittanceInformation"),
    ("/organization", ""),
];

/// The same places, in the body of the contract. Texts in languages are one text there.
fn translated(pointer: &str, places: &Places) -> String {
    let found = places.iter().find_map(|(ours, theirs)| {
        let rest = pointer.strip_prefix(ours).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some((*theirs, rest))
    });
    match found {
        Some(("/properties", rest)) => format!("/properties{rest}"),
        Some((theirs, _)) => theirs.to_owned(),
        None => String::new(),
    }
}

/// What is wrong with a service, in the body of the contract.
pub(super) fn of_service(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.iter_mut().for_each(|one| one.pointer = translated(&one.pointer, OF_SERVICE));
    violations
}

/// What is wrong with an enrolment, in the body of the contract.
pub(super) fn of_enrollment(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.iter_mut().for_each(|one| one.pointer = translated(&one.pointer, OF_ENROLLMENT));
    violations
}

fn violations(wrong: Vec<Wrong>) -> Vec<Violation> {
    let violation = |Wrong { pointer, code, message }: Wrong| Violation { pointer, code, message };
    wrong.into_iter().map(violation).collect()
}

/// A service as somebody wishes it.
pub(super) struct WantedService {
    /// Its name for programs.
    pub id: String,
    /// Whose it is: a fiscal code, or nobody's in particular.
    pub owner: Option<String>,
    /// As it is.
    pub known: Option<Service>,
}

/// Reads a service at the root of a body. What the contract does not know stays as it is.
pub(super) fn service(
    request: ServiceRequest,
    wanted: WantedService,
    (mut report, now): (Report, Timestamp),
) -> Result<Service, GpsError> {
    let root = Pointer::root();
    let mut text = |field, name| report.required(field, &root.field(name)).unwrap_or_default();
    let name: String = text(request.name, "name");
    let description: String = text(request.description, "description");
    let taxonomy: String = text(request.transfer_category, "transferCategory");
    let endpoint: String = text(request.endpoint, "endpoint");
    let word: String = text(request.status, "status");
    let base_path = report.optional(request.base_path, &root.field("basePath")).unwrap_or_default();
    let status = status(&word, &root, &mut report);
    let known_form = wanted.known.as_ref().map(|known| &known.form);
    let fields = properties(request.properties, known_form, (&root.field("properties"), &mut report));
    if !report.is_clean() {
        return Err(GpsError::Invalid(report.into_violations()));
    }
    let mut definition = wanted.known.as_ref().map_or_else(empty, ServiceDefinition::of);
    definition.id = wanted.id;
    definition.owner = wanted.owner;
    definition.name.it = name;
    definition.description.get_or_insert_default().it = description;
    definition.taxonomy = taxonomy;
    definition.price = PriceDefinition::Calculator { url: format!("{endpoint}{base_path}") };
    definition.form.fields = fields;
    let mut service = definition.read().map_err(|wrong| GpsError::Invalid(of_service(violations(wrong))))?;
    service.stage = staged(wanted.known.map_or_else(Stage::default, |known| known.stage), status, now);
    Ok(service)
}

/// A service of which nothing was said yet.
fn empty() -> ServiceDefinition {
    ServiceDefinition {
        id: String::new(),
        owner: None,
        name: LocalizedText::default(),
        description: None,
        category: CATEGORY.to_owned(),
        taxonomy: String::new(),
        form: FormDefinition::default(),
        binding: None,
        price: PriceDefinition::Calculator { url: String::new() },
        remittance: "{service}".to_owned(),
        payer: PayerDefinition::default(),
        stage: StageDefinition::default(),
    }
}

/// Reads whether something is to be payable.
pub(super) fn status(word: &str, at: &Pointer, report: &mut Report) -> Status {
    Status::of_word(word).unwrap_or_else(|| {
        // What is not there was told before.
        if !word.is_empty() {
            report.add(&at.field("status"), "unknown_word", "must be ENABLED or DISABLED");
        }
        Status::Disabled
    })
}

/// The stage after somebody said whether it can be paid: what was never published is published first.
fn staged(stage: Stage, status: Status, now: Timestamp) -> Stage {
    let published = stage.after(Act::Publish, now).unwrap_or(stage);
    let act = match status {
        Status::Enabled => Act::Resume,
        Status::Disabled => Act::Suspend,
    };
    published.after(act, now).unwrap_or(published)
}

/// The fields that payers are asked. One that is there in the same type stays as it is.
fn properties(
    field: Field<Vec<Field<PropertyRequest>>>,
    known: Option<&Form>,
    (at, report): (&Pointer, &mut Report),
) -> Vec<FieldDefinition> {
    let known = known.map(FormDefinition::of).unwrap_or_default();
    let mut fields = Vec::new();
    for (index, property) in report.optional(field, at).unwrap_or_default().into_iter().enumerate() {
        let at = at.item(index);
        let Some(property) = report.required(property, &at) else { continue };
        let name = report.required(property.name, &at.field("name"));
        let kind = report.optional(property.kind, &at.field("type"));
        let required = report.optional(property.required, &at.field("required")).unwrap_or(true);
        let is_number = match kind.as_deref() {
            None | Some(STRING) => false,
            Some(NUMBER) => true,
            Some(_) => {
                report.add(&at.field("type"), "unknown_word", "must be STRING or NUMBER");
                continue;
            }
        };
        let Some(name) = name else { continue };
        let same = known.fields.iter().find(|one| {
            one.name == name && one.required == required && is_number == is_number_word(one.kind)
        });
        fields.push(same.cloned().unwrap_or_else(|| plain(name, is_number, required)));
    }
    fields
}

fn plain(name: String, is_number: bool, required: bool) -> FieldDefinition {
    FieldDefinition {
        label: LocalizedText { it: name.clone(), ..LocalizedText::default() },
        name,
        help: None,
        kind: if is_number { FieldWord::Decimal } else { FieldWord::Text },
        required,
        min_length: None,
        max_length: None,
        pattern: None,
        minimum: None,
        maximum: None,
        decimals: None,
        choices: Vec::new(),
    }
}

const fn is_number_word(kind: FieldWord) -> bool {
    matches!(kind, FieldWord::Integer | FieldWord::Decimal)
}

/// A service in the words of the contract.
pub(super) fn service_model(service: &Service, now: Timestamp) -> ServiceModel {
    let (endpoint, base_path) = match &service.price {
        PriceRule::Calculator(url) => split(url.as_str()),
        _ => (None, None),
    };
    ServiceModel {
        id: service.id.to_string(),
        name: service.name.italian().to_string(),
        description: service.description.as_ref().map(|text| text.italian().to_string()),
        transfer_category: service.taxonomy.to_string(),
        endpoint,
        base_path,
        status: Status::from(service.stage.state(now) == Stand::Published).word(),
        properties: service.form.fields().iter().map(property).collect(),
    }
}

/// Scheme and host of a URL, and the rest.
fn split(url: &str) -> (Option<String>, Option<String>) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    let (endpoint, base_path) = url.split_at(path);
    (Some(endpoint.to_owned()), Some(base_path.to_owned()))
}

fn property(field: &FormField) -> PropertyModel {
    let is_number = matches!(field.kind, FieldKind::Integer { .. } | FieldKind::Decimal { .. });
    PropertyModel {
        name: field.name.to_string(),
        kind: if is_number { NUMBER } else { STRING },
        required: field.is_required(),
    }
}

/// What an institution is wished to provide.
pub(super) struct WantedEnrollment<'a> {
    /// The institution.
    pub ec: &'a FiscalCode,
    /// The service.
    pub service: &'a Service,
    /// As it is.
    pub known: Option<&'a Offering>,
    /// The day in Italy.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
}

/// Reads an enrolment at a place of a body. What the contract does not know stays as it is.
pub(super) fn offering(
    request: EnrollmentRequest,
    wanted: &WantedEnrollment<'_>,
    at: &Pointer,
) -> Result<Offering, GpsError> {
    let mut report = Report::default();
    let iban: Option<String> = report.required(request.iban, &at.field("iban"));
    let code: Option<String> = report.required(request.segregation_code, &at.field("segregationCode"));
    let remittance: Option<String> =
        report.required(request.remittance_information, &at.field("remittanceInformation"));
    let office = report.optional_string(request.office_name, &at.field("officeName"));
    let postal_iban = report.optional_string(request.postal_iban, &at.field("postalIban"));
    if !report.is_clean() {
        return Err(GpsError::Invalid(report.into_violations()));
    }
    let mut definition = wanted.known.map_or_else(|| unsaid(wanted), OfferingDefinition::of);
    definition.iban = iban.unwrap_or_default();
    // The contract reads it as a number.
    definition.segregation_code = code.map(|code| format!("{code:0>2}"));
    definition.remittance = remittance;
    definition.office = office;
    definition.postal_iban = postal_iban;
    let read = definition.read(&wanted.service.form);
    let mut offering = read.map_err(|wrong| {
        let mut wrong = of_enrollment(violations(wrong));
        wrong.iter_mut().for_each(|one| one.pointer.insert_str(0, &at.to_string()));
        GpsError::Invalid(wrong)
    })?;
    if wanted.known.is_none() {
        offering.stage = staged(offering.stage, Status::Enabled, wanted.now);
    }
    Ok(offering)
}

/// An enrolment of which nothing was said yet.
fn unsaid(wanted: &WantedEnrollment<'_>) -> OfferingDefinition {
    OfferingDefinition {
        organization: wanted.ec.to_string(),
        service: wanted.service.id.to_string(),
        subject: None,
        name: None,
        office: None,
        iban: String::new(),
        postal_iban: None,
        from: wanted.today,
        until: None,
        commission: CommissionWord::Unsaid,
        segregation_code: None,
        price: None,
        remittance: None,
        accounting: Vec::new(),
        places: Vec::new(),
        payable_days: 30,
        stage: StageDefinition::default(),
    }
}

/// An enrolment in the words of the contract.
pub(super) fn enrollment_model(offered: &Offered) -> EnrollmentModel {
    let offering = &offered.offering;
    EnrollmentModel {
        service_id: offering.service.to_string(),
        iban: offering.iban.to_string(),
        office_name: offering.office.as_ref().map(ToString::to_string),
        segregation_code: offering.segregation.map(|code| code.to_string()).unwrap_or_default(),
        remittance_information: offering.remittance(offered.service()).to_string(),
        postal_iban: offering.postal_iban.as_ref().map(ToString::to_string),
    }
}

/// An institution as it takes part: it does from its first offering on.
pub(super) fn organization(
    catalogue: &Catalogue,
    registry: &Registry,
    ec: &FiscalCode,
) -> Option<Organization> {
    if let Some(known) = catalogue.organization(ec) {
        return Some(known.clone());
    }
    let offers = catalogue.offerings().any(|offered| offered.offering.ec == *ec);
    let party = registry.institution(ec).filter(|_| offers)?;
    Some(Organization { ec: ec.clone(), company_name: party.name.clone(), enabled: true })
}

/// An institution in the words of the contract.
pub(super) fn organization_model(catalogue: &Catalogue, organization: &Organization) -> OrganizationModel {
    let own = catalogue.offerings().filter(|offered| offered.offering.ec == organization.ec);
    OrganizationModel {
        fiscal_code: organization.ec.to_string(),
        company_name: organization.company_name.to_string(),
        status: Status::from(organization.enabled).word(),
        enrollments: own.map(enrollment_model).collect(),
    }
}

/// The service of that name, if the caller may see it.
pub(super) fn seen<'c>(
    catalogue: &'c Catalogue,
    holder: &Holder,
    name: &str,
) -> Result<&'c Service, GpsError> {
    let id = crate::domain::catalogue::ids::ServiceId::new(name).map_err(|_| GpsError::UnknownService)?;
    let listed = catalogue.service(&id).filter(|listed| holder.sees(&listed.service));
    listed.map(|listed| &listed.service).ok_or(GpsError::UnknownService)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_behind_its_host() {
        let parts = |url| {
            let (endpoint, base_path) = split(url);
            (endpoint.unwrap(), base_path.unwrap())
        };
        assert_eq!(parts("https://a.it:8443/b/c"), ("https://a.it:8443".into(), "/b/c".into()));
        assert_eq!(parts("https://a.it"), ("https://a.it".into(), String::new()));
    }

    #[test]
    fn places_are_those_of_the_contract() {
        let places = [
            ("/name/it", "/name"),
            ("/price/url", "/endpoint"),
            ("/form/fields/1/name", "/properties/1/name"),
            ("/taxonomy", "/transferCategory"),
            ("/nameless", ""),
        ];
        for (ours, theirs) in places {
            assert_eq!(translated(ours, OF_SERVICE), theirs);
        }
        assert_eq!(translated("/remittance", OF_ENROLLMENT), "/remittanceInformation");
    }
}
