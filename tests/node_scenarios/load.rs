//! Load against our own gateway: what is counted adds up. How fast it is depends on the machine, and is no test.

use std::time::Duration;

use varco::node::Version;
use varco::node::load::{Course, LoadReport, Mix, Pace, Plan, Stock, drive};

use super::demo::Demo;
use super::server::{self, Says, refusal, says};

async fn driven(demo: &Demo, pace: Pace, mix: &str, notices: usize) -> LoadReport {
    let mut stock = Vec::new();
    for _ in 0..notices {
        stock.push(demo.api().plain(&demo.variables()).await.unwrap());
    }
    let mix: Mix = mix.parse().unwrap();
    let plan = Plan { pace, duration: Duration::from_millis(1500), mix };
    let course = Course::new(demo.target(), plan, Version::V2, Stock::new(stock).unwrap());
    let report = drive(&course).await.unwrap();
    let progress = course.progress();
    assert_eq!((progress.requests, progress.errors), (report.all.requests, 0));
    report
}

fn adds_up(report: &LoadReport) {
    let sum = |of: fn(&varco::node::load::Row) -> u64| report.rows.iter().map(of).sum::<u64>();
    assert_eq!(sum(|row| row.requests), report.all.requests);
    assert_eq!(sum(|row| row.right), report.all.right);
    for row in report.rows.iter().chain([&report.all]) {
        assert_eq!(row.right + row.errors.values().sum::<u64>(), row.requests, "{}", row.name);
        let times = row.milliseconds;
        let rising = [0.0, times.p50, times.p90, times.p99, times.p999].is_sorted();
        assert!(rising && times.max > 0.0, "{times:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_kept_and_everything_is_counted_once() {
    let demo = Demo::start();
    let pace = Pace::Rate { per_second: 40.0, connections: 8 };
    let report = driven(&demo, pace, "verify=50,activate=30,receipt=15,probe=5", 20).await;
    adds_up(&report);
    // 40 a second for one and a half seconds, whatever the answers do.
    assert_eq!(report.all.requests, 60);
    assert_eq!(report.all.right, 60, "{}", report.told());
    let receipts = report.rows.iter().find(|row| row.name == "receipt").map_or(0, |row| row.requests);
    assert!((1..=20).contains(&receipts), "each notice is paid once: {receipts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_ask_until_the_time_is_over() {
    let demo = Demo::start();
    let report = driven(&demo, Pace::Concurrency(3), "verify=2,activate=1,receipt=1", 3).await;
    adds_up(&report);
    assert_eq!(report.all.right, report.all.requests, "{}", report.told());
    assert!(report.all.requests > 3, "{}", report.told());
    let receipts = report.rows.iter().find(|row| row.name == "receipt").unwrap();
    assert_eq!(receipts.requests, 3, "three notices, three receipts: {}", report.told());
    assert!(report.all.already_paid > 0, "who asks for a paid notice is told so: {}", report.told());
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_its_code() {
    let address = server::start(|request: &str| match request {
        request if request.contains("000000000000000000") => Says { status: 500, ..says("no") },
        request => says(refusal(request, "PAA_SYSTEM_ERROR", "no")),
    })
    .await;
    let plan = Plan {
        pace: Pace::Rate { per_second: 40.0, connections: 2 },
        duration: Duration::from_millis(500),
        mix: "verify=1,probe=1".parse().unwrap(),
    };
    let stock = Stock::new(vec!["302000000000000184".to_owned()]).unwrap();
    let report = drive(&Course::new(server::target(address), plan, Version::V2, stock)).await.unwrap();
    adds_up(&report);
    assert_eq!((report.all.requests, report.all.right), (20, 0));
    assert_eq!(report.all.errors["PAA_SYSTEM_ERROR"], 10);
    assert_eq!(report.all.errors["PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"], 10);
    assert_eq!(report.all.in_time_percent, 0.0);
}

/// What a hanging server held up is counted and not sent, or the load would go on for as long as it hangs.
#[tokio::test]
async fn a_server_that_hangs_does_not_make_the_load_endless() {
    let address = server::start(|request: &str| Says {
        after: Duration::from_secs(6),
        ..says(refusal(request, "PAA_PAGAMENTO_SCONOSCIUTO", "no"))
    })
    .await;
    let plan = Plan {
        pace: Pace::Rate { per_second: 100.0, connections: 2 },
        duration: Duration::from_millis(300),
        mix: "probe=1".parse().unwrap(),
    };
    let begun = std::time::Instant::now();
    let stock = Stock::new(vec!["302000000000000184".to_owned()]).unwrap();
    let report = drive(&Course::new(server::target(address), plan, Version::V2, stock)).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    adds_up(&report);
    assert_eq!((report.all.requests, report.all.errors["not-sent"]), (30, 28), "{}", report.told());
    assert_eq!(report.all.in_time_percent, 0.0);
}

/// At a rate, a request counts from when it should have gone out: one answer of half a second holds up the rest.
#[tokio::test]
async fn a_server_that_stalls_cannot_hide_it() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let address = server::start(move |request: &str| {
        let stalls = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        let after = if stalls { Duration::from_millis(500) } else { Duration::ZERO };
        Says { after, ..says(refusal(request, "PAA_PAGAMENTO_SCONOSCIUTO", "no")) }
    })
    .await;
    let plan = Plan {
        pace: Pace::Rate { per_second: 50.0, connections: 1 },
        duration: Duration::from_millis(600),
        mix: "probe=1".parse().unwrap(),
    };
    let stock = Stock::new(vec!["302000000000000184".to_owned()]).unwrap();
    let report = drive(&Course::new(server::target(address), plan, Version::V2, stock)).await.unwrap();
    assert_eq!((report.all.requests, report.all.right), (30, 30), "{}", report.told());
    // Those that should have gone out in the first quarter of a second waited another quarter at least.
    assert!(report.all.milliseconds.p50 >= 100.0, "{}", report.told());
}
