//! The activation plan of an institution: the facts it is read from, and what people said and showed.

pub(super) mod facts;
mod read;
pub(super) mod write;

pub use read::{ShownEvidence, ShownFile};
pub use write::{EvidenceForm, FileForm, StepForm, WaiverForm};
