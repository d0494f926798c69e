//! The programs of creditor institutions that say what something costs: asked by HTTP, signed, within a deadline.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::domain::catalogue::charge::Charge;
use crate::domain::catalogue::form::Answers;
use crate::domain::catalogue::ids::ServiceId;
use crate::domain::catalogue::offering::Offering;
use crate::domain::catalogue::price::{CalculatorUrl, SecretNumber};
use crate::domain::clock::Clock;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::randomness::Randomness;
use crate::guard::{Answer, CircuitSettings, Circuits, Secret, Secrets, Sender, Sign, signed_headers};
use crate::registry::Registry;
use crate::store::Store;

use super::answer::{Judge, refusal};
use super::tally::{CalculatorCounts, Tally};
use super::{PriceError, Refusal, Unavailable, wrong};

/// How many calculators are asked at once, all together.
const AT_ONCE: usize = 64;

/// When a calculator is left alone.
const CIRCUIT: CircuitSettings =
    CircuitSettings { failures: 5, pause: SignedDuration::from_secs(30), at_once: 16 };

/// For whom the price is asked; the URL may serve several.
const ORGANIZATION: HeaderName = HeaderName::from_static("x-varco-organization");
const SERVICE: HeaderName = HeaderName::from_static("x-varco-service");

/// Secrets that we share with the calculators of creditor institutions. None is kept: each follows from a key, the
/// offering and a count.
#[derive(Clone, Debug)]
pub struct CalculatorSecrets(Secrets);

impl CalculatorSecrets {
    /// What the key is derived for from the master key of the installation.
    pub const PURPOSE: &'static str = "calculator";

    /// Secrets under a key that serves nothing else.
    pub fn under(key: [u8; 32]) -> Self {
        CalculatorSecrets(Secrets::under(key))
    }

    /// The secret of that number of an offering, in the form in which it is handed out once: `whsec_` and Base64.
    pub fn shown(&self, (ec, service): (&FiscalCode, &ServiceId), number: i64) -> SecretString {
        self.of((ec, service), number).shown()
    }

    fn of(&self, (ec, service): (&FiscalCode, &ServiceId), number: i64) -> Secret {
        // Fiscal codes have eleven digits, so that no two offerings have one name.
        self.0.of(&format!("calculator {ec}/{service}"), number)
    }
}

/// What calculators are asked with.
#[derive(Clone, Debug)]
pub struct CalculatorSettings {
    /// What reaches them.
    pub sender: Sender,
    /// What requests are signed with; without it none is asked.
    pub secrets: Option<CalculatorSecrets>,
    /// Which secret signs.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// What names of requests are drawn from.
    pub randomness: Randomness,
    /// How long one may take, all included.
    pub deadline: Duration,
}

/// Asks calculators. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calculators {
    settings: CalculatorSettings,
    circuits: Circuits,
    slots: Arc<Semaphore>,
    tally: Arc<Tally>,
}

impl Calculators {
    /// Asks with these settings.
    pub fn new(settings: CalculatorSettings) -> Self {
        Calculators {
            settings,
            circuits: Circuits::new(CIRCUIT),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            tally: Arc::default(),
        }
    }

    /// What came of it since the start, and which are left alone now.
    pub fn counts(&self) -> CalculatorCounts {
        let broken = self.circuits.broken(self.settings.clock.now());
        CalculatorCounts { outcomes: self.tally.outcomes(), open: broken.open, half_open: broken.half_open }
    }

    /// What a calculator charges for those answers.
    pub(super) async fn charge(
        &self,
        (url, offering): (&CalculatorUrl, &Offering),
        answers: &Answers,
        (registry, now): (&Registry, Timestamp),
    ) -> Result<Charge, PriceError> {
        let said = match self.ask(url, offering, answers).await {
            Ok(answer) => understand(&answer, Judge { offering, registry, now }),
            Err(unavailable) => Err(unavailable.into()),
        };
        self.tally.count(&said);
        if let Err(error @ (PriceError::Unavailable(_) | PriceError::Wrong(_))) = &said {
            let (ec, service) = (&offering.ec, &offering.service);
            tracing::warn!(%ec, %service, %error, "a calculator gave no price");
        }
        said
    }

    async fn ask(
        &self,
        url: &CalculatorUrl,
        offering: &Offering,
        answers: &Answers,
    ) -> Result<Answer, Unavailable> {
        let secrets = self.settings.secrets.as_ref().ok_or(Unavailable::NoKey)?;
        // Of each institution its own: who names the address of another can refuse nobody else a price.
        let circuit = format!("{} {}", offering.ec, url.as_str());
        let pass = self.circuits.enter(&circuit, self.settings.clock.now())?;
        let _slot = self.slots.try_acquire().map_err(|_| Unavailable::Busy)?;
        let until = Instant::now() + self.settings.deadline;
        let key = (&offering.ec, &offering.service);
        // That our own database is slow is nothing that the calculator did.
        let number = timeout_at(until, self.number(key)).await.unwrap_or(Err(Unavailable::Store))?;
        let now = self.settings.clock.now();
        let signing: Vec<Secret> = number.holding(now).map(|number| secrets.of(key, number)).collect();
        let exchange = self.exchange((url, &signing), key, answers);
        let said = timeout_at(until, exchange).await.unwrap_or(Err(Unavailable::Slow));
        let sign = if said.is_ok() { Sign::Alive } else { Sign::Failing };
        pass.settle(sign, self.settings.clock.now());
        said
    }

    /// Which secret signs.
    async fn number(&self, (ec, service): (&FiscalCode, &ServiceId)) -> Result<SecretNumber, Unavailable> {
        let found = self.settings.store.calculator_secret(ec, service).await.map_err(|error| {
            tracing::warn!(%error, "the number of a secret could not be read");
            Unavailable::Store
        })?;
        Ok(found.unwrap_or(SecretNumber::FIRST))
    }

    async fn exchange(
        &self,
        (url, signing): (&CalculatorUrl, &[Secret]),
        key: (&FiscalCode, &ServiceId),
        answers: &Answers,
    ) -> Result<Answer, Unavailable> {
        let CalculatorSettings { clock, randomness, sender, .. } = &self.settings;
        let now = clock.now();
        let body = question(answers);
        let id = format!("calc_{:016x}{:016x}", randomness.number(), randomness.number());
        let mut headers = signed_headers(&id, now.as_second(), &body, signing);
        headers.extend(addressed(key));
        let (answer, _) = sender.post(url.as_str(), headers, body).await;
        let answer =
            answer.map_err(|why| if why.is_late() { Unavailable::Slow } else { Unavailable::Down })?;
        let has_answered = matches!(answer.status, 200 | 201) || refused(&answer).is_some();
        if has_answered { Ok(answer) } else { Err(Unavailable::Status(answer.status)) }
    }
}

/// The answers of the payer: name to text, as the published contract has it.
fn question(answers: &Answers) -> Bytes {
    let members = answers.iter().map(|(name, value)| (name.to_string(), value.canonical().into()));
    serde_json::Value::Object(members.collect()).to_string().into()
}

fn addressed((ec, service): (&FiscalCode, &ServiceId)) -> HeaderMap {
    let json = HeaderValue::from_static("application/json");
    let named = [(ORGANIZATION, ec.as_str()), (SERVICE, service.as_str())];
    let named = named.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(text).ok()?)));
    [(CONTENT_TYPE, json.clone()), (ACCEPT, json)].into_iter().chain(named).collect()
}

/// What the payer is told, if the calculator says that the payer is wrong.
fn refused(answer: &Answer) -> Option<Refusal> {
    // Too slow and too often are faults of ours or of the calculator.
    let of_payer = (400..500).contains(&answer.status) && !matches!(answer.status, 401 | 403 | 408 | 429);
    of_payer.then(|| refusal(&answer.body).map(Refusal::Calculator)).flatten()
}

fn understand(answer: &Answer, judge: Judge<'_>) -> Result<Charge, PriceError> {
    if let Some(refusal) = refused(answer) {
        return Err(refusal.into());
    }
    if !answer.whole {
        return Err(PriceError::Wrong(vec![wrong("", "too_large", "is larger than 64 KiB")]));
    }
    judge.charge(&answer.body).map_err(PriceError::Wrong)
}
