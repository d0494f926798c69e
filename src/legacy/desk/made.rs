//! What is read of a receipt for its RTs, and how instants are told to old systems.

use jiff::Timestamp;

use crate::domain::amount::Cents;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::{BrokerCode, StationCode};
use crate::domain::notice_number::NoticeNumber;
use crate::domain::rome;
use crate::domain::routing::attempt::Ccp;
use crate::legacy::translate;
use crate::wire::DateTime;
use crate::wire::pa_for_node::Request;

/// A receipt, as far as its RTs need it.
pub(super) struct Paid {
    /// The node's name of the payment.
    pub receipt: String,
    /// The name of its attempt where nobody gave it another (spec §6.4).
    pub ccp: Ccp,
    pub issuer: FiscalCode,
    pub notice: NoticeNumber,
    pub amount: Cents,
    /// The broker and the station that it came through.
    pub through: (BrokerCode, StationCode),
    /// What is translated.
    pub words: translate::Paid,
}

impl Paid {
    /// Reads the request that brought a receipt; none if it brought none, or names nobody.
    pub(super) fn of(request: &Request) -> Option<Self> {
        macro_rules! paid {
            ($request:expr) => {{
                let receipt = &$request.receipt;
                let id = receipt.receipt_id.as_str().trim();
                let plain: String = id.chars().filter(char::is_ascii_graphic).take(Ccp::MAX).collect();
                Some(Paid {
                    receipt: id.to_owned(),
                    ccp: Ccp::new(&plain).ok()?,
                    issuer: FiscalCode::new(receipt.fiscal_code.as_str()).ok()?,
                    notice: NoticeNumber::new(receipt.notice_number.as_str()).ok()?,
                    amount: receipt.payment_amount.cents(),
                    through: (
                        BrokerCode::new($request.id_broker_pa.as_str().trim()).ok()?,
                        StationCode::new($request.id_station.as_str().trim()).ok()?,
                    ),
                    words: translate::Paid::from(receipt),
                })
            }};
        }
        match request {
            Request::PaSendRT(request) => paid!(request),
            Request::PaSendRTV2(request) => paid!(request),
            Request::PaDemandPaymentNotice(_)
            | Request::PaGetPayment(_)
            | Request::PaGetPaymentV2(_)
            | Request::PaVerifyPaymentNotice(_) => None,
        }
    }
}

/// An instant as old systems read it: what clocks in Italy show, in whole seconds.
pub(super) fn moment(at: Timestamp) -> Option<DateTime> {
    let shown = rome::wall_clock(at);
    DateTime::new(shown.with().subsec_nanosecond(0).build().unwrap_or(shown)).ok()
}
