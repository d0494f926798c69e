//! The schemas of services that many bodies provide, written from the node's contract.

use crate::domain::catalogue::ids::SchemaName;

/// A schema that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name (`xsdRiferimento`).
    pub name: &'static str,
    /// Its text.
    pub xsd: &'static str,
}

/// All: passport (A001), fishing licence (D847), tax on vehicles (TassaAuto, version 1.1.0).
pub static SHIPPED: [Shipped; 3] = [
    Shipped { name: "A001", xsd: include_str!("../../../xsd/services/A001.xsd") },
    Shipped { name: "D847", xsd: include_str!("../../../xsd/services/D847.xsd") },
    Shipped { name: "TassaAuto", xsd: include_str!("../../../xsd/services/TassaAuto.xsd") },
];

/// The text of the shipped schema of that name.
pub fn shipped(name: &SchemaName) -> Option<&'static str> {
    SHIPPED.iter().find(|schema| schema.name == name.as_str()).map(|schema| schema.xsd)
}
