use proptest::prelude::*;

use super::*;

const NOTICE: SignedDuration = SignedDuration::from_hours(72);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(start: &str, end: &str) -> Window {
    Window::new(at(start), at(end)).unwrap()
}

fn maintenance(start: &str, end: &str) -> Maintenance {
    Maintenance {
        id: 1,
        broker: BrokerCode::new("88888888888").unwrap(),
        station: StationCode::new("88888888888_01").unwrap(),
        window: window(start, end),
        stand_in: false,
    }
}

fn to(end: &str) -> MaintenanceChange {
    MaintenanceChange { start: None, end: at(end), stand_in: None }
}

#[test]
fn both_ends_are_on_quarters_and_in_order() {
    let wrong = |start, end| Window::new(at(start), at(end)).unwrap_err();
    assert_eq!(wrong("2026-12-01T10:01:00Z", "2026-12-01T11:00:00Z"), [MaintenanceError::StartOffQuarter]);
    assert_eq!(wrong("2026-12-01T10:00:00Z", "2026-12-01T11:00:01Z"), [MaintenanceError::EndOffQuarter]);
    assert_eq!(wrong("2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"), [MaintenanceError::EndBeforeStart]);
    assert_eq!(
        wrong("2026-12-01T10:00:00.000001Z", "2026-12-01T09:05:00Z"),
        [
            MaintenanceError::StartOffQuarter,
            MaintenanceError::EndOffQuarter,
            MaintenanceError::EndBeforeStart
        ]
    );
}

#[test]
fn three_days_before_is_early_enough_and_a_moment_later_is_not() {
    let window = window("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    let judge = |now| Maintenance::judge_notice(&window, at(now), NOTICE);
    assert_eq!(judge("2026-11-28T10:00:00Z"), Ok(()));
    assert_eq!(judge("2026-11-28T10:00:00.000001Z"), Err(MaintenanceError::TooSoon));
}

#[test]
fn windows_that_only_touch_do_not_overlap() {
    let one = window("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    assert!(!one.overlaps(&window("2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z")));
    assert!(!one.overlaps(&window("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z")));
    assert!(one.overlaps(&window("2026-12-01T10:45:00Z", "2026-12-01T12:00:00Z")));
    assert!(one.overlaps(&window("2026-12-01T09:00:00Z", "2026-12-01T12:00:00Z")));
}

#[test]
fn hours_over_new_year_count_in_both_years_of_italy() {
    // Midnight in Rome is 23:00 UTC.
    let over = window("2026-12-31T20:00:00Z", "2027-01-01T01:00:00Z");
    assert_eq!(
        (over.in_year(2026).to_string(), over.in_year(2027).to_string()),
        ("3:00".into(), "2:00".into())
    );
    assert_eq!(over.years(), 2026..=2027);
    let until = window("2026-12-31T20:00:00Z", "2026-12-31T23:00:00Z");
    assert_eq!(until.years(), 2026..=2026);
}

#[test]
fn hours_of_the_night_when_clocks_change_are_counted_as_they_pass() {
    // 28 March 2027 has 23 hours in Italy, 31 October 25.
    let short = window("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z");
    let long = window("2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z");
    assert_eq!(
        (short.in_year(2027).to_string(), long.in_year(2027).to_string()),
        ("23:00".into(), "25:00".into())
    );
}

#[test]
fn beyond_thirty_six_hours_of_either_year_the_node_stands_in() {
    let used = [window("2026-03-01T00:00:00Z", "2026-03-02T10:00:00Z")];
    assert!(!is_beyond(&window("2026-12-01T10:00:00Z", "2026-12-01T12:00:00Z"), &used), "exactly 36");
    assert!(is_beyond(&window("2026-12-01T10:00:00Z", "2026-12-01T12:15:00Z"), &used));
    assert!(!is_beyond(&window("2027-12-01T10:00:00Z", "2027-12-01T12:15:00Z"), &used), "another year");
    assert!(
        !is_beyond(&window("2026-12-31T21:00:00Z", "2027-01-01T23:00:00Z"), &used),
        "two in the old year"
    );
    assert!(is_beyond(&window("2026-12-31T20:45:00Z", "2027-01-01T23:00:00Z"), &used));
}

#[test]
fn the_summary_tells_what_is_used_what_is_to_come_and_what_is_left() {
    let windows = [
        window("2026-03-01T00:00:00Z", "2026-03-01T10:15:00Z"),
        window("2026-12-01T10:00:00Z", "2026-12-01T12:30:00Z"),
        window("2025-12-31T22:00:00Z", "2025-12-31T23:30:00Z"),
    ];
    let summary = YearSummary::new(&windows, 2026, at("2026-06-01T00:00:00Z"));
    let shown = [summary.used, summary.scheduled, summary.remaining, summary.extra, YEARLY]
        .map(|one| one.to_string());
    assert_eq!(shown, ["10:45", "2:30", "22:45", "0:00", "36:00"]);
    let all = [window("2026-05-01T00:00:00Z", "2026-05-02T14:00:00Z")];
    let summary = YearSummary::new(&all, 2026, at("2026-06-01T00:00:00Z"));
    assert_eq!((summary.remaining.to_string(), summary.extra.to_string()), ("0:00".into(), "2:00".into()));
}

#[test]
fn before_it_begins_all_of_it_can_change() {
    let known = maintenance("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    let now = at("2026-11-30T10:00:00Z");
    let longer = known.changed(&to("2026-12-01T12:00:00Z"), now, NOTICE).unwrap();
    assert_eq!(
        longer.window,
        window("2026-12-01T10:00:00Z", "2026-12-01T12:00:00Z"),
        "announced in time once"
    );
    let moved = MaintenanceChange { start: Some(at("2026-12-01T09:00:00Z")), ..to("2026-12-01T11:00:00Z") };
    assert_eq!(known.changed(&moved, now, NOTICE), Err(vec![MaintenanceError::TooSoon]));
    let moved = MaintenanceChange { start: Some(at("2026-12-04T10:00:00Z")), ..to("2026-12-04T11:00:00Z") };
    assert!(known.changed(&moved, now, NOTICE).is_ok());
    let standing_in = MaintenanceChange { stand_in: Some(true), ..to("2026-12-01T11:00:00Z") };
    assert!(known.changed(&standing_in, now, NOTICE).unwrap().stand_in);
}

#[test]
fn from_a_quarter_of_an_hour_before_it_begins_only_the_end_can_change() {
    let known = maintenance("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    let early = MaintenanceChange { stand_in: Some(true), ..to("2026-12-01T11:00:00Z") };
    assert!(known.changed(&early, at("2026-12-01T09:45:00Z"), NOTICE).is_ok());
    let now = at("2026-12-01T09:45:01Z");
    assert_eq!(known.changed(&early, now, NOTICE), Err(vec![MaintenanceError::StandInFixed]));
    let same = MaintenanceChange {
        start: Some(at("2026-12-01T10:00:00Z")),
        stand_in: Some(false),
        ..to("2026-12-01T13:00:00Z")
    };
    assert!(known.changed(&same, now, NOTICE).is_ok(), "what stays may be said again");
    let moved = MaintenanceChange { start: Some(at("2026-12-10T10:00:00Z")), ..to("2026-12-10T11:00:00Z") };
    assert_eq!(known.changed(&moved, now, NOTICE), Err(vec![MaintenanceError::StartFixed]));
    let under_way = at("2026-12-01T10:30:00Z");
    assert_eq!(
        known.changed(&to("2026-12-01T10:30:00Z"), under_way, NOTICE),
        Err(vec![MaintenanceError::EndPassed])
    );
    assert!(known.changed(&to("2026-12-01T10:45:00Z"), under_way, NOTICE).is_ok());
    let over = at("2026-12-01T11:00:00Z");
    assert_eq!(
        known.changed(&to("2026-12-01T12:00:00Z"), over, NOTICE),
        Err(vec![MaintenanceError::Finished])
    );
}

#[test]
fn what_is_under_way_ends_at_the_next_quarter_and_nothing_else_does() {
    let known = maintenance("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    let end = |now| known.finished(at(now)).map(|ended| ended.window.end().to_string());
    assert_eq!(end("2026-12-01T09:59:59Z"), Err(NotInProgress));
    assert_eq!(end("2026-12-01T10:00:00Z").as_deref(), Ok("2026-12-01T10:15:00Z"));
    assert_eq!(end("2026-12-01T10:14:59Z").as_deref(), Ok("2026-12-01T10:15:00Z"));
    assert_eq!(end("2026-12-01T10:15:00Z").as_deref(), Ok("2026-12-01T10:30:00Z"));
    assert_eq!(end("2026-12-01T10:50:00Z").as_deref(), Ok("2026-12-01T11:00:00Z"));
    assert_eq!(end("2026-12-01T11:00:00Z"), Err(NotInProgress));
}

#[test]
fn only_what_has_not_begun_can_be_taken_back() {
    let known = maintenance("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z");
    assert_eq!(known.judge_removal(at("2026-12-01T09:59:59Z")), Ok(()));
    assert_eq!(known.judge_removal(at("2026-12-01T10:00:00Z")), Err(HasBegun));
    assert_eq!(known.judge_removal(at("2027-12-01T10:00:00Z")), Err(HasBegun));
    for (now, state) in [
        ("2026-12-01T09:59:59Z", MaintenanceState::Scheduled),
        ("2026-12-01T10:00:00Z", MaintenanceState::InProgress),
        ("2026-12-01T11:00:00Z", MaintenanceState::Finished),
    ] {
        assert_eq!(known.state(at(now)), state, "{now}");
    }
}

/// Windows of up to three days within three years around two New Years.
fn windows() -> impl Strategy<Value = Window> {
    let first = at("2026-01-01T00:00:00Z").as_microsecond() / QUARTER;
    (0..3 * 365 * 96_i64, 1..288_i64).prop_map(move |(from, long)| {
        let instant = |quarters: i64| Timestamp::from_microsecond((first + quarters) * QUARTER).unwrap();
        Window::new(instant(from), instant(from + long)).unwrap()
    })
}

proptest! {
    #[test]
    fn no_quarter_of_an_hour_is_lost_or_counted_twice(window in windows()) {
        let all: i64 = window.years().map(|year| window.in_year(year).0).sum();
        let length = window.end().as_microsecond() - window.start().as_microsecond();
        prop_assert_eq!(all * QUARTER, length);
        prop_assert_eq!(window.in_year(window.years().start() - 1), Quarters(0));
        prop_assert_eq!(window.in_year(window.years().end() + 1), Quarters(0));
    }

    #[test]
    fn the_summary_agrees_with_the_rule(others in prop::collection::vec(windows(), 0..20), new in windows()) {
        let with = |year: i16| {
            let all: Vec<Window> = others.iter().copied().chain([new]).collect();
            YearSummary::new(&all, year, at("2026-06-01T00:00:00Z"))
        };
        let beyond = new.years().any(|year| with(year).extra > Quarters(0));
        prop_assert_eq!(is_beyond(&new, &others), beyond);
        let summary = with(2027);
        let balance = summary.used.0 + summary.scheduled.0 + summary.remaining.0 - summary.extra.0;
        prop_assert_eq!(balance, YEARLY.0);
    }

    #[test]
    fn overlap_is_mutual_and_means_a_common_quarter(one in windows(), other in windows()) {
        prop_assert_eq!(one.overlaps(&other), other.overlaps(&one));
        let common = one.start().max(other.start()) < one.end().min(other.end());
        prop_assert_eq!(one.overlaps(&other), common);
    }
}
