use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn used(from: Option<&str>, due: Option<&str>) -> AccountUse {
    AccountUse { active: true, from: from.map(at), due: due.map(at) }
}

#[test]
fn an_account_is_valid_on_whole_days_of_italy() {
    // 1 December 00:30 and 31 December 10:00 in Rome.
    let account = used(Some("2026-11-30T23:30:00Z"), Some("2026-12-31T09:00:00Z"));
    for (today, status) in [
        ("2026-11-30", AccountStatus::NotYetValid),
        ("2026-12-01", AccountStatus::Active),
        ("2026-12-31", AccountStatus::Active),
        ("2027-01-01", AccountStatus::Expired),
    ] {
        assert_eq!(account.status(day(today)), status, "{today}");
        let off = AccountUse { active: false, ..account };
        assert_eq!(off.status(day(today)), AccountStatus::Disabled, "{today}");
    }
    assert_eq!(AccountUse::ALWAYS.status(day("2026-12-01")), AccountStatus::Active);
}

#[test]
fn only_an_account_that_can_be_paid_to_has_no_obstacle() {
    for status in AccountStatus::ALL {
        assert_eq!(status.obstacle().is_none(), status == AccountStatus::Active, "{status:?}");
    }
}

#[test]
fn a_new_account_begins_tomorrow_or_later_and_ends_after_that() {
    let today = day("2026-11-22");
    let end = Some("2027-11-22T00:00:00Z");
    assert_eq!(used(Some("2026-11-22T22:59:59Z"), end).judge_new(today), [UseError::NotAhead], "still today");
    assert_eq!(used(Some("2026-11-22T23:00:00Z"), end).judge_new(today), [], "tomorrow in Rome");
    assert_eq!(used(None, None).judge_new(today), []);
    assert_eq!(
        used(Some("2026-12-01T00:00:00Z"), Some("2026-12-01T00:00:00Z")).judge_new(today),
        [UseError::DueBeforeValidity]
    );
    assert_eq!(
        used(Some("2026-11-01T00:00:00Z"), Some("2026-10-01T00:00:00Z")).judge_new(today),
        [UseError::NotAhead, UseError::DueBeforeValidity]
    );
}

#[test]
fn of_an_account_in_use_only_what_changes_is_looked_at() {
    let today = day("2026-11-22");
    let before = used(Some("2026-01-01T00:00:00Z"), Some("2026-12-31T10:00:00Z"));
    let judge = |after: AccountUse, standing| after.judge_change(&before, standing, today);
    assert_eq!(judge(before, Standing::Other), []);
    let same_days = used(Some("2026-01-01T22:00:00Z"), Some("2026-12-31T22:00:00Z"));
    assert_eq!(judge(same_days, Standing::Other), [], "the same days, written otherwise");
    let off = AccountUse { active: false, ..before };
    assert_eq!(judge(off, Standing::Other), []);
    let earlier = AccountUse { from: Some(at("2025-12-31T00:00:00Z")), ..before };
    assert_eq!(judge(earlier, Standing::Owner), [UseError::NotAhead]);
    let later = AccountUse { due: Some(at("2027-12-31T10:00:00Z")), ..before };
    assert_eq!(judge(later, Standing::Owner), []);
    assert_eq!(judge(later, Standing::Other), [UseError::DueOfOwner]);
    let ended = AccountUse { due: Some(at("2025-06-30T10:00:00Z")), ..before };
    assert_eq!(judge(ended, Standing::Owner), [UseError::DueBeforeValidity]);
}

#[test]
fn a_purpose_is_a_short_word() {
    for right in [Purpose::ARCHIVE, Purpose::CUP, &"x".repeat(50)] {
        assert!(Purpose::new(right).is_ok(), "{right}");
    }
    for wrong in ["", "A CA", "perché", &"x".repeat(51)] {
        assert_eq!(Purpose::new(wrong), Err(PurposeError), "{wrong}");
    }
}
