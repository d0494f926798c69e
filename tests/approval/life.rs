//! The life of a change: carried out at its instant, once, or not at all; and undone.

use std::time::Duration;

use jiff::SignedDuration;
use varco::domain::access::{Slot, Tenant};
use varco::domain::governance::change::{Act, Deciding, State};
use varco::domain::governance::{Author, Kind, Proposal, Wish};
use varco::domain::segregation::Segregation;
use varco::store::{
    ApiKey, ApiScope, AuditQuery, ChangeAct, ChangeError, KeyRights, KeyWish, NewChange, NewSecret,
    WriteError, WriteMode,
};

use super::desk::{
    BROKER, approve, at, change, draft, history, name, person, proposal, rename, saying, state, submitted,
};
use super::support::gateway::TestGateway;
use super::support::{TestDatabase, on_both, samples};

const OTHER: &str = "99000030017";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_is_carried_out_whole_and_the_audit_has_who_when_and_why() {
    on_both(|database| async move {
        let store = database.store().await;
        let anna = saying(person("anna", 1), "Nuovo partner");
        let both =
            [proposal(BROKER, Wish::Create, Some("Regione")), proposal(OTHER, Wish::Create, Some("Unione"))];
        submitted(&store, "one", &anna, &both).await;
        assert_eq!(name(&store, BROKER).await, None);
        approve(&store, "one", &saying(person("bruno", 2), "Verificato"), None).await.unwrap();
        assert_eq!(store.apply_change("one", at(3)).await.unwrap(), Some(State::Applied));
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("Regione"));
        assert_eq!(name(&store, OTHER).await.as_deref(), Some("Unione"));

        let query = AuditQuery { limit: 100, ..AuditQuery::default() };
        let (mut entries, _) = store.audit_page(&query).await.unwrap();
        entries.reverse();
        let told: Vec<_> = entries
            .iter()
            .map(|one| (one.action.as_str(), one.actor.as_str(), one.reason.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(
            told,
            [
                ("change.draft", "person:anna", "Nuovo partner"),
                ("change.submit", "person:anna", "Nuovo partner"),
                ("change.approve", "person:bruno", "Verificato"),
                ("broker.create", "person:bruno", "Nuovo partner"),
                ("broker.create", "person:bruno", "Nuovo partner"),
                ("change.apply", "varco:changes", ""),
            ]
        );
        assert!(entries[..5].iter().all(|one| one.request.starts_with("request-of-")));
        assert!(entries[3].after.as_deref().is_some_and(|after| after.contains("Regione")));
        assert_eq!(entries[3].at, at(3).as_microsecond());
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_from_its_instant_on_and_is_carried_out_once_by_whoever_is_first() {
    on_both(|database| async move {
        let (store, other) = (database.store().await, database.store().await);
        rename(&store, "Before", 0).await;
        let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
        submitted(&store, "one", &person("anna", 1), &proposals).await;
        approve(&store, "one", &person("bruno", 2), Some(at(100))).await.unwrap();
        assert_eq!(store.due_changes(at(99)).await.unwrap(), Vec::<String>::new());
        assert_eq!(store.apply_change("one", at(99)).await.unwrap(), Some(State::Approved));
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("Before"));
        assert_eq!(store.due_changes(at(100)).await.unwrap(), ["one"]);
        let (a, b) = tokio::join!(store.apply_change("one", at(100)), other.apply_change("one", at(100)));
        assert_eq!((a.unwrap(), b.unwrap()), (Some(State::Applied), Some(State::Applied)));
        let acts: Vec<Act> = history(&store, "one").await.into_iter().map(|(act, _)| act).collect();
        assert_eq!(acts, [Act::Draft, Act::Submit, Act::Approve, Act::Apply], "once");
        assert_eq!(store.due_changes(at(100)).await.unwrap(), Vec::<String>::new());
        store.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_an_instant_gets_it_unless_who_approves_says_another() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
        for (id, asked, said, expected) in [
            ("a", Some(50), None, 50),
            ("b", Some(50), Some(70), 70),
            ("c", None, None, 10),
            ("d", Some(5), None, 10),
        ] {
            draft(&store, id, &person("anna", 1), &proposals).await;
            let submit = ChangeAct::Submit(asked.map(at));
            store.act_on_change(&person("anna", 2), id, &[submit]).await.unwrap();
            approve(&store, id, &person("bruno", 10), said.map(at)).await.unwrap();
            assert_eq!(change(&store, id).await.0.course.effective_at, Some(at(expected)), "{id}");
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_decide_at_once_one_wins() {
    on_both(|database| async move {
        let (store, other) = (database.store().await, database.store().await);
        rename(&store, "Before", 0).await;
        for round in 0..10 {
            let id = format!("round-{round}");
            let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
            submitted(&store, &id, &person("anna", 1), &proposals).await;
            let (bruno, dario) = (person("bruno", 2), person("dario", 2));
            let reject = [ChangeAct::Reject(Deciding::AsPerson)];
            let (a, b) = tokio::join!(
                approve(&store, &id, &bruno, Some(at(100))),
                other.act_on_change(&dario, &id, &reject),
            );
            let (won, lost) = if a.is_ok() { (State::Approved, b) } else { (State::Rejected, a) };
            assert_eq!(state(&store, &id).await, won);
            assert!(matches!(lost, Err(ChangeError::NotNow(_))), "{lost:?}");
        }
        store.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_was_drafted_against_has_to_be_there_still() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let replaced = [proposal(BROKER, Wish::Replace, Some("After"))];
        submitted(&store, "one", &person("anna", 1), &replaced).await;
        draft(&store, "two", &person("anna", 1), &replaced).await;
        rename(&store, "Meanwhile", 2).await;

        let late = store.act_on_change(&person("anna", 3), "two", &[ChangeAct::Submit(None)]).await;
        let Err(ChangeError::Unfit(failure)) = late else { panic!("{late:?}") };
        assert!(matches!(failure.error, WriteError::Conflict(why) if why.code == "changed_since"));

        approve(&store, "one", &person("bruno", 3), None).await.unwrap();
        assert_eq!(store.apply_change("one", at(4)).await.unwrap(), Some(State::Failed));
        let (failed, _) = change(&store, "one").await;
        assert_eq!(failed.failure.unwrap().0, "changed_since");
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("Meanwhile"), "nothing was written");
        assert_eq!(store.due_changes(at(5)).await.unwrap(), Vec::<String>::new(), "it is not tried again");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_what_is_submitted_and_approved() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let judged = [proposal(BROKER, Wish::Replace, Some("Harmless"))];
        draft(&store, "one", &person("anna", 1), &judged).await;
        let (seen, _) = change(&store, "one").await;
        let other = [proposal(BROKER, Wish::Replace, Some("Something else"))];
        store.rewrite_change(&person("anna", 2), "one", &other).await.unwrap();
        // As where no second person was asked for what had been seen.
        let acts = [ChangeAct::Submit(None), ChangeAct::Approve(Deciding::Unasked, None)];
        let late = store.act_on_judged_change(&person("anna", 3), &seen, &acts).await;
        let Err(ChangeError::Unfit(failure)) = late else { panic!("{late:?}") };
        assert!(matches!(failure.error, WriteError::Conflict(why) if why.code == "changed_since"));
        assert_eq!(state(&store, "one").await, State::Draft);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_has_written_is_not_decided_by_who_may_hold_its_secrets() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let mut maker = "person:anna".to_owned();
        for (id, byte) in [("one", 1), ("two", 2)] {
            let key = ApiKey {
                id: id.to_owned(),
                label: id.to_owned(),
                institutions: ApiScope::Every,
                segregation: Segregation::Every,
                rights: KeyRights::operator(),
            };
            let secret = NewSecret { slot: Slot::Primary, hash: [byte; 32], keyed: false, overlap: None };
            let (secrets, revoked_by) = (vec![secret], None);
            let wish = KeyWish { key, until: None, created_by: maker.clone(), revoked_by, secrets };
            let made = Proposal {
                kind: Kind::Key,
                tenant: Tenant::Gateway,
                target: id.to_owned(),
                wish: Wish::Create,
                wanted: Some(wish.into_json().unwrap()),
            };
            let author = Author { actor: maker.clone(), ..person("anna", 1) };
            store.carry_out(&author, &[made], WriteMode::Commit).await.unwrap();
            maker = format!("key:{id}");
        }
        let replaced = [proposal(BROKER, Wish::Replace, Some("After"))];
        let by_key = Author { actor: "key:two".to_owned(), ..person("two", 2) };
        submitted(&store, "change", &by_key, &replaced).await;
        let own = approve(&store, "change", &person("anna", 3), None).await;
        assert!(
            matches!(own, Err(ChangeError::NotADecider(_))),
            "she made the key that made the key: {own:?}"
        );
        approve(&store, "change", &person("bruno", 4), None).await.unwrap();
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_proposed_to_several_is_audited_for_none_of_them() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let both =
            [proposal(BROKER, Wish::Replace, Some("After")), proposal(OTHER, Wish::Create, Some("Unione"))];
        draft(&store, "one", &person("anna", 1), &both).await;
        let (one, other) = both.split_at(1);
        store.rewrite_change(&person("anna", 2), "one", one).await.unwrap();
        submitted(&store, "two", &person("anna", 3), other).await;
        let sight = Some(both.iter().map(|proposal| proposal.tenant.clone()).collect());
        let query = AuditQuery { sight, limit: 100, ..AuditQuery::default() };
        let (seen, _) = store.audit_page(&query).await.unwrap();
        for entry in seen {
            let text = [entry.before, entry.after].into_iter().flatten().collect::<String>();
            let foreign = if entry.tenant == both[0].tenant.to_string() { OTHER } else { BROKER };
            assert!(!text.contains(foreign), "{} tells {} of {foreign}: {text}", entry.action, entry.tenant);
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_things_none_is_changed_if_one_cannot_be() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let both =
            [proposal(OTHER, Wish::Create, Some("Unione")), proposal(BROKER, Wish::Replace, Some("After"))];
        submitted(&store, "one", &person("anna", 1), &both).await;
        approve(&store, "one", &person("bruno", 2), Some(at(50))).await.unwrap();
        let removed = [proposal(BROKER, Wish::Remove, None)];
        submitted(&store, "two", &person("anna", 3), &removed).await;
        approve(&store, "two", &person("bruno", 4), None).await.unwrap();
        assert_eq!(store.apply_change("two", at(5)).await.unwrap(), Some(State::Applied));
        assert_eq!(store.apply_change("one", at(50)).await.unwrap(), Some(State::Failed));
        let (code, _) = change(&store, "one").await.0.failure.unwrap();
        assert_eq!(code, "missing");
        assert_eq!((name(&store, OTHER).await, name(&store, BROKER).await), (None, None));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_undone_by_a_linked_change_and_only_once() {
    on_both(|database| async move {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
        submitted(&store, "one", &person("anna", 1), &proposals).await;
        approve(&store, "one", &person("bruno", 2), None).await.unwrap();
        store.apply_change("one", at(3)).await.unwrap();
        let undoing = [proposal(BROKER, Wish::Replace, Some("Before"))];
        for id in ["back", "again"] {
            let new = NewChange { id, proposals: &undoing, rolls_back: Some("one") };
            store.keep_change(&person("carla", 4), new, &[ChangeAct::Submit(None)]).await.unwrap();
            approve(&store, id, &person("dario", 5), None).await.unwrap();
        }
        assert_eq!(state(&store, "one").await, State::Applied, "until the other is carried out");
        assert_eq!(store.apply_change("back", at(6)).await.unwrap(), Some(State::Applied));
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("Before"));
        let (undone, _) = change(&store, "one").await;
        assert_eq!(undone.course.state(), State::RolledBack);
        assert_eq!(undone.rolled_back_by.as_deref(), Some("back"));
        let last = history(&store, "one").await.pop().unwrap();
        assert_eq!(last, (Act::RollBack, "person:dario".to_owned()));

        rename(&store, "After", 7).await;
        assert_eq!(store.apply_change("again", at(8)).await.unwrap(), Some(State::Failed));
        assert_eq!(change(&store, "again").await.0.failure.unwrap().0, "already_rolled_back");
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("After"));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_approval_and_carrying_out_loses_nothing_and_the_gateway_carries_it_out_in_time() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let store = database.store().await;
        rename(&store, "Before", 0).await;
        let later = samples::now() + SignedDuration::from_hours(1);
        let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
        submitted(&store, "due", &person("anna", 1), &proposals).await;
        approve(&store, "due", &person("bruno", 2), None).await.unwrap();
        store.close().await;

        let gateway = TestGateway::start(database).await;
        let store = gateway.database.store().await;
        until(async || state(&store, "due").await == State::Applied).await;
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("After"));
        let proposals = [proposal(BROKER, Wish::Replace, Some("Later"))];
        submitted(&store, "timed", &person("anna", 4), &proposals).await;
        approve(&store, "timed", &person("bruno", 5), Some(later)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(state(&store, "timed").await, State::Approved, "its instant has not come");
        gateway.clock.set(later);
        until(async || state(&store, "timed").await == State::Applied).await;
        assert_eq!(name(&store, BROKER).await.as_deref(), Some("Later"));
        store.close().await;
        gateway.end().await;
    }
}

/// Waits until that is so.
async fn until(so: impl AsyncFn() -> bool) {
    for _ in 0..100 {
        if so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never became so");
}
