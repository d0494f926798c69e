//! The whole gateway, in this process, on a database of either engine, called over mutual TLS.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use tempfile::TempDir;
use varco::config::Config;
use varco::domain::clock::{Clock, ClockHand};
use varco::domain::fiscal_code::FiscalCode;
use varco::domain::notice_number::NoticeNumber;
use varco::domain::position::{OptionShape, Position};
use varco::gateway::Gateway;
use varco::store::{Store, StoredReceipt};
use varco::wire::pa_for_node::{
    Acknowledgement, Fault, NoticeAnswer, Operation, Outcome, PaymentAnswer, PaymentAnswerV2, Response,
};

use super::messages::{Paid, Question};
use super::node::{Lost, Node, Reply};
use super::{TestDatabase, pki, samples, world};

/// A gateway that runs until [`end`](TestGateway::end), with the parties of [`world`] and, at first, no
/// position. Its clock stands at [`samples::now`].
pub struct TestGateway {
    pub engine: &'static str,
    pub node: Node,
    pub clock: ClockHand,
    pub database: TestDatabase,
    gateway: Gateway,
    tls: Arc<ClientConfig>,
    folder: TempDir,
}

/// Runs a test on a gateway over each engine, and checks the ledger that it leaves behind.
pub async fn on_both_gateways(test: impl AsyncFn(&TestGateway)) {
    for database in [TestDatabase::sqlite(), TestDatabase::postgres().await] {
        let gateway = TestGateway::start(database).await;
        test(&gateway).await;
        gateway.end().await;
    }
}

impl TestGateway {
    pub async fn start(database: TestDatabase) -> Self {
        let url = database.url.clone();
        Self::start_through(database, &url, &[]).await
    }

    /// Reaches its database by `url` (a proxy, say), with settings as the environment gives them.
    pub async fn start_through(database: TestDatabase, url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_after(database, url, settings, async |_: &Path, _: &TestDatabase| {}).await
    }

    /// Does something with the folder of the certificates, and with the database, before the gateway starts.
    pub async fn start_after(
        database: TestDatabase,
        url: &str,
        settings: &[(&str, &str)],
        before: impl AsyncFnOnce(&Path, &TestDatabase),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = pki::issue(folder.path());
        let store = database.store().await;
        world::seed(&store).await;
        before(folder.path(), &database).await;
        store.close().await;
        let (clock, hand) = Clock::manual(samples::now());
        let gateway = Gateway::start(config(folder.path(), url, settings), clock).await.unwrap();
        let node = Node::new(gateway.soap_addr(), Arc::clone(&tls));
        TestGateway { engine: database.engine, node, clock: hand, database, gateway, tls, folder }
    }

    pub fn store(&self) -> &Store {
        self.gateway.store()
    }

    /// What the API address answers to a GET.
    pub async fn api(&self, path: &str) -> (u16, String) {
        super::node::get(self.gateway.api_addr(), path).await
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn soap_addr(&self) -> std::net::SocketAddr {
        self.gateway.soap_addr()
    }

    /// What a further caller needs to be let in.
    pub fn tls(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// Where old systems call.
    pub fn legacy_addr(&self) -> std::net::SocketAddr {
        self.gateway.legacy_addr().unwrap()
    }

    pub fn api_addr(&self) -> std::net::SocketAddr {
        self.gateway.api_addr()
    }

    /// Creates a position with a single notice of that base and amount, published.
    pub async fn owe(&self, base: u64, amount: i64) {
        let notice = samples::notice(base, amount);
        let option = samples::option(1, OptionShape::Single, vec![notice]);
        self.create(samples::position(&format!("single-{base}"), vec![option])).await;
    }

    pub async fn create(&self, position: Position) {
        self.store().create_position(&position).await.unwrap();
    }

    pub async fn verify(&self, question: &Question) -> NoticeAnswer {
        match self.ask(&question.verify(), Operation::PaVerifyPaymentNotice).await {
            Response::PaVerifyPaymentNotice(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn get(&self, question: &Question) -> PaymentAnswer {
        match self.ask(&question.get(), Operation::PaGetPayment).await {
            Response::PaGetPayment(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn get_v2(&self, question: &Question) -> PaymentAnswerV2 {
        match self.ask(&question.get_v2(), Operation::PaGetPaymentV2).await {
            Response::PaGetPaymentV2(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// The codes that verify and both gets answer; `OK` for an answer with outcome OK.
    pub async fn codes(&self, question: &Question) -> [String; 3] {
        let verify = self.verify(question).await;
        let get = self.get(question).await;
        let get_v2 = self.get_v2(question).await;
        [
            code(verify.outcome, &verify.fault),
            code(get.outcome, &get.fault),
            code(get_v2.outcome, &get_v2.fault),
        ]
    }

    pub async fn send_rt(&self, paid: &Paid) -> Acknowledgement {
        match self.ask(&paid.v1(), Operation::PaSendRT).await {
            Response::PaSendRT(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn send_rt_v2(&self, paid: &Paid) -> Acknowledgement {
        match self.ask(&paid.v2(), Operation::PaSendRTV2).await {
            Response::PaSendRTV2(answer) => answer,
            other => panic!("{other:?}"),
        }
    }

    /// Delivers a receipt that must be answered OK, as it must be whatever our data says.
    pub async fn settle(&self, paid: &Paid) {
        let answer = self.send_rt_v2(paid).await;
        assert_eq!((answer.outcome, answer.fault), (Outcome::Ok, None), "{} {paid:?}", self.engine);
    }

    /// Posts a message as it is.
    pub async fn post(&self, message: &str) -> Result<Reply, Lost> {
        self.node.post(message).await
    }

    async fn ask(&self, message: &str, operation: Operation) -> Response {
        self.post(message).await.unwrap().response(operation)
    }

    /// The receipts that a creditor holds of a notice, in the order of their ids.
    pub async fn receipts(&self, ec: &str, notice: &str) -> Vec<StoredReceipt> {
        let (ec, notice) = (FiscalCode::new(ec).unwrap(), NoticeNumber::new(notice).unwrap());
        self.store().receipts_of_notice(&ec, &notice).await.unwrap()
    }

    /// Ids and classes of the receipts of the notice of that base.
    pub async fn classes(&self, base: u64) -> Vec<(String, String)> {
        let receipts = self.receipts(samples::EC, samples::notice_number(base).as_str()).await;
        receipts.into_iter().map(|receipt| (receipt.id, receipt.class)).collect()
    }

    /// Checks that what is stored is sound, and stops.
    pub async fn end(self) {
        let mut broken = Vec::new();
        self.store().verify(&mut |violation| broken.push(violation)).await.unwrap();
        assert_eq!(broken, [], "{}", self.engine);
        self.gateway.stop().await;
    }

    /// Stops and starts again on the same database.
    pub async fn restart(self) -> Self {
        self.restart_with(&[]).await
    }

    /// The same with these settings.
    pub async fn restart_with(self, settings: &[(&str, &str)]) -> Self {
        let url = self.database.url.clone();
        self.gateway.stop().await;
        let (clock, hand) = Clock::manual(samples::now());
        let gateway = Gateway::start(config(self.folder.path(), &url, settings), clock).await.unwrap();
        let node = Node::new(gateway.soap_addr(), Arc::clone(&self.tls));
        TestGateway { node, clock: hand, gateway, ..self }
    }
}

fn config(folder: &Path, url: &str, settings: &[(&str, &str)]) -> Config {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Config::load(&pki::write_config(folder, url), settings).unwrap()
}

/// `OK`, or the code of the fault.
pub fn code(outcome: Outcome, fault: &Option<Fault>) -> String {
    match (outcome, fault) {
        (Outcome::Ok, None) => "OK".to_owned(),
        (Outcome::Ko, Some(fault)) => fault.fault_code.as_str().to_owned(),
        other => panic!("an outcome that contradicts its fault: {other:?}"),
    }
}
