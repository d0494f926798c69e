//! Servers that are broken on purpose: each step fails with its reason.

use std::time::Duration;

use varco::node::report::{CaseReport, Colour, Ending, told};
use varco::node::scenario::{Player, SHIPPED, Scenario};

use super::server::{self, Says, envelope, payable, refusal, says};

/// A scenario with one notice, whose number is given by hand, and these steps.
fn scenario(steps: &str) -> Scenario {
    let text = format!(
        "name = \"x\"\ntitle = \"X\"\ndescription = \"x\"\n\n[notices.NOTICE]\nwhat = \"payable\"\n\
         position.transfers = []\n\n{steps}"
    );
    Scenario::read("x.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Plays steps against a server; the notice is given.
async fn play(steps: &str, answer: impl Fn(&str) -> Says + Send + Sync + 'static) -> CaseReport {
    let address = server::start(answer).await;
    let given = ["NOTICE".to_owned()];
    Player::new(server::target(address)).play(&scenario(steps), &server::variables(), &given).await
}

fn reasons(case: &CaseReport) -> String {
    let reasons = case.steps.iter().flat_map(|step| &step.reasons);
    reasons.cloned().collect::<Vec<_>>().join("\n")
}

/// One verification that expects this.
fn verify(expect: &str) -> String {
    format!("[[steps]]\nverify = {{ notice = \"${{NOTICE}}\" }}\n{expect}\n")
}

async fn fails(expect: &str, answer: impl Fn(&str) -> Says + Send + Sync + 'static, reason: &str) {
    let case = play(&verify(expect), answer).await;
    assert_eq!(case.ending, Ending::Failed, "{expect}: {}", told(&case, Colour::Off));
    assert!(reasons(&case).contains(reason), "{expect}: {}", reasons(&case));
}

async fn passes(expect: &str, answer: impl Fn(&str) -> Says + Send + Sync + 'static) {
    let case = play(&verify(expect), answer).await;
    assert_eq!(case.ending, Ending::Passed, "{expect}: {}", told(&case, Colour::Off));
}

fn refuses(code: &'static str) -> impl Fn(&str) -> Says + Send + Sync + 'static {
    move |request| says(refusal(request, code, "no"))
}

#[tokio::test]
async fn an_outcome_that_differs_is_told() {
    let ok = |_: &str| says(payable());
    passes("", ok).await;
    fails("", refuses("PAA_SYSTEM_ERROR"), "expected OK, met KO PAA_SYSTEM_ERROR").await;
    fails("expect.outcome = \"KO\"", ok, "expected KO, met OK").await;
    passes("expect.outcome = \"KO\"", refuses("PAA_SYSTEM_ERROR")).await;
    passes("expect.outcome = \"any\"", refuses("PAA_SYSTEM_ERROR")).await;
    passes("expect.outcome = \"unknown\"", refuses("PAA_PAGAMENTO_SCONOSCIUTO")).await;
    fails("expect.outcome = \"none\"", ok, "expected no answer, met OK").await;
}

#[tokio::test]
async fn a_fault_that_differs_is_told() {
    let expect = "expect.fault = \"PAA_PAGAMENTO_DUPLICATO\"";
    passes(expect, refuses("PAA_PAGAMENTO_DUPLICATO")).await;
    let reason = "expected KO PAA_PAGAMENTO_DUPLICATO, met KO PAA_PAGAMENTO_SCADUTO";
    fails(expect, refuses("PAA_PAGAMENTO_SCADUTO"), reason).await;
    fails(expect, |_: &str| says(payable()), "expected KO PAA_PAGAMENTO_DUPLICATO, met OK").await;
}

#[tokio::test]
async fn a_field_that_differs_is_told_with_its_place() {
    let ok = |_: &str| says(payable());
    let amount = "paymentList/paymentOptionDescription/amount";
    passes(&format!("expect.fields.\"{amount}\" = \"{{{{amount}}}}\""), ok).await;
    let reason = format!("{amount} is \"120.00\", expected \"1.00\"");
    fails(&format!("expect.fields.\"{amount}\" = \"1.00\""), ok, &reason).await;
    fails("expect.fields.officeName = true", ok, "officeName is missing").await;
    fails("expect.fields.officeName = \"Tributi\"", ok, "officeName is missing, expected \"Tributi\"").await;
    fails("expect.fields.companyName = false", ok, "companyName should not be there").await;
    fails("expect.fields.companyName = \"${NOBODY}\"", ok, "variable NOBODY has no value").await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_told() {
    let slow = |_: &str| Says { after: Duration::from_millis(80), ..says(payable()) };
    fails("expect.within = \"20ms\"", slow, "at most 0.02 s are allowed").await;
}

#[tokio::test]
async fn an_answer_that_the_node_refuses_fails_whatever_else_it_says() {
    let twice =
        payable().replace("<amount>120.00</amount>", "<amount>120.00</amount><amount>120.00</amount>");
    let broken = move |_: &str| says(twice.clone());
    fails("", broken.clone(), "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE").await;
    fails("expect.outcome = \"any\"", broken.clone(), "the node refuses the answer").await;
    fails(
        "expect.psp = \"PPT_ERRORE_EMESSO_DA_PAA\"",
        broken,
        "the PSP should be told PPT_ERRORE_EMESSO_DA_PAA",
    )
    .await;
    let html = |_: &str| Says { status: 502, ..says("<html>Bad Gateway</html>") };
    fails("", html, "expected OK, met HTTP 502 without an outcome").await;
    fails("", html, "http-status").await;
}

#[tokio::test]
async fn findings_can_be_allowed_and_asked_for() {
    let failing = |_: &str| Says { status: 500, ..says(payable()) };
    passes("expect.findings.allowed = [\"http-status\"]", failing).await;
    let expect =
        "expect = { psp = \"PPT_STAZIONE_INT_PA_ERRORE_RESPONSE\", findings.required = [\"http-status\"] }";
    passes(expect, failing).await;
    let reason = "the answer should break the rule http-status, and does not";
    fails("expect.findings.required = [\"http-status\"]", |_: &str| says(payable()), reason).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let given = ["NOTICE".to_owned()];
    let player = Player::new(server::target(free));
    let case = player.play(&scenario(&verify("")), &server::variables(), &given).await;
    assert!(reasons(&case).contains("met no answer"), "{}", reasons(&case));
    let expect = "expect = { outcome = \"none\", psp = \"PPT_STAZIONE_INT_PA_IRRAGGIUNGIBILE\" }";
    let case = player.play(&scenario(&verify(expect)), &server::variables(), &given).await;
    assert_eq!(case.ending, Ending::Passed, "{}", told(&case, Colour::Off));
}

#[tokio::test]
async fn a_step_that_cannot_be_done_says_why() {
    for (step, reason) in [
        ("receipt = {}", "no payment was begun"),
        ("receipt = { payment = \"x\" }", "no payment was begun as x"),
        ("receipt = { paid = { notice = \"${NOTICE}\", amount = \"1,00\", iban = \"IT\" } }", "amount "),
        ("verify = { notice = \"${NOBODY}\" }", "variable NOBODY has no value"),
        ("verify = { notice = \"${NOTICE}\" }\nsave = { X = \"nothing/there\" }", "nothing/there is missing"),
    ] {
        let case = play(&format!("[[steps]]\n{step}\n"), |_: &str| says(payable())).await;
        assert_eq!(case.ending, Ending::Failed, "{step}");
        assert!(reasons(&case).contains(reason), "{step}: {}", reasons(&case));
    }
}

#[tokio::test]
async fn what_comes_behind_a_failure_is_left_out() {
    let steps = format!("{}{}[[steps]]\nprobe = {{}}\n", verify(""), verify("expect.fault = \"X\""));
    let case = play(&steps, |_: &str| says(payable())).await;
    let endings: Vec<_> = case.steps.iter().map(|step| step.ending).collect();
    assert_eq!(endings, [Ending::Passed, Ending::Failed, Ending::Skipped]);
    assert_eq!(case.steps[2].reasons, ["step 2 failed"]);
    assert_eq!(case.ending, Ending::Failed);
}

#[tokio::test]
async fn steps_inside_others_fail_them() {
    let inner = "verify = { notice = \"${NOTICE}\" }\nexpect.fault = \"X\"\n";
    let repeat = format!("[[steps]]\n[steps.repeat]\ntimes = 3\n[[steps.repeat.steps]]\n{inner}");
    let case = play(&repeat, |_: &str| says(payable())).await;
    let told: Vec<_> = case.steps.iter().map(|step| (step.number.as_str(), step.ending)).collect();
    assert_eq!(told, [("1", Ending::Failed), ("1.1.1", Ending::Failed)], "the first round ends it");

    let beside = "[[steps.parallel]]\nverify = { notice = \"${NOTICE}\" }\n";
    let parallel = format!("[[steps]]\n{beside}[[steps.parallel]]\n{inner}");
    let case = play(&parallel, |_: &str| says(payable())).await;
    let told: Vec<_> = case.steps.iter().map(|step| (step.number.as_str(), step.ending)).collect();
    assert_eq!(told, [("1", Ending::Failed), ("1.1", Ending::Passed), ("1.2", Ending::Failed)]);
}

#[tokio::test]
async fn what_an_answer_said_is_known_to_later_steps() {
    let steps = "[[steps]]\nverify = { notice = \"${NOTICE}\" }\nsave = { NAME = \"companyName\" }\n\
                 [[steps]]\nverify = { notice = \"${NOTICE}\" }\nexpect.fields.companyName = \"${NAME}\"\n";
    let case = play(steps, |_: &str| says(payable())).await;
    assert_eq!(case.ending, Ending::Passed, "{}", reasons(&case));
}

#[tokio::test]
async fn a_notice_that_nobody_gives_is_asked_for() {
    let address = server::start(|_: &str| says(payable())).await;
    let case =
        Player::new(server::target(address)).play(&scenario(&verify("")), &server::variables(), &[]).await;
    assert_eq!(case.ending, Ending::Skipped);
    let reason = case.reason.unwrap();
    assert!(reason.contains("payable") && reason.contains("--set NOTICE=NUMBER"), "{reason}");
}

/// Every scenario that is shipped meets a server that refuses everything, one that answers nonsense, and one that
/// says that all can be paid.
#[tokio::test]
async fn no_shipped_scenario_passes_against_a_server_that_is_broken() {
    let nonsense = |_: &str| says(envelope("paUnknownRes", "<outcome>OK</outcome>"));
    let servers = [
        ("met KO PAA_SYSTEM_ERROR", server::start(refuses("PAA_SYSTEM_ERROR")).await),
        ("payload-root", server::start(nonsense).await),
    ];
    let given: Vec<String> = ["NOTICE", "FIRST", "SECOND", "DRAFT"].map(str::to_owned).to_vec();
    let mut plays = tokio::task::JoinSet::new();
    for (reason, address) in servers {
        for shipped in SHIPPED {
            let scenario = Scenario::read(shipped.file, shipped.text).unwrap();
            let (player, given) = (Player::new(server::target(address)), given.clone());
            plays.spawn(async move { (player.play(&scenario, &server::variables(), &given).await, reason) });
        }
    }
    while let Some(played) = plays.join_next().await {
        let (case, reason) = played.unwrap();
        assert_eq!(case.ending, Ending::Failed, "{reason}: {}", told(&case, Colour::Off));
        assert!(reasons(&case).contains(reason), "{}: {}", case.name, reasons(&case));
    }
}
