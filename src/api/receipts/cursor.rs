//! Where a walk through receipts goes on, as text that callers hand back without reading it.

use jiff::Timestamp;

use crate::store::ReceiptPlace;

/// Writes a place: the microsecond, a dot, and the bytes of the key in hexadecimal.
pub(in crate::api) fn write(place: &ReceiptPlace) -> String {
    let key: String = place.key.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{key}", place.paid_on.as_microsecond())
}

/// Reads what [`write()`] wrote; none for anything else.
pub(in crate::api) fn read(text: &str) -> Option<ReceiptPlace> {
    let (at, key) = text.split_once('.')?;
    let paid_on = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
    if !key.is_ascii() || key.len() % 2 != 0 {
        return None;
    }
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = key.as_bytes().chunks(2).map(digits).collect();
    let key = String::from_utf8(bytes?).ok().filter(|key| !key.contains('\0'))?;
    let place = ReceiptPlace { paid_on, key };
    // One spelling for each place, so that nothing is read that was not written here.
    (write(&place) == text).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again() {
        for (at, key) in [(0, ""), (1_795_000_000_000_000, "r-1"), (-5, "ricevuta à/€?&")] {
            let paid_on = Timestamp::from_microsecond(at).unwrap();
            let place = ReceiptPlace { paid_on, key: key.to_owned() };
            assert_eq!(read(&write(&place)), Some(place));
        }
    }

    #[test]
    fn other_texts_are_no_places() {
        for wrong in ["", "1", ".", "x.61", "1.6", "1.6g", "1.+1", "1.00", "1.ff", "01.61", "1.6A", "1.àà"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
