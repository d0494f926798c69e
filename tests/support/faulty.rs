//! A database of which one chosen call goes wrong: fails, is late, or is carried out and not answered.
//!
//! On PostgreSQL a call is a message and its answer, and a proxy comes between; on SQLite it is a step of a
//! statement or a commit, and the hook of `varco::store::fault` does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use varco::store::fault::{Faults, Step, Verdict};
use varco::store::{Store, StoreOptions};

use super::TestDatabase;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The engine refuses it: an interrupted statement or a vetoed commit on SQLite; that class of error on
    /// PostgreSQL.
    Refused(&'static str),
    /// The connection breaks before the engine sees it. PostgreSQL only.
    Cut,
    /// The engine carries it out, and the connection breaks before it says so. PostgreSQL only.
    Unanswered,
    /// Whoever asked goes away while it is carried out.
    Abandoned,
    /// It takes that much longer.
    Late(Duration),
}

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    All,
    /// Commits only: one among the thousand steps of a use case. SQLite only.
    Commits,
}

/// Which call goes wrong; all clones are one.
#[derive(Clone, Default)]
pub struct Plan(Arc<Mutex<Planned>>);

#[derive(Default)]
struct Planned {
    armed: Option<(Among, usize, Fault)>,
    caller: Option<AbortHandle>,
    seen: usize,
    struck: bool,
}

impl Plan {
    /// Has the call after so many others go wrong, counted from now.
    pub fn arm(&self, among: Among, after: usize, fault: Fault) {
        *self.0.lock().unwrap() = Planned { armed: Some((among, after, fault)), ..Planned::default() };
    }

    /// Whose going away a call may meet.
    pub fn caller(&self, caller: AbortHandle) {
        self.0.lock().unwrap().caller = Some(caller);
    }

    /// Lets all calls pass. Whether one went wrong.
    pub fn disarm(&self) -> bool {
        std::mem::take(&mut *self.0.lock().unwrap()).struck
    }

    fn next(&self, call: Among) -> Option<Fault> {
        let mut planned = self.0.lock().unwrap();
        let (among, after, fault) = planned.armed?;
        if among == Among::Commits && call != Among::Commits {
            return None;
        }
        let is_the_one = planned.seen == after;
        planned.seen += 1;
        planned.struck |= is_the_one;
        let caller = planned.caller.take_if(|_| is_the_one && fault == Fault::Abandoned);
        drop(planned);
        if let Some(caller) = caller {
            caller.abort();
        }
        is_the_one.then_some(fault)
    }
}

/// A store on a fresh database whose calls follow the plan.
pub async fn open(database: &TestDatabase, plan: &Plan) -> Store {
    let options = StoreOptions::default();
    if database.engine == "sqlite" {
        let plan = plan.clone();
        let among = |step| if step == Step::Commit { Among::Commits } else { Among::All };
        let faults = Faults::new(move |step| match plan.next(among(step)) {
            Some(Fault::Refused(_) | Fault::Cut | Fault::Unanswered) => Verdict::Fails,
            Some(Fault::Late(delay)) => {
                std::thread::sleep(delay);
                Verdict::Passes
            }
            Some(Fault::Abandoned) => {
                // Time to go away, before the work goes on.
                std::thread::sleep(Duration::from_millis(1));
                Verdict::Passes
            }
            None => Verdict::Passes,
        });
        return Store::open_with_faults(&database.url, options, faults).await.unwrap();
    }
    let url = interpose(&database.url, plan.clone()).await;
    Store::open(&url, options).await.unwrap()
}

/// Starts a proxy that knows where a message of the protocol begins and ends; the URL that leads through it.
async fn interpose(url: &str, plan: Plan) -> String {
    let (head, database) = url.rsplit_once('/').unwrap();
    let (user, server) = head.rsplit_once('@').unwrap();
    let server: SocketAddr = server.parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{user}@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let plan = plan.clone();
            let server = TcpStream::connect(server).await.unwrap();
            // An end of either side ends the other.
            tokio::spawn(async move { drop(relay(client, server, &plan).await) });
        }
    });
    url
}

/// A connection: greetings, and then one request after the other, each with its whole answer.
async fn relay(client: TcpStream, server: TcpStream, plan: &Plan) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let length = from_client.read_u32().await?;
    let mut greeting = vec![0; length as usize - 4];
    from_client.read_exact(&mut greeting).await?;
    to_server.write_u32(length).await?;
    to_server.write_all(&greeting).await?;
    let welcome = answer(&mut from_server).await?;
    to_client.write_all(&welcome).await?;
    loop {
        let request = request(&mut from_client).await?;
        // A rollback that fails is no fault that a server has; what failed before it is.
        let fault = if is_rollback(&request) { None } else { plan.next(Among::All) };
        match fault {
            None | Some(Fault::Abandoned) => {}
            Some(Fault::Late(delay)) => tokio::time::sleep(delay).await,
            Some(Fault::Cut) => return Ok(()),
            Some(Fault::Refused(code)) => {
                to_server.write_all(&refusal(code)).await?;
                to_client.write_all(&answer(&mut from_server).await?).await?;
                continue;
            }
            Some(Fault::Unanswered) => {
                to_server.write_all(&request).await?;
                answer(&mut from_server).await?;
                return Ok(());
            }
        }
        pass(&request, &mut to_server, (&mut from_server, &mut to_client)).await?;
    }
}

async fn pass(
    request: &[u8],
    to_server: &mut OwnedWriteHalf,
    (from_server, to_client): (&mut OwnedReadHalf, &mut OwnedWriteHalf),
) -> std::io::Result<()> {
    to_server.write_all(request).await?;
    to_client.write_all(&answer(from_server).await?).await
}

/// Messages of the client up to the one that the server answers.
async fn request(from: &mut OwnedReadHalf) -> std::io::Result<Vec<u8>> {
    messages(from, |kind| kind == b'S' || kind == b'Q').await
}

/// Messages of the server up to the one that asks for more.
async fn answer(from: &mut OwnedReadHalf) -> std::io::Result<Vec<u8>> {
    messages(from, |kind| kind == b'Z').await
}

async fn messages(from: &mut OwnedReadHalf, is_last: impl Fn(u8) -> bool) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let start = all.len() + 5;
        all.push(kind);
        all.extend_from_slice(&length.to_be_bytes());
        all.resize(start + length as usize - 4, 0);
        from.read_exact(&mut all[start..]).await?;
        if is_last(kind) {
            return Ok(all);
        }
    }
}

fn is_rollback(request: &[u8]) -> bool {
    request.first() == Some(&b'Q') && request[5..].starts_with(b"ROLLBACK")
}

/// A request that the server refuses with that code.
fn refusal(code: &str) -> Vec<u8> {
    let text = format!("DO $$ BEGIN RAISE EXCEPTION 'a fault of a test' USING ERRCODE = '{code}'; END $$\0");
    let mut message = vec![b'Q'];
    message.extend_from_slice(&(text.len() as u32 + 4).to_be_bytes());
    message.extend_from_slice(text.as_bytes());
    message
}
