//! A real browser that looks at one page and says what became of it.

use std::process::{Command, Stdio};

/// Opens a page in headless Chromium, waits until its scripts have run, and gives what its `body` says then.
pub fn body_after_scripts(page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let output = Command::new("chromium")
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("chromium: {error}; it is Debian's package chromium"));
    let page = String::from_utf8(output.stdout).unwrap();
    let body = page.rsplit_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let Some((body, _)) = body else { panic!("{page}\n{}", String::from_utf8_lossy(&output.stderr)) };
    body.trim().to_owned()
}
