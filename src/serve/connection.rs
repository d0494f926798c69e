//! The clocks of one connection: idle, headers, a peer that does not read.
//!
//! hyper has one timer for idling and for headers together; two are wanted, because a kept connection
//! saves a handshake (minutes) while headers take no time (seconds). They sit below hyper, in the
//! stream: between requests time runs out as a clean end of stream, inside a header as an error.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

/// Where a connection stands between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Accepted, nothing read yet.
    Fresh,
    /// Some of a request's header was read.
    Head,
    /// A request is being answered.
    Busy,
    /// Answered; waiting for the next request.
    Idle,
}

/// The stage, shared by the stream (which sees bytes) and the service (which sees requests).
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<watch::Sender<Stage>>);

impl Progress {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Fresh)))
    }

    pub(super) fn set(&self, stage: Stage) {
        self.0.send_replace(stage);
    }

    fn get(&self) -> Stage {
        *self.0.borrow()
    }

    /// Waits for a moment at which asking the connection to end cuts no request: not inside a header,
    /// and, for `linger`, not right after the handshake either, when the first request is on its way.
    pub(super) async fn between_requests(&self, linger: Duration) {
        let mut stages = self.0.subscribe();
        // The sender lives in self, so that waiting can't fail.
        let _ = tokio::time::timeout(linger, stages.wait_for(|stage| *stage != Stage::Fresh)).await;
        let _ = stages.wait_for(|stage| *stage != Stage::Head).await;
    }
}

/// How long each wait may last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    pub(super) write: Duration,
}

/// A stream with clocks.
pub(super) struct Timed<S> {
    stream: S,
    progress: Progress,
    patience: Patience,
    reading: Timer,
    writing: Timer,
    closing: Closing,
}

/// How far the end of the connection has come.
#[derive(Default)]
enum Closing {
    /// Our side is not closed yet.
    #[default]
    Open,
    /// Our side is closed; the other was not seen sending.
    Closed,
    /// Our side is closed and the other sends on: its bytes are thrown away until it reads our answer.
    Draining,
}

/// How long a caller that sends on after its answer (a refusal of its size) is listened to: closing at
/// once would reset the connection, and it would see an error in place of the answer.
const DRAIN: Duration = Duration::from_secs(1);

impl<S> Timed<S> {
    pub(super) fn new(stream: S, progress: Progress, patience: Patience) -> Self {
        let (reading, writing) = (Timer::default(), Timer::default());
        Self { stream, progress, patience, reading, writing, closing: Closing::Open }
    }
}

/// A timer for one kind of wait at a time; the wait's stage tells a new wait from the one running.
#[derive(Default)]
struct Timer {
    running: Option<Stage>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// Ready when the wait of `stage` has lasted `limit`.
    fn poll(&mut self, stage: Stage, limit: Duration, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(limit)));
        if self.running != Some(stage) {
            self.running = Some(stage);
            sleep.as_mut().reset(Instant::now() + limit);
        }
        sleep.as_mut().poll(context)
    }

    /// The wait is over; the allocation stays for the next one.
    fn stop(&mut self) {
        self.running = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        let stage = this.progress.get();
        if polled.is_ready() {
            let waiting = matches!(stage, Stage::Fresh | Stage::Idle);
            if waiting && buf.filled().len() > before {
                this.progress.set(Stage::Head);
                // Pipelined headers can follow one another with no wait between them to tell apart.
                this.reading.stop();
            }
            return polled;
        }
        match stage {
            Stage::Busy => this.reading.stop(),
            Stage::Head => {
                ready!(this.reading.poll(stage, this.patience.header, cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            // Nothing read is a clean end of stream: no request is cut, so no error either.
            Stage::Fresh => {
                ready!(this.reading.poll(stage, this.patience.header, cx));
                return Poll::Ready(Ok(()));
            }
            Stage::Idle => {
                ready!(this.reading.poll(stage, this.patience.idle, cx));
                return Poll::Ready(Ok(()));
            }
        }
        Poll::Pending
    }
}

impl<S> Timed<S> {
    /// Passes a write on; one that stays pending too long is an error (a peer that does not read its
    /// answer holds a connection as surely as one that does not send its request).
    fn bounded<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.writing.stop();
            return polled;
        }
        ready!(self.writing.poll(Stage::Busy, self.patience.write, cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> Timed<S> {
    /// Reads and forgets until the peer ends or falls silent at first, [`DRAIN`] at most.
    fn drain(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 4096];
        loop {
            let mut buf = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => self.closing = Closing::Draining,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if matches!(self.closing, Closing::Draining) => {
                    return self.writing.poll(Stage::Idle, DRAIN, cx);
                }
                Poll::Pending => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.bounded(polled, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.bounded(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(cx);
        this.bounded(polled, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if matches!(this.closing, Closing::Open) {
            let polled = Pin::new(&mut this.stream).poll_shutdown(cx);
            ready!(this.bounded(polled, cx))?;
            this.closing = Closing::Closed;
        }
        this.drain(cx).map(Ok)
    }
}
