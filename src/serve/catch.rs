//! A panic in one request becomes that request's error, not a connection cut without a word.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The future panicked; the runtime's hook has logged where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

/// Runs a future, turning a panic into an error. After a panic the future is not polled again, so what
/// it left half done is not seen.
pub(super) async fn catch<F: Future>(future: F) -> Result<F::Output, Panicked> {
    Catch(Box::pin(future)).await
}

struct Catch<F>(Pin<Box<F>>);

impl<F: Future> Future for Catch<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}
