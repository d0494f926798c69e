//! The five notices that somebody in Borgo Varco can pay today, each with a story of its own.

use jiff::{SignedDuration, Timestamp};

use super::blueprint::{Blueprint, Dates, Share, To};
use super::world::{TOWN, notice_number, valid};
use crate::cli::Failure;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::AfterDue;
use crate::domain::status::{Status, status};
use crate::store::Store;

/// The base of a notice is its story times this, plus how often the story was told: 1000001 is the
/// first notice of story 1, 1000002 its successor.
const BASES_PER_STORY: u64 = 1_000_000;

/// A story that goes on: when its notice has been paid, the next one is issued.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// What it shows, for people.
    pub title: &'static str,
    /// Why it is worth a look.
    pub lesson: &'static str,
    blueprint: Blueprint,
    /// How many days after its creation it falls due; negative if the due date has passed.
    due_in_days: i64,
}

/// The notice of a story that is payable today.
#[derive(Clone, Debug)]
pub struct Told {
    /// The story.
    pub story: &'static Story,
    /// Its notice.
    pub notice: NoticeNumber,
    /// The name of its position.
    pub iupd: Iupd,
}

/// All stories, the simplest first.
pub const STORIES: [Story; 5] = [
    Story {
        title: "School canteen, March",
        lesson: "one beneficiary, one bank account: the plain case",
        blueprint: Blueprint {
            iupd: "MENSA",
            description: "Mensa scolastica, marzo",
            office: "Ufficio scuola",
            shares: &[Share { cents: 8_450, to: To::TownBank, category: "9/0101002IM/" }],
            after_due: AfterDue::Expires,
        },
        due_in_days: 60,
    },
    Story {
        title: "Waste tax, shared between town and province",
        lesson: "two beneficiaries in one payment: each gets its own copy of the receipt",
        blueprint: Blueprint {
            iupd: "TARI",
            description: "TARI e TEFA, prima rata",
            office: "Ufficio tributi",
            shares: &[
                Share { cents: 19_048, to: To::TownBank, category: "9/0101100IM/" },
                Share { cents: 952, to: To::ProvinceBank, category: "9/0201133IM/" },
            ],
            after_due: AfterDue::Expires,
        },
        due_in_days: 45,
    },
    Story {
        title: "Traffic fine on the postal account",
        lesson: "a postal account only, so the post office can print a slip for it (allCCP)",
        blueprint: Blueprint {
            iupd: "VERBALE",
            description: "Verbale CdS, divieto di sosta",
            office: "Polizia locale",
            shares: &[Share { cents: 4_200, to: To::TownPost, category: "9/0101101IM/" }],
            after_due: AfterDue::Expires,
        },
        due_in_days: 30,
    },
    Story {
        title: "Permit for a market stall, with a digital stamp",
        lesson: "the stamp has no account, so only paGetPaymentV2 can serve it",
        blueprint: Blueprint {
            iupd: "PERMESSO",
            description: "Permesso di occupazione suolo pubblico",
            office: "Sportello unico",
            shares: &[
                Share { cents: 3_500, to: To::TownBank, category: "9/0101103TS/" },
                Share { cents: 1_600, to: To::Stamp, category: "9/0301116TS/" },
            ],
            after_due: AfterDue::Expires,
        },
        due_in_days: 90,
    },
    Story {
        title: "Donation to the museum, overdue and welcome all the same",
        lesson: "the due date has passed, but late payment is accepted",
        blueprint: Blueprint {
            iupd: "MUSEO",
            description: "Donazione al museo civico",
            office: "Museo civico",
            shares: &[Share { cents: 2_000, to: To::TownBank, category: "9/0101109IM/" }],
            after_due: AfterDue::StaysPayable,
        },
        due_in_days: -10,
    },
];

/// Makes sure that each story has a notice that is payable now.
pub async fn tell(store: &Store, now: Timestamp) -> Result<Vec<Told>, Failure> {
    let mut told = Vec::with_capacity(STORIES.len());
    for (number, story) in (1..).zip(&STORIES) {
        told.push(tell_one(store, story, number * BASES_PER_STORY, now).await?);
    }
    Ok(told)
}

async fn tell_one(store: &Store, story: &'static Story, base: u64, now: Timestamp) -> Result<Told, Failure> {
    let ec = valid(FiscalCode::new(TOWN))?;
    for turn in 1..BASES_PER_STORY {
        let name = format!("{}-{turn:03}", story.blueprint.iupd);
        let iupd = valid(Iupd::new(&name))?;
        let told = Told { story, notice: notice_number(base + turn)?, iupd };
        match valid(store.position(&ec, &told.iupd).await)? {
            Some(known) if status(&known, now) == Status::Valid => return Ok(told),
            Some(_) => {}
            None => {
                let due = valid(now.checked_add(SignedDuration::from_hours(24 * story.due_in_days)))?;
                // Issued before it fell due, even where that has happened.
                let created = if due < now { due } else { now };
                let position =
                    story.blueprint.position(&name, &[base + turn], &Dates::payable(created, due))?;
                valid(store.create_position(&position).await)?;
                return Ok(told);
            }
        }
    }
    Err(Failure::unusable(format!(
        "story {:?} was told too often: begin with a fresh --data-dir",
        story.title
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::hold::HoldPolicy;
    use crate::domain::lifecycle;

    #[tokio::test]
    async fn a_story_whose_notice_is_no_longer_payable_gets_a_successor() {
        let root = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", root.path().join("demo.db").display());
        let store = Store::open(&url, Default::default()).await.unwrap();
        store.migrate().await.unwrap();
        super::super::world::register(&store).await.unwrap();
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let first = tell(&store, now).await.unwrap();
        let again = tell(&store, now).await.unwrap();
        let notices = |told: &[Told]| told.iter().map(|one| one.notice).collect::<Vec<_>>();
        assert_eq!(notices(&first), notices(&again));

        let ec = FiscalCode::new(TOWN).unwrap();
        let cancelled = store
            .change_position(&ec, &first[0].iupd, |position| {
                lifecycle::invalidate(position, HoldPolicy::OFF, now)
            })
            .await;
        cancelled.unwrap().unwrap().unwrap();
        let later = tell(&store, now).await.unwrap();
        assert_eq!(later[0].iupd.as_str(), "MENSA-002");
        assert_eq!(notices(&first)[1..], notices(&later)[1..]);
    }
}
