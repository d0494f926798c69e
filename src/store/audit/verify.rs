//! Whether the audit is as it was written: read from its first entry on, each bound to the one before it.

use std::collections::BTreeMap;
use std::fmt;

use futures_util::TryStreamExt;

use crate::domain::governance::checkpoint::Checkpoint;
use crate::store::dialect::{for_both_engines, on_engine};
use crate::store::{Store, StoreError};

use super::{AuditEntry, AuditHead};

/// What is wrong with the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditBreach {
    /// Where this entry should be is none: one was removed, or another put in.
    Missing(i64),
    /// This entry is not as it was written, or not where it was.
    Changed(i64),
    /// The head does not stand at this entry, which is the last: entries were cut off, or added by hand.
    HeadElsewhere(i64),
    /// A checkpoint tells of this entry, which is behind the last that there is: entries were cut off.
    CutOff(i64),
    /// A checkpoint tells another chain up to this entry: entries before it were written anew.
    NotAsSigned(i64),
}

impl AuditBreach {
    /// Its name, for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            AuditBreach::Missing(_) => "missing",
            AuditBreach::Changed(_) => "changed",
            AuditBreach::HeadElsewhere(_) => "head_elsewhere",
            AuditBreach::CutOff(_) => "cut_off",
            AuditBreach::NotAsSigned(_) => "not_as_signed",
        }
    }

    /// The number of the entry.
    pub const fn seq(&self) -> i64 {
        match self {
            AuditBreach::Missing(seq)
            | AuditBreach::Changed(seq)
            | AuditBreach::HeadElsewhere(seq)
            | AuditBreach::CutOff(seq)
            | AuditBreach::NotAsSigned(seq) => *seq,
        }
    }
}

impl fmt::Display for AuditBreach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuditBreach::Missing(seq) => write!(f, "entry {seq} is missing, or others were put in around it"),
            AuditBreach::Changed(seq) => {
                write!(f, "entry {seq} is not as it was written, or not in its place")
            }
            AuditBreach::HeadElsewhere(seq) => {
                write!(
                    f,
                    "the last entry is {seq}, which is not where the head stands: some were cut off or added"
                )
            }
            AuditBreach::CutOff(seq) => {
                write!(f, "a checkpoint has entry {seq}, which is not here: entries were cut off")
            }
            AuditBreach::NotAsSigned(seq) => {
                write!(
                    f,
                    "up to entry {seq} the chain is not that of a checkpoint: entries were written anew"
                )
            }
        }
    }
}

/// How much was looked at, and what is wrong: of the chain the first breach, behind which nothing is certain,
/// and each checkpoint that does not agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditVerified {
    /// How many entries there are.
    pub entries: u64,
    /// What is wrong.
    pub breaches: Vec<AuditBreach>,
}

impl Store {
    /// Reads the whole audit in one snapshot and holds it against checkpoints whose signatures are right.
    pub async fn verify_audit(&self, checkpoints: &[Checkpoint]) -> Result<AuditVerified, StoreError> {
        on_engine!(&self.pools, read, |pool, engine| engine::verify(pool, checkpoints).await)
            .map_err(StoreError::during("verify_audit"))
    }
}

/// How far the audit was read.
#[derive(Debug)]
pub(in crate::store) struct Walk<'a> {
    checkpoints: BTreeMap<i64, Vec<&'a Checkpoint>>,
    last: i64,
    chain: String,
    entries: u64,
    broken: Option<AuditBreach>,
    unsigned: Vec<AuditBreach>,
}

impl<'a> Walk<'a> {
    pub(in crate::store) fn new(checkpoints: &'a [Checkpoint]) -> Self {
        let mut by_entry: BTreeMap<i64, Vec<&Checkpoint>> = BTreeMap::new();
        for checkpoint in checkpoints {
            by_entry.entry(checkpoint.seq).or_default().push(checkpoint);
        }
        let (chain, unsigned) = (String::new(), Vec::new());
        Walk { checkpoints: by_entry, last: 0, chain, entries: 0, broken: None, unsigned }
    }

    pub(in crate::store) fn step(&mut self, entry: &AuditEntry) {
        self.entries += 1;
        let expected = self.last + 1;
        if self.broken.is_none() {
            if entry.seq != expected {
                self.broken = Some(AuditBreach::Missing(expected));
            } else if entry.chain != entry.link(&self.chain) {
                self.broken = Some(AuditBreach::Changed(entry.seq));
            }
        }
        (self.last, self.chain) = (entry.seq, entry.chain.clone());
        let signed = self.checkpoints.remove(&entry.seq).unwrap_or_default();
        if signed.iter().any(|checkpoint| checkpoint.chain != entry.chain) {
            self.unsigned.push(AuditBreach::NotAsSigned(entry.seq));
        }
    }

    /// Ends where the head has to stand: nowhere, if nothing was ever written.
    pub(in crate::store) fn end(self, head: Option<&AuditHead>) -> AuditVerified {
        let stands = match head {
            Some(head) => head.last == self.last && head.chain == self.chain,
            None => self.last == 0,
        };
        let elsewhere = (!stands).then_some(AuditBreach::HeadElsewhere(self.last));
        let cut_off = self.checkpoints.into_keys().filter(|seq| *seq > 0).map(AuditBreach::CutOff);
        let mut breaches: Vec<AuditBreach> = self.broken.or(elsewhere).into_iter().collect();
        breaches.extend(self.unsigned);
        breaches.extend(cut_off);
        AuditVerified { entries: self.entries, breaches }
    }
}

const ENTRIES: &str = concat!("SELECT ", super::columns!(), " FROM audit ORDER BY seq");

const HEAD: &str = "SELECT last, chain FROM audit_head WHERE name = 'audit'";

for_both_engines! {
    pub(super) async fn verify(pool: &Pool, checkpoints: &[Checkpoint]) -> Result<AuditVerified, sqlx::Error> {
        let mut tx = begin(pool, BEGIN_SNAPSHOT).await?;
        sqlx::query(PLAN_WHOLE).execute(&mut *tx).await?;
        whole_audit(&mut tx, checkpoints).await
    }

    /// Walks through the whole audit.
    pub(in crate::store) async fn whole_audit(
        connection: &mut Connection,
        checkpoints: &[Checkpoint],
    ) -> Result<AuditVerified, sqlx::Error> {
        let head: Option<AuditHead> = sqlx::query_as(HEAD).fetch_optional(&mut *connection).await?;
        let mut walk = Walk::new(checkpoints);
        let mut entries = sqlx::query_as::<_, AuditEntry>(ENTRIES).fetch(connection);
        while let Some(entry) = entries.try_next().await? {
            walk.step(&entry);
        }
        Ok(walk.end(head.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::super::Act;
    use super::*;
    use crate::domain::access::Tenant;
    use crate::domain::governance::Author;

    /// A history of entries, each with one of a few values in each place.
    fn history(choices: &[(u8, Option<u8>)]) -> (Vec<AuditEntry>, AuditHead) {
        let mut head = AuditHead { last: 0, chain: String::new() };
        let mut entries = Vec::new();
        for (second, (choice, state)) in (0..).zip(choices) {
            let author = Author::gateway(&format!("part{choice}"), Timestamp::from_second(second).unwrap());
            let state = state.map(|state| format!("{{\"state\":{state}}}"));
            let (action, target) = (format!("station.{choice}"), choice.to_string());
            let (tenant, after) = (&Tenant::Gateway, state.as_deref());
            let act = Act { action: &action, tenant, target: &target, before: None, after };
            let entry = AuditEntry::behind(&head, &author, &act);
            head = AuditHead { last: entry.seq, chain: entry.chain.clone() };
            entries.push(entry);
        }
        (entries, head)
    }

    fn verified(entries: &[AuditEntry], head: &AuditHead, checkpoints: &[Checkpoint]) -> Vec<AuditBreach> {
        let mut walk = Walk::new(checkpoints);
        entries.iter().for_each(|entry| walk.step(entry));
        walk.end(Some(head)).breaches
    }

    fn checkpoint(entry: &AuditEntry) -> Checkpoint {
        Checkpoint { seq: entry.seq, chain: entry.chain.clone(), at: Timestamp::UNIX_EPOCH }
    }

    /// The ways to change one value of an entry.
    type Edit = fn(&mut AuditEntry);
    const EDITS: [Edit; 14] = [
        |entry| entry.at += 1,
        |entry| entry.actor.push('x'),
        |entry| entry.actor_name.push('x'),
        |entry| entry.role = Some("operator".into()),
        |entry| entry.acting_for.push('x'),
        |entry| entry.request.push('x'),
        |entry| entry.reason = Some(String::new()),
        |entry| entry.action.push('x'),
        |entry| entry.tenant.push('x'),
        |entry| entry.target.push('x'),
        |entry| entry.before = Some(String::new()),
        |entry| entry.after = Some(entry.after.take().map_or_else(String::new, |after| after + " ")),
        |entry| entry.chain = entry.chain.replace(['0', '1', '2', '3'], "4").replace('5', "6") + "7",
        // What one value loses its neighbour gains.
        |entry| {
            let moved = entry.action.pop();
            entry.tenant = moved.into_iter().chain(entry.tenant.chars()).collect();
        },
    ];

    proptest! {
        #[test]
        fn an_untouched_audit_is_sound_and_agrees_with_each_of_its_checkpoints(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 0..20),
        ) {
            let (entries, head) = history(&choices);
            let checkpoints: Vec<Checkpoint> = entries.iter().map(checkpoint).collect();
            prop_assert_eq!(verified(&entries, &head, &checkpoints), []);
        }

        #[test]
        fn every_single_edit_is_found_and_named(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 1..20),
            place in any::<prop::sample::Index>(),
            edit in 0..EDITS.len(),
        ) {
            let (mut entries, head) = history(&choices);
            let place = place.index(entries.len());
            EDITS[edit](&mut entries[place]);
            let found = verified(&entries, &head, &[]);
            prop_assert_eq!(found, [AuditBreach::Changed(entries[place].seq)]);
        }

        #[test]
        fn every_removal_is_found_and_named(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 1..20),
            place in any::<prop::sample::Index>(),
        ) {
            let (mut entries, head) = history(&choices);
            let removed = entries.remove(place.index(entries.len()));
            let expected = match removed.seq == head.last {
                true => AuditBreach::HeadElsewhere(head.last - 1),
                false => AuditBreach::Missing(removed.seq),
            };
            prop_assert_eq!(verified(&entries, &head, &[]), [expected]);
            // Whoever closes the gap moves the others.
            entries.iter_mut().filter(|entry| entry.seq > removed.seq).for_each(|entry| entry.seq -= 1);
            prop_assert_ne!(verified(&entries, &head, &[]), []);
        }

        #[test]
        fn every_swap_is_found_at_the_first_of_the_two(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 2..20),
            (one, other) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            let (mut entries, head) = history(&choices);
            let (one, other) = (one.index(entries.len()), other.index(entries.len()));
            prop_assume!(one < other);
            entries.swap(one, other);
            let (first, second) = (entries[other].seq, entries[one].seq);
            (entries[one].seq, entries[other].seq) = (first, second);
            prop_assert_eq!(verified(&entries, &head, &[]), [AuditBreach::Changed(first)]);
        }

        #[test]
        fn every_insertion_is_found(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 1..20),
            place in any::<prop::sample::Index>(),
        ) {
            let (mut entries, head) = history(&choices);
            let place = place.index(entries.len() + 1);
            let mut inserted = entries[place.saturating_sub(1)].clone();
            inserted.seq = i64::try_from(place).unwrap() + 1;
            entries.iter_mut().skip(place).for_each(|entry| entry.seq += 1);
            entries.insert(place, inserted);
            prop_assert_ne!(verified(&entries, &head, &[]), []);
        }

        #[test]
        fn a_checkpoint_finds_an_audit_that_was_cut_off_or_written_anew_with_all_its_chains(
            choices in prop::collection::vec((0..3_u8, prop::option::of(0..3_u8)), 2..20),
            (signed, cut) in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            let (entries, _) = history(&choices);
            let signed = signed.index(entries.len());
            let checkpoints = [checkpoint(&entries[signed])];
            let kept = &entries[..cut.index(signed + 1)];
            let head = kept.last().map_or_else(
                || AuditHead { last: 0, chain: String::new() },
                |last| AuditHead { last: last.seq, chain: last.chain.clone() },
            );
            prop_assert_eq!(verified(kept, &head, &[]), [], "the chain alone does not tell");
            let seq = entries[signed].seq;
            prop_assert_eq!(verified(kept, &head, &checkpoints), [AuditBreach::CutOff(seq)]);

            let mut forged = choices.clone();
            forged[0].0 += 3;
            let (forged, head) = history(&forged);
            prop_assert_eq!(verified(&forged, &head, &[]), []);
            prop_assert_eq!(verified(&forged, &head, &checkpoints), [AuditBreach::NotAsSigned(seq)]);
        }
    }
}
