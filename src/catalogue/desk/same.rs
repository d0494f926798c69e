//! When two demands are the same: everything that decides on the notice is.

use sha2::{Digest, Sha256};

use super::Prepared;
use crate::domain::catalogue::form::{Answers, Value};
use crate::domain::position::{Address, Debtor};
use crate::domain::text::Text;

/// The SHA-256 of what makes a demand the same as another: institution, service, what is defined of it, what was
/// filled in however it was written, who owes, and the code of the notice. Each with its length, so that nothing
/// can pass for something else.
pub(super) fn digest(prepared: &Prepared) -> [u8; 32] {
    let Prepared { offered, answers, debtor, under, .. } = prepared;
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    };
    part(offered.offering.ec.as_str().as_bytes());
    part(offered.offering.service.as_str().as_bytes());
    part(&offered.listed.version);
    part(&offered.version);
    part(answers.canonical().as_bytes());
    part(&under.aux_digit.number().to_be_bytes());
    part(under.code.to_string().as_bytes());
    for text in told(debtor) {
        part(text.as_bytes());
    }
    hash.finalize().into()
}

/// What is known of a debtor, in one order.
fn told(debtor: &Debtor) -> [&str; 12] {
    fn known<const MAX: usize>(text: &Option<Text<MAX>>) -> &str {
        text.as_ref().map(Text::as_str).unwrap_or_default()
    }
    let Debtor { id, full_name, address } = debtor;
    let Address { street, civic_number, postal_code, city, province, region, country, email, phone } =
        address;
    [
        id.kind().code(),
        id.as_str(),
        full_name.as_str(),
        known(street),
        known(civic_number),
        known(postal_code),
        known(city),
        known(province),
        known(region),
        known(country),
        known(email),
        known(phone),
    ]
}

/// What was filled in, by field, as the creditor institution reads it.
pub(super) fn json(answers: &Answers) -> String {
    let texts = answers.iter().map(|(field, value)| (field.as_str().to_owned(), written(value)));
    serde_json::Value::Object(texts.collect()).to_string()
}

fn written(value: &Value) -> serde_json::Value {
    match value {
        Value::Boolean(yes) => (*yes).into(),
        Value::Integer(number) => (*number).into(),
        Value::Text(_) | Value::Decimal(_) | Value::Date(_) => value.canonical().into(),
    }
}
