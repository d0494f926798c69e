//! Pages that say what went wrong.

use askama::Template;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::HOME;
use super::frame::{Frame, page};
use super::visit::Visit;
use super::words::{Said, Words};

#[derive(Template)]
#[template(path = "pages/problem.html")]
struct ProblemPage {
    frame: Frame,
    title: &'static str,
    text: &'static str,
}

fn told(words: &'static Words, status: StatusCode, said: Said) -> Response {
    let frame = Frame::new(words, HOME, &[]);
    page(status, &ProblemPage { frame, title: said.title, text: said.text })
}

/// Nothing is there, or it cannot be asked for now.
pub fn missing(words: &'static Words) -> Response {
    told(words, StatusCode::NOT_FOUND, words.missing)
}

/// What was sent cannot be read.
pub fn unreadable(words: &'static Words) -> Response {
    told(words, StatusCode::BAD_REQUEST, words.unreadable)
}

/// Something of ours, or of the creditor institution, does not work.
pub fn unavailable(words: &'static Words) -> Response {
    told(words, StatusCode::SERVICE_UNAVAILABLE, words.unavailable)
}

/// Too many requests came from one address.
pub fn too_often(parts: &Parts, seconds: i64) -> Response {
    let words = Visit::of(parts).words;
    let mut response = told(words, StatusCode::TOO_MANY_REQUESTS, words.too_often);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
