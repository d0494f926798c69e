//! What a creditor writes: bodies of creations and updates, in the words of either version.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::reference::{Choice, Notice, Position};
use crate::steps::{Account, BASES, Debtor, Edit, Minute, Payees, Sketch, Version};
use crate::support::api::{NEW_IBAN, OTHER_EC, iuv};
use crate::support::samples;

#[derive(Clone, Debug, Default)]
pub struct Form {
    pub options: Vec<OptionForm>,
}

#[derive(Clone, Debug)]
pub struct OptionForm {
    pub plan: bool,
    pub validity: Option<Minute>,
    pub expires: bool,
    pub debtor: Debtor,
    pub notices: Vec<NoticeForm>,
}

#[derive(Clone, Debug)]
pub struct NoticeForm {
    pub base: u8,
    pub due: Minute,
    pub shares: Vec<Share>,
}

/// What one beneficiary gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub own: bool,
    pub cents: i64,
    pub account: Account,
}

/// The moment of a minute of the model.
pub fn moment(minute: Minute) -> Timestamp {
    samples::now() + minute.minutes()
}

fn shares(payees: Payees) -> Vec<Share> {
    let share = |own| Share { own, cents: 5_000, account: Account::Old };
    match payees {
        Payees::Own => vec![share(true)],
        Payees::Other => vec![share(false)],
        Payees::OtherAndOwn => vec![share(false), share(true)],
    }
}

impl Form {
    /// Options that somebody makes up, with the notices that follow each other from that one.
    pub fn sketched(first: u8, options: &[Sketch], now: Minute) -> Form {
        let mut base = first;
        let mut notice = |sketch: &Sketch| {
            let form = NoticeForm { base, due: now + sketch.due_in, shares: shares(sketch.payees) };
            base = (base + 1) % BASES;
            form
        };
        let option = |sketch: &Sketch| OptionForm {
            plan: sketch.plan,
            validity: sketch.validity_in.map(|minutes| now + minutes),
            expires: sketch.expires,
            debtor: sketch.debtor,
            notices: (0..sketch.notices).map(|_| notice(sketch)).collect(),
        };
        Form { options: options.iter().map(option).collect() }
    }

    /// The position as its creditor knows it, without the cost of notification; what is paid may have it.
    fn of(position: &Position, gross: bool) -> Form {
        let shares = |one: &Notice| if gross && one.paid { one.shares.clone() } else { one.net() };
        let option = |option: &Choice| OptionForm {
            plan: option.plan,
            validity: option.validity,
            expires: option.expires,
            debtor: option.debtor,
            notices: option
                .notices
                .iter()
                .map(|notice| NoticeForm { base: notice.base, due: notice.due, shares: shares(notice) })
                .collect(),
        };
        Form { options: position.options.iter().map(option).collect() }
    }

    /// What the creditor sends who changes that in the position, or in one that is not there.
    pub fn edited(position: Option<&Position>, edit: &Edit, now: Minute) -> Form {
        let gross = matches!(edit, Edit::Gross);
        let mut form = position.map(|position| Form::of(position, gross)).unwrap_or_default();
        match edit {
            Edit::Nothing | Edit::Gross => {}
            Edit::Validity { of_all, ends_in } => form.terms(*of_all, |option| {
                option.validity = ends_in.map(|minutes| now + minutes);
            }),
            Edit::Due { nth, due_in } => form.nth(*nth, |notice| notice.due = now + due_in),
            Edit::Amount { nth, cents } => form.nth(*nth, |notice| {
                notice.shares.iter_mut().take(1).for_each(|share| share.cents = *cents);
            }),
            Edit::Payee { nth } => form.nth(*nth, |notice| {
                notice.shares.iter_mut().take(1).for_each(|share| {
                    share.own = !share.own;
                    share.account = Account::Old;
                });
            }),
            Edit::Drop { nth } => {
                let bases: Vec<u8> = form.bases().collect();
                let gone = bases.get(usize::from(*nth) % bases.len().max(1)).copied();
                for option in &mut form.options {
                    option.notices.retain(|notice| Some(notice.base) != gone);
                }
                form.options.retain(|option| !option.notices.is_empty());
            }
            Edit::Add { base, own_option } => form.add(*base, *own_option, now),
            Edit::Expiry { of_all } => form.terms(*of_all, |option| option.expires = !option.expires),
            Edit::Debtor => form.terms(true, |option| {
                option.debtor = if option.debtor == Debtor::Maria { Debtor::Company } else { Debtor::Maria };
            }),
            Edit::Reverse => {
                form.options.reverse();
                form.options.iter_mut().for_each(|option| option.notices.reverse());
            }
            Edit::Merge => form.merge(),
            Edit::Split => form.split(),
            Edit::Shape => form.terms(true, |option| option.plan = !option.plan),
            Edit::Anew { first, options } => form = Form::sketched(*first, options, now),
        }
        form
    }

    fn terms(&mut self, of_all: bool, change: impl Fn(&mut OptionForm)) {
        let many = if of_all { self.options.len() } else { 1 };
        self.options.iter_mut().take(many).for_each(change);
    }

    fn nth(&mut self, nth: u8, change: impl Fn(&mut NoticeForm)) {
        let many = self.bases().count().max(1);
        let mut notices = self.options.iter_mut().flat_map(|option| &mut option.notices);
        if let Some(notice) = notices.nth(usize::from(nth) % many) {
            change(notice);
        }
    }

    fn add(&mut self, base: u8, own_option: bool, now: Minute) {
        let notice = NoticeForm { base, due: now + 60, shares: shares(Payees::Own) };
        match self.options.first_mut() {
            Some(first) if !own_option => first.notices.insert(0, notice),
            Some(first) => {
                let option = OptionForm { plan: false, notices: vec![notice], ..first.clone() };
                self.options.insert(0, option);
            }
            None => {}
        }
    }

    fn merge(&mut self) {
        let notices: Vec<NoticeForm> =
            self.options.drain(1.min(self.options.len())..).fold(Vec::new(), |mut notices, option| {
                notices.extend(option.notices);
                notices
            });
        if let Some(first) = self.options.first_mut() {
            first.plan = true;
            first.notices.extend(notices);
        }
    }

    fn split(&mut self) {
        let Some(first) = self.options.first_mut() else { return };
        if first.notices.len() > 1
            && let Some(last) = first.notices.pop()
        {
            let option = OptionForm { plan: false, notices: vec![last], ..first.clone() };
            self.options.push(option);
        }
    }

    pub fn bases(&self) -> impl Iterator<Item = u8> {
        self.options.iter().flat_map(|option| &option.notices).map(|notice| notice.base)
    }

    /// What a version of the contract makes of it. The first says the terms once, puts all instalments into one
    /// plan, and takes each whole payment for an option.
    pub fn as_sent(&self, api: Version) -> Form {
        let Some(first) = self.options.first().filter(|_| api == Version::V1) else { return self.clone() };
        let mut options: Vec<OptionForm> = Vec::new();
        for option in &self.options {
            for notice in &option.notices {
                let plan = options.iter_mut().find(|other| other.plan && option.plan);
                match plan {
                    Some(plan) => plan.notices.push(notice.clone()),
                    None => options.push(OptionForm {
                        plan: option.plan,
                        notices: vec![notice.clone()],
                        ..first.clone()
                    }),
                }
            }
        }
        Form { options }
    }

    /// The body, in the words of that version.
    pub fn body(&self, slot: u8, api: Version) -> Value {
        let mut body = json!({ "iupd": iupd(slot), "companyName": "Comune di Borgo" });
        let Some(first) = self.options.first().filter(|_| api == Version::V1) else {
            let options: Vec<Value> = self.options.iter().map(option).collect();
            body["paymentOption"] = json!(options);
            if api == Version::V1 {
                merge_into(&mut body, debtor(Debtor::Maria));
                body["switchToExpired"] = json!(true);
            }
            return body;
        };
        merge_into(&mut body, debtor(first.debtor));
        body["switchToExpired"] = json!(first.expires);
        body["validityDate"] = json!(first.validity.map(|minute| moment(minute).to_string()));
        let rows = self.options.iter().flat_map(|option| {
            option.notices.iter().map(|one| {
                let mut row = notice(one);
                row["isPartialPayment"] = json!(option.plan);
                row
            })
        });
        body["paymentOption"] = rows.collect();
        body
    }
}

pub fn iupd(slot: u8) -> String {
    format!("p{slot}")
}

pub fn account(account: Account) -> &'static str {
    match account {
        Account::Old => samples::IBAN,
        Account::New => NEW_IBAN,
    }
}

fn merge_into(body: &mut Value, fields: Value) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
}

fn debtor(debtor: Debtor) -> Value {
    match debtor {
        Debtor::Maria => json!({ "type": "F", "fiscalCode": "RSSMRA80A01H501U", "fullName": "Maria Rossi" }),
        Debtor::Company => json!({ "type": "G", "fiscalCode": "12345678903", "fullName": "Mensa srl" }),
    }
}

fn option(form: &OptionForm) -> Value {
    let installments: Vec<Value> = form.notices.iter().map(notice).collect();
    json!({
        "switchToExpired": form.expires, "debtor": debtor(form.debtor), "installments": installments,
        "validityDate": form.validity.map(|minute| moment(minute).to_string()),
    })
}

fn notice(form: &NoticeForm) -> Value {
    let transfer = |(id, share): (usize, &Share)| {
        json!({
            "idTransfer": (id + 1).to_string(), "amount": share.cents, "remittanceInformation": "Mensa",
            "category": "9/0101002IM/", "iban": account(share.account),
            "organizationFiscalCode": if share.own { samples::EC } else { OTHER_EC },
        })
    };
    let transfers: Vec<Value> = form.shares.iter().enumerate().map(transfer).collect();
    let amount: i64 = form.shares.iter().map(|share| share.cents).sum();
    json!({
        "iuv": iuv("02", u64::from(form.base)), "amount": amount, "description": "Mensa scolastica",
        "dueDate": moment(form.due).to_string(), "transfer": transfers,
    })
}
