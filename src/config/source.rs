//! Where settings come from: the file and the environment over it, and what was left unread.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::{Table, Value};

use super::values::Setting;

/// Variables of this prefix are settings of ours; a misspelt one must not pass in silence.
const PREFIX: &str = "VARCO__";

/// One setting that can't be used, named as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// Dotted name, for example `soap.idle_timeout`.
    pub setting: String,
    /// The environment variable it came from, when not from the file.
    pub variable: Option<String>,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.problem)?;
        match &self.variable {
            Some(variable) => write!(f, " (from {variable})"),
            None => Ok(()),
        }
    }
}

/// One value before it is understood.
enum Raw {
    File(Value),
    Variable { name: String, text: String },
}

impl Raw {
    fn variable(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Variable { name, .. } => Some(name.clone()),
        }
    }

    fn read<T: Setting>(&self) -> Option<T> {
        match self {
            Self::File(value) => T::from_value(value),
            Self::Variable { text, .. } => T::from_text(text),
        }
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(value) => write!(f, "{value}"),
            Self::Variable { text, .. } => write!(f, "{text:?}"),
        }
    }
}

/// Every setting not read yet, and every error met so far: all are reported in one go.
pub(super) struct Source {
    file: BTreeMap<String, Value>,
    variables: BTreeMap<String, (String, String)>,
    folder: PathBuf,
    known: BTreeSet<String>,
    errors: Vec<SettingError>,
}

impl Source {
    pub(super) fn new(file: Table, env: impl IntoIterator<Item = (String, String)>, folder: &Path) -> Self {
        let mut leaves = BTreeMap::new();
        flatten("", file, &mut leaves);
        let variables = env.into_iter().filter_map(|(name, text)| {
            let setting = name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", ".");
            Some((setting, (name, text)))
        });
        Self {
            file: leaves,
            variables: variables.collect(),
            folder: folder.to_owned(),
            known: BTreeSet::new(),
            errors: Vec::new(),
        }
    }

    /// The settings below `name` (`soap.tls`), to be read one by one.
    pub(super) fn section(&mut self, name: &'static str) -> Section<'_> {
        if self.file.get(name).and_then(Value::as_table).is_some_and(Table::is_empty) {
            self.file.remove(name);
        }
        Section { name, source: self }
    }

    /// What is left was never asked for: misspelt names. Returns every error.
    pub(super) fn finish(mut self) -> Vec<SettingError> {
        let in_file = std::mem::take(&mut self.file).into_keys().map(|setting| (setting, None));
        let variables = std::mem::take(&mut self.variables).into_iter();
        let in_env = variables.map(|(setting, (variable, _))| (setting, Some(variable)));
        for (setting, variable) in in_file.chain(in_env).collect::<Vec<_>>() {
            let problem = self.unknown(&setting);
            self.errors.push(SettingError { setting, variable, problem });
        }
        self.errors
    }

    fn unknown(&self, setting: &str) -> String {
        let parent =
            |name: &str| name.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
        let section = parent(setting);
        let siblings: Vec<&str> =
            self.known.iter().filter(|name| parent(name) == section).map(String::as_str).collect();
        if siblings.is_empty() {
            let sections: BTreeSet<String> = self.known.iter().map(|name| parent(name)).collect();
            let sections: Vec<String> = sections.into_iter().collect();
            return format!("is not a setting; the sections are {}", sections.join(", "));
        }
        format!("is not a setting; [{section}] takes {}", siblings.join(", "))
    }

    fn take(&mut self, setting: &str) -> Option<Raw> {
        self.known.insert(setting.to_owned());
        let in_file = self.file.remove(setting);
        match self.variables.remove(setting) {
            Some((name, text)) => Some(Raw::Variable { name, text }),
            None => in_file.map(Raw::File),
        }
    }

    fn refuse(&mut self, setting: String, variable: Option<String>, problem: String) {
        self.errors.push(SettingError { setting, variable, problem });
    }
}

/// Tables become dotted names; an empty table stays, so that an unknown empty section is seen.
fn flatten(prefix: &str, table: Table, leaves: &mut BTreeMap<String, Value>) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) if !inner.is_empty() => flatten(&name, inner, leaves),
            leaf => {
                leaves.insert(name, leaf);
            }
        }
    }
}

/// The error of a wrong value is kept already.
pub(super) struct Reported;

/// One section being read; each read marks the setting as known.
pub(super) struct Section<'a> {
    name: &'static str,
    source: &'a mut Source,
}

impl Section<'_> {
    fn full(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// The setting, or None when it is absent or wrong (then the error is kept).
    pub(super) fn optional<T: Setting>(&mut self, key: &str) -> Option<T> {
        self.optional_or_wrong(key).ok().flatten()
    }

    /// As [`Self::optional`] for who must tell absent from wrong: a wrong value has its error already.
    pub(super) fn optional_or_wrong<T: Setting>(&mut self, key: &str) -> Result<Option<T>, Reported> {
        let setting = self.full(key);
        let Some(raw) = self.source.take(&setting) else {
            return Ok(None);
        };
        let Some(read) = raw.read() else {
            let problem = format!("{raw} is not {}", T::EXPECTED);
            self.source.refuse(setting, raw.variable(), problem);
            return Err(Reported);
        };
        Ok(Some(read))
    }

    /// The setting, or its default.
    pub(super) fn or<T: Setting>(&mut self, key: &str, default: T) -> T {
        self.optional(key).unwrap_or(default)
    }

    /// A setting without a default; `what` completes `is missing: …`.
    pub(super) fn required<T: Setting + Default>(&mut self, key: &str, what: &str) -> T {
        match self.optional_or_wrong(key) {
            Ok(Some(value)) => return value,
            Ok(None) => self.refuse(key, format!("is missing: {what}")),
            Err(Reported) => {}
        }
        T::default()
    }

    /// A file path, taken from the folder of the configuration file when relative.
    pub(super) fn in_folder(&self, path: &Path) -> PathBuf {
        self.source.folder.join(path)
    }

    /// A secret, given in place or as `<key>_file` (a path; the end of line is cut). Never echoed.
    pub(super) fn secret(&mut self, key: &str) -> Option<SecretString> {
        let setting = self.full(key);
        let file_setting = format!("{setting}_file");
        let (inline, path) = (self.source.take(&setting), self.source.take(&file_setting));
        match (inline, path) {
            (None, None) => None,
            (Some(raw), None) => self.inline_secret(setting, &raw),
            (None, Some(raw)) => self.secret_file(file_setting, &raw),
            // The environment stands over the file, whichever of the two ways each uses.
            (Some(raw @ Raw::Variable { .. }), Some(Raw::File(_))) => self.inline_secret(setting, &raw),
            (Some(Raw::File(_)), Some(raw @ Raw::Variable { .. })) => self.secret_file(file_setting, &raw),
            (Some(_), Some(raw)) => {
                let problem = format!("stands beside {setting}: give one of the two");
                self.source.refuse(file_setting, raw.variable(), problem);
                None
            }
        }
    }

    fn inline_secret(&mut self, setting: String, raw: &Raw) -> Option<SecretString> {
        let text = match raw {
            Raw::File(value) => value.as_str(),
            Raw::Variable { text, .. } => Some(text.as_str()),
        };
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(SecretString::from(text)),
            None => {
                self.source.refuse(setting, raw.variable(), "is empty or not a text".to_owned());
                None
            }
        }
    }

    fn secret_file(&mut self, setting: String, raw: &Raw) -> Option<SecretString> {
        let Some(path) = raw.read::<PathBuf>() else {
            self.source.refuse(setting, raw.variable(), format!("{raw} is not {}", PathBuf::EXPECTED));
            return None;
        };
        let path = self.in_folder(&path);
        let problem = match std::fs::read_to_string(&path) {
            Ok(text) if !text.trim().is_empty() => return Some(SecretString::from(text.trim())),
            Ok(_) => format!("the file {} is empty", path.display()),
            Err(error) => format!("can't read the file {}: {error}", path.display()),
        };
        self.source.refuse(setting, raw.variable(), problem);
        None
    }

    /// Keeps an error found by the section itself (a value that reads well but can't be meant).
    pub(super) fn refuse(&mut self, key: &str, problem: String) {
        let setting = self.full(key);
        self.source.refuse(setting, None, problem);
    }
}
