//! `varco explain`: says what a message is, what is wrong with it, and what a fault code means.

mod codes;
mod contract;
mod message;
mod operations;
mod report;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use self::contract::Schemas;
use self::message::Explainer;
use self::report::Explanation;
use super::{Failure, print};
use crate::node::judge::Asked;
use crate::soap::{Limits, read_request};

/// The largest message that is read.
const MOST: u64 = 16 * 1024 * 1024;

const ABOUT: &str = "\
Says what a SOAP message of the contract is: its operation, who sends it, what happens next; every rule of
the schema that it breaks, with line, path and what to mend; what else the node would find in an answer,
and what a payment service provider would see; and what the fault codes in it mean. Documents that are
enclosed in Base64 are looked into.

Of a fault code it says what it means, whose fault it is and what to do.

Nothing of what a message says about persons is repeated.

Exit status: 0 if nothing is wrong, 1 if something is, 2 if it could not be read.";

const EXAMPLES: &str = "\
Examples:
  varco explain answer.xml
  varco explain answer.xml --asked request.xml     what was asked is held against the answer
  curl … | varco explain - --json
  varco explain PAA_PAGAMENTO_SCONOSCIUTO";

/// Say what a message or a fault code means, and what is wrong with it
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = EXAMPLES)]
pub struct ExplainArgs {
    /// A file with a message, - for the standard input, or a fault code
    #[arg(value_name = "FILE|CODE")]
    subject: String,
    /// The request that the message answers
    #[arg(long, value_name = "FILE")]
    asked: Option<PathBuf>,
    /// Say it as JSON
    #[arg(long)]
    json: bool,
}

/// Explains one message or code.
pub fn run(args: &ExplainArgs) -> Result<(), Failure> {
    let told = if is_code(&args.subject) && !Path::new(&args.subject).exists() {
        let known = codes::explain(&args.subject);
        let code = known.clone().unwrap_or_else(|| codes::unlisted(&args.subject));
        tell(
            &Explanation { what: "a fault code".to_owned(), codes: vec![code], ..Default::default() },
            args,
        )?;
        known.is_some()
    } else {
        let schemas = Schemas::shipped().map_err(|wrong| {
            let all: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            Failure::unusable(all.join("\n"))
        })?;
        let asked = args.asked.as_ref().map(|file| asked(file)).transpose()?;
        let told = Explainer { schemas, asked }.explain(&read(&args.subject)?);
        tell(&told, args)?;
        told.is_right()
    };
    if told { Ok(()) } else { Err(Failure::Found(String::new())) }
}

fn tell(told: &Explanation, args: &ExplainArgs) -> Result<(), Failure> {
    if args.json {
        let json = serde_json::to_string_pretty(told).map_err(Failure::unusable)?;
        return print(&format!("{json}\n"));
    }
    print(&told.text())
}

/// Codes are capitals with underscores; files are hardly ever called so.
fn is_code(subject: &str) -> bool {
    subject.contains('_')
        && subject.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn asked(file: &Path) -> Result<Asked, Failure> {
    let named = |reason: &dyn std::fmt::Display| Failure::unusable(format!("{}: {reason}", file.display()));
    let request = std::fs::read(file).map_err(|error| named(&error))?;
    let request = read_request(&request, &Limits::default()).map_err(|error| named(&error))?;
    Ok(Asked::of(&request))
}

fn read(subject: &str) -> Result<Vec<u8>, Failure> {
    let named = |reason: &dyn std::fmt::Display| Failure::unusable(format!("{subject}: {reason}"));
    let mut bytes = Vec::new();
    let read = if subject == "-" {
        std::io::stdin().lock().take(MOST).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(subject).map_err(|error| named(&error))?;
        file.take(MOST).read_to_end(&mut bytes)
    };
    read.map_err(|error| named(&error))?;
    Ok(bytes)
}
