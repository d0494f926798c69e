//! Answers that keep the schema and are wrong all the same.

use varco::node::judge::Severity;
use varco::node::{Node, Version};
use varco::wire::common::TransferChannel;

use super::answers::{self, EC, IBAN, NOTICE, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN};
use super::broken::{Ask, INVALID, Reply, ask, assert_found};
use super::edit::{Edit, edit};

/// A row: what is asked, the answer, the rule, the place below the root, and what a payment service provider sees.
macro_rules! rows {
    ($($name:ident: $ask:expr, $answer:expr => $rule:literal $place:literal $seen:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let ask_for = $ask;
            let exchange = ask(ask_for, Reply::xml($answer)).await;
            assert_found(&exchange, $rule, &format!("/{}{}", ask_for.root(), $place), $seen);
        }
    )*};
}

const V1: Ask = Ask::Get(Version::V1);
const V2: Ask = Ask::Get(Version::V2);
const POSTAL: Ask = Ask::GetFor(TransferChannel::Postal);
const PAGOPA: Ask = Ask::GetFor(TransferChannel::Pagopa);
const FAULT: &str =
    "<fault><faultCode>PAA_SEMANTICA</faultCode><faultString>x</faultString><id>99000010019</id></fault>";
const WRONG: Option<&str> = Some(INVALID);

fn v1(path: &str, change: Edit<'_>) -> String {
    edit(&answers::get_v1(), path, change)
}

fn v2(path: &str, change: Edit<'_>) -> String {
    edit(&answers::get_v2(), path, change)
}

fn verify(path: &str, change: Edit<'_>) -> String {
    edit(&answers::verify(), path, change)
}

fn demand(path: &str, change: Edit<'_>) -> String {
    edit(&answers::demand(), path, change)
}

fn with_fault(answer: &str) -> String {
    edit(answer, "outcome", Edit::Follow(FAULT))
}

fn without_fault(root: &str) -> String {
    edit(&answers::ko(root, "PAA_SEMANTICA"), "fault", Edit::Remove)
}

/// As many transfers as that, the first ones of one euro each.
fn transfers(answer: &str, count: usize) -> String {
    let one = answer.split_once("<transfer>").unwrap().1.split_once("</transfer>").unwrap().0;
    let one = one.replace("100.00", "1.00");
    let all: Vec<String> = (1..=count)
        .map(|n| {
            format!("<transfer>{}</transfer>", one.replace("<idTransfer>1<", &format!("<idTransfer>{n}<")))
        })
        .collect();
    let answer = edit(answer, "data/transferList", Edit::Set(&all.concat()));
    edit(&answer, "data/paymentAmount", Edit::Set(&format!("{count}.00")))
}

/// The first transfer names another account.
fn alternative(iban: &str) -> String {
    let entry = format!("<mapEntry><key>IBANAPPOGGIO</key><value>{iban}</value></mapEntry>");
    v2("data/transferList/transfer/metadata", Edit::Set(&entry))
}

fn entries(count: usize) -> String {
    "<mapEntry><key>K</key><value>V</value></mapEntry>".repeat(count)
}

rows! {
    verify_ok_with_a_fault: Ask::Verify, with_fault(&answers::verify()) => "ok-with-fault" "/fault" WRONG;
    get_v1_ok_with_a_fault: V1, with_fault(&answers::get_v1()) => "ok-with-fault" "/fault" WRONG;
    get_v2_ok_with_a_fault: V2, with_fault(&answers::get_v2()) => "ok-with-fault" "/fault" WRONG;
    demand_ok_with_a_fault: Ask::Demand, with_fault(&answers::demand()) => "ok-with-fault" "/fault" WRONG;
    send_rt_v1_ok_with_a_fault: Ask::Receipt(Version::V1), with_fault(&answers::receipt("paSendRTRes"))
        => "ok-with-fault" "/fault" WRONG;
    send_rt_v2_ok_with_a_fault: Ask::Receipt(Version::V2), with_fault(&answers::receipt("paSendRTV2Response"))
        => "ok-with-fault" "/fault" WRONG;
    verify_ko_without_fault: Ask::Verify, without_fault("paVerifyPaymentNoticeRes")
        => "ko-without-fault" "/fault" WRONG;
    get_v1_ko_without_fault: V1, without_fault("paGetPaymentRes") => "ko-without-fault" "/fault" WRONG;
    get_v2_ko_without_fault: V2, without_fault("paGetPaymentV2Response") => "ko-without-fault" "/fault" WRONG;
    demand_ko_without_fault: Ask::Demand, without_fault("paDemandPaymentNoticeResponse")
        => "ko-without-fault" "/fault" WRONG;
    an_ok_that_says_ko: Ask::Verify, verify("outcome", Edit::Set("KO")) => "ko-without-fault" "/fault" WRONG;
    two_payment_options: Ask::Verify,
        verify("paymentList/paymentOptionDescription", Edit::Twice)
        => "schema-unexpected" "/paymentList/paymentOptionDescription" WRONG;
    two_payment_options_of_a_demand: Ask::Demand,
        demand("paymentList/paymentOptionDescription", Edit::Twice)
        => "schema-unexpected" "/paymentList/paymentOptionDescription" WRONG;
    an_element_of_nobody: V1, v1("data/description", Edit::Follow("<note>x</note>"))
        => "schema-unexpected" "/data/note" WRONG;
    an_element_after_the_last: V2, v2("data/metadata", Edit::Follow("<note>x</note>"))
        => "schema-unexpected" "/data/note" WRONG;
    elements_in_another_order: V1,
        v1("data/paymentAmount", Edit::Remove)
            .replace("<description>", "<paymentAmount>120.00</paymentAmount><description>")
        => "schema-unexpected" "/data/dueDate" WRONG;
    a_stamp_in_the_first_version: V1,
        answers::get_with_stamp().replace("paGetPaymentV2Response", "paGetPaymentRes")
            .replace("</fiscalCodePA><companyName>Comune di Borgo Varco</companyName>", "</fiscalCodePA>")
        => "schema-missing" "/data/transferList/transfer/IBAN" WRONG;
    an_account_and_a_stamp: V2,
        answers::get_with_stamp().replace("<richiestaMarcaDaBollo>",
            &format!("<IBAN>{PROVINCE_IBAN}</IBAN><richiestaMarcaDaBollo>"))
        => "schema-unexpected" "/data/transferList/transfer/richiestaMarcaDaBollo" WRONG;
    no_transfer: V1, v1("data/transferList", Edit::Empty)
        => "schema-missing" "/data/transferList/transfer" WRONG;
    no_transfer_v2: V2, v2("data/transferList", Edit::Empty)
        => "schema-missing" "/data/transferList/transfer" WRONG;
    six_transfers: V1, transfers(&answers::get_v1(), 5)
            .replacen("<transfer>", "<transfer><idTransfer>5</idTransfer><transferAmount>1.00</transferAmount>\
                <fiscalCodePA>99000010019</fiscalCodePA><IBAN>IT80Z0599903600000000001001</IBAN>\
                <remittanceInformation>x</remittanceInformation><transferCategory>9/0101100IM/</transferCategory>\
                </transfer><transfer>", 1)
        => "schema-repeated" "/data/transferList/transfer" WRONG;
    six_transfers_v2: V2, transfers(&answers::get_v2(), 5)
            .replacen("<transfer>", "<transfer><idTransfer>5</idTransfer><transferAmount>1.00</transferAmount>\
                <fiscalCodePA>99000010019</fiscalCodePA><IBAN>IT80Z0599903600000000001001</IBAN>\
                <remittanceInformation>x</remittanceInformation><transferCategory>9/0101100IM/</transferCategory>\
                </transfer><transfer>", 1)
        => "schema-repeated" "/data/transferList/transfer" WRONG;
    sixteen_metadata: V1, v1("data/metadata", Edit::Set(&entries(16)))
        => "schema-repeated" "/data/metadata/mapEntry" WRONG;
    sixteen_metadata_v2: V2, v2("data/metadata", Edit::Set(&entries(16)))
        => "schema-repeated" "/data/metadata/mapEntry" WRONG;
    sixteen_metadata_of_a_transfer: V2, v2("data/transferList/transfer/metadata", Edit::Set(&entries(16)))
        => "schema-repeated" "/data/transferList/transfer/metadata/mapEntry" WRONG;
    a_sum_that_is_none: V1, v1("data/paymentAmount", Edit::Set("120.01"))
        => "sum-of-transfers" "/data/paymentAmount" WRONG;
    a_sum_that_is_none_v2: V2, v2("data/transferList/transfer/transferAmount", Edit::Set("100.01"))
        => "sum-of-transfers" "/data/paymentAmount" WRONG;
    the_same_transfer_number_twice: V2, answers::get_v2().replace("<idTransfer>2<", "<idTransfer>1<")
        => "duplicate-transfer" "/data/transferList/transfer[2]/idTransfer" WRONG;
    an_institution_that_is_not_registered: V1, v1("data/transferList/transfer/fiscalCodePA", Edit::Set("12345678903"))
        => "unknown-ec" "/data/transferList/transfer[1]/fiscalCodePA" WRONG;
    a_second_institution_that_is_not_registered: V2, answers::get_v2().replace(PROVINCE, "12345678903")
        => "unknown-ec" "/data/transferList/transfer[2]/fiscalCodePA" WRONG;
    an_account_that_is_not_registered: V1, answers::get_v1().replace(IBAN, "IT60X0542811101000000123456")
        => "unknown-iban" "/data/transferList/transfer[1]/IBAN" WRONG;
    a_second_account_that_is_not_registered: V2,
        answers::get_v2().replace(PROVINCE_IBAN, "IT60X0542811101000000123456")
        => "unknown-iban" "/data/transferList/transfer[2]/IBAN" WRONG;
    a_reference_of_another_notice: V1, v1("data/creditorReferenceId", Edit::Set("02000000000000299"))
        => "reference" "/data/creditorReferenceId" None;
    the_notice_number_as_the_reference: V2, v2("data/creditorReferenceId", Edit::Set(NOTICE))
        => "reference" "/data/creditorReferenceId" None;
    another_institution_answers: Ask::Verify, verify("fiscalCodePA", Edit::Set(PROVINCE))
        => "ec-of-answer" "/fiscalCodePA" None;
    a_notice_of_another_institution: Ask::Demand, demand("qrCode/fiscalCode", Edit::Set(PROVINCE))
        => "notice-ec" "/qrCode/fiscalCode" None;
    a_notice_that_leads_elsewhere: Ask::Demand, demand("qrCode/noticeNumber", Edit::Set("303000000000000131"))
        => "notice-code" "/qrCode/noticeNumber" None;
    wrong_check_digits: Ask::Demand, demand("qrCode/noticeNumber", Edit::Set("302000000000000185"))
        => "check-digits" "/qrCode/noticeNumber" None;
    a_bank_account_for_a_postal_slip: POSTAL, answers::get_v2()
        => "postal-account" "/data/transferList/transfer[1]/IBAN" None;
    an_alternative_account_here_and_there: PAGOPA, alternative(POSTAL_IBAN)
        => "iban-appoggio" "/data/transferList" None;
    an_alternative_account_that_is_not_registered: V2, alternative("IT60X0542811101000000123456")
        => "unknown-iban" "/data/transferList/transfer[1]/metadata" WRONG;
    an_amount_that_may_be_exceeded: Ask::Verify,
        verify("paymentList/paymentOptionDescription/options", Edit::Set("GT"))
        => "options" "/paymentList/paymentOptionDescription/options" None;
    a_due_date_with_an_offset: V1, v1("data/dueDate", Edit::Set("2027-06-30+02:00"))
        => "due-date-offset" "/data/dueDate" None;
    a_due_date_in_the_far_future: Ask::Verify,
        verify("paymentList/paymentOptionDescription/dueDate", Edit::Set("2099-12-31"))
        => "due-date-far" "/paymentList/paymentOptionDescription/dueDate" None;
    a_name_of_blanks: V2, v2("data/transferList/transfer/companyName", Edit::Set(" "))
        => "blank-text" "/data/transferList/transfer[1]/companyName" None;
    a_filler: Ask::Verify, verify("paymentDescription", Edit::Set("NA"))
        => "blank-text" "/paymentDescription" None;
    a_category_of_no_taxonomy: V1, v1("data/transferList/transfer/transferCategory", Edit::Set("0101100IM"))
        => "category" "/data/transferList/transfer[1]/transferCategory" None;
    a_fault_in_the_name_of_another: Ask::Verify,
        edit(&answers::ko("paVerifyPaymentNoticeRes", "PAA_SEMANTICA"), "fault/id", Edit::Set(PROVINCE))
        => "fault-id" "/fault/id" Some("PPT_ERRORE_EMESSO_DA_PAA");
    a_refusal_with_data: Ask::Verify, with_fault(&verify("outcome", Edit::Set("KO")))
        => "ko-with-data" "" Some("PPT_ERRORE_EMESSO_DA_PAA");
}

/// The two answers about one notice.
async fn compared(verified: String, activated: String, what: Ask) -> Vec<String> {
    let verified = ask(Ask::Verify, Reply::xml(verified)).await;
    let activated = ask(what, Reply::xml(activated)).await;
    let found = Node::compare(&verified, &activated);
    assert!(found.iter().all(|finding| finding.rule.severity == Severity::Advice));
    found.iter().map(|finding| format!("{} {}", finding.rule.id, finding.path)).collect()
}

#[tokio::test]
async fn what_the_payer_was_shown_is_compared_with_what_is_paid() {
    let shown = answers::verify;
    assert_eq!(compared(shown(), answers::get_v2(), V2).await, [""; 0]);
    assert_eq!(compared(shown(), v1("data/companyName", Edit::Remove), V1).await, [""; 0]);
    for (element, text, rule) in [
        ("description", "Altro", "description-differs"),
        ("companyName", "Altri", "company-differs"),
        ("dueDate", "2027-07-01", "due-date-differs"),
    ] {
        let path = format!("data/{element}");
        let found = compared(shown(), v2(&path, Edit::Set(text)), V2).await;
        assert_eq!(found, [format!("{rule} /paGetPaymentV2Response/{path}")]);
    }
}

#[tokio::test]
async fn an_amount_that_has_changed_since_is_accepted() {
    let shown = verify("paymentList/paymentOptionDescription/amount", Edit::Set("119.00"));
    assert_eq!(compared(shown, answers::get_v2(), V2).await, [""; 0]);
}

#[tokio::test]
async fn postal_accounts_that_were_promised_are_expected() {
    let shown = || verify("paymentList/paymentOptionDescription/allCCP", Edit::Set("true"));
    let found = compared(shown(), answers::get_v2(), POSTAL).await;
    assert_eq!(found, ["all-ccp-differs /paGetPaymentV2Response/data/transferList"]);
    let postal = answers::get_v2().replace(IBAN, POSTAL_IBAN).replace(PROVINCE_IBAN, POSTAL_IBAN);
    assert_eq!(compared(shown(), postal, POSTAL).await, [""; 0]);
}

#[tokio::test]
async fn what_is_found_is_explained() {
    let exchange = ask(V1, Reply::xml(v1("data/paymentAmount", Edit::Set("120.01")))).await;
    let finding = &exchange.verdict.findings[0];
    assert_eq!(finding.message, "the amount is 120.01 euro, the transfers sum to 120.00 euro");
    assert!(finding.rule.explanation.contains("to the cent"));
    assert_eq!(exchange.asked.ec, EC);
    let exchange = ask(V1, Reply::xml(v1("data/debtor/country", Edit::Set("ITA")))).await;
    let message = &exchange.verdict.findings[0].message;
    assert!(message.contains("[A-Z]{2,2}") && !message.contains("ITA"), "{message}");
}
