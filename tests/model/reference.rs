//! The model: plain data, and what the contract says happens to it. It calls nothing of the product.

use std::collections::BTreeMap;

use crate::form::{Form, OptionForm, Share};
use crate::steps::{Account, Debtor, Minute, Tag, Version};

/// How long a request for payment holds a position.
pub const HOLD: Minute = 30;

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: Minute,
    pub positions: BTreeMap<u8, Position>,
    pub receipts: Vec<Receipt>,
}

#[derive(Clone, Debug)]
pub struct Position {
    pub version: i64,
    pub published: bool,
    pub cancelled: bool,
    pub options: Vec<Choice>,
}

/// One way to pay.
#[derive(Clone, Debug)]
pub struct Choice {
    pub plan: bool,
    pub validity: Option<Minute>,
    pub expires: bool,
    pub debtor: Debtor,
    pub notices: Vec<Notice>,
}

#[derive(Clone, Debug)]
pub struct Notice {
    pub base: u8,
    pub due: Minute,
    pub fee: i64,
    /// The fee is in the creditor's first.
    pub shares: Vec<Share>,
    pub reported: Vec<bool>,
    pub asked: Option<Minute>,
    pub paid: bool,
}

#[derive(Clone, Debug)]
pub struct Receipt {
    pub base: u8,
    pub amount: i64,
    pub paid_at: Minute,
    pub received: Minute,
    pub class: &'static str,
}

/// What is asked of the API: a step, with the bodies and amounts that it has at that moment.
#[derive(Clone, Debug)]
pub enum Request {
    Create { api: Version, slot: u8, form: Form, publish: bool },
    Publish { api: Version, slot: u8 },
    Update { api: Version, slot: u8, form: Form, publish: Option<bool>, tag: Tag },
    Invalidate { api: Version, slot: u8 },
    Delete { api: Version, slot: u8 },
    Pay { receipt: Receipt },
    Redeliver { nth: usize },
    PaidElsewhere { base: u8 },
    Report { base: u8, transfer: u8, by_iuv: bool },
    Activate { base: u8 },
    Fee { base: u8, cents: i64, by_iuv: bool },
    Accounts { to: Account, limit: usize },
    Wait { minutes: Minute },
}

/// What comes of it: an HTTP status and the code of the problem, or the class of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome(pub u16, pub String);

pub type Answer = Result<Outcome, Outcome>;

pub fn ok(status: u16) -> Answer {
    Ok(Outcome(status, String::new()))
}

pub fn no<T>(status: u16, code: &str) -> Result<T, Outcome> {
    Err(Outcome(status, code.to_owned()))
}

impl Notice {
    pub fn amount(&self) -> i64 {
        self.shares.iter().map(|share| share.cents).sum()
    }

    pub fn held(&self, now: Minute) -> bool {
        !self.paid && self.asked.is_some_and(|asked| asked + HOLD > now)
    }

    /// As the creditor wrote it, without what was added for its notification.
    pub fn net(&self) -> Vec<Share> {
        let mut shares = self.shares.clone();
        if let Some(share) = shares.iter_mut().find(|share| share.own) {
            share.cents -= self.fee;
        }
        shares
    }

    fn set_fee(&mut self, cents: i64) -> Result<(), ()> {
        let known = self.fee;
        let share = self.shares.iter_mut().find(|share| share.own).ok_or(())?;
        share.cents += cents - known;
        self.fee = cents;
        Ok(())
    }

    pub fn status(&self) -> &'static str {
        match (self.paid, self.reported.iter().filter(|reported| **reported).count()) {
            (false, _) => "UNPAID",
            (true, 0) => "PAID",
            (true, n) if n < self.reported.len() => "PARTIALLY_REPORTED",
            (true, _) => "REPORTED",
        }
    }
}

impl Position {
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.options.iter().flat_map(|option| &option.notices)
    }

    fn notices_mut(&mut self) -> impl Iterator<Item = &mut Notice> {
        self.options.iter_mut().flat_map(|option| &mut option.notices)
    }

    fn notice(&self, base: u8) -> Option<&Notice> {
        self.notices().find(|notice| notice.base == base)
    }

    fn choice_of(&self, base: u8) -> Option<&Choice> {
        self.options.iter().find(|option| option.has(base))
    }

    /// Whether another option than that of the notice is paid, wholly or partly.
    pub fn rival_paid(&self, base: u8) -> bool {
        self.options.iter().any(|option| !option.has(base) && option.notices.iter().any(|one| one.paid))
    }

    pub fn offered(&self) -> bool {
        self.published && !self.cancelled
    }

    pub fn held(&self, now: Minute) -> bool {
        self.notices().any(|notice| notice.held(now))
    }

    fn valid_from(&self) -> Option<Minute> {
        self.options.iter().filter_map(|option| option.validity).min()
    }

    /// Whether the first version can show it.
    pub fn flat(&self) -> bool {
        let terms = |option: &Choice| (option.validity, option.expires, option.debtor);
        let plans = self.options.iter().filter(|option| option.plan).count();
        plans <= 1 && self.options.iter().all(|option| terms(option) == terms(&self.options[0]))
    }

    pub fn status(&self, now: Minute) -> &'static str {
        let is_paid = |option: &Choice| option.notices.iter().all(|one| one.paid);
        let is_reported =
            |option: &Choice| option.notices.iter().all(|one| one.paid && !one.reported.contains(&false));
        let is_late = |option: &Choice| option.expires && option.notices.iter().all(|one| one.due < now);
        if self.options.iter().any(is_reported) {
            "REPORTED"
        } else if self.options.iter().any(is_paid) {
            "PAID"
        } else if self.notices().any(|one| one.paid) {
            "PARTIALLY_PAID"
        } else if self.cancelled {
            "INVALID"
        } else if !self.published {
            "DRAFT"
        } else if self.valid_from().is_some_and(|from| now < from) {
            "PUBLISHED"
        } else if self.options.iter().all(is_late) {
            "EXPIRED"
        } else {
            "VALID"
        }
    }

    /// What the node is told of a notice.
    pub fn verdict(&self, base: u8, now: Minute) -> &'static str {
        let (Some(option), Some(notice)) = (self.choice_of(base), self.notice(base)) else {
            return "Unknown";
        };
        if notice.paid {
            "Paid"
        } else if self.rival_paid(base) {
            "PaidByAnotherOption"
        } else if self.cancelled {
            "Cancelled"
        } else if !self.published {
            "NotPublished"
        } else if option.validity.is_none_or(|from| from > now) {
            "NotYetValid"
        } else if option.expires && notice.due < now {
            "Expired"
        } else {
            "Payable"
        }
    }

    fn changed(&mut self) {
        self.version += 1;
    }
}

impl Choice {
    fn has(&self, base: u8) -> bool {
        self.notices.iter().any(|notice| notice.base == base)
    }

    fn paid(&self) -> Vec<u8> {
        let mut paid: Vec<u8> = self.notices.iter().filter(|one| one.paid).map(|one| one.base).collect();
        paid.sort_unstable();
        paid
    }
}

impl Model {
    /// Does what is asked and says what comes of it; a refusal changes nothing.
    pub fn apply(&mut self, request: &Request) -> Answer {
        match request {
            Request::Create { api, slot, form, publish } => self.create(*api, *slot, form, *publish),
            Request::Publish { api, slot } => self.publish(*api, *slot),
            Request::Update { api, slot, form, publish, tag } => {
                let updated = self.updated(*api, *slot, form, (*publish, *tag))?;
                self.put(*slot, updated);
                ok(200)
            }
            Request::Invalidate { api, slot } => self.invalidate(*api, *slot),
            Request::Delete { slot, .. } => self.delete(*slot),
            Request::Pay { receipt } => self.pay(receipt),
            Request::Redeliver { nth } => match self.receipts.get(*nth) {
                Some(receipt) => Ok(Outcome(0, format!("{} AlreadyBooked", receipt.class))),
                None => ok(0),
            },
            Request::PaidElsewhere { base } => self.paid_elsewhere(*base),
            Request::Report { base, transfer, .. } => self.report(*base, *transfer),
            Request::Activate { base } => self.activate(*base),
            Request::Fee { base, cents, .. } => self.charge(*base, *cents),
            Request::Accounts { to, limit } => self.accounts(*to, *limit),
            Request::Wait { minutes } => {
                self.now += minutes;
                ok(0)
            }
        }
    }

    pub fn of_notice(&self, base: u8) -> Option<&Position> {
        self.positions.values().find(|position| position.notice(base).is_some())
    }

    fn of_notice_mut(&mut self, base: u8) -> Result<&mut Position, Outcome> {
        let found = self.positions.values_mut().find(|position| position.notice(base).is_some());
        found.ok_or(Outcome(404, "unknown_notice".to_owned()))
    }

    fn named(&mut self, slot: u8) -> Result<&mut Position, Outcome> {
        self.positions.get_mut(&slot).ok_or(Outcome(404, "unknown_position".to_owned()))
    }

    /// The position, if this version of the API can work with it.
    fn shown(&mut self, api: Version, slot: u8) -> Result<&mut Position, Outcome> {
        let position = self.named(slot)?;
        if api == Version::V1 && !position.flat() { no(422, "not_expressible") } else { Ok(position) }
    }

    fn create(&mut self, api: Version, slot: u8, form: &Form, publish: bool) -> Answer {
        let form = form.as_sent(api);
        self.judge(api, &form, None)?;
        if self.positions.contains_key(&slot) {
            return no(409, "iupd_taken");
        }
        if form.bases().any(|base| self.of_notice(base).is_some()) {
            return no(409, "notice_taken");
        }
        let mut options: Vec<Choice> = form.options.iter().map(|option| choice(api, option, None)).collect();
        if publish {
            for option in &mut options {
                option.validity.get_or_insert(self.now);
            }
        }
        self.put(slot, Position { version: 1, published: publish, cancelled: false, options });
        ok(201)
    }

    /// What is wrong with a body, as the rules of creation and update have it.
    fn judge(&self, api: Version, form: &Form, stored: Option<&Position>) -> Result<(), Outcome> {
        let mut invalid = form.options.is_empty();
        let offered = stored.filter(|stored| stored.offered());
        for option in &form.options {
            let bases: Vec<u8> = option.notices.iter().map(|notice| notice.base).collect();
            let before = offered
                .and_then(|stored| stored.options.iter().find(|one| bases.iter().any(|base| one.has(*base))));
            let already = match api {
                Version::V1 => offered.and_then(Position::valid_from),
                Version::V3 => before.and_then(|before| before.validity),
            };
            invalid |= option.validity.is_some_and(|from| from <= self.now && already != Some(from));
            for notice in &option.notices {
                let known = stored.and_then(|stored| stored.notice(notice.base));
                if known.is_some_and(|known| known.paid) {
                    continue;
                }
                let agreed = offered.is_some() && known.is_some_and(|known| known.due == notice.due);
                invalid |= notice.due < self.now && !agreed;
                invalid |= option.validity.is_some_and(|from| notice.due < from);
            }
        }
        let mut bases: Vec<u8> = form.bases().collect();
        bases.sort_unstable();
        let twice = bases.windows(2).any(|pair| pair[0] == pair[1]);
        match (invalid, twice, api) {
            (true, _, _) | (false, true, Version::V3) => no(400, "invalid_position"),
            (false, true, Version::V1) => no(409, "duplicate_notice"),
            (false, false, _) => Ok(()),
        }
    }

    /// What an update makes of a position.
    fn updated(
        &self,
        api: Version,
        slot: u8,
        form: &Form,
        (publish, tag): (Option<bool>, Tag),
    ) -> Result<Position, Outcome> {
        let mut copy = self.clone();
        if copy.named(slot).is_ok() && tag == Tag::Stale {
            return no(412, "stale_version");
        }
        let stored = copy.shown(api, slot)?.clone();
        let form = form.as_sent(api);
        self.judge(api, &form, Some(&stored))?;
        if ["PAID", "REPORTED"].contains(&stored.status(self.now)) {
            return no(409, "not_updatable");
        }
        if stored.held(self.now) {
            return no(409, "payment_in_progress");
        }
        let mut new = Position {
            options: form.options.iter().map(|option| choice(api, option, Some(&stored))).collect(),
            ..stored.clone()
        };
        if !keeps_what_is_paid(&stored, &new) {
            return no(409, "paid_option_changed");
        }
        let mut misfit = false;
        for notice in new.notices_mut() {
            let Some(before) = stored.notice(notice.base) else { continue };
            if before.paid {
                *notice = before.clone();
            } else {
                notice.asked = before.asked;
                misfit |= before.fee > 0 && notice.set_fee(before.fee).is_err();
            }
        }
        if misfit {
            return no(422, "notification_fee_misfit");
        }
        let taken =
            |base: u8| self.positions.iter().any(|(other, p)| *other != slot && p.notice(base).is_some());
        if form.bases().any(taken) {
            return no(409, "notice_taken");
        }
        new.published = publish.unwrap_or(stored.offered());
        new.cancelled = false;
        if new.published {
            let begun = stored.valid_from().filter(|from| stored.offered() && *from <= self.now);
            for option in &mut new.options {
                option.validity.get_or_insert(begun.unwrap_or(self.now));
            }
        }
        new.changed();
        Ok(new)
    }

    /// Writes a position; what is new in it may have been paid before it was there.
    fn put(&mut self, slot: u8, position: Position) {
        let mut fresh: Vec<u8> = position.notices().filter(|one| !one.paid).map(|one| one.base).collect();
        fresh.retain(|base| self.of_notice(*base).is_none());
        fresh.sort_unstable();
        self.positions.insert(slot, position);
        for base in fresh {
            self.settle_late(base);
        }
    }

    fn settle_late(&mut self, base: u8) {
        let Some(position) = self.positions.values_mut().find(|position| position.notice(base).is_some())
        else {
            return;
        };
        let rival = position.rival_paid(base);
        let mut settled = false;
        for receipt in self.receipts.iter_mut().filter(|receipt| receipt.base == base) {
            let Some(notice) = position.notices_mut().find(|one| one.base == base) else { return };
            receipt.class = match (settled, rival) {
                (true, _) => "over_payment",
                (false, true) => "sibling_conflict",
                (false, false) if receipt.amount == notice.amount() => "matched",
                (false, false) => "amount_differs",
            };
            notice.paid = true;
            settled = true;
        }
        if settled {
            position.changed();
        }
    }

    fn publish(&mut self, api: Version, slot: u8) -> Answer {
        let now = self.now;
        let position = self.shown(api, slot)?;
        if position.status(now) != "DRAFT" {
            return no(409, "not_publishable");
        }
        if position.notices().any(|notice| notice.due < now) {
            return no(409, "due_date_passed");
        }
        if position.valid_from().is_some_and(|from| from < now) {
            return no(409, "validity_date_passed");
        }
        position.published = true;
        for option in &mut position.options {
            option.validity.get_or_insert(now);
        }
        position.changed();
        ok(200)
    }

    fn invalidate(&mut self, api: Version, slot: u8) -> Answer {
        let now = self.now;
        let position = self.shown(api, slot)?;
        let rest = position.status(now) == "PARTIALLY_PAID" && !position.cancelled;
        if !rest && !["PUBLISHED", "VALID"].contains(&position.status(now)) {
            return no(409, "not_invalidable");
        }
        if position.held(now) {
            return no(409, "payment_in_progress");
        }
        position.cancelled = true;
        position.changed();
        ok(200)
    }

    fn delete(&mut self, slot: u8) -> Answer {
        let now = self.now;
        let position = self.named(slot)?;
        if position.notices().any(|notice| notice.paid) {
            return no(409, "payment_found");
        }
        if position.held(now) {
            return no(409, "payment_in_progress");
        }
        self.positions.remove(&slot);
        ok(200)
    }

    fn pay(&mut self, receipt: &Receipt) -> Answer {
        let found = self.of_notice(receipt.base).map(|position| {
            let notice = position.notice(receipt.base).map_or(0, Notice::amount);
            (position.verdict(receipt.base, receipt.paid_at), notice == receipt.amount)
        });
        let class = match found {
            None => "unknown_notice",
            Some(("Payable", true)) => "matched",
            Some(("Payable", false)) => "amount_differs",
            Some(("Paid", _)) => "over_payment",
            Some(("PaidByAnotherOption", _)) => "sibling_conflict",
            Some(("Cancelled", _)) => "cancelled",
            Some(("Expired", _)) => "expired",
            Some(_) => "not_yet_payable",
        };
        self.receipts.push(Receipt { class, ..receipt.clone() });
        if !["unknown_notice", "over_payment"].contains(&class)
            && let Ok(position) = self.of_notice_mut(receipt.base)
        {
            let notice = position.notices_mut().find(|one| one.base == receipt.base);
            notice.into_iter().for_each(|notice| notice.paid = true);
            position.changed();
        }
        Ok(Outcome(0, format!("{class} New")))
    }

    fn paid_elsewhere(&mut self, base: u8) -> Answer {
        let position = self.of_notice_mut(base)?;
        if position.rival_paid(base) || position.notice(base).is_some_and(|notice| notice.paid) {
            return no(409, "payment_found");
        }
        position.notices_mut().filter(|one| one.base == base).for_each(|notice| notice.paid = true);
        position.changed();
        ok(200)
    }

    fn report(&mut self, base: u8, transfer: u8) -> Answer {
        let position = self.of_notice_mut(base)?;
        let Some(notice) = position.notices_mut().find(|one| one.base == base) else { return ok(0) };
        let paid = notice.paid;
        let Some(reported) = notice.reported.get_mut(usize::from(transfer) - 1) else {
            return no(404, "unknown_transfer");
        };
        if !paid || *reported {
            return no(409, "not_reportable");
        }
        *reported = true;
        position.changed();
        ok(200)
    }

    /// Payment is asked for; nobody is told whether anything is held.
    fn activate(&mut self, base: u8) -> Answer {
        let now = self.now;
        if let Ok(position) = self.of_notice_mut(base)
            && position.offered()
        {
            let notices = position.notices_mut().filter(|one| one.base == base && !one.paid);
            notices.for_each(|notice| notice.asked = Some(now));
        }
        ok(0)
    }

    fn charge(&mut self, base: u8, cents: i64) -> Answer {
        let now = self.now;
        let position = self.of_notice_mut(base)?;
        let Some(notice) = position.notices_mut().find(|one| one.base == base) else { return ok(0) };
        if notice.paid {
            return no(422, "payment_found");
        }
        let known = notice.fee;
        if notice.set_fee(cents).is_err() {
            return no(422, "notification_fee_misfit");
        }
        let held = notice.held(now);
        if known != cents {
            position.changed();
        }
        ok(if held { 209 } else { 200 })
    }

    fn accounts(&mut self, to: Account, limit: usize) -> Answer {
        let now = self.now;
        let changeable = ["DRAFT", "PUBLISHED", "VALID", "PARTIALLY_PAID"];
        let open = |one: &Position| changeable.contains(&one.status(now));
        if !self.positions.values().any(open) {
            return no(404, "nothing_updatable");
        }
        // Those of the first notices, as many as may change.
        let mut first: Vec<(u8, u8)> = Vec::new();
        for (slot, position) in self.positions.iter().filter(|(_, one)| open(one)) {
            for notice in position.notices().filter(|notice| !notice.paid && !notice.held(now)) {
                let shares = notice.shares.iter().filter(|share| share.own && share.account != to);
                first.extend(shares.map(|_| (notice.base, *slot)));
            }
        }
        first.sort_unstable();
        first.truncate(limit);
        let chosen: Vec<u8> = first.into_iter().map(|(_, slot)| slot).collect();
        let positions = self.positions.iter_mut().filter(|(slot, _)| chosen.contains(slot));
        let mut replaced = 0;
        for (_, position) in positions {
            let before = replaced;
            let notices = position.notices_mut().filter(|notice| !notice.paid && !notice.held(now));
            for share in notices.flat_map(|notice| &mut notice.shares) {
                if replaced < limit && share.own && share.account != to {
                    share.account = to;
                    replaced += 1;
                }
            }
            if replaced > before {
                position.changed();
            }
        }
        Ok(Outcome(200, replaced.to_string()))
    }
}

/// A payment option as it is written; in the third version the last instalment of a plan stays one.
fn choice(api: Version, form: &OptionForm, stored: Option<&Position>) -> Choice {
    let was_plan = |base| stored.and_then(|stored| stored.choice_of(base)).is_some_and(|option| option.plan);
    let plan = match api {
        Version::V1 => form.plan,
        Version::V3 => form.notices.len() > 1 || form.notices.iter().any(|notice| was_plan(notice.base)),
    };
    let notices = form.notices.iter().map(|notice| Notice {
        base: notice.base,
        due: notice.due,
        fee: 0,
        shares: notice.shares.clone(),
        reported: vec![false; notice.shares.len()],
        asked: None,
        paid: false,
    });
    Choice {
        plan,
        validity: form.validity,
        expires: form.expires,
        debtor: form.debtor,
        notices: notices.collect(),
    }
}

/// Whether all that is paid is there as it was: its contents, its debtor, its kind of option, and beside the
/// instalments that were paid with it.
fn keeps_what_is_paid(stored: &Position, new: &Position) -> bool {
    stored.options.iter().all(|option| {
        option.notices.iter().filter(|notice| notice.paid).all(|paid| {
            let Some(other) = new.choice_of(paid.base) else { return false };
            let together: Vec<u8> = {
                let is_paid = |base: u8| stored.notice(base).is_some_and(|one| one.paid);
                let mut bases: Vec<u8> = other.notices.iter().map(|one| one.base).collect();
                bases.retain(|base| is_paid(*base));
                bases.sort_unstable();
                bases
            };
            let same = other.notices.iter().any(|one| {
                one.base == paid.base
                    && one.due == paid.due
                    && (one.shares == paid.shares || one.shares == paid.net())
            });
            same && other.plan == option.plan && other.debtor == option.debtor && together == option.paid()
        })
    })
}
