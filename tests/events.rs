//! Events, fetched by pages and read as streams.

mod support;

#[path = "events/pages.rs"]
mod pages;
#[path = "events/reader.rs"]
mod reader;
#[path = "events/streams.rs"]
mod streams;
