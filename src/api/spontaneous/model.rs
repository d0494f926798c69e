//! Services, institutions and their enrolments as the contract has them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::openapi::form::{MaybeText140, Text70, Text140, form, words};
use crate::api::positions::field::{Field, Shape};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::iban::Iban;
use crate::domain::text::Text;

/// As the derived schemas write it.
pub(super) type Text255 = Text<255>;

/// Whether something can be paid, as the contract says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It can.
    Enabled,
    /// It cannot.
    Disabled,
}
form!(Status, "GpsStatus", words(Status::ALL.map(Status::word), "Whether it can be paid."));

impl Status {
    const ALL: [Status; 2] = [Status::Enabled, Status::Disabled];

    /// The word of the contract.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Status::Enabled => "ENABLED",
            Status::Disabled => "DISABLED",
        }
    }

    /// The status of that word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|one| one.word() == word)
    }
}

impl From<bool> for Status {
    fn from(enabled: bool) -> Self {
        if enabled { Status::Enabled } else { Status::Disabled }
    }
}

/// What a property of a service is.
pub(super) enum KindWord {}
form!(KindWord, "GpsPropertyType", words([STRING, NUMBER], "STRING if left out."));

/// The words of the contract.
pub(super) const STRING: &str = "STRING";
pub(super) const NUMBER: &str = "NUMBER";

/// Something that payers are asked.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = GpsPropertyEdit)]
pub(super) struct PropertyRequest {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required, pattern = "^[A-Za-z_][A-Za-z0-9_]{0,39}$")]
    pub name: Field<String>,
    /// What it is.
    #[serde(default, rename = "type")]
    #[schema(value_type = KindWord)]
    pub kind: Field<String>,
    /// Whether it has to be answered; it has if left out.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub required: Field<bool>,
}

impl Shape for PropertyRequest {
    const IS_OBJECT: bool = true;
}

/// A service as it is wished to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsServiceEdit)]
pub(super) struct ServiceRequest {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Text70, required)]
    pub name: Field<String>,
    /// What it is.
    #[serde(default)]
    #[schema(value_type = Text255, required)]
    pub description: Field<String>,
    /// The code of the taxonomy that transfers carry.
    #[serde(default)]
    #[schema(value_type = String, required, examples("9/0101100IM/"))]
    pub transfer_category: Field<String>,
    /// Where its price is asked: scheme and host.
    #[serde(default)]
    #[schema(value_type = String, required, examples("https://calcolo.example.org"))]
    pub endpoint: Field<String>,
    /// Where there.
    #[serde(default)]
    #[schema(value_type = String, examples("/mensa"))]
    pub base_path: Field<String>,
    /// Whether it can be paid.
    #[serde(default)]
    #[schema(value_type = Status, required)]
    pub status: Field<String>,
    /// What payers are asked.
    #[serde(default)]
    #[schema(value_type = Vec<PropertyRequest>, max_items = 20)]
    pub properties: Field<Vec<Field<PropertyRequest>>>,
}

impl Shape for ServiceRequest {
    const IS_OBJECT: bool = true;
}

/// A service that is to be there.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewGpsService)]
pub(super) struct NewServiceRequest {
    /// Its name for programs, which stays.
    #[serde(default)]
    #[schema(value_type = String, required, pattern = "^[A-Za-z0-9._-]{1,50}$")]
    pub id: Field<String>,
    /// What it is.
    #[serde(flatten)]
    pub service: ServiceRequest,
}

impl Shape for NewServiceRequest {
    const IS_OBJECT: bool = true;
}

/// That an institution provides a service, as it is wished to be.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsEnrollmentEdit)]
pub(super) struct EnrollmentRequest {
    /// Where the money goes: an account of the institution.
    #[serde(default)]
    #[schema(value_type = Iban, required)]
    pub iban: Field<String>,
    /// The office, as payers read it.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    pub office_name: Field<String>,
    /// The segregation code of its notices.
    #[serde(default)]
    #[schema(value_type = String, required, pattern = "^[0-9]{1,2}$", examples("02"))]
    pub segregation_code: Field<String>,
    /// What the payment is for; names of properties in braces stand for their answers.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub remittance_information: Field<String>,
    /// An account of the institution at the post office, for slips.
    #[serde(default)]
    #[schema(value_type = Iban)]
    pub postal_iban: Field<String>,
}

impl Shape for EnrollmentRequest {
    const IS_OBJECT: bool = true;
}

/// The same with the service.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewGpsEnrollment)]
pub(super) struct NewEnrollmentRequest {
    /// The service.
    #[serde(default)]
    #[schema(value_type = String, required)]
    pub service_id: Field<String>,
    /// How it is provided.
    #[serde(flatten)]
    pub enrollment: EnrollmentRequest,
}

impl Shape for NewEnrollmentRequest {
    const IS_OBJECT: bool = true;
}

/// An institution that is to take part.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewGpsOrganization)]
pub(super) struct NewOrganizationRequest {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Text140, required)]
    pub company_name: Field<String>,
    /// What it provides.
    #[serde(default)]
    #[schema(value_type = Vec<NewEnrollmentRequest>, max_items = 100)]
    pub enrollments: Field<Vec<Field<NewEnrollmentRequest>>>,
}

impl Shape for NewOrganizationRequest {
    const IS_OBJECT: bool = true;
}

/// An institution as it is wished to be; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsOrganizationEdit)]
pub(super) struct OrganizationRequest {
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = Text140)]
    pub company_name: Field<String>,
    /// Whether its services can be paid.
    #[serde(default)]
    #[schema(value_type = Status)]
    pub status: Field<String>,
}

impl Shape for OrganizationRequest {
    const IS_OBJECT: bool = true;
}

/// A service in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = GpsServiceRow)]
pub(super) struct ServiceRow {
    /// Its name for programs.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub description: Option<String>,
}

/// Something that payers are asked.
#[derive(Serialize, ToSchema)]
#[schema(as = GpsProperty)]
pub(super) struct PropertyModel {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    #[schema(value_type = KindWord)]
    pub kind: &'static str,
    /// Whether it has to be answered.
    pub required: bool,
}

/// A service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsService)]
pub(super) struct ServiceModel {
    /// Its name for programs.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub description: Option<String>,
    /// The code of the taxonomy that transfers carry.
    pub transfer_category: String,
    /// Where its price is asked; left out where it is not asked of anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub endpoint: Option<String>,
    /// Where there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub base_path: Option<String>,
    /// Whether it can be paid.
    #[schema(value_type = Status)]
    pub status: &'static str,
    /// What payers are asked.
    pub properties: Vec<PropertyModel>,
}

/// That an institution provides a service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsEnrollment)]
pub(super) struct EnrollmentModel {
    /// The service.
    pub service_id: String,
    /// Where the money goes.
    #[schema(value_type = Iban)]
    pub iban: String,
    /// The office, as payers read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub office_name: Option<String>,
    /// The segregation code of its notices; empty where any will do.
    pub segregation_code: String,
    /// What the payment is for.
    pub remittance_information: String,
    /// An account at the post office.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Iban)]
    pub postal_iban: Option<String>,
}

/// An institution and what it provides.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GpsOrganization)]
pub(super) struct OrganizationModel {
    /// Who it is.
    #[schema(value_type = FiscalCode)]
    pub fiscal_code: String,
    /// What it is called.
    pub company_name: String,
    /// Whether its services can be paid.
    #[schema(value_type = Status)]
    pub status: &'static str,
    /// What it provides.
    pub enrollments: Vec<EnrollmentModel>,
}

pub(super) fn service_example() -> Value {
    json!({
        "id": "mensa-scolastica", "name": "Mensa scolastica", "description": "Buoni pasto",
        "transferCategory": "9/0101100IM/", "endpoint": "https://calcolo.example.org", "basePath": "/mensa",
        "status": "ENABLED", "properties": [{ "name": "pasti", "type": "NUMBER", "required": true }],
    })
}

pub(super) fn service_edit_example() -> Value {
    let mut service = service_example();
    if let Some(service) = service.as_object_mut() {
        service.remove("id");
    }
    service
}

pub(super) fn enrollment_example() -> Value {
    let mut enrollment = enrollment_edit_example();
    if let Some(enrollment) = enrollment.as_object_mut() {
        enrollment.insert("serviceId".to_owned(), json!("mensa-scolastica"));
    }
    enrollment
}

pub(super) fn enrollment_edit_example() -> Value {
    json!({
        "iban": "IT80Z0599903600000000001001", "segregationCode": "02",
        "remittanceInformation": "Buoni pasto: {pasti}", "officeName": "Ufficio scuola",
    })
}

pub(super) fn organization_example() -> Value {
    json!({
        "fiscalCode": "99000010019", "companyName": "Comune di Borgo", "status": "ENABLED",
        "enrollments": [enrollment_example()],
    })
}
