//! What a verification and a demand say of a notice.

use jiff::civil;

use super::rules::{
    BLANK, CHECK_DIGITS, DUE_DATE_FAR, DUE_DATE_OFFSET, EC_OF_ANSWER, MANDATORY, NOTICE_CODE, NOTICE_EC,
    OPTIONS,
};
use super::transport::code;
use super::{Asked, Expectations, Finding};
use crate::domain::notice_number::NoticeNumber;
use crate::wire::Date;
use crate::wire::common::{AmountOption, NoticeCode};
use crate::wire::pa_for_node::{DemandAnswer, NoticeAnswer, PaymentOption, PaymentOptionList};

/// From this day on a due date is a placeholder.
const PLACEHOLDER: civil::Date = civil::date(2099, 12, 31);

/// What both answers say of a notice.
struct Shown<'a> {
    root: &'static str,
    list: Option<&'a PaymentOptionList>,
    description: Option<&'a str>,
    ec: Option<&'a str>,
    company: Option<&'a str>,
    office: Option<&'a str>,
}

pub(super) fn verified(asked: &Asked, answer: &NoticeAnswer, found: &mut Vec<Finding>) {
    let shown = Shown {
        root: asked.operation.response_root().local,
        list: answer.payment_list.as_ref(),
        description: answer.payment_description.as_ref().map(|text| text.as_str()),
        ec: answer.fiscal_code_pa.as_ref().map(|code| code.as_str()),
        company: answer.company_name.as_ref().map(|text| text.as_str()),
        office: answer.office_name.as_ref().map(|text| text.as_str()),
    };
    shown.check(asked, found);
}

pub(super) fn issued(asked: &Asked, answer: &DemandAnswer, known: &Expectations, found: &mut Vec<Finding>) {
    let shown = Shown {
        root: asked.operation.response_root().local,
        list: answer.payment_list.as_ref(),
        description: answer.payment_description.as_ref().map(|text| text.as_str()),
        ec: answer.fiscal_code_pa.as_ref().map(|code| code.as_str()),
        company: answer.company_name.as_ref().map(|text| text.as_str()),
        office: answer.office_name.as_ref().map(|text| text.as_str()),
    };
    let path = format!("/{}/qrCode", shown.root);
    match &answer.qr_code {
        None => found.push(absent(&path)),
        Some(qr_code) => new_notice(asked, qr_code, known, &path, found),
    }
    shown.check(asked, found);
}

fn new_notice(
    asked: &Asked,
    qr_code: &NoticeCode,
    known: &Expectations,
    path: &str,
    found: &mut Vec<Finding>,
) {
    if qr_code.fiscal_code.as_str() != asked.ec {
        let said = "the notice is one of another institution";
        found.push(Finding::new(&NOTICE_EC, format!("{path}/fiscalCode"), said));
    }
    let Ok(number) = NoticeNumber::new(qr_code.notice_number.as_str()) else { return };
    let path = format!("{path}/noticeNumber");
    if known.codes.as_ref().is_some_and(|codes| !codes.contains(&code(&number))) {
        let said = "the code in the number is not registered for the station";
        found.push(Finding::new(&NOTICE_CODE, path.clone(), said));
    }
    if let Err(error) = number.verify_check_digits() {
        found.push(Finding::new(&CHECK_DIGITS, path, error.to_string()));
    }
}

impl Shown<'_> {
    fn check(&self, asked: &Asked, found: &mut Vec<Finding>) {
        let root = self.root;
        match self.list {
            None => found.push(absent(&format!("/{root}/paymentList"))),
            Some(list) => {
                let path = format!("/{root}/paymentList/paymentOptionDescription");
                option(&list.payment_option_description, &path, found);
            }
        }
        for (name, text) in [("paymentDescription", self.description), ("companyName", self.company)] {
            match text {
                None => found.push(absent(&format!("/{root}/{name}"))),
                Some(text) => blank(text, &format!("/{root}/{name}"), found),
            }
        }
        match self.ec {
            None => found.push(absent(&format!("/{root}/fiscalCodePA"))),
            Some(ec) if ec != asked.ec => {
                let said = "the institution is not the one that was asked";
                found.push(Finding::new(&EC_OF_ANSWER, format!("/{root}/fiscalCodePA"), said));
            }
            Some(_) => {}
        }
        if let Some(office) = self.office {
            blank(office, &format!("/{root}/officeName"), found);
        }
    }
}

fn option(option: &PaymentOption, path: &str, found: &mut Vec<Finding>) {
    if option.options != AmountOption::Eq {
        found.push(Finding::new(&OPTIONS, format!("{path}/options"), "the amount is not said to be exact"));
    }
    if let Some(due) = option.due_date {
        due_date(due, &format!("{path}/dueDate"), found);
    }
    if let Some(text) = &option.detail_description {
        blank(text.as_str(), &format!("{path}/detailDescription"), found);
    }
}

pub(super) fn absent(path: &str) -> Finding {
    Finding::new(&MANDATORY, path, "an OK does not say it")
}

pub(super) fn due_date(due: Date, path: &str, found: &mut Vec<Finding>) {
    if due.offset().is_some() {
        found.push(Finding::new(&DUE_DATE_OFFSET, path, "the day carries an offset"));
    }
    if due.day() >= PLACEHOLDER {
        found.push(Finding::new(&DUE_DATE_FAR, path, "the day is a placeholder"));
    }
}

/// Texts that say nothing.
pub(super) fn blank(text: &str, path: &str, found: &mut Vec<Finding>) {
    if text.trim().is_empty() || text.trim() == "NA" {
        found.push(Finding::new(&BLANK, path, "the text says nothing"));
    }
}
