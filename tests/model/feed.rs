//! Holds the feed of events against the model: from the events alone follows what became of every position
//! and receipt, and a step that changes nothing is told by none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use varco::domain::event::Feed;

use crate::form::iupd;
use crate::reference::{Model, Position};
use crate::support::api::nav;
use crate::support::samples;
use crate::world::World;

/// What somebody knows who has only read the events.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    read: i64,
    positions: BTreeMap<String, Seen>,
    /// The class of each receipt by its id.
    receipts: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    version: i64,
    cancelled: bool,
    /// How far it is paid, if it is.
    paid: Option<String>,
    notices: BTreeSet<String>,
    paid_notices: BTreeSet<String>,
}

/// All that counts as a change.
pub fn state(model: &Model) -> String {
    let versions: Vec<_> = model.positions.iter().map(|(slot, one)| (slot, one.version)).collect();
    let classes: Vec<_> = model.receipts.iter().map(|receipt| receipt.class).collect();
    format!("{versions:?} {classes:?}")
}

impl Reader {
    /// Reads on; `before` is what counted as changes before the step.
    pub async fn read_on(&mut self, world: &World, model: &Model, before: &str) -> Result<(), String> {
        let feed = Feed::Institution(samples::ec());
        let mut told = String::new();
        let first = self.read;
        for event in world.store.events_after(&feed, first, 1_000).await.unwrap() {
            if event.seq != self.read + 1 {
                return Err(format!("event {} after {}", event.seq, self.read));
            }
            self.read = event.seq;
            told += &format!("\n    {}", event.body);
            let body: Value = serde_json::from_str(&event.body).unwrap();
            self.fold(&event.kind, &body["data"]);
        }
        let changed = before != state(model);
        if changed != (self.read > first) {
            return Err(format!("the step changes something: {changed}, and it is told:{told}"));
        }
        let found = (&self.positions, &self.receipts);
        let expected: BTreeMap<String, Seen> =
            model.positions.iter().map(|(slot, position)| (iupd(*slot), seen(position, model))).collect();
        let classes = (0..).zip(&model.receipts);
        let receipts: BTreeMap<String, String> =
            classes.map(|(nth, receipt)| (format!("r{nth:03}"), receipt.class.to_owned())).collect();
        if found != (&expected, &receipts) {
            return Err(format!(
                "who reads the events knows\n{found:#?}\nthe model\n{:#?}{told}",
                (expected, receipts)
            ));
        }
        Ok(())
    }

    fn fold(&mut self, kind: &str, data: &Value) {
        let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
        if let Some(change) = kind.strip_prefix("varco.receipt.") {
            let before = self.receipts.insert(text("receiptId"), text("class"));
            assert_eq!(before.is_none(), change == "booked", "{kind} {data}");
            assert_eq!(before.unwrap_or_default(), text("classBefore"), "{kind} {data}");
            return;
        }
        if kind.starts_with("varco.anomaly.") {
            return;
        }
        let seen = self.positions.entry(text("iupd")).or_default();
        assert!(seen.version <= data["version"].as_i64().unwrap(), "{kind} {data}");
        seen.version = data["version"].as_i64().unwrap();
        match kind {
            "varco.position.created" => {
                let notices = data["notices"].as_array().unwrap();
                seen.notices =
                    notices.iter().map(|one| one["noticeNumber"].as_str().unwrap().to_owned()).collect();
            }
            "varco.position.deleted" => drop(self.positions.remove(&text("iupd"))),
            "varco.position.invalidated" => seen.cancelled = true,
            "varco.position.restored" => seen.cancelled = false,
            "varco.position.partially_paid" | "varco.position.paid" | "varco.position.reported" => {
                seen.paid = Some(text("status"));
            }
            "varco.option.added" => assert!(seen.notices.insert(text("noticeNumber")), "{data}"),
            "varco.option.removed" => assert!(seen.notices.remove(&text("noticeNumber")), "{data}"),
            "varco.option.paid" => assert!(seen.paid_notices.insert(text("noticeNumber")), "{data}"),
            "varco.position.updated"
            | "varco.position.published"
            | "varco.position.withdrawn"
            | "varco.option.reported" => {}
            other => panic!("{other} is no event that is known here"),
        }
    }
}

fn seen(position: &Position, model: &Model) -> Seen {
    let status = position.status(model.now);
    let name = |base: u8| nav(u64::from(base));
    Seen {
        version: position.version,
        cancelled: position.cancelled,
        paid: ["PARTIALLY_PAID", "PAID", "REPORTED"].contains(&status).then(|| status.to_owned()),
        notices: position.notices().map(|notice| name(notice.base)).collect(),
        paid_notices: position.notices().filter(|one| one.paid).map(|one| name(one.base)).collect(),
    }
}
