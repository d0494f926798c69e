//! Services, offerings and categories as people write them: JSON, read into the types of the domain with
//! everything that is wrong told at once, and written back the same way.

mod category;
mod findings;
mod form;
mod price;
mod stage;
mod text;

pub use category::CategoryDefinition;
pub use findings::{Findings, Wrong, known};
pub use form::{ChoiceDefinition, FieldDefinition, FieldWord, FormDefinition, RuleDefinition, RuleWord};
pub use price::{PriceDefinition, PriceRow};
pub use stage::StageDefinition;
pub use text::LocalizedText;
