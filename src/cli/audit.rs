//! `varco audit`: whether the audit is as it was written, and signatures under where it stands.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{ConfigFile, Failure, note, open_store, print};
use crate::admin::Vault;
use crate::admin::checkpoints::{PublicKey, Signer};
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::governance::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::store::{AuditVerified, Store};

const ABOUT: &str = "\
Every change of the registry and every reading of a secret is an entry of the audit, bound to the one before it.
These commands read it and change nothing; they may run while varco serves.";

const VERIFY: &str = "\
Reads the audit from its first entry and computes the chain anew. It names the first entry that is edited, missing,
put in or out of its place. That entries at the end were cut off, or all of them written anew, is found by
checkpoints: lines that varco audit checkpoint printed, or the log has, and that were kept elsewhere. Those in the
database are looked at too, if there is a vault.master_key.";

const VERIFY_EXAMPLES: &str = "\
Example:
  varco audit verify --checkpoint checkpoints.txt --key audit.pub --config /etc/varco/varco.toml

Exit status: 0 if the audit is as it was written; 1 if it is not, each breach on a line of its own; 2 if it could
not be read, or a signature is wrong.";

const CHECKPOINT: &str = "\
Prints on one line how many entries the audit has, the digest of its chain, the time, and a signature by a key that
is derived from vault.master_key. Keep it where nobody of the database can write.";

const KEY: &str = "\
Prints the public key that the signatures of checkpoints are checked with. It is no secret.";

/// Verify and sign the record of who did what
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_long_help = VERIFY_EXAMPLES)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that the audit is as it was written
    #[command(long_about = VERIFY, after_long_help = VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Print where the audit stands, signed
    #[command(long_about = CHECKPOINT)]
    Checkpoint(ConfigFile),
    /// Print the public key of the signatures
    #[command(long_about = KEY)]
    Key(ConfigFile),
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// A file of checkpoints, one a line
    #[arg(long, value_name = "FILE", requires = "key")]
    checkpoint: Option<PathBuf>,
    /// A file with the public key that they are signed with; several, one a line, if the master key was changed
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Carries one of the commands out.
pub async fn run(args: AuditArgs) -> Result<(), Failure> {
    match args.command {
        AuditCommand::Verify(args) => verify(args).await,
        AuditCommand::Checkpoint(config) => checkpoint(&config.load()?).await,
        AuditCommand::Key(config) => print(&format!("{}\n", signer(&config.load()?)?.public_key())),
    }
}

async fn checkpoint(config: &Config) -> Result<(), Failure> {
    let signer = signer(config)?;
    let store = open_store(config).await?;
    let stand = store.audit_stand(Clock::system().now()).await;
    store.close().await;
    match stand.map_err(Failure::unusable)? {
        Some(stand) => print(&format!("{}\n", signer.sign(stand))),
        None => Err(Failure::Found("the audit has no entry yet".to_owned())),
    }
}

async fn verify(args: VerifyArgs) -> Result<(), Failure> {
    let config = args.config.load()?;
    let mut checkpoints = given(args.checkpoint.as_deref(), args.key.as_deref())?;
    let store = open_store(&config).await?;
    let verified = verified(&store, &config, &mut checkpoints).await;
    store.close().await;
    let AuditVerified { entries, breaches } = verified?;
    for breach in &breaches {
        print(&format!("{breach}\n"))?;
    }
    note(&format!("{entries} entries and {} checkpoints were looked at", checkpoints.len()));
    match breaches.len() {
        0 => Ok(()),
        n => Err(Failure::Found(format!("the audit is not as it was written: {n} breaches"))),
    }
}

async fn verified(
    store: &Store,
    config: &Config,
    checkpoints: &mut Vec<Checkpoint>,
) -> Result<AuditVerified, Failure> {
    if config.vault.master_key.is_some() {
        let key = signer(config)?.public_key();
        let kept = store.checkpoints().await.map_err(Failure::unusable)?;
        // One that another key signed, or nobody, says nothing: who has the right one gives it by --key.
        let signed = kept.into_iter().filter(|signed| key.signed(signed));
        checkpoints.extend(signed.map(|signed| signed.checkpoint));
    }
    store.verify_audit(checkpoints).await.map_err(Failure::unusable)
}

/// The checkpoints of a file, each signed by one of the keys of another.
fn given(checkpoints: Option<&Path>, keys: Option<&Path>) -> Result<Vec<Checkpoint>, Failure> {
    let (Some(checkpoints), Some(keys)) = (checkpoints, keys) else { return Ok(Vec::new()) };
    let known = lines(keys)?.iter().map(|line| PublicKey::parse(line)).collect::<Result<Vec<_>, _>>();
    let known = known.map_err(|error| wrong(keys, error))?;
    let mut read = Vec::new();
    for line in lines(checkpoints)? {
        let signed = SignedCheckpoint::new(&line).map_err(|error| wrong(checkpoints, error))?;
        if !known.iter().any(|key| key.signed(&signed)) {
            let seq = signed.checkpoint.seq;
            return Err(wrong(
                checkpoints,
                format!("the signature under entry {seq} is not that of the key"),
            ));
        }
        read.push(signed.checkpoint);
    }
    Ok(read)
}

/// The lines of a file that say something.
fn lines(path: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn wrong(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::unusable(format!("{}: {why}", path.display()))
}

fn signer(config: &Config) -> Result<Signer, Failure> {
    let none = || Failure::unusable("there is no vault.master_key, from which the signing key is derived");
    let master = config.vault.master_key.clone().ok_or_else(none)?;
    Signer::new(&Vault::new(master)).map_err(Failure::unusable)
}
