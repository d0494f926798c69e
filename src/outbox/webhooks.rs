//! One delivery: what is sent, signed, posted and understood of the answer.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;

use crate::domain::clock::Clock;
use crate::domain::delivery::{Ending, ending};
use crate::domain::subscription::{Subscription, SubscriptionForm};
use crate::guard::{Answer, NoAnswer, Secret, Secrets, Sender, signed_headers};
use crate::store::{Claimed, Store, StoreError};

use super::forms::{Message, RelayAnswer, RelayJudge};

/// The most of an answer that is kept, in bytes.
const KEPT: usize = 1024;

/// Sends events to endpoints. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Where receipts are.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// What reaches the endpoints.
    pub sender: Sender,
    /// What deliveries are signed with.
    pub secrets: Secrets,
    /// Reads what endpoints say that take the node's messages.
    pub judge: RelayJudge,
}

/// What came of sending something once.
#[derive(Clone, Debug)]
pub struct Reply {
    /// When it was sent.
    pub at: Timestamp,
    /// How long it took.
    pub took: SignedDuration,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was none, or why it is no good.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub response: Option<String>,
    /// What it means.
    pub ending: Ending,
}

impl Webhooks {
    /// Sends an event to the endpoint of a subscription at once and once, whatever its state.
    pub async fn try_now(&self, subscription: &Subscription, event_id: &str, body: String) -> Reply {
        self.post(subscription, event_id, Message::event(body)).await
    }

    /// Sends a delivery in the form that its subscription wants.
    pub(super) async fn deliver(
        &self,
        subscription: &Subscription,
        claimed: &Claimed,
    ) -> Result<Reply, StoreError> {
        let message = match (subscription.form, &claimed.receipt_key) {
            (SubscriptionForm::Event, _) => Some(Message::event(claimed.body.clone())),
            (form, Some(key)) => {
                match Message::of_receipt(&self.store, form, (&claimed.name.feed, key)).await {
                    // It will not get better by itself, and what is behind it must not wait for ever.
                    Err(StoreError::Corrupt { .. }) => None,
                    found => found?,
                }
            }
            (_, None) => None,
        };
        Ok(match message {
            Some(message) => self.post(subscription, &claimed.event_id, message).await,
            None => self.nothing_to_send(),
        })
    }

    fn nothing_to_send(&self) -> Reply {
        Reply {
            at: self.clock.now(),
            took: SignedDuration::ZERO,
            status: None,
            error: Some("the receipt is not here any more, or cannot be read".to_owned()),
            response: None,
            ending: Ending::Failed { wait_until: None },
        }
    }

    async fn post(&self, subscription: &Subscription, id: &str, message: Message) -> Reply {
        let at = self.clock.now();
        let Message { mut headers, body, operation } = message;
        headers.extend(self.signed(subscription, id, at, &body));
        let (answer, took) = self.sender.post(subscription.terms.url.as_str(), headers, body).await;
        let took = SignedDuration::try_from(took).unwrap_or(SignedDuration::MAX);
        let (status, error, response, ending) = match answer {
            Err(NoAnswer { text, .. }) => (None, Some(text), None, Ending::Failed { wait_until: None }),
            Ok(answer) => {
                let (ending, error) = self.understand(&answer, operation.as_deref());
                (Some(answer.status), error, Some(kept(&answer.body)), ending)
            }
        };
        Reply { at, took, status, error, response, ending }
    }

    fn understand(&self, answer: &Answer, operation: Option<&str>) -> (Ending, Option<String>) {
        let ending = ending(answer.status, answer.retry_after.as_deref(), self.clock.now());
        match operation {
            Some(operation) if ending == Ending::Taken => {
                let is_ok = answer.status == 200;
                match self.judge.judge(operation, &answer.body) {
                    RelayAnswer::Taken if is_ok => (ending, None),
                    RelayAnswer::Taken | RelayAnswer::Refused => {
                        let error = "the answer does not say that the receipt was taken";
                        (Ending::Failed { wait_until: None }, Some(error.to_owned()))
                    }
                }
            }
            _ if (300..400).contains(&answer.status) => {
                (ending, Some("the endpoint points elsewhere, and is not followed".to_owned()))
            }
            _ => (ending, None),
        }
    }

    /// The headers of Standard Webhooks. While the secret was changed lately, the one before signs too.
    fn signed(&self, subscription: &Subscription, id: &str, at: Timestamp, body: &Bytes) -> HeaderMap {
        let number = subscription.secret_no;
        let before = subscription.previous_until.filter(|until| *until > at).map(|_| number - 1);
        let secret = |number| self.secrets.of(subscription.id.as_str(), number);
        let secrets: Vec<Secret> = [Some(number), before].into_iter().flatten().map(secret).collect();
        signed_headers(id, at.as_second(), body, &secrets)
    }
}

/// The beginning of an answer, as text that every database takes.
fn kept(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..KEPT).unwrap_or(body)).into_owned();
    let printable = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    let mut kept = String::with_capacity(text.len());
    for c in text.chars().map(printable) {
        if kept.len() + c.len_utf8() > KEPT {
            break;
        }
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_an_answer_is_kept_and_nothing_that_a_database_refuses() {
        assert_eq!(kept(b"ok\n"), "ok\n");
        assert_eq!(kept(b"a\0b\x1b"), "a\u{fffd}b\u{fffd}");
        let long = "à".repeat(4000);
        assert_eq!(kept(long.as_bytes()).len(), KEPT);
        assert!(kept(&[0xff; 4000]).len() <= KEPT);
    }
}
