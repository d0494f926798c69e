//! Codes in printed notices as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::apiconfig::reading::{Invalid, Reading};
use crate::api::openapi::form::{form, text, words};
use crate::api::positions::field::{Field, Shape};
use crate::domain::registry::{Encoding, EncodingKind};

/// The kind of a code, as callers write it.
pub(super) enum KindWord {}
form!(
    KindWord,
    "EncodingKind",
    words(
        EncodingKind::ALL.map(EncodingKind::name),
        "In which printed code; BARCODE_GS1_128 is no longer accepted."
    )
);

/// A code's digits.
pub(super) enum Digits {}
form!(
    Digits,
    "EncodingDigits",
    text("^[0-9]{11,12}$", "11 digits of a QR_CODE, 12 of a bar code.", "99000010019")
);

/// A code as callers write it.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = EncodingEdit)]
pub(super) struct EncodingRequest {
    /// In which printed code.
    #[serde(default)]
    #[schema(value_type = KindWord, required)]
    code_type: Field<String>,
    /// Its digits.
    #[serde(default)]
    #[schema(value_type = Digits, required)]
    encoding_code: Field<String>,
}

impl Shape for EncodingRequest {
    const IS_OBJECT: bool = true;
}

/// Reads a code.
pub(super) fn read(body: Value) -> Result<Encoding, Invalid> {
    let (mut reading, request) = Reading::of::<EncodingRequest>(body);
    let kind = reading.parsed("code_type", request.code_type, EncodingKind::from_name);
    let digits = reading.needed("encoding_code", request.encoding_code);
    let encoding = kind.zip(digits).map(|(kind, digits)| Encoding::new(kind, &digits));
    let encoding =
        encoding.and_then(|read| read.map_err(|error| reading.error("encoding_code", &error)).ok());
    reading.end(encoding)
}

/// A code.
#[derive(Serialize, ToSchema)]
#[schema(as = Encoding)]
pub(super) struct EncodingModel {
    /// In which printed code.
    #[schema(value_type = KindWord)]
    code_type: &'static str,
    /// Its digits.
    encoding_code: String,
}

impl From<&Encoding> for EncodingModel {
    fn from(encoding: &Encoding) -> Self {
        EncodingModel { code_type: encoding.kind().name(), encoding_code: encoding.code().to_owned() }
    }
}

/// The codes of an institution.
#[derive(Serialize, ToSchema)]
#[schema(as = CreditorInstitutionEncodings)]
pub(super) struct EncodingsModel {
    /// All of them.
    pub encodings: Vec<EncodingModel>,
}

/// What a code looks like.
pub(super) fn example() -> Value {
    json!({ "code_type": "QR_CODE", "encoding_code": "99000010019" })
}
