//! Packages of npm that tests run with node.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether a program is there.
pub fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// Installs what `package.json` and its lock in that folder of the tests name, with a script beside them, once for
/// all runs. `package` is one that is there when they are.
pub fn install(folder: &str, script: &str, package: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package);
    std::fs::create_dir_all(&to).unwrap();
    let same = |file: &str| std::fs::read(from.join(file)).ok() == std::fs::read(to.join(file)).ok();
    let installed = same("package-lock.json") && to.join("node_modules").join(package).exists();
    for file in ["package.json", "package-lock.json", script] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    if !installed {
        let arguments = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
        let done = Command::new("npm").args(arguments).current_dir(&to).output().unwrap();
        assert!(done.status.success(), "npm ci: {}", String::from_utf8_lossy(&done.stderr));
    }
    to
}
