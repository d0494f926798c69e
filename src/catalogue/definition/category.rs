//! A group of services, as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::findings::{Findings, Wrong};
use super::text::LocalizedText;
use crate::domain::catalogue::category::Category;
use crate::domain::catalogue::ids::CategoryId;

/// A group of services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ServiceCategory)]
pub struct CategoryDefinition {
    /// Its name for programs: small letters, digits and hyphens, at most 35.
    #[schema(examples("cars"))]
    pub id: String,
    /// The group that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parent: Option<String>,
    /// Its name for people, at most 35 characters.
    pub name: LocalizedText,
    /// Its place among its siblings.
    #[serde(default)]
    pub order: i64,
}

impl CategoryDefinition {
    /// As JSON.
    pub fn of(category: &Category) -> Self {
        CategoryDefinition {
            id: category.id.to_string(),
            parent: category.parent.as_ref().map(ToString::to_string),
            name: LocalizedText::of(&category.name),
            order: category.order,
        }
    }

    /// Reads it.
    pub fn read(&self) -> Result<Category, Vec<Wrong>> {
        let mut findings = Findings::default();
        let id = findings.read("/id", CategoryId::new(&self.id));
        let parent = findings.read_optional("/parent", self.parent.as_deref().map(CategoryId::new));
        let name = self.name.read("/name", &mut findings);
        let category = id.zip(name).map(|(id, name)| Category { id, parent, name, order: self.order });
        findings.finish(category)
    }
}
