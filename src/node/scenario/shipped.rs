//! The scenarios that come with the program.

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its file in the repository.
    pub file: &'static str,
    /// What is written there.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(Shipped {
            name: $name,
            file: concat!("scenarios/", $name, ".toml"),
            text: include_str!(concat!("../../../scenarios/", $name, ".toml")),
        }),*]
    };
}

/// All of them, those of the node's operator first.
pub const SHIPPED: &[Shipped] = shipped![
    "EC-PSP-01",
    "EC-PSP-02",
    "EC-PSP-02M",
    "EC-PSP-04",
    "activated-again",
    "another-amount",
    "at-once",
    "broadcast-reordered",
    "broadcast",
    "cancelled",
    "demand",
    "duplicate-receipt",
    "expired",
    "late-receipt",
    "paid-twice",
    "paid",
    "pay-v1",
    "pay-v2",
    "postal-elsewhere",
    "postal",
    "probe",
    "receipts-reordered",
    "stamp",
    "stand-in-receipt",
    "unknown-receipt",
    "unknown",
    "versions-mixed",
    "wrong-broker",
    "wrong-institution",
    "wrong-station",
];

#[cfg(test)]
mod tests {
    use super::super::Scenario;
    use super::*;

    #[test]
    fn every_scenario_of_the_folder_is_shipped_under_its_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let files =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<_> = files.collect();
        let mut shipped: Vec<_> = SHIPPED.iter().map(|shipped| format!("{}.toml", shipped.name)).collect();
        files.sort();
        shipped.sort();
        assert_eq!(files, shipped);
        for shipped in SHIPPED {
            let scenario =
                Scenario::read(shipped.file, shipped.text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(scenario.name, shipped.name);
            assert!(scenario.certifies.is_none_or(|case| case == shipped.name));
        }
    }
}
