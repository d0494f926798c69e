//! `[log]`: what is logged and how.

use toml::{Table, Value};
use tracing_subscriber::EnvFilter;

use super::source::Section;
use super::table;
use super::values::Setting;

/// What goes to stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// For a person or for a collector.
    pub format: LogFormat,
    /// Which events, as `info` or `info,varco::store=debug`.
    pub filter: String,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// One JSON object a line.
    Json,
}

impl Log {
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        Self {
            format: section.or("format", LogFormat::Text),
            filter: section.or("filter", Filter("info".to_owned())).0,
        }
    }

    pub(super) fn to_table(&self) -> Table {
        table([("format", self.format.to_value()), ("filter", Value::String(self.filter.clone()))])
    }
}

impl Setting for LogFormat {
    const EXPECTED: &'static str = "text or json";

    fn from_text(text: &str) -> Option<Self> {
        match text.trim() {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        let name = match self {
            Self::Text => "text",
            Self::Json => "json",
        };
        Value::String(name.to_owned())
    }
}

struct Filter(String);

impl Setting for Filter {
    const EXPECTED: &'static str = "a filter such as info or info,varco::store=debug";

    fn from_text(text: &str) -> Option<Self> {
        EnvFilter::builder().parse(text).ok().map(|_| Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
