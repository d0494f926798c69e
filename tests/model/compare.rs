//! Holds what the API shows against the model: position by position, notice by notice, list by list.

use serde_json::Value;

use crate::form::{account, iupd, moment};
use crate::reference::{Choice, HOLD, Model, Notice, Position};
use crate::steps::{BASES, Minute, SLOTS, Version};
use crate::support::api::{EC, nav};
use crate::world::{Reply, World, position, positions};

/// What both sides show, a line for each thing; equal where they agree.
type Lines = Vec<String>;

/// The statuses of the first version, and those of the third with the ones that each stands for.
const V1: [&str; 8] =
    ["DRAFT", "PUBLISHED", "VALID", "INVALID", "EXPIRED", "PARTIALLY_PAID", "PAID", "REPORTED"];
const V3: [(&str, &[&str]); 6] = [
    ("DRAFT", &["DRAFT"]),
    ("PUBLISHED", &["PUBLISHED"]),
    ("VALID", &["VALID"]),
    ("UNPAYABLE", &["INVALID", "EXPIRED"]),
    ("PARTIALLY_PAID", &["PARTIALLY_PAID"]),
    ("PAID", &["PAID", "REPORTED"]),
];

/// What can be seen of that position, or of all; says where they differ.
pub async fn shown(world: &World, model: &Model, touched: Option<u8>) -> Result<(), String> {
    for slot in (0..SLOTS).filter(|slot| touched.is_none_or(|touched| touched == *slot)) {
        let of_model = model.positions.get(&slot);
        let read = world.get(&position(Version::V3, slot)).await;
        same(&format!("GET v3 {}", iupd(slot)), &of_v3(&read), &expected_v3(of_model, model.now))?;
        if of_model.is_some() {
            let read = world.get(&position(Version::V1, slot)).await;
            same(&format!("GET v1 {}", iupd(slot)), &of_v1(&read), &expected_v1(of_model, model.now))?;
        }
    }
    let seen = |base: &u8| match (touched.map(|slot| model.positions.get(&slot)), model.of_notice(*base)) {
        (Some(Some(touched)), Some(position)) => std::ptr::eq(touched, position),
        (Some(None), Some(_)) => false,
        (None, _) | (_, None) => true,
    };
    for base in (0..BASES).filter(seen) {
        let expected = model.of_notice(base).map_or("Unknown", |position| position.verdict(base, model.now));
        same(&format!("verify {base}"), &world.verdict(base, model.now).await, &expected.to_owned())?;
    }
    Ok(())
}

/// What is seen at the end of a sequence: lists, receipts, the options of each notice, and the ledger.
pub async fn at_the_end(world: &World, model: &Model) -> Result<(), String> {
    shown(world, model, None).await?;
    for status in V1 {
        list(world, model, (Version::V1, status, &[status])).await?;
    }
    for (word, statuses) in V3 {
        list(world, model, (Version::V3, word, statuses)).await?;
    }
    for base in 0..BASES {
        let classes = model.receipts.iter().filter(|one| one.base == base).map(|one| one.class.to_owned());
        same(&format!("receipts of {base}"), &world.classes(base).await, &classes.collect())?;
        let uri = format!("/payment-options/organizations/{EC}/notices/{}", nav(u64::from(base)));
        let known = model.of_notice(base).map(|position| position.status(model.now));
        let expected =
            if known.is_none_or(|status| ["DRAFT", "PUBLISHED"].contains(&status)) { 404 } else { 200 };
        same(&format!("payment options of {base}"), &world.get(&uri).await.status, &expected)?;
    }
    let broken = world.store.ledger_check().await.unwrap();
    same("ledger", &broken.iter().map(ToString::to_string).collect::<Lines>(), &Lines::new())
}

async fn list(
    world: &World,
    model: &Model,
    (api, word, statuses): (Version, &str, &[&str]),
) -> Result<(), String> {
    let reply = world.get(&format!("{}?status={word}&orderby=IUPD&ordering=ASC", positions(api))).await;
    let found = reply.body["payment_position_list"].as_array().into_iter().flatten();
    let found: Lines = found.map(|one| one["iupd"].as_str().unwrap_or_default().to_owned()).collect();
    let wanted = model.positions.iter().filter(|(_, position)| {
        statuses.contains(&position.status(model.now)) && (api == Version::V3 || position.flat())
    });
    let wanted: Lines = wanted.map(|(slot, _)| iupd(*slot)).collect();
    same(&format!("list of {word} in {api:?}"), &found, &wanted)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n  the gateway: {found:#?}\n  the model:   {expected:#?}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn date(minute: Option<Minute>) -> String {
    minute.map_or("-".to_owned(), |minute| moment(minute).to_string())
}

fn each<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

/// What both versions say of a notice.
fn notice_line(notice: &Value) -> String {
    let transfers: Lines = each(notice, "transfer")
        .map(|one| {
            let (id, amount, iban) = (text(&one["idTransfer"]), &one["amount"], text(&one["iban"]));
            format!(
                "{id}: {amount} to {iban} of {} {}",
                text(&one["organizationFiscalCode"]),
                text(&one["status"])
            )
        })
        .collect();
    format!(
        "{} {} due {}, {} with a fee of {}, held until {}, {transfers:?}",
        text(&notice["nav"]),
        text(&notice["status"]),
        text(&notice["dueDate"]),
        notice["amount"],
        notice["notificationFee"],
        text(&notice["paymentInProgressUntil"]),
    )
}

fn expected_notice(notice: &Notice, status: &str, now: Minute) -> String {
    let transfers: Lines = (1..)
        .zip(&notice.shares)
        .zip(&notice.reported)
        .map(|((id, share), reported): ((u8, _), _)| {
            let whose = if share.own { EC } else { crate::support::api::OTHER_EC };
            let reported = if *reported { "T_REPORTED" } else { "T_UNREPORTED" };
            format!("{id}: {} to {} of {whose} {reported}", share.cents, account(share.account))
        })
        .collect();
    let until = notice.asked.filter(|_| notice.held(now)).map(|asked| asked + HOLD);
    format!(
        "{} {status} due {}, {} with a fee of {}, held until {}, {transfers:?}",
        nav(u64::from(notice.base)),
        date(Some(notice.due)),
        notice.amount(),
        notice.fee,
        date(until),
    )
}

fn head(reply: &Reply) -> String {
    if reply.status != 200 {
        return format!("{} {}", reply.status, text(&reply.body["code"]));
    }
    format!("{} {}", text(&reply.body["status"]), reply.tag.as_deref().unwrap_or("-"))
}

fn of_v3(reply: &Reply) -> Lines {
    let mut lines = vec![head(reply)];
    for option in each(&reply.body, "paymentOption") {
        let (validity, expires) = (text(&option["validityDate"]), &option["switchToExpired"]);
        lines.push(format!(
            "option of {} from {validity}, expires: {expires}",
            text(&option["debtor"]["type"])
        ));
        lines.extend(each(option, "installments").map(notice_line));
    }
    lines
}

fn of_v1(reply: &Reply) -> Lines {
    let mut lines = vec![head(reply)];
    lines.extend(each(&reply.body, "paymentOption").map(|row| {
        let plan = &row["isPartialPayment"];
        format!("instalment: {plan}, {}", notice_line(row))
    }));
    lines
}

fn expected_v3(position: Option<&Position>, now: Minute) -> Lines {
    let Some(position) = position else { return vec!["404 unknown_position".to_owned()] };
    let status = position.status(now);
    let word = V3.iter().find(|(_, statuses)| statuses.contains(&status)).map_or("?", |(word, _)| word);
    let mut lines = vec![format!("{word} \"{}\"", position.version)];
    for option in &position.options {
        let debtor = if option.debtor == crate::steps::Debtor::Maria { "F" } else { "G" };
        let (validity, expires) = (date(option.validity), option.expires);
        lines.push(format!("option of {debtor} from {validity}, expires: {expires}"));
        let notices = option.notices.iter();
        lines.extend(
            notices.map(|notice| expected_notice(notice, of_instalment(position, option, notice, now), now)),
        );
    }
    lines
}

/// The third version also tells what has become of an instalment that is not paid.
fn of_instalment(position: &Position, option: &Choice, notice: &Notice, now: Minute) -> &'static str {
    if notice.paid {
        notice.status()
    } else if position.rival_paid(notice.base) || position.cancelled {
        "UNPAYABLE"
    } else if position.offered() && option.expires && notice.due < now {
        "EXPIRED"
    } else {
        "UNPAID"
    }
}

fn expected_v1(position: Option<&Position>, now: Minute) -> Lines {
    let Some(position) = position else { return vec!["404 unknown_position".to_owned()] };
    if !position.flat() {
        return vec!["422 not_expressible".to_owned()];
    }
    let mut lines = vec![format!("{} \"{}\"", position.status(now), position.version)];
    for option in &position.options {
        lines.extend(option.notices.iter().map(|notice| {
            let status = format!("PO_{}", notice.status());
            format!("instalment: {}, {}", option.plan, expected_notice(notice, &status, now))
        }));
    }
    lines
}
