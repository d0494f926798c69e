//! Variables: what a fixture leaves open so that it can be replayed against any installation.

use std::collections::BTreeMap;

use crate::domain::notice_number::{NoticeNumber, TwoDigits};

/// Names and values, given by `--set` or read from a file such as `demo.env`.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

/// Why variables cannot be put in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// A setting without an equals sign or without a name.
    #[error("{0:?} is not KEY=VALUE")]
    Form(String),
    /// Nobody gave it a value.
    #[error("variable {0} has no value: give --env FILE or --set {0}=VALUE")]
    Missing(String),
    /// It asks for a notice that cannot be made.
    #[error("${{{0}}} asks for a notice number, but {1}")]
    Notice(String, String),
    /// A `${` without its `}`.
    #[error("a ${{ has no closing brace")]
    Open,
}

impl Variables {
    /// Takes one setting of the form `KEY=VALUE`.
    pub fn set(&mut self, setting: &str) -> Result<(), VariableError> {
        match setting.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                self.0.insert(key.trim().to_owned(), value.to_owned());
                Ok(())
            }
            _ => Err(VariableError::Form(setting.to_owned())),
        }
    }

    /// Gives a name a value, whatever it had before.
    pub fn put(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Takes over all values of others, which win.
    pub fn merge(&mut self, others: Variables) {
        self.0.extend(others.0);
    }

    /// The value of a name, as it was given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Puts values in the place of `${NAME}` in a text.
    pub fn fill_text(&self, template: &str) -> Result<String, VariableError> {
        self.fill(template.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Takes the lines of an environment file; `VARCO_EC` becomes `EC`, comments are skipped.
    pub fn read(&mut self, text: &str) -> Result<(), VariableError> {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.set(&unquoted(line.strip_prefix("VARCO_").unwrap_or(line)))?;
        }
        Ok(())
    }

    /// All names and values.
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Puts values in the place of `${NAME}`. The bytes around them may be in any encoding.
    ///
    /// `${NOTICE:1001}` is the notice number of base 1001 under the variable SEGREGATION, check digits
    /// included, and `${IUV:1001}` the reference inside it.
    pub fn fill(&self, template: &[u8]) -> Result<Vec<u8>, VariableError> {
        let mut filled = Vec::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.windows(2).position(|pair| pair == b"${") {
            let (before, after) = rest.split_at(at);
            filled.extend_from_slice(before);
            let after = after.get(2..).unwrap_or_default();
            let end = after.iter().position(|byte| *byte == b'}').ok_or(VariableError::Open)?;
            let (name, after) = after.split_at(end);
            filled.extend_from_slice(self.value(&String::from_utf8_lossy(name))?.as_bytes());
            rest = after.get(1..).unwrap_or_default();
        }
        filled.extend_from_slice(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, VariableError> {
        match name.split_once(':') {
            Some(("NOTICE", base)) => Ok(self.notice(name, base)?.to_string()),
            Some(("IUV", base)) => Ok(self.notice(name, base)?.iuv().to_string()),
            _ => self.0.get(name).cloned().ok_or_else(|| VariableError::Missing(name.to_owned())),
        }
    }

    fn notice(&self, name: &str, base: &str) -> Result<NoticeNumber, VariableError> {
        let wrong = |reason: String| VariableError::Notice(name.to_owned(), reason);
        let code = TwoDigits::new(&self.value("SEGREGATION")?).map_err(|error| wrong(error.to_string()))?;
        let base = base.parse().map_err(|_| wrong(format!("{base:?} is not a number")))?;
        NoticeNumber::issue(code, base).map_err(|error| wrong(error.to_string()))
    }
}

/// A setting whose value stands in single quotes for the shell, without them.
fn unquoted(setting: &str) -> String {
    let quoted = setting.split_once("='").and_then(|(key, value)| Some((key, value.strip_suffix('\'')?)));
    quoted.map_or_else(|| setting.to_owned(), |(key, value)| format!("{key}={}", value.replace(r"'\''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.read("# demo\nVARCO_EC=77777777777\n\nVARCO_SEGREGATION=02\nURL=http://x/?a=b\n").unwrap();
        variables
    }

    fn fill(template: &str) -> Result<String, VariableError> {
        variables().fill(template.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn values_take_the_place_of_names() {
        assert_eq!(fill("<a>${EC}</a>${URL}").unwrap(), "<a>77777777777</a>http://x/?a=b");
        assert_eq!(fill("no $variable {here}").unwrap(), "no $variable {here}");
        assert_eq!(variables().fill(b"\xe8 ${EC}").unwrap(), b"\xe8 77777777777");
        let mut variables = variables();
        variables.put("EC", "è");
        assert_eq!(variables.fill_text("(${EC})").unwrap(), "(è)");
        assert_eq!((variables.get("EC"), variables.get("IBAN")), (Some("è"), None));
    }

    #[test]
    fn quotes_for_the_shell_are_no_part_of_a_value() {
        let mut variables = Variables::default();
        variables.read(r"VARCO_CA='/a b/it'\''s'").unwrap();
        assert_eq!(variables.fill(b"${CA}").unwrap(), b"/a b/it's");
    }

    #[test]
    fn notice_numbers_are_computed() {
        assert_eq!(fill("${NOTICE:1} ${IUV:1}").unwrap(), "302000000000000184 02000000000000184");
    }

    #[test]
    fn a_missing_value_is_named() {
        assert_eq!(fill("${IBAN}"), Err(VariableError::Missing("IBAN".to_owned())));
        assert_eq!(fill("${IBAN"), Err(VariableError::Open));
        assert!(matches!(fill("${NOTICE:x}"), Err(VariableError::Notice(..))));
        assert_eq!(Variables::default().set("EC"), Err(VariableError::Form("EC".to_owned())));
    }
}
