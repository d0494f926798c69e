//! A bound on how much of a file is read at a stretch, so that nothing in it is held that is larger.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::ROW_BYTES_MAX;

/// Says how much may be read; its clones are the same.
#[derive(Clone)]
pub struct Meter(Rc<Cell<Option<usize>>>);

impl Meter {
    /// Reads that source by this meter.
    pub fn on<R: Read>(source: R) -> (Self, Metered<R>) {
        let meter = Meter(Rc::default());
        meter.open();
        (meter.clone(), Metered { source, meter })
    }

    /// What is read next is not held, however much it is.
    pub fn open(&self) {
        self.0.set(Some(usize::MAX));
    }

    /// Something has begun that may be as large as a row; its first byte is read.
    pub fn bound(&self) {
        self.0.set(Some(ROW_BYTES_MAX - 1));
    }

    /// Whether what began last is larger.
    pub fn is_over(&self) -> bool {
        self.0.get().is_none()
    }
}

/// A source that fails where something is too large.
pub struct Metered<R> {
    source: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        let left = self.meter.0.get().and_then(|left| left.checked_sub(length));
        self.meter.0.set(left);
        left.map(|_| length).ok_or_else(|| io::Error::other("a row is too large"))
    }
}
