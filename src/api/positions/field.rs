//! A field of a request's body, read without ending the reading.
//!
//! Fields that a contract does not name are ignored, as the published service does. A field of the
//! wrong type does not end the reading: it becomes [`Field::WrongType`], so that the caller learns of
//! everything that is wrong at once.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The most elements of a list. The first version of the published contract bounds none but the metadata;
/// the third has this bound. Without one, a small body of empty objects would fill the memory.
pub const LIST_MAX: usize = 100;

/// A field of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// Left out, or `null`.
    #[default]
    Absent,
    /// Of another type than the contract says.
    WrongType,
    /// A list of more than [`LIST_MAX`] elements, which is not read further.
    TooMany,
    /// Given.
    Given(T),
}

/// What a field may hold.
pub trait Shape: DeserializeOwned {
    /// Whether it is a JSON object: serde would also read one from an array, by position.
    const IS_OBJECT: bool = false;
}

impl Shape for String {}
impl Shape for bool {}
impl Shape for i64 {}
impl<T: Shape> Shape for Vec<Field<T>> {}

impl<'de, T: Shape> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_null() {
            return Ok(Field::Absent);
        }
        if T::IS_OBJECT && !value.is_object() {
            return Ok(Field::WrongType);
        }
        if value.as_array().is_some_and(|list| list.len() > LIST_MAX) {
            return Ok(Field::TooMany);
        }
        Ok(T::deserialize(value).map_or(Field::WrongType, Field::Given))
    }
}
