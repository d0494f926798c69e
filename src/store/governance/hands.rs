//! Who had a hand in what an API key wrote: whoever made or changed the key may hold its secrets.

use std::collections::BTreeSet;

use crate::store::dialect::for_both_engines;

/// How the actor is named that is a key.
const KEY: &str = "key:";

const MADE: &str = "SELECT created_by FROM api_key WHERE id = $1 AND created_by IS NOT NULL";

/// Whoever agreed to a change of the key saw no secret.
const CHANGED: &str = "SELECT DISTINCT a.actor FROM audit a WHERE a.target = $1 AND a.action <> '' \
    AND a.action IN ('key.create', 'key.replace') AND NOT EXISTS (SELECT 1 FROM change_step s \
    WHERE s.act = 'approve' AND s.actor = a.actor AND s.request = a.request)";

const PROPOSED: &str = "SELECT DISTINCT s.actor FROM change_step s JOIN change_request c ON c.id = s.change_id \
    WHERE c.kind = 'key' AND c.proposals LIKE $1 AND s.act IN ('draft', 'edit', 'submit')";

for_both_engines! {
    /// These, and everybody behind the keys among them.
    pub(in crate::store) async fn with_hands(
        connection: &mut Connection,
        writers: BTreeSet<String>,
    ) -> Result<BTreeSet<String>, sqlx::Error> {
        let mut open: Vec<String> = writers.iter().cloned().collect();
        let mut all = writers;
        while let Some(one) = open.pop() {
            let Some(id) = one.strip_prefix(KEY) else { continue };
            let named = format!("%\"target\":\"{id}\"%");
            for (statement, value) in [(MADE, id), (CHANGED, id), (PROPOSED, named.as_str())] {
                let found: Vec<String> =
                    sqlx::query_scalar(statement).bind(value).fetch_all(&mut *connection).await?;
                let new = found.into_iter().filter(|actor| all.insert(actor.clone()));
                open.extend(new.collect::<Vec<_>>());
            }
        }
        Ok(all)
    }
}
