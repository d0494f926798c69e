//! `varco replay`: sends request fixtures to a server and compares its answers with the expected ones.

mod case;
mod compare;
mod report;
mod session;
mod xml;

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use self::case::Case;
use self::compare::Answered;
use self::report::Verdict;
use self::session::{Player, Recorded};
use super::Failure;
use crate::domain::clock::Clock;
use crate::node::client::{Answer, Client, TlsFiles};
use crate::node::report::Colour;
use crate::node::variables::Variables;

const ABOUT: &str = "\
Finds every NAME.request.xml under PATH, sends it as it is, and compares the answer with
NAME.response.xml beside it.

Answers are compared as XML: prefixes, namespace declarations, the order of attributes, comments and
blanks between elements do not count; everything else does. An expected text may hold placeholders:

  {{any}}       whatever the element contains     {{date}}      2026-11-22
  {{text}}      anything but blank                {{dateTime}}  2026-11-22T10:00:00, offset optional
  {{amount}}    12.50                             {{digits}}    one or more digits

Comments above the expected body tell what is special about a case:

  <!-- status: 500 -->                       the HTTP status to expect, 200 if not said
  <!-- send: Content-Type: application/xml -->   a header to send in place of the usual one

Both files may hold variables such as ${EC}, given by --env or --set; ${NOTICE:1001} is the notice
number of base 1001 under ${SEGREGATION}, ${IUV:1001} the reference inside it.

A folder that `varco record` wrote is played in its order instead. Parties and notices of the recording
have names in its session.toml (EC, BROKER, STATION, NOTICE, NOTICE_2, …) by which --env and --set give
those of the target; --bind OLD=NEW gives another value for any text of the recording. Dates move by the
days that have passed, names of receipts are new, and what an answer says (amounts, debtors, accounts) is
what later requests say where the recording did. An answer may say another amount than the recording, which
is noted; words, codes, fault codes and the elements themselves must be the same.

Exit status: 0 if all answers are as expected, 1 if any differs, 2 if the replay could not be done.";

const EXAMPLES: &str = "\
Examples:
  All fixtures against the demo, in a second terminal:
    . varco-data/demo.env
    varco replay fixtures/paForNode --env varco-data/demo.env --url \"$VARCO_SOAP_URL\" \\
      --ca \"$VARCO_CA\" --cert \"$VARCO_NODE_CERT\" --key \"$VARCO_NODE_KEY\"

  One primitive, against another installation, with a report for the build server:
    varco replay fixtures/paForNode/paVerifyPaymentNotice --url https://test.example.it/paForNode \\
      --ca ca.pem --set EC=77777777777 --set BROKER=77777777777 --set STATION=77777777777_01 \\
      --set SEGREGATION=02 --junit report.xml

  A recorded session, with notices of the target:
    varco replay session --url https://test.example.it/paForNode --ca ca.pem \\
      --set EC=77777777777 --set NOTICE=302000000000000184 --set NOTICE_2=302000000000000285";

/// Send request fixtures and compare the answers
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ReplayArgs {
    /// Folders to search, single NAME.request.xml files, or folders of recorded sessions
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where to send the requests
    #[arg(long)]
    url: String,
    /// Certificate to present, PEM with its chain
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its private key, PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Authorities to trust, PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Read variables from a file of KEY=VALUE lines; a VARCO_ before the key is dropped
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
    /// Set a variable; may be given several times, and wins over --env
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Put another value in the place of one of a recorded session; may be given several times
    #[arg(long, value_name = "OLD=NEW")]
    bind: Vec<String>,
    /// Also write the outcome as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How many seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    timeout: u64,
}

/// Replays the fixtures and prints the outcome.
pub async fn run(args: ReplayArgs) -> Result<(), Failure> {
    let variables = variables(&args)?;
    let (sessions, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        args.paths.iter().cloned().partition(|path| session::is_session(path));
    let cases = case::load(&paths, &variables).map_err(Failure::unusable)?;
    let given = session::given(variables.all().clone(), &args.bind)?;
    let clock = Clock::system();
    let sessions: Vec<Recorded> = sessions
        .iter()
        .map(|folder| Recorded::load(folder, &given, &clock))
        .collect::<Result<_, Failure>>()?;
    let files = TlsFiles { ca: args.ca.clone(), identity: args.cert.clone().zip(args.key.clone()) };
    let timeout = Duration::from_secs(args.timeout);
    let mut client = Client::new(&args.url, &files, timeout).map_err(Failure::unusable)?;
    let colour = colour();
    let mut verdicts = Vec::with_capacity(cases.len());
    for case in cases {
        let name = format!("{}/{}", case.suite, case.name);
        let answer = client.send(&case.request).await;
        let answer = answer.map_err(|error| Failure::unusable(format!("{name}: {error}")))?;
        let verdict = judge(&case, &answer);
        super::print(&verdict.line(colour))?;
        verdicts.push(verdict);
    }
    let mut tell = |verdict: &Verdict| super::print(&verdict.line(colour));
    let mut player = Player { client: &mut client, tell: &mut tell };
    for session in sessions {
        verdicts.extend(session.play(&mut player).await?);
    }
    conclude(&args, &verdicts)
}

fn conclude(args: &ReplayArgs, verdicts: &[Verdict]) -> Result<(), Failure> {
    if let Some(file) = &args.junit {
        let written = fs::write(file, report::junit(verdicts));
        written.map_err(|error| Failure::unusable(format!("{}: {error}", file.display())))?;
    }
    super::print(&format!("{}\n", report::summary(verdicts)))?;
    if verdicts.iter().all(Verdict::passed) { Ok(()) } else { Err(Failure::Found(String::new())) }
}

fn variables(args: &ReplayArgs) -> Result<Variables, Failure> {
    let mut variables = Variables::default();
    if let Some(file) = &args.env {
        let named = |error: &dyn std::fmt::Display| Failure::unusable(format!("{}: {error}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| named(&error))?;
        variables.read(&text).map_err(|error| named(&error))?;
    }
    for setting in &args.set {
        variables.set(setting).map_err(|error| Failure::unusable(format!("--set: {error}")))?;
    }
    Ok(variables)
}

fn judge(case: &Case, answer: &Answer) -> Verdict {
    let mut wrong = Vec::new();
    if answer.status != case.status {
        wrong.push(format!("HTTP status {} instead of {}", answer.status, case.status));
    }
    let answered = Answered { content_type: &answer.content_type, body: &answer.body };
    wrong.extend(compare::mismatches(case.body.as_ref(), &answered, &mut compare::literally));
    let mismatch = if wrong.is_empty() { None } else { Some(wrong.join("\n")) };
    Verdict { took: answer.took, mismatch, ..Verdict::begun(&case.suite, &case.name) }
}

fn colour() -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !refused && std::io::stdout().is_terminal() { Colour::On } else { Colour::Off }
}
