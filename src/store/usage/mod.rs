//! What was done for whom: calls of the node are counted in memory and added to their rows every few seconds,
//! so that no answer waits for it; all else is computed from the facts when somebody asks.

pub(super) mod report;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::BrokerCode;
use crate::domain::usage::Answers;

use super::dialect::{BATCH, Bulk, for_both_engines, on_engine, runs};
use super::{Store, StoreError};

/// A call of the node that was answered, or that nobody waited for any longer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeCall {
    /// The creditor institution that it named, one of ours.
    pub ec: FiscalCode,
    /// The day in Italy on which it came.
    pub day: Date,
    /// The broker that it named, one of ours.
    pub broker: BrokerCode,
    /// The operation, a constant of the code.
    pub primitive: &'static str,
}

/// How fast a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promptness {
    /// Within the service level.
    Within,
    /// Later, or not at all.
    Late,
}

/// The calls that are counted and not added yet. As many entries as there are institutions, brokers and
/// primitives together, which the registry bounds.
#[derive(Debug, Default)]
pub(super) struct CallCounts(Mutex<BTreeMap<NodeCall, Answers>>);

impl CallCounts {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<NodeCall, Answers>> {
        // Counts stay meaningful whoever panicked while holding them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, call: NodeCall, answers: Answers) {
        let mut waiting = self.waiting();
        let known = waiting.entry(call).or_default();
        *known = known.and(answers);
    }

    fn take(&self) -> Vec<(NodeCall, Answers)> {
        std::mem::take(&mut *self.waiting()).into_iter().collect()
    }
}

impl Store {
    /// Counts a call, in memory: see [`write_calls`](Store::write_calls).
    pub fn count_call(&self, call: NodeCall, promptness: Promptness) {
        let within = u64::from(promptness == Promptness::Within);
        self.calls.add(call, Answers { calls: 1, within });
    }

    /// Adds what was counted to the database. What cannot be added now waits for the next time; should the
    /// database have committed without being able to say so, it is counted twice.
    pub async fn write_calls(&self) -> Result<(), StoreError> {
        let counted = self.calls.take();
        let mut left = counted.chunks(BATCH);
        while let Some(chunk) = left.next() {
            let written = on_engine!(&self.pools, write, |pool, engine| engine::add(pool, chunk).await);
            if let Err(error) = written {
                for (call, answers) in std::iter::once(chunk).chain(left).flatten() {
                    self.calls.add(call.clone(), *answers);
                }
                return Err(StoreError::during("write_calls")(error));
            }
        }
        Ok(())
    }
}

/// Rows come in the order of their key, so that two instances never wait for each other.
static ADD: Bulk = Bulk::new(
    "INSERT INTO usage_call (ec, day, broker, primitive, calls, within) VALUES ",
    "(#, #, #, #, #, #)",
    " ON CONFLICT (ec, day, broker, primitive) DO UPDATE SET calls = usage_call.calls + excluded.calls, \
     within = usage_call.within + excluded.within",
);

for_both_engines! {
    pub(super) async fn add(pool: &Pool, counted: &[(NodeCall, Answers)]) -> Result<(), sqlx::Error> {
        let mut tx = begin(pool, BEGIN).await?;
        for run in runs(counted) {
            let mut query = sqlx::query(ADD.text(run.len()));
            for (call, answers) in run {
                query = query
                    .bind(call.ec.as_str())
                    .bind(call.day.to_string())
                    .bind(call.broker.as_str())
                    .bind(call.primitive)
                    .bind(i64::try_from(answers.calls).unwrap_or(i64::MAX))
                    .bind(i64::try_from(answers.within).unwrap_or(i64::MAX));
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}
