//! What is shown of a step: an outcome in words, and perhaps a file.

use std::fmt;

/// The largest file, in bytes.
pub const FILE_MAX: usize = 1 << 20;

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Otherwise.
    Failed,
    /// It was no test: something to know.
    Noted,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Outcome; 3] = [Outcome::Passed, Outcome::Failed, Outcome::Noted];

    /// The name it is stored and told under.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Noted => "noted",
        }
    }

    /// The outcome of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// The name of one piece of evidence: 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceId(Box<str>);

impl EvidenceId {
    /// Reads a name.
    pub fn new(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 32 && digits).then(|| EvidenceId(text.into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The SHA-256 of a file, in 64 hexadecimal digits. Whoever has the file makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(Box<str>);

impl Digest {
    /// Of the bytes of a SHA-256.
    pub fn of(bytes: &[u8; 32]) -> Self {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Digest(digits.into())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a file may be: nothing that a browser would run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// A document.
    Pdf,
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// Text in UTF-8.
    Text,
    /// A table in UTF-8.
    Csv,
    /// Data in UTF-8.
    Json,
    /// Messages in UTF-8.
    Xml,
    /// Several files.
    Zip,
}

/// Why a media type is none of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be application/pdf, image/png, image/jpeg, text/plain, text/csv, application/json, application/xml or application/zip"
)]
pub struct MediaTypeError;

impl MediaType {
    /// Every type.
    pub const ALL: [MediaType; 8] = [
        MediaType::Pdf,
        MediaType::Png,
        MediaType::Jpeg,
        MediaType::Text,
        MediaType::Csv,
        MediaType::Json,
        MediaType::Xml,
        MediaType::Zip,
    ];

    /// Its name (RFC 6838).
    pub const fn name(self) -> &'static str {
        match self {
            MediaType::Pdf => "application/pdf",
            MediaType::Png => "image/png",
            MediaType::Jpeg => "image/jpeg",
            MediaType::Text => "text/plain",
            MediaType::Csv => "text/csv",
            MediaType::Json => "application/json",
            MediaType::Xml => "application/xml",
            MediaType::Zip => "application/zip",
        }
    }

    /// Reads a name, without parameters.
    pub fn new(text: &str) -> Result<Self, MediaTypeError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text.trim()));
        found.ok_or(MediaTypeError)
    }

    /// Whether a file begins like one of that type.
    fn fits(self, body: &[u8]) -> bool {
        let text = || std::str::from_utf8(body).is_ok_and(|text| !text.contains('\0'));
        match self {
            MediaType::Pdf => body.starts_with(b"%PDF-"),
            MediaType::Png => body.starts_with(b"\x89PNG\r\n\x1a\n"),
            MediaType::Jpeg => body.starts_with(b"\xff\xd8\xff"),
            MediaType::Zip => body.starts_with(b"PK\x03\x04"),
            MediaType::Text | MediaType::Csv | MediaType::Json | MediaType::Xml => text(),
        }
    }
}

/// A file that is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    name: Box<str>,
    kind: MediaType,
    body: Vec<u8>,
}

/// Why a file cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttachmentError {
    /// Its name.
    #[error("must have 1 to 100 characters, none of them a control character, a quote, / or \\")]
    Name,
    /// There is nothing in it.
    #[error("must not be empty")]
    Empty,
    /// It is too large.
    #[error("must have at most {FILE_MAX} bytes")]
    TooLarge,
    /// It is not what it says.
    #[error("does not begin like a file of its media type")]
    Otherwise,
}

impl Attachment {
    /// The most characters of a name.
    pub const NAME_MAX: usize = 100;

    /// Takes a file if it is small enough, safe to name, and what it says that it is.
    pub fn new(name: &str, kind: MediaType, body: Vec<u8>) -> Result<Self, AttachmentError> {
        let name = name.trim();
        let plain = |c: char| !c.is_control() && !"\"/\\".contains(c);
        let length = name.chars().count();
        if length == 0 || length > Self::NAME_MAX || !name.chars().all(plain) {
            return Err(AttachmentError::Name);
        }
        match body.len() {
            0 => Err(AttachmentError::Empty),
            size if size > FILE_MAX => Err(AttachmentError::TooLarge),
            _ if !kind.fits(&body) => Err(AttachmentError::Otherwise),
            _ => Ok(Attachment { name: name.into(), kind, body }),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub fn kind(&self) -> MediaType {
        self.kind
    }

    /// What is in it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.kind.name(), self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_says() {
        let cases: [(MediaType, &[u8], &[u8]); 6] = [
            (MediaType::Pdf, b"%PDF-1.7 x", b"<html>"),
            (MediaType::Png, b"\x89PNG\r\n\x1a\nx", b"\x89PNX"),
            (MediaType::Jpeg, b"\xff\xd8\xff\xe0", b"GIF89a"),
            (MediaType::Zip, b"PK\x03\x04x", b"PK"),
            (MediaType::Text, "però".as_bytes(), b"\xff\xfe"),
            (MediaType::Xml, b"<a/>", b"a\0b"),
        ];
        for (kind, right, wrong) in cases {
            assert!(Attachment::new("prova", kind, right.to_vec()).is_ok(), "{kind:?}");
            assert_eq!(
                Attachment::new("prova", kind, wrong.to_vec()),
                Err(AttachmentError::Otherwise),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_file_has_a_name_and_a_size() {
        let of = |name: &str, size: usize| Attachment::new(name, MediaType::Text, vec![b'x'; size]).err();
        assert_eq!(of("esito.txt", FILE_MAX), None);
        assert_eq!(of("esito.txt", FILE_MAX + 1), Some(AttachmentError::TooLarge));
        assert_eq!(of("esito.txt", 0), Some(AttachmentError::Empty));
        for wrong in ["", "  ", "a/b", "a\\b", "a\"b", "a\nb", &"x".repeat(101)] {
            assert_eq!(of(wrong, 1), Some(AttachmentError::Name), "{wrong:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        assert_eq!(MediaType::new("Image/PNG"), Ok(MediaType::Png));
        assert_eq!(MediaType::new("text/html"), Err(MediaTypeError));
        assert_eq!(MediaType::new("image/svg+xml"), Err(MediaTypeError));
        let id = "0123456789abcdef".repeat(2);
        assert_eq!(EvidenceId::new(&id).unwrap().as_str(), id);
        for wrong in ["", "x", &"A".repeat(32), &"0".repeat(31)] {
            assert_eq!(EvidenceId::new(wrong), None);
        }
        assert_eq!(Digest::of(&[0xab; 32]).as_str(), "ab".repeat(32));
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_word(outcome.word()), Some(outcome));
        }
    }
}
