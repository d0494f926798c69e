//! The place in the list after which the next page begins, as callers carry it.
//!
//! It is opaque to them and good for the same question only: filters, order and direction are a part of
//! its digest. It is no secret and no proof of anything: whoever makes one up sees what he may see anyway.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::domain::ids::Iupd;
use crate::store::Place;

/// A cursor that is damaged, or that another question was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is damaged or belongs to another question")]
pub struct BadCursor;

/// How many bytes of the digest there are, at the beginning.
const DIGEST: usize = 8;

/// Writes down a place in the answer to a question.
pub fn write(place: &Place, question: &str) -> String {
    let (kind, at, iupd) = match place {
        Place::Created(at, iupd) => (b'c', *at, iupd),
        Place::Updated(at, iupd) => (b'u', *at, iupd),
        Place::Iupd(iupd) => (b'i', Timestamp::UNIX_EPOCH, iupd),
    };
    let mut content = vec![kind];
    content.extend(at.as_microsecond().to_be_bytes());
    content.extend(iupd.as_str().as_bytes());
    let mut bytes = digest(&content, question).to_vec();
    bytes.append(&mut content);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a place in the answer to that question.
pub fn read(text: &str, question: &str) -> Result<Place, BadCursor> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
    let (sum, content) = bytes.split_first_chunk::<DIGEST>().ok_or(BadCursor)?;
    if digest(content, question) != *sum {
        return Err(BadCursor);
    }
    let (kind, rest) = content.split_first().ok_or(BadCursor)?;
    let (at, iupd) = rest.split_first_chunk().ok_or(BadCursor)?;
    let at = Timestamp::from_microsecond(i64::from_be_bytes(*at)).map_err(|_| BadCursor)?;
    let iupd = std::str::from_utf8(iupd).ok().and_then(|iupd| Iupd::new(iupd).ok()).ok_or(BadCursor)?;
    match kind {
        b'c' => Ok(Place::Created(at, iupd)),
        b'u' => Ok(Place::Updated(at, iupd)),
        b'i' => Ok(Place::Iupd(iupd)),
        _ => Err(BadCursor),
    }
}

fn digest(content: &[u8], question: &str) -> [u8; DIGEST] {
    let whole: [u8; 32] =
        Sha256::new().chain_update(question).chain_update([0]).chain_update(content).finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let (at, iupd) = ("2026-11-22T10:00:00.123456Z".parse().unwrap(), Iupd::new("a b-1").unwrap());
        for place in [Place::Created(at, iupd.clone()), Place::Updated(at, iupd.clone()), Place::Iupd(iupd)] {
            let text = write(&place, "question");
            assert_eq!(read(&text, "question"), Ok(place));
            assert_eq!(read(&text, "another question"), Err(BadCursor));
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            assert!(text.bytes().all(plain), "{text} needs no escapes in a URL");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_cursor_is_refused(at in 0_usize..30, by in 1_u8..=255) {
            let place = Place::Created("2026-11-22T10:00:00Z".parse().unwrap(), Iupd::new("a-position-of-ours").unwrap());
            let text = write(&place, "question");
            let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap();
            let at = at % bytes.len();
            bytes[at] ^= by;
            prop_assert_eq!(read(&BASE64_URL_SAFE_NO_PAD.encode(&bytes), "question"), Err(BadCursor));
            prop_assert_eq!(read(&text[..at], "question"), Err(BadCursor));
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".{0,60}") {
            prop_assert_eq!(read(&text, "question"), Err(BadCursor));
        }
    }
}
