//! Hands over what is due, over and over, until it is told to stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::domain::routing::{LetterForm, Partner, PartnerId, again};
use crate::partner::exchange::{Which, feed, signed};
use crate::store::{Hold, Letter, LetterTried, StoreError};

use super::{Courier, HandedOver, hand_over};

/// How long nothing is looked at.
const PAUSE: Duration = Duration::from_millis(250);

/// How many letters are under way in all, and how many of them to one partner.
const AT_ONCE: usize = 64;
const PER_PARTNER: u32 = 8;

/// How often what waits is counted.
const UPKEEP: Duration = Duration::from_secs(15);

/// How much longer than an exchange can last nobody else sends a letter: until its end is written.
const SLACK: SignedDuration = SignedDuration::from_secs(10);

impl Courier {
    /// Hands letters over until the soft stop, then finishes what is under way or, at the hard stop, gives it
    /// back.
    pub async fn run(self, soft: CancellationToken, hard: CancellationToken) {
        let mut worker = Worker::new(self);
        while !soft.is_cancelled() {
            let round = worker.round().await;
            worker.tell(&round);
            if matches!(round, Ok(1..)) {
                continue;
            }
            tokio::select! {
                () = soft.cancelled() => {}
                Some(ended) = worker.sending.join_next_with_id() => worker.forget(ended),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        worker.finish(hard).await;
    }

    /// Hands one letter over and writes what came of it. What cannot be written is sent again when its lease
    /// has run out: the partner knows it by its id.
    async fn deliver(self, letter: Letter, partner: Arc<Partner>) {
        let HandedOver { handed, error } = match (letter.form, &self.letters) {
            (LetterForm::PaForNode, _) => {
                hand_over::relay(&self.exchange, &letter, &partner, self.deadline).await
            }
            (LetterForm::Rt, Some(letters)) => letters.hand_over(&letter, &partner).await,
            (LetterForm::Rt, None) => HandedOver::failed("no receipts of the old form are made here"),
        };
        self.exchange.tally().handed(&handed);
        let at = self.clock.now();
        let next = again(&handed, letter.attempts.saturating_add(1), at, self.randomness.number());
        let tried = LetterTried { at, handed, error, next, feed: feed(&partner), letter };
        log(&tried);
        match self.store.settle_letter(&tried).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("a receipt was handed on after its lease had run out"),
            Err(error) => tracing::warn!(%error, "what came of a receipt on its way could not be written"),
        }
    }
}

fn log(tried: &LetterTried) {
    let (partner, ec) = (tried.letter.partner.as_str(), tried.letter.ec.as_str());
    match &tried.error {
        None => tracing::info!(partner, ec, "a receipt was handed on"),
        Some(reason) => {
            let attempts = tried.letter.attempts.saturating_add(1);
            tracing::warn!(partner, ec, attempts, reason, "a receipt waits for its partner");
        }
    }
}

struct Worker {
    courier: Courier,
    sending: JoinSet<()>,
    /// What is under way.
    held: HashMap<Id, Letter>,
    /// The partner that was served last.
    served: Option<PartnerId>,
    counted: Option<Instant>,
    fails: bool,
}

impl Worker {
    fn new(courier: Courier) -> Self {
        Worker {
            courier,
            sending: JoinSet::new(),
            held: HashMap::new(),
            served: None,
            counted: None,
            fails: false,
        }
    }

    /// Takes what is due and sends it; how many letters.
    async fn round(&mut self) -> Result<usize, StoreError> {
        while let Some(ended) = self.sending.try_join_next_with_id() {
            self.forget(ended);
        }
        // Most installations have no partner, and need not ask the database.
        if self.courier.registry.current().partners().next().is_none() {
            return Ok(0);
        }
        let now = self.courier.clock.now();
        if self.counted.is_none_or(|at| at.elapsed() >= UPKEEP) {
            self.courier.exchange.tally().waiting(self.courier.store.letters_waiting().await?, now);
            self.counted = Some(Instant::now());
        }
        let mut taken = 0;
        for id in self.courier.store.due_partners(now, self.served.as_ref()).await? {
            taken += self.serve(&id, now).await?;
        }
        Ok(taken)
    }

    /// Takes letters of a partner, as many as it may have now.
    async fn serve(&mut self, id: &PartnerId, now: Timestamp) -> Result<usize, StoreError> {
        let known = self.courier.registry.current().partner(id).cloned();
        let Some(partner) = known.filter(|partner| partner.enabled) else { return Ok(0) };
        let under_way = self.held.values().filter(|letter| letter.partner == *id).count();
        let own = PER_PARTNER.saturating_sub(u32::try_from(under_way).unwrap_or(u32::MAX));
        let left = u32::try_from(AT_ONCE.saturating_sub(self.held.len())).unwrap_or(0);
        let most = self.courier.exchange.room(&partner, Which::Rt).min(own).min(left);
        if most == 0 {
            return Ok(0);
        }
        let Courier { store, randomness, deadline, .. } = &self.courier;
        // Another number each time: what a lease that ran out has led to is not taken for what the next one did.
        let holder = i64::from_ne_bytes(randomness.number().to_ne_bytes());
        let lease = signed(*deadline).saturating_add(SLACK);
        let hold = Hold { holder, now, until: now.saturating_add(lease).unwrap_or(Timestamp::MAX) };
        let letters = store.claim_letters(id, hold, most).await?;
        let taken = letters.len();
        for letter in letters {
            let task = self.sending.spawn(self.courier.clone().deliver(letter.clone(), Arc::clone(&partner)));
            self.held.insert(task.id(), letter);
        }
        self.served = Some(id.clone());
        Ok(taken)
    }

    /// Says once that the database fails, and once that it is back.
    fn tell(&mut self, round: &Result<usize, StoreError>) {
        match round {
            Err(error) if !self.fails => {
                tracing::warn!(%error, "receipts for partners wait for the database")
            }
            Ok(_) if self.fails => tracing::info!("receipts for partners go on"),
            Ok(_) | Err(_) => {}
        }
        self.fails = round.is_err();
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                tracing::error!("a receipt on its way was abandoned by a panic");
                error.id()
            }
        };
        self.held.remove(&id);
    }

    async fn finish(mut self, hard: CancellationToken) {
        loop {
            tokio::select! {
                () = hard.cancelled() => break,
                ended = self.sending.join_next_with_id() => match ended {
                    Some(ended) => self.forget(ended),
                    None => break,
                }
            }
        }
        self.sending.abort_all();
        let held: Vec<Letter> = self.held.into_values().collect();
        if !held.is_empty() && self.courier.store.release_letters(&held).await.is_err() {
            tracing::warn!("receipts that were under way wait for the end of their lease");
        }
    }
}
