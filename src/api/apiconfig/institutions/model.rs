//! Creditor institutions as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::apiconfig::paging::PageInfo;
use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::openapi::form::{Maybe, MaybeText70, MaybeText140, Text70, form, text};
use crate::api::positions::field::{Field, Shape};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::registry::institution::{TwoCharacters, ZipCode};
use crate::domain::registry::{CbillCode, InstitutionAddress, InstitutionFacts, Reporting};
use crate::domain::text::Text;

/// As the derived schemas write it.
type MaybeText255 = Maybe<Text<255>>;
type MaybeCbill = Maybe<CbillCode>;
type MaybeZipCode = Maybe<ZipCode>;
type MaybeTwoCharacters = Maybe<TwoCharacters>;

form!(
    CbillCode,
    "CbillCode",
    text("^\\s*[A-Za-z0-9]{5}\\s*$", "The code of home banking (CBILL, SIA).", "A1B2C")
);
form!(ZipCode, "ZipCode", text("^[0-9]{5}$", "Five digits.", "00187"));
form!(TwoCharacters, "TwoCharacters", text("^[A-Za-z0-9_]{2}$", "Two characters: the province.", "RM"));

/// A creditor institution as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CreditorInstitutionEdit)]
pub(in crate::api) struct InstitutionRequest {
    /// Its fiscal code.
    #[serde(default)]
    #[schema(value_type = FiscalCode, required)]
    creditor_institution_code: Field<String>,
    /// Whether its notices can be paid.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    enabled: Field<bool>,
    /// Its name, as payers read it.
    #[serde(default)]
    #[schema(value_type = Text70, required)]
    business_name: Field<String>,
    /// What else is said of it.
    #[serde(default)]
    #[schema(value_type = MaybeText255)]
    description: Field<String>,
    /// The code by which home banking finds it.
    #[serde(default)]
    #[schema(value_type = MaybeCbill)]
    cbill_code: Field<String>,
    /// Where it is.
    #[serde(default)]
    #[schema(value_type = AddressRequest, required)]
    address: Field<AddressRequest>,
    /// Whether it can be paid at any payment service provider.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    psp_payment: Field<bool>,
    /// Whether flows of reconciliation come by file transfer.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    reporting_ftp: Field<bool>,
    /// Whether they are compressed.
    #[serde(default)]
    #[schema(value_type = bool, required)]
    reporting_zip: Field<bool>,
}

/// Where an institution is, as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = CreditorInstitutionAddressEdit)]
pub(super) struct AddressRequest {
    /// Street and number.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    location: Field<String>,
    /// The town.
    #[serde(default)]
    #[schema(value_type = MaybeText70)]
    city: Field<String>,
    /// Five digits.
    #[serde(default)]
    #[schema(value_type = MaybeZipCode)]
    zip_code: Field<String>,
    /// The province.
    #[serde(default)]
    #[schema(value_type = MaybeTwoCharacters)]
    country_code: Field<String>,
    /// Its tax domicile.
    #[serde(default)]
    #[schema(value_type = MaybeText140)]
    tax_domicile: Field<String>,
}

impl Shape for InstitutionRequest {
    const IS_OBJECT: bool = true;
}
impl Shape for AddressRequest {
    const IS_OBJECT: bool = true;
}

/// Reads an institution; the path, if it names one, must name the same.
pub(in crate::api) fn read(body: Value, path: Option<&FiscalCode>) -> Result<InstitutionFacts, Invalid> {
    let (mut reading, request) = Reading::of::<InstitutionRequest>(body);
    let facts = facts(&mut reading, request, path);
    reading.end(facts)
}

/// The same within a body that has more.
pub(in crate::api) fn facts(
    reading: &mut Reading,
    request: InstitutionRequest,
    path: Option<&FiscalCode>,
) -> Option<InstitutionFacts> {
    const CODE: &str = "creditor_institution_code";
    let ec = reading.parsed(CODE, request.creditor_institution_code, FiscalCode::new);
    reading.same_as_path(CODE, ec.as_ref(), path);
    let enabled = reading.needed("enabled", request.enabled);
    let name = reading.text::<70>("business_name", request.business_name);
    let description = reading.maybe_text("description", request.description);
    let cbill = reading.maybe_parsed("cbill_code", request.cbill_code, CbillCode::new);
    let address = reading.within("address", request.address, address);
    let psp_payment = reading.needed("psp_payment", request.psp_payment);
    let ftp = reading.needed("reporting_ftp", request.reporting_ftp);
    let zip = reading.needed("reporting_zip", request.reporting_zip);
    Some(InstitutionFacts {
        ec: ec?,
        name: Text::new(name?.as_str()).ok()?,
        description,
        enabled: enabled?,
        cbill,
        address,
        psp_payment: psp_payment?,
        reporting: Reporting { ftp: ftp?, zip: zip? },
    })
}

fn address(reading: &mut Reading, request: AddressRequest) -> InstitutionAddress {
    InstitutionAddress {
        location: reading.maybe_text("location", request.location),
        city: reading.maybe_text("city", request.city),
        zip_code: reading.maybe_parsed("zip_code", request.zip_code, ZipCode::new),
        country_code: reading.maybe_parsed("country_code", request.country_code, TwoCharacters::new),
        tax_domicile: reading.maybe_text("tax_domicile", request.tax_domicile),
    }
}

/// A creditor institution.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionDetails)]
pub(in crate::api) struct InstitutionModel {
    /// Its fiscal code.
    creditor_institution_code: String,
    /// Whether its notices can be paid.
    enabled: bool,
    /// Its name, as payers read it.
    business_name: String,
    /// What else is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    description: Option<String>,
    /// The code by which home banking finds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    cbill_code: Option<String>,
    /// Where it is.
    address: AddressModel,
    /// Whether it can be paid at any payment service provider.
    psp_payment: bool,
    /// Whether flows of reconciliation come by file transfer.
    reporting_ftp: bool,
    /// Whether they are compressed.
    reporting_zip: bool,
}

/// Where an institution is.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionAddress)]
struct AddressModel {
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    location: Option<String>,
    /// The town.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    city: Option<String>,
    /// Five digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    zip_code: Option<String>,
    /// The province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    country_code: Option<String>,
    /// Its tax domicile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    tax_domicile: Option<String>,
}

impl From<&InstitutionFacts> for InstitutionModel {
    fn from(facts: &InstitutionFacts) -> Self {
        let address = &facts.address;
        InstitutionModel {
            creditor_institution_code: facts.ec.to_string(),
            enabled: facts.enabled,
            business_name: facts.name.to_string(),
            description: facts.description.as_ref().map(ToString::to_string),
            cbill_code: facts.cbill.as_ref().map(ToString::to_string),
            address: AddressModel {
                location: address.location.as_ref().map(ToString::to_string),
                city: address.city.as_ref().map(ToString::to_string),
                zip_code: address.zip_code.as_ref().map(|code| code.as_str().to_owned()),
                country_code: address.country_code.as_ref().map(|code| code.as_str().to_owned()),
                tax_domicile: address.tax_domicile.as_ref().map(ToString::to_string),
            },
            psp_payment: facts.psp_payment,
            reporting_ftp: facts.reporting.ftp,
            reporting_zip: facts.reporting.zip,
        }
    }
}

/// A creditor institution in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitution)]
pub(in crate::api) struct ListedInstitution {
    /// Its fiscal code.
    creditor_institution_code: String,
    /// Whether its notices can be paid.
    enabled: bool,
    /// Its name, as payers read it.
    business_name: String,
    /// What else is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    description: Option<String>,
}

impl From<&InstitutionFacts> for ListedInstitution {
    fn from(facts: &InstitutionFacts) -> Self {
        ListedInstitution {
            creditor_institution_code: facts.ec.to_string(),
            enabled: facts.enabled,
            business_name: facts.name.to_string(),
            description: facts.description.as_ref().map(ToString::to_string),
        }
    }
}

/// A page of creditor institutions.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutions)]
pub(super) struct InstitutionsPage {
    /// Those of the page.
    pub creditor_institutions: Vec<ListedInstitution>,
    /// Where the page stands.
    pub page_info: PageInfo,
}

/// What an institution looks like.
pub(in crate::api) fn example() -> Value {
    json!({
        "creditor_institution_code": "99000010019", "enabled": true, "business_name": "Comune di Borgo Varco",
        "description": "Comune", "cbill_code": "A1B2C",
        "address": {
            "location": "Piazza del Passo 1", "city": "Borgo Varco", "zip_code": "99100", "country_code": "BV",
            "tax_domicile": "Borgo Varco",
        },
        "psp_payment": true, "reporting_ftp": false, "reporting_zip": false,
    })
}
