//! An old system of an institution, unmodified: it serves paaVerificaRPT, paaAttivaRPT, paaInviaRT and
//! paaChiediNumeroAvviso over TLS, sends its RPT by itself once it has answered an activation, and asks what has
//! become of it. All its XML is its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::legacy_words::{Caller, Debt, Rpt, answer, cents, refusal, tag, terms};

/// What the system does about its RPT once it has answered an activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendsRpt {
    AtOnce,
    /// Even before its answer.
    First,
    After(Duration),
    Never,
    /// One for another amount.
    OtherAmount,
    /// The same one twice.
    Twice,
}

/// How the system behaves.
#[derive(Clone, Debug)]
pub struct Habits {
    pub rpt: SendsRpt,
    /// The code of the refusal of an operation.
    pub refuses: BTreeMap<&'static str, &'static str>,
    /// How long it takes to answer.
    pub takes: Duration,
    /// Nothing is answered at all: connections are closed.
    pub down: bool,
    /// Whether it insists on the amount of its debt.
    pub strict_amount: bool,
    /// The account that activations answer, if it is another than verifications do.
    pub other_iban: Option<String>,
}

impl Default for Habits {
    fn default() -> Self {
        Habits {
            rpt: SendsRpt::AtOnce,
            refuses: BTreeMap::new(),
            takes: Duration::ZERO,
            down: false,
            strict_amount: true,
            other_iban: None,
        }
    }
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Came {
    pub operation: String,
    pub action: String,
    pub path: String,
    pub xml: String,
}

impl Came {
    pub fn tag(&self, name: &str) -> String {
        tag(&self.xml, name).unwrap_or_else(|| panic!("no {name} in {}", self.xml))
    }

    /// The RT that it brings.
    pub fn rt(&self) -> String {
        String::from_utf8(STANDARD.decode(self.tag("rt")).unwrap()).unwrap()
    }
}

/// The system; its socket is gone with the test.
#[derive(Clone)]
pub struct LegacyEc {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    caller: Caller,
    identity: Arc<ClientConfig>,
    /// Where the node is for it.
    node: Mutex<Option<SocketAddr>>,
    debts: Mutex<BTreeMap<String, Debt>>,
    habits: Mutex<Habits>,
    came: Mutex<Vec<Came>>,
    /// What it was answered to its RPTs.
    answered: Mutex<Vec<String>>,
    /// What the next number is made of that is asked for without a notice.
    next: Mutex<Option<(String, Debt)>>,
}

/// A certificate of the folder with its key.
fn identity(folder: &Path, name: &str) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let certificate = CertificateDer::from_pem_file(folder.join(format!("{name}.pem"))).unwrap();
    (vec![certificate], PrivateKeyDer::from_pem_file(folder.join(format!("{name}.key"))).unwrap())
}

fn roots(folder: &Path) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    roots
}

/// What a caller with that certificate of the folder shows.
pub fn calling_as(folder: &Path, name: &str) -> Arc<ClientConfig> {
    let (chain, key) = identity(folder, name);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_root_certificates(roots(folder)).with_client_auth_cert(chain, key).unwrap())
}

impl LegacyEc {
    /// Starts with the certificate `partner` of the folder; callers need one of the same authority.
    pub async fn start(folder: &Path, caller: Caller) -> Self {
        let (chain, key) = identity(folder, "partner");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots(folder)), Arc::clone(&provider));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            caller,
            identity: calling_as(folder, "partner"),
            node: Mutex::default(),
            debts: Mutex::default(),
            habits: Mutex::default(),
            came: Mutex::default(),
            answered: Mutex::default(),
            next: Mutex::default(),
        });
        let ec = LegacyEc { address, shared };
        let serving = ec.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if serving.habits().down {
                    continue;
                }
                tokio::spawn(serving.clone().serve(acceptor.clone(), stream));
            }
        });
        ec
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}/{path}", self.address.port())
    }

    /// From now on the node is there.
    pub fn calls(&self, node: SocketAddr) {
        *self.shared.node.lock().unwrap() = Some(node);
    }

    pub fn owes(&self, debt: Debt) {
        self.shared.debts.lock().unwrap().insert(debt.iuv.clone(), debt);
    }

    /// What a demand makes: the aux digit and application code of its number, and the debt.
    pub fn makes(&self, digits: &str, debt: Debt) {
        *self.shared.next.lock().unwrap() = Some((digits.to_owned(), debt));
    }

    pub fn habits(&self) -> Habits {
        self.shared.habits.lock().unwrap().clone()
    }

    pub fn behaves(&self, change: impl FnOnce(&mut Habits)) {
        change(&mut self.shared.habits.lock().unwrap());
    }

    /// What came of an operation, in order.
    pub fn came(&self, operation: &str) -> Vec<Came> {
        let came = self.shared.came.lock().unwrap();
        came.iter().filter(|came| came.operation == operation).cloned().collect()
    }

    /// Waits until so many messages of an operation came.
    pub async fn waits_for(&self, operation: &str, count: usize) -> Vec<Came> {
        for _ in 0..600 {
            let came = self.came(operation);
            if came.len() >= count {
                return came;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{count} {operation} did not come: {:?}", self.came(operation).len());
    }

    /// What it was answered to the RPTs that it sent by itself.
    pub async fn was_answered(&self, count: usize) -> Vec<String> {
        for _ in 0..600 {
            let answered = self.shared.answered.lock().unwrap().clone();
            if answered.len() >= count {
                return answered;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the RPTs were not answered");
    }

    pub fn caller(&self) -> Caller {
        self.shared.caller.clone()
    }

    /// Calls the node with its own certificate, on a connection of its own.
    pub async fn call(&self, message: String) -> String {
        let node = self.shared.node.lock().unwrap().expect("it knows the node");
        post(node, &self.shared.identity, message).await
    }

    /// The RPTs of a debt under an attempt: two if there is a second institution.
    pub fn rpts(&self, debt: &Debt, ccp: &str) -> Vec<Rpt> {
        let station = self.shared.caller.station.clone();
        let rpt = |ec: &str, amount: &str, iban: &str, message: &str| Rpt {
            ec: ec.to_owned(),
            station: station.clone(),
            iuv: debt.iuv.clone(),
            ccp: ccp.to_owned(),
            name: if ec == debt.ec { debt.name.clone() } else { "Comune di Colle".to_owned() },
            message: message.to_owned(),
            debtor: debt.debtor.clone(),
            payments: vec![(
                amount.to_owned(),
                iban.to_owned(),
                debt.reason.join(" "),
                debt.collection.clone(),
                debt.stamp.clone(),
            )],
        };
        let Some((other, amount, iban)) = &debt.other else {
            return vec![rpt(&debt.ec, &debt.amount, &debt.iban, "MSG-1")];
        };
        let rest = cents(&debt.amount) - cents(amount);
        let rest = format!("{}.{:02}", rest / 100, rest % 100);
        vec![rpt(&debt.ec, &rest, &debt.iban, "MSG-1"), rpt(other, amount, iban, "MSG-2")]
    }

    /// Sends the RPTs of a debt, as a cart if they are two.
    pub async fn sends(&self, debt: &Debt, ccp: &str) -> String {
        let caller = self.caller();
        let coded = |rpt: Rpt| {
            let base64 = STANDARD.encode(rpt.xml());
            (rpt, base64)
        };
        let rpts: Vec<(Rpt, String)> = self.rpts(debt, ccp).into_iter().map(coded).collect();
        let message = match &*rpts {
            [(rpt, base64)] => caller.send_rpt(rpt, base64),
            several => caller.send_cart(&format!("{}3{}-00001", debt.ec, debt.iuv), several),
        };
        self.call(message).await
    }

    async fn serve(self, acceptor: TlsAcceptor, stream: TcpStream) {
        let Ok(stream) = acceptor.accept(stream).await else { return };
        let service = service_fn(move |request: Request<Incoming>| {
            let ec = self.clone();
            async move {
                let (parts, body) = request.into_parts();
                let xml = String::from_utf8(
                    body.collect().await.map_err(std::io::Error::other)?.to_bytes().to_vec(),
                )
                .unwrap();
                let action = parts.headers.get("soapaction").map_or("", |value| value.to_str().unwrap());
                let action = action.trim_matches('"').to_owned();
                if ec.habits().down {
                    return Err(std::io::Error::other("it is down"));
                }
                let answer = ec.answers(parts.uri.path().to_owned(), action, xml).await;
                let response = match answer {
                    Some(xml) => {
                        Response::builder().header("content-type", "text/xml; charset=utf-8").body(xml)
                    }
                    None => Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).body(String::new()),
                };
                Ok::<_, std::io::Error>(response.unwrap().map(Full::<Bytes>::from))
            }
        });
        let _gone = server::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answers(&self, path: String, action: String, xml: String) -> Option<String> {
        let known = ["paaVerificaRPT", "paaAttivaRPT", "paaInviaRT", "paaChiediNumeroAvviso"];
        let operation = known.into_iter().find(|name| xml.contains(&format!(":{name}")))?;
        let came = Came { operation: operation.to_owned(), action, path, xml };
        self.shared.came.lock().unwrap().push(came.clone());
        let habits = self.habits();
        tokio::time::sleep(habits.takes).await;
        let ec = came.tag("identificativoDominio");
        if let Some(code) = habits.refuses.get(operation) {
            return Some(refusal(operation, code, &ec));
        }
        match operation {
            "paaVerificaRPT" => Some(self.verifies(&came, &ec)),
            "paaAttivaRPT" => Some(self.activates(&came, &ec).await),
            "paaInviaRT" => Some(answer(operation, "<esito>OK</esito>")),
            _ => Some(self.numbers(&ec)),
        }
    }

    fn debt(&self, came: &Came) -> Option<Debt> {
        self.shared.debts.lock().unwrap().get(&came.tag("identificativoUnivocoVersamento")).cloned()
    }

    fn verifies(&self, came: &Came, ec: &str) -> String {
        match self.debt(came) {
            Some(debt) => answer("paaVerificaRPT", &format!("<esito>OK</esito>{}", terms(&debt))),
            None => refusal("paaVerificaRPT", "PAA_PAGAMENTO_SCONOSCIUTO", ec),
        }
    }

    async fn activates(&self, came: &Came, ec: &str) -> String {
        let Some(mut debt) = self.debt(came) else {
            return refusal("paaAttivaRPT", "PAA_PAGAMENTO_SCONOSCIUTO", ec);
        };
        let habits = self.habits();
        if habits.strict_amount && came.tag("importoSingoloVersamento") != debt.amount {
            return refusal("paaAttivaRPT", "PAA_ATTIVA_RPT_IMPORTO_NON_VALIDO", ec);
        }
        let ccp = came.tag("codiceContestoPagamento");
        let sending = self.clone().sends_by_itself(debt.clone(), ccp, habits.rpt.clone());
        if habits.rpt == SendsRpt::First {
            sending.await;
        } else {
            tokio::spawn(sending);
        }
        if let Some(iban) = habits.other_iban {
            debt.iban = iban;
        }
        answer("paaAttivaRPT", &format!("<esito>OK</esito>{}", terms(&debt)))
    }

    async fn sends_by_itself(self, mut debt: Debt, ccp: String, how: SendsRpt) {
        match &how {
            SendsRpt::Never => return,
            SendsRpt::After(wait) => tokio::time::sleep(*wait).await,
            SendsRpt::OtherAmount => debt.amount = "99.99".to_owned(),
            SendsRpt::AtOnce => tokio::time::sleep(Duration::from_millis(50)).await,
            SendsRpt::First | SendsRpt::Twice => {}
        }
        for _ in 0..if how == SendsRpt::Twice { 2 } else { 1 } {
            let answered = self.sends(&debt, &ccp).await;
            self.shared.answered.lock().unwrap().push(answered);
        }
    }

    fn numbers(&self, ec: &str) -> String {
        let Some((digits, debt)) = self.shared.next.lock().unwrap().take() else {
            return refusal("paaChiediNumeroAvviso", "PAA_SEMANTICA", ec);
        };
        let application = digits.get(1..).filter(|code| !code.is_empty());
        let application = application.map(|code| format!("<applicationCode>{code}</applicationCode>"));
        let inside = format!(
            "<esito>OK</esito><numeroAvviso><auxDigit>{}</auxDigit>{}<IUV>{}</IUV></numeroAvviso>{}",
            &digits[..1],
            application.unwrap_or_default(),
            debt.iuv,
            terms(&debt)
        );
        self.owes(debt);
        answer("paaChiediNumeroAvviso", &inside)
    }
}

/// Posts a message on a connection of its own; the body of the answer, whatever its status.
pub async fn post(node: SocketAddr, identity: &Arc<ClientConfig>, message: String) -> String {
    let stream = TcpStream::connect(node).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::clone(identity)).connect(name, stream).await.unwrap();
    let (mut sender, connection) = client::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("/legacy")
        .header("host", "localhost")
        .header("content-type", "text/xml")
        .header("soapaction", "\"nodo\"")
        .body(Full::<Bytes>::from(message))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}
