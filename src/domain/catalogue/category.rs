//! A group of services, in a tree.

use super::ids::CategoryId;
use super::language::Localized;

/// A group of services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name for programs.
    pub id: CategoryId,
    /// The group that it is part of.
    pub parent: Option<CategoryId>,
    /// Its name for people.
    pub name: Localized<35>,
    /// Its place among its siblings; those of the same place stand by name.
    pub order: i64,
}
