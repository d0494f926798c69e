//! Every state, every act, everybody: one table.

use varco::domain::governance::Wish;
use varco::domain::governance::change::{Deciding, State};
use varco::store::{ChangeAct, ChangeError, NewChange, Store};

use super::desk::{BROKER, approve, at, draft, name, person, proposal, rename, state, submitted};
use super::support::on_both;

/// Who does it: Anna wrote the change, Carla edited it, Bruno has no hand in it.
const WHO: [(&str, &str, Deciding); 5] = [
    ("its author", "anna", Deciding::AsPerson),
    ("its editor", "carla", Deciding::AsPerson),
    ("another person", "bruno", Deciding::AsPerson),
    ("a key", "key", Deciding::AsKey),
    ("anybody, where none is asked for", "anna", Deciding::Unasked),
];

/// For each state: what editing, submitting and withdrawing lead to; what approving and rejecting lead to, each by
/// everybody of [`WHO`]; and what the gateway makes of it when its instant has come.
type Row = (State, [&'static str; 3], [&'static str; 5], [&'static str; 5], &'static str);

const NO: &str = "not in this state";
const SECOND: &str = "second person needed";
const PERSON: &str = "person needed";

#[rustfmt::skip]
const TABLE: [Row; 8] = [
    (State::Draft, ["draft", "submitted", "withdrawn"], [NO; 5], [NO; 5], "draft"),
    (
        State::Submitted,
        [NO, NO, "withdrawn"],
        [SECOND, SECOND, "approved", PERSON, "approved"],
        [SECOND, SECOND, "rejected", PERSON, "rejected"],
        "submitted",
    ),
    (State::Approved, [NO, NO, "withdrawn"], [NO; 5], [NO; 5], "applied"),
    (State::Rejected, [NO; 3], [NO; 5], [NO; 5], "rejected"),
    (State::Withdrawn, [NO; 3], [NO; 5], [NO; 5], "withdrawn"),
    (State::Applied, [NO; 3], [NO; 5], [NO; 5], "applied"),
    (State::Failed, [NO; 3], [NO; 5], [NO; 5], "failed"),
    (State::RolledBack, [NO; 3], [NO; 5], [NO; 5], "rolled_back"),
];

/// A change in that state, of the name of a broker, from second 100 on if it is approved.
async fn change_in(store: &Store, wanted: State, id: &str) {
    rename(store, "Before", 0).await;
    let proposals = [proposal(BROKER, Wish::Replace, Some("After"))];
    draft(store, id, &person("anna", 1), &proposals).await;
    store.rewrite_change(&person("carla", 2), id, &proposals).await.unwrap();
    if wanted == State::Draft {
        return;
    }
    if wanted == State::Withdrawn {
        return store.act_on_change(&person("anna", 3), id, &[ChangeAct::Withdraw]).await.unwrap();
    }
    store.act_on_change(&person("anna", 3), id, &[ChangeAct::Submit(None)]).await.unwrap();
    if wanted == State::Submitted {
        return;
    }
    if wanted == State::Rejected {
        let reject = ChangeAct::Reject(Deciding::AsPerson);
        return store.act_on_change(&person("bruno", 4), id, &[reject]).await.unwrap();
    }
    approve(store, id, &person("bruno", 4), Some(at(100))).await.unwrap();
    match wanted {
        State::Applied | State::RolledBack => assert_eq!(applied(store, id).await, State::Applied),
        State::Failed => {
            rename(store, "Meanwhile", 5).await;
            assert_eq!(applied(store, id).await, State::Failed);
        }
        _ => {}
    }
    if wanted == State::RolledBack {
        let undoing = format!("{id}-undone");
        let proposals = [proposal(BROKER, Wish::Replace, Some("Before"))];
        let new = NewChange { id: &undoing, proposals: &proposals, rolls_back: Some(id) };
        store.keep_change(&person("anna", 101), new, &[ChangeAct::Submit(None)]).await.unwrap();
        approve(store, &undoing, &person("bruno", 102), None).await.unwrap();
        assert_eq!(applied(store, &undoing).await, State::Applied);
    }
}

async fn applied(store: &Store, id: &str) -> State {
    store.apply_change(id, at(1_000)).await.unwrap().unwrap()
}

/// What became of an act: the state that it led to, or why it was refused.
async fn outcome(store: &Store, id: &str, done: Result<(), ChangeError>) -> &'static str {
    match done {
        Ok(()) => state(store, id).await.word(),
        Err(ChangeError::NotNow(_)) => NO,
        Err(ChangeError::NotADecider(why)) if why.to_string().contains("only a person") => PERSON,
        Err(ChangeError::NotADecider(_)) => SECOND,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_admits_what_the_table_says_by_whom_it_says_and_nothing_else() {
    on_both(|database| async move {
        let store = database.store().await;
        let mut number = 0;
        for (state_of, own, approved, rejected, due) in TABLE {
            let mut id = || {
                number += 1;
                format!("{number:032x}")
            };
            let what = |act: &str, who: &str| format!("{act} by {who} of what is {}", state_of.word());
            let edited = [proposal(BROKER, Wish::Replace, Some("Otherwise"))];

            let one = id();
            change_in(&store, state_of, &one).await;
            let done = store.rewrite_change(&person("anna", 200), &one, &edited).await;
            assert_eq!(outcome(&store, &one, done).await, own[0], "{}", what("edit", "its author"));

            for (act, expected) in [(ChangeAct::Submit(None), own[1]), (ChangeAct::Withdraw, own[2])] {
                let one = id();
                change_in(&store, state_of, &one).await;
                // What is submitted is tried first: it has to be possible still.
                if act != ChangeAct::Withdraw && state_of != State::Draft {
                    rename(&store, "Before", 199).await;
                }
                let done = store.act_on_change(&person("anna", 200), &one, &[act]).await;
                assert_eq!(outcome(&store, &one, done).await, expected, "{}", what("step", "its author"));
            }
            for (index, (who, name, deciding)) in WHO.into_iter().enumerate() {
                for (act, expected) in [
                    (ChangeAct::Approve(deciding, Some(at(300))), approved[index]),
                    (ChangeAct::Reject(deciding), rejected[index]),
                ] {
                    let one = id();
                    change_in(&store, state_of, &one).await;
                    let done = store.act_on_change(&person(name, 200), &one, &[act]).await;
                    assert_eq!(outcome(&store, &one, done).await, expected, "{}", what("decision", who));
                }
            }
            let one = id();
            change_in(&store, state_of, &one).await;
            assert_eq!(applied(&store, &one).await.word(), due, "{}", what("carrying out", "the gateway"));
        }
        assert_eq!(store.verify_audit(&[]).await.unwrap().breaches, []);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_act_on_a_change_that_is_not_there() {
    on_both(|database| async move {
        let store = database.store().await;
        let missing = store.act_on_change(&person("anna", 1), "none", &[ChangeAct::Withdraw]).await;
        assert!(matches!(missing, Err(ChangeError::Missing)));
        assert_eq!(store.apply_change("none", at(1)).await.unwrap(), None);
        let created = [proposal(BROKER, Wish::Create, Some("Regione"))];
        submitted(&store, "one", &person("anna", 1), &created).await;
        assert_eq!(name(&store, BROKER).await, None, "it waits");
        store.close().await;
    })
    .await;
}
