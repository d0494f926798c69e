//! A position is stored as facts and read back whole.

use varco::domain::hold::HoldPolicy;
use varco::domain::lifecycle;
use varco::domain::payability::Settled;
use varco::domain::position::OptionShape;
use varco::store::CreateError;

use crate::support::on_both;
use crate::support::samples::{ec, notice, notice_number, now, option, position};

#[tokio::test]
async fn what_is_created_is_read_back_the_same() {
    on_both(|database| async move {
        let store = database.store().await;
        let plan = option(1, OptionShape::Plan, vec![notice(2, 5000), notice(1, 2500)]);
        let created =
            position("TARI 2026", vec![plan, option(2, OptionShape::Single, vec![notice(3, 7500)])]);
        store.create_position(&created).await.unwrap();
        assert_eq!(store.position(&created.ec, &created.iupd).await.unwrap(), Some(created.clone()));

        let found = store.payable_notice(&ec(), &notice_number(1)).await.unwrap().expect("it is managed");
        assert_eq!(found.notice, created.options[0].notices[1]);
        assert_eq!(found.facts.settled, Settled::No);
        assert_eq!(store.payable_notice(&ec(), &notice_number(9)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn names_and_notices_are_unique_under_a_creditor() {
    on_both(|database| async move {
        let store = database.store().await;
        let single = |base| vec![option(1, OptionShape::Single, vec![notice(base, 100)])];
        store.create_position(&position("A", single(1))).await.unwrap();
        let same_name = store.create_position(&position("A", single(2))).await;
        assert!(matches!(same_name, Err(CreateError::IupdTaken)), "{same_name:?}");
        let same_notice = store.create_position(&position("B", single(1))).await;
        assert!(matches!(same_notice, Err(CreateError::NoticeTaken(n)) if n == notice_number(1)));
        assert_eq!(
            store.position(&ec(), &position("B", vec![]).iupd).await.unwrap(),
            None,
            "no half position"
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_leaves_no_trace() {
    on_both(|database| async move {
        let store = database.store().await;
        let created = position("A", vec![option(1, OptionShape::Single, vec![notice(1, 100)])]);
        store.create_position(&created).await.unwrap();
        let change = store.change_position(&created.ec, &created.iupd, |p| lifecycle::publish(p, now()));
        assert!(change.await.unwrap().unwrap().is_err(), "it is published already");
        assert_eq!(store.position(&created.ec, &created.iupd).await.unwrap(), Some(created.clone()));

        let change = store.change_position(&created.ec, &created.iupd, |p| {
            lifecycle::invalidate(p, HoldPolicy::OFF, now())
        });
        let changed = change.await.unwrap().unwrap().unwrap();
        assert_eq!(changed.history.invalidated_at, Some(now()));
        assert_eq!(store.position(&created.ec, &created.iupd).await.unwrap(), Some(changed));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_position_takes_its_notices_along() {
    on_both(|database| async move {
        let store = database.store().await;
        let created = position("A", vec![option(1, OptionShape::Single, vec![notice(1, 100)])]);
        store.create_position(&created).await.unwrap();
        let deleted =
            store.delete_position(&created.ec, &created.iupd, now(), |_| Ok::<(), ()>(())).await.unwrap();
        assert_eq!(deleted, Some(Ok(())));
        assert_eq!(store.payable_notice(&ec(), &notice_number(1)).await.unwrap(), None);
        store.create_position(&created).await.unwrap();
    })
    .await;
}
