//! The form in which definitions are proposed and kept: JSON of which the store reads a few names.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Organization;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::governance::Conflict;
use crate::store::governance::Refused;
use crate::store::rows::read;
use crate::store::{StoreError, sha256};

/// The name in a proposal of what it takes the place of. It is not kept.
const REPLACES: &str = "replaces";

/// The part of a definition that says when it was published, suspended and ended.
const STAGE: &str = "stage";

/// Which definition it is: another text has another tag.
pub fn definition_tag(definition: &str) -> String {
    sha256(definition.as_bytes())
}

/// How a definition is proposed. With a tag it takes the place of the definition with that tag only, and not of
/// one that somebody else has written since.
pub fn definition_form(definition: &Value, replaces: Option<&str>) -> String {
    let mut form = definition.clone();
    if let (Some(form), Some(tag)) = (form.as_object_mut(), replaces) {
        form.insert(REPLACES.to_owned(), Value::from(tag));
    }
    form.to_string()
}

/// The name that proposals give to what an institution offers.
pub fn offering_target(ec: &FiscalCode, service: &str) -> String {
    format!("{ec}/{service}")
}

/// How an institution under the published contract is proposed.
pub fn organization_form(organization: &Organization) -> String {
    let form = OrganizationForm {
        ec: organization.ec.to_string(),
        company_name: organization.company_name.to_string(),
        enabled: organization.enabled,
    };
    // Texts and a boolean: there is nothing in it that JSON could not hold.
    serde_json::to_string(&form).unwrap_or_default()
}

/// An institution under the published contract.
#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrganizationForm {
    pub(super) ec: String,
    pub(super) company_name: String,
    pub(super) enabled: bool,
}

/// What a rule between rows says against a proposal.
pub(super) fn conflict(code: &'static str, why: &'static str) -> Refused {
    Conflict::new(code, why).into()
}

/// The definition in a proposal: what the store reads of it, and the text that is kept.
pub(super) fn wanted<H: DeserializeOwned>(
    form: &str,
    before: Option<&str>,
    at: Timestamp,
) -> Result<(H, String), Refused> {
    let mut definition: Map<String, Value> = read(serde_json::from_str(form), "definition of a proposal")?;
    if let Some(tag) = definition.remove(REPLACES)
        && before.map(definition_tag).as_deref() != tag.as_str()
    {
        return Err(conflict("changed_since", "It was changed by somebody else since it was read."));
    }
    if let Some(before) = before {
        let before: Map<String, Value> = read(serde_json::from_str(before), "definition")?;
        stamp(&mut definition, before.get(STAGE), at);
    }
    let definition = Value::Object(definition);
    let head = read(H::deserialize(&definition), "definition of a proposal")?;
    Ok((head, definition.to_string()))
}

/// What a proposal adds to the stage happens when it is carried out, which may be long after it was written.
fn stamp(definition: &mut Map<String, Value>, before: Option<&Value>, at: Timestamp) {
    let Some(stage) = definition.get_mut(STAGE).and_then(Value::as_object_mut) else { return };
    for (step, instant) in stage.iter_mut().filter(|(_, instant)| !instant.is_null()) {
        let known = before.and_then(|before| before.get(step)).filter(|known| !known.is_null());
        if known.is_none() {
            *instant = Value::from(at.to_string());
        }
    }
}

/// The name in a proposal has to be that of its definition.
pub(super) fn named(name: &str, target: &str) -> Result<(), StoreError> {
    if name == target { Ok(()) } else { Err(StoreError::Corrupt { what: "name of a definition" }) }
}

/// The institution and the service that a proposal names.
pub(super) fn offering_parts(target: &str) -> Result<(&str, &str), StoreError> {
    target.split_once('/').ok_or(StoreError::Corrupt { what: "name of an offering" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_step_is_taken_when_it_is_carried_out_and_those_before_stay_as_they_were() {
        let before = json!({ "stage": { "publishedAt": "1970-01-01T00:00:01Z" } }).to_string();
        let wished = json!({
            "stage": { "publishedAt": "1970-01-01T00:00:01Z", "suspendedAt": "1970-01-01T00:00:02Z", "endedAt": null },
        });
        let form = definition_form(&wished, Some(&definition_tag(&before)));
        let (kept, text) = wanted::<Value>(&form, Some(&before), at(9)).unwrap();
        let expected = json!({ "stage": {
            "publishedAt": "1970-01-01T00:00:01Z", "suspendedAt": "1970-01-01T00:00:09Z", "endedAt": null,
        } });
        assert_eq!((kept, text), (expected.clone(), expected.to_string()));
    }

    #[test]
    fn a_definition_that_somebody_else_has_written_since_is_not_replaced() {
        let (before, meanwhile) = ("{\"a\":1}", "{\"a\":2}");
        let form = definition_form(&json!({ "a": 3 }), Some(&definition_tag(before)));
        assert!(wanted::<Value>(&form, Some(before), at(9)).is_ok());
        for now in [Some(meanwhile), None] {
            let refused = wanted::<Value>(&form, now, at(9)).unwrap_err();
            assert!(matches!(refused, Refused::Conflict(why) if why.code == "changed_since"));
        }
    }
}
