//! Plays scenarios: step after step, until one does not end as expected.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::super::client::{Client, TlsFiles};
use super::super::judge::Expectations;
use super::super::receipt::Spread;
use super::super::report::{CaseReport, Ending, Report, Shown, StepReport};
use super::super::variables::Variables;
use super::super::{Activation, Demand as NodeDemand, Exchange, Node, Parties, paid_data};
use super::form::{Scenario, Source};
use super::made::PositionApi;
use super::session::{Begun, Session};
use super::step::{Action, Activate, Channel, Demand, Receipt, Step, Verify};
use super::{expect, fields};
use crate::domain::clock::Clock;
use crate::wire::common::TransferChannel;

/// More rounds than that and a report could not be read any more.
const ROUNDS_MAX: u16 = 1000;

/// Whom scenarios are played against.
#[derive(Debug)]
pub struct Target {
    /// Where the node sends its requests.
    pub url: String,
    /// How it proves who it is, and whom it trusts.
    pub files: TlsFiles,
    /// Whom it asks, where a step does not say.
    pub parties: Parties,
    /// What the registry of the platform holds.
    pub known: Expectations,
    /// How long it waits for an answer; as long as the real node if not said.
    pub patience: Option<Duration>,
    /// Where missing notices are made.
    pub api: Option<PositionApi>,
    /// What time it is.
    pub clock: Clock,
}

/// Plays scenarios against one target.
#[derive(Clone, Debug)]
pub struct Player(Arc<Target>);

/// A connection, and what is known so far.
struct Hand {
    node: Node,
    session: Session,
}

/// The reports of steps, once they are done.
type Done<'a> = Pin<Box<dyn Future<Output = Vec<StepReport>> + Send + 'a>>;

impl Player {
    /// A player against that target.
    pub fn new(target: Target) -> Self {
        Player(Arc::new(target))
    }

    /// A report without cases yet.
    pub fn report(&self, tool: &str) -> Report {
        let Target { url, parties, clock, .. } = &*self.0;
        Report {
            tool: tool.to_owned(),
            target: url.clone(),
            institution: parties.pa.clone(),
            broker: parties.broker.clone(),
            station: parties.station.clone(),
            began_at: clock.now(),
            cases: Vec::new(),
        }
    }

    /// Plays one scenario. `given` are the variables from outside, which win over its own; a notice among
    /// `own_notices` is taken as it is and not made.
    pub async fn play(&self, scenario: &Scenario, given: &Variables, own_notices: &[String]) -> CaseReport {
        let (began_at, begun) = (self.0.clock.now(), Instant::now());
        let mut report = CaseReport {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            description: scenario.description.trim().to_owned(),
            certifies: scenario.certifies.clone(),
            began_at,
            took: Duration::ZERO,
            ending: Ending::Skipped,
            reason: None,
            notices: Vec::new(),
            steps: Vec::new(),
        };
        match self.prepare(scenario, given, own_notices).await {
            Ok((mut hand, notices)) => {
                report.notices = notices;
                report.steps = self.steps(&scenario.steps, "", &mut hand).await;
            }
            Err(reason) => report.reason = Some(reason),
        }
        report.took = begun.elapsed();
        report.judged()
    }

    /// Finds or makes the notices; returns a hand that holds them, and their numbers by name.
    async fn prepare(
        &self,
        scenario: &Scenario,
        given: &Variables,
        own_notices: &[String],
    ) -> Result<(Hand, Vec<(String, String)>), String> {
        let mut session = Session::new(given.clone());
        for (name, value) in &scenario.variables {
            if given.get(name).is_none() {
                let value = session.fill(value)?;
                session.variables.put(name, &value);
            }
        }
        session.variables.put("RUN", &self.0.clock.now().as_microsecond().to_string());
        let mut notices = Vec::new();
        for (name, need) in &scenario.notices {
            let known = own_notices.contains(name).then(|| session.variables.get(name)).flatten();
            let number = match (known, &need.source, &self.0.api) {
                (Some(number), _, _) => number.to_owned(),
                (None, Source::Number(number), _) => session.fill(number)?,
                (None, Source::Position(position), Some(api)) => {
                    api.make(&self.0.parties.pa, position, &session).await?
                }
                (None, Source::Position(_), None) => {
                    let what = &need.what;
                    return Err(format!(
                        "it needs a notice that is {what}: give --set {name}=NUMBER, or API_URL and API_KEY so that \
                         one can be made"
                    ));
                }
            };
            session.variables.put(name, &number);
            notices.push((name.clone(), number));
        }
        Ok((self.hand(session)?, notices))
    }

    fn hand(&self, session: Session) -> Result<Hand, String> {
        let Target { url, files, parties, known, patience, clock, .. } = &*self.0;
        // The node's own patience ends first; that of the client is only for what it does not know.
        let longest = patience.unwrap_or_default().max(Duration::from_secs(60));
        let client = Client::new(url, files, longest).map_err(|error| error.to_string())?;
        let mut node = Node::new(client, parties.clone(), clock.clone()).knowing(known.clone());
        if let Some(patience) = patience {
            node = node.waiting(*patience);
        }
        Ok(Hand { node, session })
    }

    fn steps<'a>(&'a self, steps: &'a [Step], prefix: &'a str, hand: &'a mut Hand) -> Done<'a> {
        Box::pin(async move {
            let mut reports = Vec::new();
            let mut failed = None;
            for (number, step) in (1..).zip(steps) {
                let number = format!("{prefix}{number}");
                if let Some(failed) = &failed {
                    let reason = format!("step {failed} failed");
                    reports.push(step_report(number, step, (Ending::Skipped, vec![reason]), Vec::new()));
                    continue;
                }
                let done = self.step(step, &number, hand).await;
                if done.iter().any(|report| report.ending == Ending::Failed) {
                    failed = Some(number);
                }
                reports.extend(done);
            }
            reports
        })
    }

    async fn step(&self, step: &Step, number: &str, hand: &mut Hand) -> Vec<StepReport> {
        let asked = match &step.action {
            Action::Wait(span) => {
                tokio::time::sleep(*span).await;
                Ok(Vec::new())
            }
            Action::Parallel(steps) => return self.parallel(step, steps, number, hand).await,
            Action::Repeat(repeat) => {
                let mut reports =
                    vec![step_report(number.to_owned(), step, (Ending::Passed, Vec::new()), Vec::new())];
                for round in 1..=repeat.times.min(ROUNDS_MAX) {
                    let done = self.steps(&repeat.steps, &format!("{number}.{round}."), hand).await;
                    let failed = done.iter().any(|report| report.ending == Ending::Failed);
                    reports.extend(done);
                    if failed {
                        break;
                    }
                }
                return worst_first(reports);
            }
            Action::Verify(verify) => self.verify(verify, hand).await,
            Action::Activate(activate) => self.activate(activate, hand).await,
            Action::Receipt(receipt) => self.receipt(receipt, hand).await,
            Action::Demand(demand) => self.demand(demand, hand).await,
            Action::Probe(parties) => match hand.session.parties(&self.0.parties, parties) {
                Ok(parties) => {
                    hand.node.address(parties);
                    Ok(vec![hand.node.probe().await])
                }
                Err(reason) => Err(reason),
            },
        };
        let report = match asked {
            Ok(exchanges) => judged(step, &exchanges, &mut hand.session, number),
            Err(reason) => step_report(number.to_owned(), step, (Ending::Failed, vec![reason]), Vec::new()),
        };
        vec![report]
    }

    async fn parallel(&self, step: &Step, steps: &[Step], number: &str, hand: &mut Hand) -> Vec<StepReport> {
        let mut beside = JoinSet::new();
        for (place, inner) in (1_usize..).zip(steps.iter().cloned()) {
            let (player, session) = (self.clone(), hand.session.clone());
            let inner_number = format!("{number}.{place}");
            beside.spawn(async move {
                match player.hand(session) {
                    Ok(mut hand) => {
                        let reports = player.boxed_step(&inner, &inner_number, &mut hand).await;
                        (place, reports, Some(hand.session))
                    }
                    Err(reason) => {
                        let ending = (Ending::Failed, vec![reason]);
                        (place, vec![step_report(inner_number, &inner, ending, Vec::new())], None)
                    }
                }
            });
        }
        let mut done = BTreeMap::new();
        while let Some(joined) = beside.join_next().await {
            let (place, reports, session) = match joined {
                Ok(played) => played,
                // A step that is missing from a report must not look like one that passed.
                Err(ended) => std::panic::resume_unwind(ended.into_panic()),
            };
            done.insert(place, (reports, session));
        }
        let mut reports =
            vec![step_report(number.to_owned(), step, (Ending::Passed, Vec::new()), Vec::new())];
        for (inner, session) in done.into_values() {
            reports.extend(inner);
            if let Some(session) = session {
                hand.session.learn(session);
            }
        }
        worst_first(reports)
    }

    /// As [`Self::step`], for a step inside another: the size of a future must not depend on itself.
    fn boxed_step<'a>(&'a self, step: &'a Step, number: &'a str, hand: &'a mut Hand) -> Done<'a> {
        Box::pin(self.step(step, number, hand))
    }

    async fn verify(&self, verify: &Verify, hand: &mut Hand) -> Result<Vec<Exchange>, String> {
        hand.node.address(hand.session.parties(&self.0.parties, &verify.to)?);
        let notice = hand.session.fill(&verify.notice)?;
        Ok(vec![hand.node.verify(&notice).await])
    }

    async fn activate(&self, said: &Activate, hand: &mut Hand) -> Result<Vec<Exchange>, String> {
        let parties = hand.session.parties(&self.0.parties, &said.to)?;
        let issuer = parties.pa.clone();
        hand.node.address(parties);
        let notice = hand.session.fill(&said.notice)?;
        let activation = Activation {
            amount: hand.session.fill_some(said.amount.as_ref())?,
            note: hand.session.fill_some(said.note.as_ref())?,
            due_date: hand.session.fill_some(said.due_date.as_ref())?,
            channel: said.channel.map(|channel| match channel {
                Channel::Postal => TransferChannel::Postal,
                Channel::PagoPa => TransferChannel::Pagopa,
            }),
            ..Activation::of(said.version.into(), &notice)
        };
        let exchange = hand.node.activate(&activation).await;
        if let Some(data) = exchange.verdict.answer.as_ref().and_then(|answer| paid_data(answer, &issuer)) {
            hand.session.begun(said.payment.as_ref(), Begun { issuer, notice, data });
        }
        Ok(vec![exchange])
    }

    async fn receipt(&self, said: &Receipt, hand: &mut Hand) -> Result<Vec<Exchange>, String> {
        let parties = hand.session.parties(&self.0.parties, &said.to)?;
        let plan = hand.session.receipt(said, &parties.pa, self.0.clock.now())?;
        hand.node.address(parties);
        if let Some(delay) = said.delay {
            tokio::time::sleep(delay.0).await;
        }
        let again = said.copies.saturating_sub(1);
        let spread = Spread { broadcast: said.broadcast, reversed: said.reorder, again };
        let recipient = hand.session.fill_some(said.recipient.as_ref())?;
        let recipients: Vec<&str> = match &recipient {
            Some(recipient) => vec![recipient.as_str(); usize::from(again) + 1],
            None => plan.deliveries(spread),
        };
        let mut exchanges = Vec::new();
        for recipient in recipients {
            exchanges.push(hand.node.receipt(&plan, recipient).await);
        }
        Ok(exchanges)
    }

    async fn demand(&self, said: &Demand, hand: &mut Hand) -> Result<Vec<Exchange>, String> {
        hand.node.address(hand.session.parties(&self.0.parties, &said.to)?);
        let service = hand.session.fill(&said.service)?;
        let subject = hand.session.fill_some(said.subject.as_ref())?.unwrap_or_else(|| service.clone());
        let document = hand.session.fill(&said.document)?.into_bytes();
        Ok(vec![hand.node.demand(&NodeDemand { service, subject, document }).await])
    }
}

/// What came of a step that asked something; what it saves is known from now on.
fn judged(step: &Step, exchanges: &[Exchange], session: &mut Session, number: &str) -> StepReport {
    let mut reasons = Vec::new();
    for exchange in exchanges {
        match expect::check(&step.expect, exchange, &session.variables) {
            Ok(found) => reasons.extend(found),
            Err(error) => reasons.push(error.to_string()),
        }
    }
    for (name, path) in &step.save {
        let received = exchanges.last().and_then(|exchange| exchange.received.as_ref());
        let found = received.and_then(|received| fields::at(&String::from_utf8_lossy(&received.body), path));
        match found {
            Some(value) => session.variables.put(name, &value),
            None => reasons.push(format!("{path} is missing, and should be kept as {name}")),
        }
    }
    let ending = if reasons.is_empty() { Ending::Passed } else { Ending::Failed };
    let shown = exchanges.iter().map(Shown::new).collect();
    let report = step_report(number.to_owned(), step, (ending, reasons), shown);
    // What was meant, with the values of this run.
    let expected = session.fill(&report.expected).unwrap_or(report.expected);
    StepReport { expected, ..report }
}

fn step_report(
    number: String,
    step: &Step,
    (ending, reasons): (Ending, Vec<String>),
    exchanges: Vec<Shown>,
) -> StepReport {
    let (what, asks) = match &step.action {
        Action::Verify(_) => ("verify", true),
        Action::Activate(_) => ("activate", true),
        Action::Receipt(_) => ("receipt", true),
        Action::Demand(_) => ("demand", true),
        Action::Probe(_) => ("probe", true),
        Action::Wait(_) => ("wait", false),
        Action::Parallel(_) => ("at the same time", false),
        Action::Repeat(_) => ("several times", false),
    };
    let name = match &step.name {
        Some(name) => format!("{what}: {name}"),
        None => what.to_owned(),
    };
    let expected = if asks { expect::told(&step.expect) } else { String::new() };
    StepReport { number, name, expected, ending, reasons, exchanges }
}

/// The step that holds others ends as the worst of them.
fn worst_first(mut reports: Vec<StepReport>) -> Vec<StepReport> {
    let worst = reports.iter().map(|report| report.ending).max();
    if let (Some(first), Some(worst)) = (reports.first_mut(), worst) {
        first.ending = worst;
    }
    reports
}
