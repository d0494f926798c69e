//! From a row on the disk to what the store is to do with it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Massive;
use super::outcome::{Place, done};
use super::spool::{self, Row};
use crate::api::positions::rows::{self, Context, NewPosition, Places, Start};
use crate::api::problem::{Problem, Violation};
use crate::domain::ids::Iupd;
use crate::domain::notice_number::NoticeNumber;
use crate::domain::position::Position;
use crate::domain::update::Publication;
use crate::store::{Mode, Numbered, Offer, Operation, RowEnd, RowJob, Upload, Verdict, Work};

/// Reads the rows of one file, in order.
pub struct Judge {
    massive: Arc<Massive>,
    upload: Arc<Upload>,
    /// The positions named so far.
    named: HashSet<String>,
    /// The notices that a dry run would have created so far: the store does not have them.
    promised: HashSet<NoticeNumber>,
}

/// What the rules need to know, shared by the closures of a row.
#[derive(Clone)]
struct Bench {
    massive: Arc<Massive>,
    upload: Arc<Upload>,
    place: Place,
    /// Where the body has its notices, once it is read.
    places: Arc<Mutex<Places>>,
}

impl Judge {
    /// For the rows of a file.
    pub fn new(massive: Arc<Massive>, upload: Arc<Upload>) -> Self {
        Judge { massive, upload, named: HashSet::new(), promised: HashSet::new() }
    }

    /// Takes note of a row that is done.
    pub fn pass_over(&mut self, line: &[u8]) {
        if let Some(iupd) = spool::read(line).and_then(|row| row.iupd()) {
            self.named.insert(iupd);
        }
    }

    /// What a row asks for.
    pub fn job(&mut self, row_no: i64, line: &[u8]) -> RowJob<'static> {
        let Some(row) = spool::read(line) else {
            let row = Row::plain(RawValue::NULL);
            let bench = self.bench(&row, row_no);
            return bench.job(None, Work::Refused(bench.place.refused(&failed())));
        };
        let bench = self.bench(&row, row_no);
        let name = row.iupd();
        let iupd = name.as_deref().and_then(|name| Iupd::new(name).ok());
        let first = name.is_none_or(|name| self.named.insert(name));
        let work = match self.work(&bench, &row, iupd.as_ref(), first) {
            Ok(work) => work,
            Err(problem) => Work::Refused(bench.place.refused(&problem)),
        };
        bench.job(iupd, work)
    }

    fn bench(&self, row: &Row<'_>, row_no: i64) -> Bench {
        Bench {
            massive: Arc::clone(&self.massive),
            upload: Arc::clone(&self.upload),
            place: Place::of(row, row_no, self.upload.operation),
            places: Arc::default(),
        }
    }

    fn work(
        &mut self,
        bench: &Bench,
        row: &Row<'_>,
        iupd: Option<&Iupd>,
        first: bool,
    ) -> Result<Work<'static>, Problem> {
        if row.is_too_large() {
            return Err(too_large());
        }
        if !first {
            return Err(named_twice());
        }
        if !row.differs.is_empty() {
            return Err(differs(row));
        }
        match self.upload.operation {
            Operation::Create => self.creation(bench, row),
            Operation::Update => {
                iupd.ok_or_else(no_name)?;
                Ok(bench.replacement(row))
            }
            Operation::Delete => {
                let is_name = serde_json::from_str::<Value>(row.row.get()).is_ok_and(|name| name.is_string());
                iupd.ok_or_else(|| if is_name { rows::unknown() } else { no_name() })?;
                Ok(bench.deletion())
            }
        }
    }

    fn creation(&mut self, bench: &Bench, row: &Row<'_>) -> Result<Work<'static>, Problem> {
        let new = bench.created(row.row.get())?;
        if self.upload.mode == Mode::DryRun {
            let numbers: Vec<NoticeNumber> = new.position.notices().map(|notice| notice.number).collect();
            if let Some(taken) = numbers.iter().find(|number| self.promised.contains(number)) {
                return Err(rows::notice_taken(taken, &new.places));
            }
            self.promised.extend(numbers);
        }
        let numbered = rows::numbered(&new);
        *bench.places.lock().unwrap_or_else(PoisonError::into_inner) = new.places;
        // Most rows bring their numbers: only the others have to be read again.
        let body = if numbered.generated.is_empty() { String::new() } else { row.row.get().to_owned() };
        Ok(Work::Create(Box::new(numbered), bench.redrawn(body)))
    }
}

impl Bench {
    fn job(&self, iupd: Option<Iupd>, work: Work<'static>) -> RowJob<'static> {
        let bench = self.clone();
        RowJob {
            row_no: self.place.row_no(),
            line: self.place.line(),
            iupd,
            work,
            tell: Box::new(move |end| bench.tell(&end)),
        }
    }

    fn tell(&self, end: &RowEnd) -> Verdict {
        let problem = match end {
            RowEnd::Done => return done(&self.upload),
            RowEnd::Unknown => rows::unknown(),
            RowEnd::IupdTaken => rows::iupd_taken(),
            RowEnd::NoticeTaken(number) => {
                rows::notice_taken(number, &self.places.lock().unwrap_or_else(PoisonError::into_inner))
            }
            RowEnd::Failed => failed(),
        };
        self.place.refused(&problem)
    }

    fn created(&self, body: &str) -> Result<NewPosition, Problem> {
        let registry = self.massive.api.registry.current();
        let (api, ec, scope) = (&self.massive.api, &self.upload.ec, &self.upload.scope);
        let (randomness, now) = (&api.randomness, api.clock.now());
        let start = match self.upload.offer {
            Offer::Published => Start::Published,
            Offer::Drafts => Start::Draft,
        };
        rows::created(
            json(body)?,
            &Context { ec, scope, registry: &registry, randomness, now, stored: None },
            start,
        )
    }

    /// Makes the position anew, with other numbers.
    fn redrawn(&self, body: String) -> Box<dyn Fn() -> Result<Numbered, Verdict> + Send + Sync> {
        let bench = self.clone();
        Box::new(move || {
            let new = bench.created(&body).map_err(|problem| bench.place.refused(&problem))?;
            let numbered = rows::numbered(&new);
            *bench.places.lock().unwrap_or_else(PoisonError::into_inner) = new.places;
            Ok(numbered)
        })
    }

    fn replaced(&self, body: &str, stored: &Position) -> Result<Numbered, Problem> {
        let registry = self.massive.api.registry.current();
        let (api, ec, scope) = (&self.massive.api, &self.upload.ec, &self.upload.scope);
        let (randomness, now) = (&api.randomness, api.clock.now());
        let publication = match self.upload.offer {
            Offer::Published => Publication::Publish,
            Offer::Drafts => Publication::Withdraw,
        };
        let context = Context { ec, scope, registry: &registry, randomness, now, stored: Some(stored) };
        let new = rows::replaced(json(body)?, &context, stored, (publication, api.hold))?;
        let numbered = rows::numbered(&new);
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = new.places;
        Ok(numbered)
    }

    fn replacement(&self, row: &Row<'_>) -> Work<'static> {
        let (bench, body) = (self.clone(), row.row.get().to_owned());
        Work::Replace(Box::new(move |stored| {
            bench.replaced(&body, stored).map_err(|problem| bench.place.refused(&problem))
        }))
    }

    fn deletion(&self) -> Work<'static> {
        let bench = self.clone();
        Work::Delete(Box::new(move |position| {
            let api = &bench.massive.api;
            rows::deletable(position, &bench.upload.scope, api.hold, api.clock.now())
                .map_err(|problem| bench.place.refused(&problem))
        }))
    }
}

fn json(body: &str) -> Result<Value, Problem> {
    serde_json::from_str(body).map_err(|_| {
        let detail = "The row is nested too deep or holds a text that is not Unicode.";
        Problem::new(StatusCode::BAD_REQUEST, INVALID, "malformed_json", detail)
    })
}

const INVALID: &str = "Error in the debt position request data";

fn too_large() -> Problem {
    let detail = "The row exceeds the largest size of a position.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "body_too_large", detail)
}

fn named_twice() -> Problem {
    let violation = Violation {
        pointer: "/iupd".into(),
        code: "duplicate_iupd",
        message: "is there before in the file".into(),
    };
    Problem::new(
        StatusCode::CONFLICT,
        "The debt position violated constraints of uniqueness",
        "duplicate_iupd",
        "An earlier row of the file has the same iupd; only that one counts.",
    )
    .with_violations(vec![violation])
}

fn no_name() -> Problem {
    let violation = Violation {
        pointer: "/iupd".into(),
        code: "required",
        message: "must name a position, as a text of visible characters".into(),
    };
    Problem::new(StatusCode::BAD_REQUEST, INVALID, "invalid_position", "The row names no position.")
        .with_violations(vec![violation])
}

/// Lines of one position that contradict each other.
fn differs(row: &Row<'_>) -> Problem {
    let place = |line: &u64| row.lines.iter().position(|other| other == line).unwrap_or_default();
    let violation = |(line, column): &(u64, String)| Violation {
        // The place of a column of that line, whatever it belongs to.
        pointer: format!("/paymentOption/{}/{column}", place(line)),
        code: "differs",
        message: "must be empty or as in the first line of the position".into(),
    };
    let detail = "The lines of the position contradict each other.";
    Problem::new(StatusCode::BAD_REQUEST, INVALID, "invalid_position", detail)
        .with_violations(row.differs.iter().map(violation).collect())
}

/// What a failure of ours is told as.
fn failed() -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL SERVER ERROR",
        "internal_error",
        "The row could not be carried out because of a failure on our side; it can be sent again.",
    )
}
