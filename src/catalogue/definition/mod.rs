//! Services, offerings and categories as people write them: JSON, read into the types of the domain with
//! everything that is wrong told at once, and written back the same way.

mod category;
mod findings;
mod form;
mod offering;
mod price;
mod service;
mod stage;
mod template;
mod text;

pub use category::CategoryDefinition;
pub use findings::{Findings, Wrong, known};
pub use form::{ChoiceDefinition, FieldDefinition, FieldWord, FormDefinition, RuleDefinition, RuleWord};
pub use offering::{CommissionWord, OfferingDefinition, ReferenceDefinition};
pub use price::{PriceDefinition, PriceRow};
pub use service::{BindingDefinition, BoundPath, PayerDefinition, ServiceDefinition};
pub use stage::StageDefinition;
pub use text::LocalizedText;
