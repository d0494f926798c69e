//! How a setting is written: durations, sizes, addresses, lists.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

/// A kind of value a setting can have: read from TOML or from an environment variable, and written
/// back the way a person would write it.
pub(super) trait Setting: Sized {
    /// Completes the sentence `"abc" is not …`.
    const EXPECTED: &'static str;

    /// Reads the text of an environment variable (or of a TOML string). None: not such a value.
    fn from_text(text: &str) -> Option<Self>;

    /// Reads a TOML value; most kinds are strings there.
    fn from_value(value: &Value) -> Option<Self> {
        Self::from_text(value.as_str()?)
    }

    /// The value as it would stand in the file.
    fn to_value(&self) -> Value;
}

/// A positive duration, written `250ms`, `5s`, `2m` or `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanDuration(Duration);

impl HumanDuration {
    pub(super) const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    pub(super) const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// The duration for the standard library and tokio.
    pub fn get(self) -> Duration {
        self.0
    }
}

const DURATION_UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];

impl Setting for HumanDuration {
    const EXPECTED: &'static str = "a duration such as 5s, 250ms or 2m";

    fn from_text(text: &str) -> Option<Self> {
        let (number, unit) = number_and_unit(text)?;
        let (_, millis) = DURATION_UNITS.iter().find(|(name, _)| *name == unit)?;
        let total = number.checked_mul(*millis)?;
        (total > 0 && total <= MAX_MILLIS).then(|| Self::from_millis(total))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// A year: longer waits are mistyped, and timers need room to add.
const MAX_MILLIS: u64 = 366 * 24 * 3_600_000;

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let mut units = DURATION_UNITS.iter().rev();
        let fitting = units.find(|(_, unit)| millis.is_multiple_of(u128::from(*unit)));
        let (name, unit) = fitting.unwrap_or(&("ms", 1));
        write!(f, "{}{name}", millis / u128::from(*unit))
    }
}

/// A positive number of bytes, written `512B`, `64KiB`, `2MiB` or `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(usize);

const SIZE_UNITS: [(&str, usize); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

impl ByteSize {
    pub(super) const fn from_mebibytes(mebibytes: usize) -> Self {
        Self(mebibytes << 20)
    }

    /// The number of bytes.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Setting for ByteSize {
    const EXPECTED: &'static str = "a size such as 2MiB or 64KiB";

    fn from_text(text: &str) -> Option<Self> {
        let (number, unit) = number_and_unit(text)?;
        let (_, bytes) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
        let total = usize::try_from(number).ok()?.checked_mul(*bytes)?;
        (total > 0).then_some(Self(total))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fitting = SIZE_UNITS.iter().rev().find(|(_, unit)| self.0.is_multiple_of(*unit));
        let (name, unit) = fitting.unwrap_or(&("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

/// Splits `250ms` in 250 and `ms`; a space between them is fine.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

/// How many of something (connections, rows): at least one, and few enough to be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(u32);

const MAX_COUNT: u32 = 100_000;

impl Count {
    pub(super) const fn new(count: u32) -> Self {
        Self(count)
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The number, for what counts in `usize`.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl Setting for Count {
    const EXPECTED: &'static str = "a whole number from 1 to 100000";

    fn from_text(text: &str) -> Option<Self> {
        let count = text.trim().parse().ok()?;
        (1..=MAX_COUNT).contains(&count).then_some(Self(count))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let count = u32::try_from(value.as_integer()?).ok()?;
        (1..=MAX_COUNT).contains(&count).then_some(Self(count))
    }

    fn to_value(&self) -> Value {
        Value::Integer(i64::from(self.0))
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }

    fn to_value(&self) -> Value {
        Value::Boolean(*self)
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str = "an address and port such as 127.0.0.1:8080";

    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a file path";

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::from(text))
    }

    fn to_value(&self) -> Value {
        Value::String(self.display().to_string())
    }
}

impl Setting for Vec<PathBuf> {
    const EXPECTED: &'static str = "a list of one or more file paths (in a variable: separated by commas)";

    fn from_text(text: &str) -> Option<Self> {
        text.split(',').map(PathBuf::from_text).collect()
    }

    fn from_value(value: &Value) -> Option<Self> {
        let paths = value.as_array()?;
        if paths.is_empty() { None } else { paths.iter().map(PathBuf::from_value).collect() }
    }

    fn to_value(&self) -> Value {
        Value::Array(self.iter().map(Setting::to_value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_write_the_same() {
        for text in ["250ms", "5s", "2m", "1h", "90s"] {
            assert_eq!(HumanDuration::from_text(text).unwrap().to_string(), text);
        }
        assert_eq!(HumanDuration::from_text(" 5 s ").unwrap().get(), Duration::from_secs(5));
        for wrong in ["", "5", "s", "0s", "-1s", "5 seconds", "1.5s", "99999999999999999999s", "9000h", "à"]
        {
            assert!(HumanDuration::from_text(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn sizes_read_and_write_the_same() {
        for text in ["512B", "64KiB", "2MiB", "1GiB"] {
            assert_eq!(ByteSize::from_text(text).unwrap().to_string(), text);
        }
        assert_eq!(ByteSize::from_text("2MiB").unwrap().get(), 2_097_152);
        for wrong in ["", "2", "0B", "2MB", "-1B", "99999999999GiB"] {
            assert!(ByteSize::from_text(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn counts_are_positive_and_bounded() {
        assert_eq!(Count::from_text("64").unwrap().get(), 64);
        assert_eq!(Count::from_value(&Value::Integer(8)).unwrap().as_usize(), 8);
        assert!(Count::from_value(&Value::Integer(0)).is_none());
        assert!(Count::from_value(&Value::Integer(-1)).is_none());
        assert!(Count::from_value(&Value::String("8".into())).is_none());
        assert!(Count::from_text("100001").is_none());
    }
}
