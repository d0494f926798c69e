//! The story of one payment, told while it happens.

use std::time::Duration;

use jiff::Timestamp;

use super::node::{Node, Timed, receipt};
use super::stories::Told;
use super::world::{PROVINCE, PROVINCE_NAME, TOWN, TOWN_NAME};
use crate::cli::{Failure, print};
use crate::domain::notice_number::NoticeNumber;
use crate::node::receipt::ReceiptPlan;
use crate::wire::pa_for_node::{Fault, NoticeAnswer, Outcome, PaymentDataV2};

/// Pays the notice of a story, from the first question to the receipt, and says what happens.
pub async fn play(node: &mut Node, told: &Told, now: Timestamp) -> Result<(), Failure> {
    let notice = &told.notice;
    print(&format!(
        "\nThe story of a payment\n\n  \
         Gianna holds a notice of {TOWN_NAME}: {}.\n  \
         She opens her bank's app and reads the notice's QR code. The app asks the payment node, and the\n  \
         node asks Varco, over mutual TLS. Here the demo plays the node.\n",
        told.story.title
    ))?;
    verify(node, notice, 1).await?;
    let data = get(node, notice, 2).await?;
    print(
        "\n  The app shows the sum, Gianna confirms, and her bank pays. The money has moved: from here on\n  \
         the receipt must not get lost.\n",
    )?;
    let receipt = receipt(notice, &data, now)?;
    deliver(node, &receipt, 3).await?;
    copy(node, &receipt).await?;
    verify_again(node, notice).await?;
    print("\n  That was a whole payment.\n")
}

/// Asks about a notice, as the step of that number.
pub(super) async fn verify(node: &mut Node, notice: &NoticeNumber, number: u8) -> Result<(), Failure> {
    step(number, "Can this notice be paid, and how much is it?")?;
    asked("paVerifyPaymentNotice", &format!("notice {notice} of institution {TOWN}"))?;
    let Timed { answer, took } = node.verify(notice).await?;
    require_ok("paVerifyPaymentNotice", answer.outcome, answer.fault.as_ref())?;
    answered("OK", took, &sum_of(&answer))
}

fn sum_of(answer: &NoticeAnswer) -> String {
    let Some(list) = &answer.payment_list else { return "no amount".to_owned() };
    let option = &list.payment_option_description;
    let due = option.due_date.map_or_else(String::new, |due| format!(", due {}", due.day()));
    let what = answer.payment_description.as_ref().map_or("", |text| text.as_str());
    format!("{} euro{due}: {what}", option.amount.cents())
}

/// Asks for all that its payment needs.
pub(super) async fn get(
    node: &mut Node,
    notice: &NoticeNumber,
    number: u8,
) -> Result<PaymentDataV2, Failure> {
    step(number, "Who gets the money, and on which accounts?")?;
    asked("paGetPaymentV2", &format!("notice {notice} again, now for the payment itself"))?;
    let Timed { answer, took } = node.get(notice).await?;
    require_ok("paGetPaymentV2", answer.outcome, answer.fault.as_ref())?;
    let data = answer.data.ok_or_else(|| Failure::Found("paGetPaymentV2: OK without data".to_owned()))?;
    answered("OK", took, &format!("{} euro in all", data.payment_amount.cents()))?;
    for transfer in data.transfer_list.transfer.iter() {
        let name = transfer.company_name.as_ref().map_or("", |name| name.as_str());
        more(&format!(
            "{} euro to {name} ({})",
            transfer.transfer_amount.cents(),
            transfer.fiscal_code_pa.as_str()
        ))?;
    }
    Ok(data)
}

/// Delivers the receipt to the town.
pub(super) async fn deliver(node: &mut Node, receipt: &ReceiptPlan, number: u8) -> Result<(), Failure> {
    step(number, "The receipt, for the town that issued the notice.")?;
    asked("paSendRTV2", &format!("receipt {}", receipt.receipt_id))?;
    let Timed { answer, took } = node.deliver(TOWN, receipt).await?;
    require_ok("paSendRTV2", answer.outcome, answer.fault.as_ref())?;
    answered("OK", took, "stored on disk together with the paid notice, and only then answered")
}

async fn copy(node: &mut Node, receipt: &ReceiptPlan) -> Result<(), Failure> {
    step(4, &format!("The same receipt, for {PROVINCE_NAME}, which gets a share."))?;
    asked("paSendRTV2", &format!("receipt {}, recipient {PROVINCE}", receipt.receipt_id))?;
    let Timed { answer, took } = node.deliver(PROVINCE, receipt).await?;
    require_ok("paSendRTV2", answer.outcome, answer.fault.as_ref())?;
    answered("OK", took, "kept under the province; it has no notice of its own to settle")
}

async fn verify_again(node: &mut Node, notice: &NoticeNumber) -> Result<(), Failure> {
    step(5, "Somebody finds the notice in a drawer and wants to pay it once more.")?;
    asked("paVerifyPaymentNotice", &format!("notice {notice}"))?;
    let Timed { answer, took } = node.verify(notice).await?;
    let code = answer.fault.as_ref().map_or("", |fault| fault.fault_code.as_str());
    if answer.outcome != Outcome::Ko || code != "PAA_PAGAMENTO_DUPLICATO" {
        return Err(Failure::Found(format!("a paid notice was answered {:?} {code}", answer.outcome)));
    }
    answered(&format!("KO {code}"), took, "already paid, nobody pays twice")
}

pub(super) fn require_ok(operation: &str, outcome: Outcome, fault: Option<&Fault>) -> Result<(), Failure> {
    match (outcome, fault) {
        (Outcome::Ok, None) => Ok(()),
        (_, None) => Err(Failure::Found(format!("{operation} was answered KO without a fault"))),
        (_, Some(fault)) => {
            let about = fault.description.as_ref().map_or("", |text| text.as_str());
            Err(Failure::Found(format!("{operation} was answered {}: {about}", fault.fault_code.as_str())))
        }
    }
}

pub(super) fn step(number: u8, question: &str) -> Result<(), Failure> {
    print(&format!("\n  {number}. {question}\n"))
}

pub(super) fn asked(operation: &str, about: &str) -> Result<(), Failure> {
    print(&format!("     node ──▶ varco   {operation}: {about}\n"))
}

pub(super) fn answered(outcome: &str, took: Duration, about: &str) -> Result<(), Failure> {
    let millis = took.as_secs_f64() * 1e3;
    print(&format!("     node ◀── varco   {outcome} after {millis:.1} ms: {about}\n"))
}

fn more(about: &str) -> Result<(), Failure> {
    print(&format!("                        {about}\n"))
}
