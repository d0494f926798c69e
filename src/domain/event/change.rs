//! What a change of a position is told as: the difference between what it was and what it is.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::{Notice, Position};
use crate::domain::status::{Status, status};

use super::{
    Codes, Event, Feed, NoticeFacts, OptionChange, OptionFacts, PositionChange, PositionFacts, Subject, Told,
};

/// The events of a change of a position: none before it was created, none after it was deleted. Whatever
/// counts as a version is told by at least one event.
pub fn of_change(before: Option<&Position>, after: Option<&Position>, at: Timestamp) -> Vec<Event> {
    match (before, after) {
        (None, None) => Vec::new(),
        (None, Some(created)) => {
            let notices = created.notices().map(facts).collect();
            vec![of_position(created, PositionChange::Created, notices, at)]
        }
        (Some(deleted), None) => vec![of_position(deleted, PositionChange::Deleted, Vec::new(), at)],
        (Some(before), Some(after)) => between(before, after, at),
    }
}

/// The events of a receipt that settles a notice of a position, of which only what is `beside` the notice is
/// known: that the notice is paid, and what the position has become by it.
pub fn beside(paid: OptionFacts, feed: Feed, status: Option<Status>, at: Timestamp) -> Vec<Event> {
    let change = match status {
        Some(Status::Paid) => Some(PositionChange::Paid),
        Some(Status::PartiallyPaid) => Some(PositionChange::PartiallyPaid),
        _ => None,
    };
    let codes = Codes::of([&paid.notice.number]);
    let position = |told| Event {
        feed: feed.clone(),
        at,
        subject: Subject::Position(paid.iupd.clone()),
        codes: codes.clone(),
        told,
    };
    let become_of = change.zip(status).map(|(change, status)| {
        let (iupd, version) = (paid.iupd.clone(), paid.version);
        position(Told::Position(change, PositionFacts { iupd, version, status, notices: Vec::new() }))
    });
    let mut events = vec![position(Told::Option(OptionChange::Paid, paid.clone()))];
    events.extend(become_of);
    events
}

fn between(before: &Position, after: &Position, at: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let publication = publication(before, after);
    if contents(before, publication) != contents(after, publication) {
        events.push(of_position(after, PositionChange::Updated, changed(before, after), at));
    }
    let old: HashMap<&NoticeNumber, &Notice> = by_number(before);
    let new: HashMap<&NoticeNumber, &Notice> = by_number(after);
    let removed = before.notices().filter(|notice| !new.contains_key(&notice.number));
    events.extend(removed.map(|notice| of_option(after, notice, OptionChange::Removed, at)));
    let added = after.notices().filter(|notice| !old.contains_key(&notice.number));
    events.extend(added.map(|notice| of_option(after, notice, OptionChange::Added, at)));
    events.extend(publication.map(|change| of_position(after, change, Vec::new(), at)));
    for notice in after.notices() {
        let known = old.get(&notice.number);
        if notice.payment.is_some() && known.is_none_or(|known| known.payment.is_none()) {
            events.push(of_option(after, notice, OptionChange::Paid, at));
        }
        if reported(notice) > known.map_or(0, |known| reported(known)) {
            events.push(of_option(after, notice, OptionChange::Reported, at));
        }
    }
    events.extend(settlement(before, after, at).map(|change| of_position(after, change, Vec::new(), at)));
    if events.is_empty() && before.history.version != after.history.version {
        events.push(of_position(after, PositionChange::Updated, Vec::new(), at));
    }
    events
}

fn by_number(position: &Position) -> HashMap<&NoticeNumber, &Notice> {
    position.notices().map(|notice| (&notice.number, notice)).collect()
}

fn publication(before: &Position, after: &Position) -> Option<PositionChange> {
    let (was, is) = (&before.history, &after.history);
    match (was.invalidated_at, is.invalidated_at) {
        (None, Some(_)) => return Some(PositionChange::Invalidated),
        (Some(_), None) => return Some(PositionChange::Restored),
        (None, None) | (Some(_), Some(_)) => {}
    }
    match (was.published_at, is.published_at) {
        (None, Some(_)) => Some(PositionChange::Published),
        (Some(_), None) => Some(PositionChange::Withdrawn),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn settlement(before: &Position, after: &Position, at: Timestamp) -> Option<PositionChange> {
    let (was, is) = (status(before, at), status(after, at));
    match is {
        _ if was == is => None,
        Status::PartiallyPaid => Some(PositionChange::PartiallyPaid),
        Status::Paid => Some(PositionChange::Paid),
        Status::Reported => Some(PositionChange::Reported),
        Status::Draft | Status::Published | Status::Valid | Status::Invalid | Status::Expired => None,
    }
}

/// What the creditor wrote, without what happened to it since.
fn contents(position: &Position, publication: Option<PositionChange>) -> Position {
    let mut contents = position.clone();
    contents.history.version = 0;
    contents.history.updated_at = contents.history.created_at;
    contents.history.published_at = None;
    contents.history.invalidated_at = None;
    for option in &mut contents.options {
        // Publication fixes the date from which it can be paid.
        if publication == Some(PositionChange::Published) {
            option.valid_from = None;
        }
        for notice in &mut option.notices {
            notice.payment = None;
            notice.activated_at = None;
            notice.transfers.iter_mut().for_each(|transfer| transfer.reported_at = None);
        }
    }
    contents
}

fn reported(notice: &Notice) -> usize {
    notice.transfers.iter().filter(|transfer| transfer.reported_at.is_some()).count()
}

/// The notices that differ in what is told of them.
fn changed(before: &Position, after: &Position) -> Vec<NoticeFacts> {
    let old = by_number(before);
    let differs = |notice: &&Notice| old.get(&notice.number).map(|old| facts(old)) != Some(facts(notice));
    after.notices().filter(differs).map(facts).collect()
}

fn facts(notice: &Notice) -> NoticeFacts {
    NoticeFacts {
        number: notice.number,
        iuv: notice.iuv.clone(),
        amount: notice.amount,
        due: Some(notice.due),
    }
}

fn of_position(
    position: &Position,
    change: PositionChange,
    notices: Vec<NoticeFacts>,
    at: Timestamp,
) -> Event {
    let told = PositionFacts {
        iupd: position.iupd.clone(),
        version: position.history.version,
        status: status(position, at),
        notices,
    };
    Event {
        feed: Feed::Institution(position.ec.clone()),
        at,
        subject: Subject::Position(position.iupd.clone()),
        codes: Codes::of(position.notices().map(|notice| &notice.number)),
        told: Told::Position(change, told),
    }
}

fn of_option(position: &Position, notice: &Notice, change: OptionChange, at: Timestamp) -> Event {
    let payment = notice.payment.as_ref();
    let told = OptionFacts {
        iupd: position.iupd.clone(),
        version: position.history.version,
        notice: facts(notice),
        receipt: payment
            .and_then(|payment| payment.proof.receipt())
            .map(|receipt| receipt.as_str().to_owned()),
        paid_at: payment.map(|payment| payment.paid_at),
        reported: reported(notice),
    };
    Event {
        feed: Feed::Institution(position.ec.clone()),
        at,
        subject: Subject::Position(position.iupd.clone()),
        codes: Codes::of([&notice.number]),
        told: Told::Option(change, told),
    }
}
