//! A server that answers what a test wants, right or wrong, over plain HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use varco::domain::clock::Clock;
use varco::node::Parties;
use varco::node::client::TlsFiles;
use varco::node::judge::Expectations;
use varco::node::scenario::Target;
use varco::node::variables::Variables;

pub const EC: &str = "99000010019";

/// An answer: status, delay, body.
#[derive(Clone, Debug)]
pub struct Says {
    pub status: u16,
    pub after: Duration,
    pub body: String,
}

/// A body that comes at once, with status 200.
pub fn says(body: impl Into<String>) -> Says {
    Says { status: 200, after: Duration::ZERO, body: body.into() }
}

/// A server that answers each request by what `answer` makes of its body.
pub async fn start(answer: impl Fn(&str) -> Says + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = Arc::clone(&answer);
                async move {
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let says = answer(&String::from_utf8_lossy(&body));
                    tokio::time::sleep(says.after).await;
                    let response = Response::builder().status(says.status);
                    let response = response.header("Content-Type", "text/xml; charset=utf-8");
                    response.body(Full::new(Bytes::from(says.body)))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// That server as a target, with nothing to make notices in.
pub fn target(address: SocketAddr) -> Target {
    let parties =
        Parties { pa: EC.to_owned(), broker: "99000020018".to_owned(), station: "99000020018_01".to_owned() };
    Target {
        url: format!("http://{address}/paForNode"),
        files: TlsFiles::default(),
        parties,
        known: Expectations::default(),
        patience: None,
        api: None,
        clock: Clock::system(),
    }
}

/// What the demo's environment would say.
pub fn variables() -> Variables {
    let mut variables = Variables::default();
    for (name, value) in [
        ("EC", EC),
        ("BROKER", "99000020018"),
        ("STATION", "99000020018_01"),
        ("OTHER_STATION", "99000020018_02"),
        ("OTHER_BROKER", "99000040016"),
        ("SEGREGATION", "02"),
        ("PROVINCE", "99000030017"),
        ("IBAN", "IT80Z0599903600000000001001"),
        ("POSTAL_IBAN", "IT52Z0760103600000001002003"),
        ("PROVINCE_IBAN", "IT59E0599903600000000002001"),
        ("NOTICE", "302000000000000184"),
        ("FIRST", "302000000000000184"),
        ("SECOND", "302000000000000285"),
        ("DRAFT", "302000000000000386"),
    ] {
        variables.put(name, value);
    }
    variables
}

/// A whole message around a payload.
pub fn envelope(root: &str, payload: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
         <p:{root} xmlns:p=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">{payload}</p:{root}>\
         </soapenv:Body></soapenv:Envelope>"
    )
}

/// A right answer to a verification.
pub fn payable() -> String {
    envelope(
        "paVerifyPaymentNoticeRes",
        &format!(
            "<outcome>OK</outcome><paymentList><paymentOptionDescription><amount>120.00</amount>\
             <options>EQ</options><dueDate>2099-06-30</dueDate><allCCP>false</allCCP>\
             </paymentOptionDescription></paymentList><paymentDescription>Canone</paymentDescription>\
             <fiscalCodePA>{EC}</fiscalCodePA><companyName>Comune</companyName>"
        ),
    )
}

/// A refusal of whatever was asked, with that code.
pub fn refusal(request: &str, code: &str, text: &str) -> String {
    let root = [
        ("paVerifyPaymentNoticeReq", "paVerifyPaymentNoticeRes"),
        ("paGetPaymentV2Request", "paGetPaymentV2Response"),
        ("paGetPaymentReq", "paGetPaymentRes"),
        ("paSendRTV2Request", "paSendRTV2Response"),
        ("paSendRTReq", "paSendRTRes"),
        ("paDemandPaymentNoticeRequest", "paDemandPaymentNoticeResponse"),
    ];
    let (_, root) = root.iter().find(|(asked, _)| request.contains(&format!(":{asked}"))).unwrap();
    envelope(
        root,
        &format!(
            "<outcome>KO</outcome><fault><faultCode>{code}</faultCode><faultString>{text}</faultString>\
             <id>{EC}</id></fault>"
        ),
    )
}
