//! Before the body: whether the station is called, HTTP, and time.

use std::time::Duration;

use super::rules::{
    CHARSET, CHARSET_UNSAID, CONTENT_TYPE, HTTP_STATUS, NOT_ACTIVE, NOT_ROUTED, SLOW, SWITCHED_OFF, TOO_LATE,
    UNAUTHORIZED, UNREACHABLE,
};
use super::{Asked, Expectations, Finding, NoAnswer, Received};
use crate::domain::notice_number::NoticeNumber;
use crate::wire::pa_for_node::Operation;

/// What 98 % of the answers of a month must keep (SANP 3.10).
const SERVICE_LEVEL: Duration = Duration::from_secs(2);

/// Why the node would not call the station at all.
///
/// Receipts go to whoever is flagged for them, demands name the station, and the probe names no creditor's notice.
pub fn not_routed(asked: &Asked, known: &Expectations) -> Option<Finding> {
    if known.switched_off {
        return Some(Finding::new(&SWITCHED_OFF, "", "the station is switched off"));
    }
    let asks = matches!(
        asked.operation,
        Operation::PaVerifyPaymentNotice | Operation::PaGetPayment | Operation::PaGetPaymentV2
    );
    let (true, Some(codes), Some(notice)) = (asks, &known.codes, &asked.notice) else { return None };
    let number = NoticeNumber::new(notice).ok()?;
    if number == NoticeNumber::PROBE || codes.contains(&code(&number)) {
        return None;
    }
    Some(Finding::new(&NOT_ROUTED, "", "no station is registered for the code in the notice number"))
}

/// The code of a notice as the registry writes it; empty where the layout has none.
pub(super) fn code(number: &NoticeNumber) -> String {
    number.code().map(|code| code.to_string()).unwrap_or_default()
}

pub(super) fn nothing(none: &NoAnswer) -> Finding {
    match none {
        NoAnswer::Unreachable(reason) => Finding::new(&UNREACHABLE, "", reason),
        NoAnswer::TooLate(reason) => Finding::new(&TOO_LATE, "", reason),
    }
}

pub(super) fn punctual(patience: Duration, took: Duration) -> Vec<Finding> {
    let said = format!("the answer took {:.1} s", took.as_secs_f32());
    if took > patience {
        vec![Finding::new(&TOO_LATE, "", said)]
    } else if took > SERVICE_LEVEL {
        vec![Finding::new(&SLOW, "", said)]
    } else {
        Vec::new()
    }
}

pub(super) fn status(status: u16) -> Option<Finding> {
    let rule = match status {
        200 => return None,
        401 => &UNAUTHORIZED,
        404 | 405 | 410 | 501 => &NOT_ACTIVE,
        _ => &HTTP_STATUS,
    };
    Some(Finding::new(rule, "", format!("HTTP status {status}")))
}

pub(super) fn content_type(received: &Received) -> Option<Finding> {
    let mut parts = received.content_type.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let xml = ["text/xml", "application/xml"].contains(&media.as_str()) || media.ends_with("+xml");
    if !xml {
        let said = if media.is_empty() { "there is no Content-Type" } else { "the Content-Type is not XML" };
        return Some(Finding::new(&CONTENT_TYPE, "", said));
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| value.to_ascii_lowercase())
    });
    let said = match charset.as_deref() {
        Some("utf-8" | "utf8") => return None,
        Some(_) => "the Content-Type says another charset than utf-8",
        None => "the Content-Type says no charset",
    };
    let rule = if received.body.is_ascii() { &CHARSET_UNSAID } else { &CHARSET };
    Some(Finding::new(rule, "", said))
}
