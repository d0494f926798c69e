//! What is written about scenarios: JUnit, JSON, and the page that is shown as evidence.

use serde_json::Value;
use sha2::{Digest, Sha256};
use varco::node::report::{Report, evidence};
use varco::node::scenario::{Player, Scenario};

use super::server::{self, payable, refusal, says};
use crate::chromium::body_after_scripts;

/// What a server might say to whoever reads the evidence.
const EVIL: &str = "</pre><script>document.body.innerHTML='owned'</script><img src=x onerror=alert(1)>";

/// One case that passes, one that fails at an answer that tries to be markup, one that cannot be played.
async fn report() -> Report {
    let address = server::start(|request: &str| {
        let fault = EVIL.replace('<', "&lt;").replace('>', "&gt;");
        match request {
            request if request.contains("paGetPaymentV2Request") => says(EVIL),
            request if request.contains("000000000000000000") => says(refusal(request, "PAA_X", &fault)),
            _ => says(payable()),
        }
    })
    .await;
    let head = |name: &str| format!("name = \"{name}\"\ntitle = \"A & <b>B</b>\"\ndescription = \"x\"\n");
    let texts = [
        head("right") + "[[steps]]\nverify = { notice = \"302000000000000184\" }\n",
        head("wrong")
            + "[[steps]]\nname = \"<i>x</i>\"\nactivate = { notice = \"302000000000000184\" }\n[[steps]]\nprobe = {}\n",
        head("refused") + "[[steps]]\nprobe = {}\n",
        head("missing") + "[notices.N]\nwhat = \"payable\"\nposition.transfers = []\n[[steps]]\nprobe = {}\n",
    ];
    let player = Player::new(server::target(address));
    let mut report = player.report("varco test");
    for text in texts {
        let scenario = Scenario::read("x.toml", &text).unwrap();
        report.cases.push(player.play(&scenario, &server::variables(), &[]).await);
    }
    report
}

#[tokio::test]
async fn junit_tells_passed_failed_and_skipped_apart() {
    let xml = report().await.junit();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suite = document.root_element();
    assert_eq!(suite.tag_name().name(), "testsuite");
    let counts = ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).unwrap());
    assert_eq!(counts, ["4", "2", "0", "1"]);
    let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(cases.len(), 4);
    for case in &cases {
        for attribute in ["classname", "name", "time"] {
            assert!(case.attribute(attribute).is_some(), "{attribute}");
        }
        assert!(case.attribute("time").unwrap().parse::<f64>().is_ok());
    }
    let inside = |case: roxmltree::Node| {
        case.children().find(|node| node.is_element()).map(|node| node.tag_name().name().to_owned())
    };
    let inside: Vec<_> = cases.iter().map(|case| inside(*case)).collect();
    assert_eq!(inside, [None, Some("failure".into()), Some("failure".into()), Some("skipped".into())]);
}

#[tokio::test]
async fn json_holds_every_message_and_its_digest() {
    let report = report().await;
    let json: Value = serde_json::from_str(&report.json().unwrap()).unwrap();
    assert_eq!(json["institution"], server::EC);
    assert_eq!(json["sha256"], report.digest());
    let endings: Vec<_> =
        json["cases"].as_array().unwrap().iter().map(|case| case["ending"].clone()).collect();
    assert_eq!(endings, ["passed", "failed", "failed", "skipped"]);
    let exchange = &json["cases"][0]["steps"][0]["exchanges"][0];
    for message in [&exchange["request"], &exchange["response"]] {
        let digest = Sha256::digest(message["body"].as_str().unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(message["sha256"], digest);
    }
    assert_eq!(exchange["operation"], "paVerifyPaymentNotice");
    assert_eq!(exchange["status"], 200);
    assert!(exchange["tookMs"].as_f64().unwrap() > 0.0);
    assert!(json["cases"][3]["reason"].as_str().unwrap().contains("--set N=NUMBER"));
    assert!(json["cases"][1]["steps"][0]["exchanges"][0]["findings"][0]["explanation"].is_string());
}

#[tokio::test]
async fn the_evidence_shows_every_message_and_runs_nothing() {
    let report = report().await;
    let page = evidence(&report).unwrap();
    assert!(!page.contains("<script") && !page.contains("<img"), "nothing that was sent is markup");
    assert!(!page.contains("<link") && !page.contains("url("), "nothing is loaded");
    assert!(page.contains("@media print"));
    for digest in report.digests() {
        assert!(page.contains(digest), "{digest}");
    }
    assert!(page.contains(&report.digest()));
    let body = body_after_scripts(&page);
    assert!(body.starts_with("<header>"), "{}", &body[..200.min(body.len())]);
    assert!(body.contains("&lt;script&gt;document.body.innerHTML='owned'&lt;/script&gt;"));
    assert!(body.contains("A &amp; &lt;b&gt;B&lt;/b&gt;"));
    assert_eq!(body.matches("class=\"case\"").count(), 4);
    assert!(body.contains("1 passed, 2 failed, 1 skipped"));
}

/// Whoever has the page can compute its digests again: from the text of each message, and all of them together.
#[tokio::test]
async fn the_digests_of_the_evidence_can_be_computed_from_the_page() {
    let report = report().await;
    let body = body_after_scripts(&evidence(&report).unwrap());
    let unescaped = |text: &str| {
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    let hex =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut digests = String::new();
    for part in body.split("<details>").skip(1) {
        let raw = part.split_once("<pre>").unwrap().1.split_once("</pre>").unwrap().0;
        digests += &(hex(unescaped(raw).as_bytes()) + "\n");
    }
    assert_eq!(digests.lines().collect::<Vec<_>>(), report.digests());
    assert_eq!(hex(digests.as_bytes()), report.digest());
}
