//! Databases with receipts, the command line on them, and archives taken apart and put together again.

use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bytes::Bytes;
use jiff::Timestamp;
use varco::domain::receipt::{Receipt, ReceiptOutcome};
use varco::preservation::{Findings, Summary, check};
use varco::store::{BookReceipt, Store};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::samples::{EC, notice, option, position, receipt};
use crate::support::{TestDatabase, world};
use varco::domain::position::OptionShape;

pub const INDEX: &str = "IndiceDiConservazione.xml";

/// A folder with the configuration of a database that has the parties and a position.
pub struct Place {
    pub store: Store,
    pub engine: &'static str,
    folder: tempfile::TempDir,
    pub database: TestDatabase,
}

impl Place {
    pub async fn new(database: TestDatabase) -> Place {
        let store = database.store().await;
        world::seed(&store).await;
        let mut tari = position("TARI", vec![option(1, OptionShape::Single, vec![notice(1, 2500)])]);
        tari.history.created_at = "2025-12-01T00:00:00Z".parse().unwrap();
        tari.history.updated_at = tari.history.created_at;
        tari.history.published_at = Some(tari.history.created_at);
        store.create_position(&tari).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[soap.tls]\ncertificate = \"a.pem\"\nkey = \"a.key\"\nclient_ca = [\"ca.pem\"]\n\
             allowed_clients = [{{ subject = \"CN=a\", issuer = \"CN=b\" }}]\n[database]\nurl = \"{}\"\n",
            database.url
        );
        std::fs::write(folder.path().join("varco.toml"), config).unwrap();
        Place { store, engine: database.engine, folder, database }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command of `varco preserve` in the folder.
    pub fn preserve(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_varco"));
        command.current_dir(self.folder.path()).arg("preserve").args(arguments).output().unwrap()
    }

    /// Exports a period, which must work, and reads the archive.
    pub fn export(&self, from: &str, to: &str, name: &str) -> Vec<u8> {
        let output = self.preserve(&["export", "--organization", EC, "--from", from, "--to", to, name]);
        assert!(output.status.success(), "{}: {}", self.engine, text(&output.stderr));
        std::fs::read(self.path(name)).unwrap()
    }
}

/// Books a receipt that came at that instant with a message of its own.
pub async fn book(store: &Store, receipt: Receipt, at: &str) {
    let raw = Bytes::from(format!("<paSendRTV2>{} &amp; {at}</paSendRTV2>\r\n", receipt.id.as_str()));
    let received_at: Timestamp = at.parse().unwrap();
    store
        .book_receipt(BookReceipt { receipt, primitive: "paSendRTV2", raw, received_at, deliver_to: None })
        .await
        .unwrap();
}

/// Receipts of all kinds in January and February: one that settles, a second payment, one for nobody's
/// notice, one of a payment that was not carried out, and a copy of another's.
pub async fn book_some(store: &Store) {
    book(store, receipt("r1", 1, 2500), "2026-01-10T09:00:00Z").await;
    book(store, receipt("r1-again", 1, 2500), "2026-01-11T09:00:00Z").await;
    book(store, receipt("r<2>&", 2, 100), "2026-01-12T09:00:00.123456Z").await;
    let failed = Receipt { outcome: ReceiptOutcome::NotExecuted, ..receipt("r3", 3, 700) };
    book(store, failed, "2026-01-31T22:59:59.999999Z").await;
    let mut copy = receipt("r4", 4, 900);
    copy.issuer = varco::domain::fiscal_code::FiscalCode::new(world::OTHER_EC).unwrap();
    copy.payment.paid_at = None;
    book(store, copy, "2026-01-31T23:00:00Z").await;
    book(store, receipt("r5", 5, 800), "2026-02-10T09:00:00Z").await;
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The files of an archive, in their order.
pub fn files(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let places = 0..archive.len();
    let read = |place| {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    places.map(read).collect()
}

/// An archive of these files.
pub fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What is found in an archive, and what it is of.
pub fn checked(archive: &[u8]) -> (Vec<String>, Option<Summary>) {
    let folder = tempfile::tempdir().unwrap();
    checked_file(&folder.path().join("archive.zip"), archive)
}

pub fn checked_file(path: &Path, archive: &[u8]) -> (Vec<String>, Option<Summary>) {
    std::fs::write(path, archive).unwrap();
    let mut findings = Findings::default();
    let summary = check(File::open(path).unwrap(), &mut findings, &mut |_, _, _| Ok(())).unwrap();
    (findings.lines().0.to_vec(), summary)
}

/// The file of that name.
pub fn file<'f>(files: &'f [(String, Vec<u8>)], name: &str) -> &'f [u8] {
    &files.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name} is missing")).1
}
