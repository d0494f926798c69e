//! Carries files out in the background, in short commits, and goes on where another was cut off.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::folder::Folder;
use super::judge::Judge;
use super::{KEPT, Massive, spool};
use crate::store::{Applied, Lease, Mode, Operation, RowJob, Store, StoreError, Upload};

/// How often a worker looks for files that another left.
const LOOK: Duration = Duration::from_secs(2);

/// How often old files and outcomes are deleted.
const SWEEP: SignedDuration = SignedDuration::from_hours(1);

/// After that time a file that is nowhere to be found, or cannot be read, counts as lost: until then another
/// process may have it, or the disk may come back.
const LOST: SignedDuration = SignedDuration::from_hours(1);

/// How many rows share a commit: receipts wait as long as one takes, some 20 ms.
const fn rows_at_once(operation: Operation) -> usize {
    match operation {
        Operation::Create => 128,
        Operation::Update | Operation::Delete => 32,
    }
}

/// One that carries files out.
pub struct Worker {
    massive: Arc<Massive>,
    folder: Folder,
    number: i64,
    swept: Option<Timestamp>,
}

/// How the work on a file ended.
enum Ended {
    /// Every row has its outcome.
    Done,
    /// Another has it, or we are told to stop.
    Left,
    /// Its rows cannot be read.
    Unreadable,
}

type Batch = Vec<RowJob<'static>>;

impl Worker {
    pub(super) fn new(massive: Arc<Massive>) -> Self {
        let folder = Folder::new(&massive.settings.folder);
        let number = massive.draw_worker();
        Worker { massive, folder, number, swept: None }
    }

    /// Works until told to stop; a commit under way is finished.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut away = false;
        while !stop.is_cancelled() {
            self.sweep().await;
            let done = match self.next().await {
                Ok(Some(upload)) => self.carry_out(upload, &stop).await.map(|()| true),
                Ok(None) => Ok(false),
                Err(error) => Err(error),
            };
            // Told once, however long it lasts.
            if let Err(error) = &done
                && !away
            {
                tracing::warn!(%error, "uploads wait");
            }
            away = done.is_err();
            if !matches!(done, Ok(true)) {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.massive.arrived.notified() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    }

    fn store(&self) -> &Store {
        &self.massive.api.store
    }

    fn now(&self) -> Timestamp {
        self.massive.api.clock.now()
    }

    fn lease<'a>(&self, upload: &'a Upload) -> Lease<'a> {
        Lease { upload, worker: self.number, now: self.now() }
    }

    fn may_be_lost(&self, upload: &Upload) -> bool {
        self.now().duration_since(upload.received_at) > LOST
    }

    /// Takes the oldest file that nobody works on and whose rows are here.
    async fn next(&self) -> Result<Option<Upload>, StoreError> {
        for upload in self.store().waiting_uploads(self.now()).await? {
            let here = self.folder.rows(&upload.ec, &upload.id).exists();
            if !here && !self.may_be_lost(&upload) || !self.store().claim_upload(self.lease(&upload)).await? {
                continue;
            }
            if !here {
                tracing::error!(upload = upload.id, "the rows of an upload are lost");
                self.store().finish_upload(self.lease(&upload)).await?;
                continue;
            }
            // Another may have gone on with it since it was listed.
            return self.store().upload(&upload.ec, &upload.id).await;
        }
        Ok(None)
    }

    async fn carry_out(&self, mut upload: Upload, stop: &CancellationToken) -> Result<(), StoreError> {
        if upload.mode == Mode::DryRun && upload.processed > 0 {
            self.store().restart_upload(self.lease(&upload)).await?;
            upload.processed = 0;
        }
        let (rows, from) = (upload.submitted, upload.processed);
        tracing::info!(upload = upload.id, rows, from, "upload taken up");
        let upload = Arc::new(upload);
        let ended = self.work_on(&upload, stop).await;
        match ended {
            Ok(Ended::Done) => {
                if self.store().finish_upload(self.lease(&upload)).await? == Applied::Done {
                    // Should it stay, it is swept away later.
                    let _gone = fs::remove_file(self.folder.rows(&upload.ec, &upload.id));
                    tracing::info!(upload = upload.id, rows, "upload done");
                }
                Ok(())
            }
            Ok(Ended::Left) => self.store().release_upload(self.lease(&upload)).await,
            Ok(Ended::Unreadable) if self.may_be_lost(&upload) => {
                self.store().finish_upload(self.lease(&upload)).await.map(drop)
            }
            // Kept until the lease ends: given back, it would be the next again, before all others.
            Ok(Ended::Unreadable) => Ok(()),
            Err(error) => {
                // Whoever comes next may fare better; a lease that stays ends by itself.
                let _released = self.store().release_upload(self.lease(&upload)).await;
                Err(error)
            }
        }
    }

    async fn work_on(&self, upload: &Arc<Upload>, stop: &CancellationToken) -> Result<Ended, StoreError> {
        let (batches, mut ready) = mpsc::channel::<Batch>(2);
        let judge = Judge::new(Arc::clone(&self.massive), Arc::clone(upload));
        let path = self.folder.rows(&upload.ec, &upload.id);
        let (from, at_once) = (upload.processed, rows_at_once(upload.operation));
        // The next rows are read and judged while the last ones are written.
        let reading = tokio::task::spawn_blocking(move || {
            File::open(path).and_then(|file| read(BufReader::new(file), judge, (from, at_once), &batches))
        });
        while let Some(batch) = ready.recv().await {
            // After a failure only the database knows which rows are done: the file is taken up anew.
            if self.store().apply_rows(self.lease(upload), &batch).await? == Applied::LeaseLost {
                return Ok(Ended::Left);
            }
            if stop.is_cancelled() {
                return Ok(Ended::Left);
            }
        }
        match reading.await {
            Ok(Ok(())) => Ok(Ended::Done),
            Ok(Err(error)) => {
                tracing::error!(%error, upload = upload.id, "the rows of an upload cannot be read");
                Ok(Ended::Unreadable)
            }
            Err(error) => {
                tracing::error!(%error, upload = upload.id, "reading the rows of an upload broke off");
                Ok(Ended::Unreadable)
            }
        }
    }

    /// Deletes what is old: outcomes, and files that no upload needs.
    async fn sweep(&mut self) {
        let now = self.now();
        if self.swept.is_some_and(|at| now.duration_since(at) < SWEEP) {
            return;
        }
        self.swept = Some(now);
        if let Err(error) = self.delete_old(now).await {
            tracing::warn!(%error, "old uploads stay for now");
        }
    }

    async fn delete_old(&self, now: Timestamp) -> Result<(), StoreError> {
        for old in self.folder.old(now) {
            let needed = match &old.upload {
                Some((ec, id)) => {
                    self.store().upload(ec, id).await?.is_some_and(|upload| upload.finished.is_none())
                }
                None => false,
            };
            if !needed {
                let _gone = fs::remove_file(&old.path);
            }
        }
        let before = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        while self.store().purge_uploads(before, now).await? {}
        Ok(())
    }
}

/// Reads rows and hands them on in batches; ends early if nobody takes them. Blocks.
fn read(
    mut rows: BufReader<File>,
    mut judge: Judge,
    (from, at_once): (i64, usize),
    batches: &mpsc::Sender<Batch>,
) -> io::Result<()> {
    let mut line = Vec::new();
    let mut batch = Vec::with_capacity(at_once);
    for row_no in 0.. {
        let Some(line) = spool::next_line(&mut rows, &mut line)? else { break };
        if row_no < from {
            judge.pass_over(line);
            continue;
        }
        batch.push(judge.job(row_no, line));
        if batch.len() == at_once && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    if !batch.is_empty() {
        // Nobody waits any more if this fails.
        let _left = batches.blocking_send(batch);
    }
    Ok(())
}
