//! The notice that somebody asked for.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::fields::Sent;
use super::form::{self, Named};
use super::frame::{Frame, page};
use super::visit::Visit;
use super::words::Words;
use super::{NOTICES, Pages, quote, refusal, write};
use crate::domain::catalogue::order::is_drawn_name;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_code::qr_text;
use crate::domain::position::{Notice, Position};
use crate::domain::rome;
use crate::domain::status::{Status, status};

#[derive(Template)]
#[template(path = "pages/notice.html")]
struct NoticePage {
    frame: Frame,
    notice: NoticeView,
    print: String,
}

#[derive(Template)]
#[template(path = "pages/print.html")]
struct PrintPage {
    frame: Frame,
    notice: NoticeView,
    back: String,
}

/// A notice as people read it.
struct NoticeView {
    company: String,
    office: Option<String>,
    ec: String,
    number: String,
    amount: String,
    description: String,
    due: String,
    /// What has become of it, if it cannot be paid any more.
    standing: Option<&'static str>,
    /// The picture of its code, if it can be paid.
    qr: Option<String>,
    qr_label: String,
}

/// Makes the notice and leads to its page, so that who looks at it again makes no other.
pub async fn make(
    State(pages): State<Pages>,
    Named(named): Named,
    visit: Visit,
    sent: Result<Form<Sent>, FormRejection>,
) -> Response {
    let words = visit.words;
    let Ok(Form(sent)) = sent else { return refusal::unreadable(words) };
    let shelf = pages.shelf();
    let Some(offered) = form::find(&shelf, &named) else { return refusal::missing(words) };
    match pages.desk.demand(&quote::asked(&offered, &sent), shelf.now()).await {
        Ok(demanded) => {
            let Position { ec, iupd, .. } = &demanded.position;
            Redirect::to(&visit.link(&format!("{NOTICES}/{ec}/{}", iupd.as_str()), &[])).into_response()
        }
        Err(error) => quote::refused(&shelf, &offered, &sent, error, words),
    }
}

/// Answers with the notice; to print it where the address says so.
pub async fn handler(State(pages): State<Pages>, Named(named): Named, visit: Visit) -> Response {
    let words = visit.words;
    let Some((ec, iupd)) = read(&named) else { return refusal::missing(words) };
    let position = match pages.desk.store.position(&ec, &iupd).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "a notice could not be read");
            return refusal::unavailable(words);
        }
    };
    let Some((position, notice)) = position.as_ref().and_then(|one| Some((one, one.notices().next()?)))
    else {
        return refusal::missing(words);
    };
    let path = format!("{NOTICES}/{ec}/{}", iupd.as_str());
    let view = view(position, notice, status(position, pages.clock.now()), words);
    if visit.parameter("stampa").is_some() {
        let frame = Frame::new(words, &path, &[("stampa", "1")]);
        let print = PrintPage { frame, notice: view, back: visit.link(&path, &[]) };
        return page(StatusCode::OK, &print);
    }
    let print = visit.link(&path, &[("stampa", "1")]);
    page(StatusCode::OK, &NoticePage { frame: Frame::new(words, &path, &[]), notice: view, print })
}

/// The position of those names, if it can be one that the desk made: the others have names that people chose, and
/// that can be guessed.
fn read((ec, iupd): &(String, String)) -> Option<(FiscalCode, Iupd)> {
    let iupd = Iupd::new(iupd).ok().filter(is_drawn_name)?;
    FiscalCode::new(ec).ok().zip(Some(iupd))
}

fn view(position: &Position, notice: &Notice, status: Status, words: &Words) -> NoticeView {
    let standing = match status {
        Status::Published | Status::Valid => None,
        Status::Paid | Status::Reported | Status::PartiallyPaid => Some(words.paid),
        Status::Expired => Some(words.expired),
        Status::Invalid | Status::Draft => Some(words.withdrawn),
    };
    let number = write::grouped(notice.number.as_str());
    let code = standing.is_none().then(|| qr_text(&position.ec, &notice.number, notice.amount));
    NoticeView {
        company: position.company_name.to_string(),
        office: position.office_name.as_ref().map(ToString::to_string),
        ec: position.ec.to_string(),
        amount: write::euro(words, notice.amount),
        description: notice.description.to_string(),
        due: write::day(words, rome::day(notice.due)),
        standing,
        qr: code.and_then(|code| write::qr(&code)),
        qr_label: (words.qr_label)(&number),
        number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_positions_of_the_desk_have_a_page() {
        let read = |iupd: &str| read(&("99000010019".to_owned(), iupd.to_owned()));
        assert!(read("od-20261122-5f1d7a84db2d4a8c").is_some());
        for other in [
            "TARI-2026-1",
            "od-1",
            "od-20261122-5F1D7A84DB2D4A8C",
            "od-20261122-5f1d",
            "od-2026112x-5f1d7a84db2d4a8c",
            "",
        ] {
            assert!(read(other).is_none(), "{other}");
        }
    }
}
