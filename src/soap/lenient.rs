//! The stand-in flag of receipts, which some senders spell or place wrongly.
//!
//! The contract has `<standIn>` as the last child of `<receipt>`. Published examples spell it in lower case, and
//! older versions of the interface had it behind the receipt. Money has moved when a receipt arrives: such a
//! message is put right and read strictly, instead of being refused. Nothing else is forgiven.

use super::limits::Limits;
use super::{decode, envelope};
use crate::wire::pa_for_node::{Operation, Request};
use std::ops::Range;

/// The request with its stand-in flag put right, if that was all that was wrong.
pub(super) fn read(operation: Operation, message: &[u8], limits: &Limits) -> Option<Request> {
    if !matches!(operation, Operation::PaSendRT | Operation::PaSendRTV2) {
        return None;
    }
    let corrected = correct(message, limits)?;
    let mut reader = envelope::open(corrected.as_bytes(), limits).ok()?;
    decode(operation, &mut reader).ok()
}

/// A copy of the message with the flag, if there is exactly one, as last child of the receipt.
fn correct(message: &[u8], limits: &Limits) -> Option<String> {
    let text = std::str::from_utf8(message).ok()?;
    let (flag, end) = places(message, limits)?;
    let element = text.get(flag.clone())?;
    // Without attributes and children, so that the value stands between the first `>` and the last `<`.
    let value = element.get(element.find('>')? + 1..element.rfind('<')?).unwrap_or_default();
    let flag_first = flag.start < end;
    let (a, b) =
        if flag_first { (text.get(..flag.start)?, text.get(flag.end..end)?) } else { (text.get(..end)?, "") };
    let rest = if flag_first {
        text.get(end..)?.to_owned()
    } else {
        format!("{}{}", text.get(end..flag.start)?, text.get(flag.end..)?)
    };
    Some(format!("{a}{b}<standIn xmlns=\"\">{value}</standIn>{rest}"))
}

/// Where the flag is, and where the end tag of the receipt begins.
fn places(message: &[u8], limits: &Limits) -> Option<(Range<usize>, usize)> {
    let mut reader = envelope::open(message, limits).ok()?;
    let mut flag: Option<Range<usize>> = None;
    let mut end = None;
    let mut inside = false;
    reader.enter_any().ok()?;
    loop {
        match reader.name() {
            Some(("receipt", "")) if !inside && end.is_none() => {
                inside = true;
                reader.enter_any().ok()?;
            }
            Some(("standIn" | "standin", "")) if flag.is_none() => {
                let start = reader.offset();
                reader.skip().ok()?;
                flag = Some(start..start + span(message.get(start..)?)?);
            }
            Some(_) => reader.skip().ok()?,
            None if inside => {
                inside = false;
                end = Some(reader.offset());
                reader.leave().ok()?;
            }
            None => return Some((flag?, end?)),
        }
    }
}

/// How many bytes the flag takes, from its start tag to its end tag; none if it is an empty tag.
fn span(rest: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(rest).ok()?;
    let close = text.find("</")?;
    let end = text.get(close..)?.find('>')?;
    let name = text.get(close + 2..close + end)?.trim_end();
    (name == "standIn" || name == "standin").then_some(close + end + 1)
}
