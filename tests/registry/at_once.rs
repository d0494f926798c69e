//! Many callers at once: one of them has it.

use std::sync::Arc;

use crate::desk::*;
use crate::support::TestDatabase;

/// The sorted statuses of twenty requests that are under way together.
async fn statuses(desk: &Arc<Desk>, ask: impl AsyncFn(&Desk, i64) -> u16) -> Vec<u16> {
    let asks: Vec<_> = (0..20).map(|number| ask(desk, number)).collect();
    let mut statuses = futures_util::future::join_all(asks).await;
    statuses.sort_unstable();
    statuses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_registrations_of_one_code_one_is_done() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let desk = Arc::new(Desk::open(database).await);
        let mut one_done = vec![201];
        one_done.extend([409; 19]);
        let body = broker(NEW_BROKER);
        let made = statuses(&desk, async |desk, _| desk.post("/brokers", &body).await.status.as_u16()).await;
        assert_eq!(made, one_done);
        let body = station(NEW_STATION);
        let made = statuses(&desk, async |desk, _| desk.post("/stations", &body).await.status.as_u16()).await;
        assert_eq!(made, one_done);
        let body = institution(NEW_EC);
        let path = "/creditorinstitutions";
        let made = statuses(&desk, async |desk, _| desk.post(path, &body).await.status.as_u16()).await;
        assert_eq!(made, one_done);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_stations_that_want_one_segregation_code_one_has_it() {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let desk = Arc::new(Desk::open(database).await);
        Desk::made(desk.post("/brokers", &broker(NEW_BROKER)).await);
        Desk::made(desk.post("/creditorinstitutions", &institution(NEW_EC)).await);
        let code = |number: i64| format!("{NEW_BROKER}_{:02}", number + 1);
        for number in 0..20 {
            Desk::made(desk.post("/stations", &station(&code(number))).await);
        }
        let path = format!("/creditorinstitutions/{NEW_EC}/stations");
        let ask = async |desk: &Desk, number: i64| {
            desk.post(&path, &relation(&code(number), 7)).await.status.as_u16()
        };
        let made = statuses(&desk, ask).await;
        assert_eq!((made[0], &made[1..]), (201, &[409; 19][..]));
    }
}
