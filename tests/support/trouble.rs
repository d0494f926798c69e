//! Trouble with the database, made from outside of the gateway.

use std::net::SocketAddr;
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::TestDatabase;

/// Somebody else's connection to the same database.
pub enum Intruder {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Intruder {
    pub async fn enter(database: &TestDatabase) -> Self {
        let url = &database.url;
        match database.engine {
            "sqlite" => Intruder::Sqlite(SqliteConnection::connect(url).await.unwrap()),
            _ => Intruder::Postgres(PgConnection::connect(url).await.unwrap()),
        }
    }

    pub async fn run(&mut self, statements: &str) {
        let statements = AssertSqlSafe(statements.to_owned());
        match self {
            Intruder::Sqlite(connection) => drop(connection.execute(statements).await.unwrap()),
            Intruder::Postgres(connection) => drop(connection.execute(statements).await.unwrap()),
        }
    }

    /// Reads columns `name` and `number`.
    pub async fn read(&mut self, statement: &str) -> Vec<(String, i64)> {
        let statement = AssertSqlSafe(statement.to_owned());
        match self {
            Intruder::Sqlite(connection) => sqlx::query_as(statement).fetch_all(connection).await.unwrap(),
            Intruder::Postgres(connection) => sqlx::query_as(statement).fetch_all(connection).await.unwrap(),
        }
    }

    /// Holds what every receipt needs, until [`release`](Intruder::release).
    pub async fn block_receipts(&mut self) {
        match self {
            Intruder::Sqlite(_) => self.run("BEGIN IMMEDIATE").await,
            Intruder::Postgres(_) => self.run("BEGIN; LOCK TABLE receipt IN ACCESS EXCLUSIVE MODE").await,
        }
    }

    pub async fn release(&mut self) {
        self.run("ROLLBACK").await;
    }

    /// Takes the tables that every request needs out of sight.
    pub async fn hide_tables(&mut self) {
        for table in TABLES {
            self.run(&format!("ALTER TABLE {table} RENAME TO {table}_hidden")).await;
        }
    }

    pub async fn show_tables(&mut self) {
        for table in TABLES {
            self.run(&format!("ALTER TABLE {table}_hidden RENAME TO {table}")).await;
        }
    }
}

const TABLES: [&str; 3] = ["notice", "receipt", "creditor_institution"];

/// What a [`Proxy`] does with the connections through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Passes everything on.
    Up,
    /// Passes nothing on and says nothing.
    Hangs,
    /// Has cut every connection and cuts new ones.
    Cut,
}

/// Stands between the gateway and PostgreSQL.
pub struct Proxy {
    pub url: String,
    line: watch::Sender<Line>,
}

impl Proxy {
    pub async fn start(url: &str) -> Self {
        let (head, database) = url.rsplit_once('/').unwrap();
        let (user, server) = head.rsplit_once('@').unwrap();
        let server: SocketAddr = server.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{user}@{}/{database}", listener.local_addr().unwrap());
        let (line, state) = watch::channel(Line::Up);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server, state.clone()));
            }
        });
        Proxy { url, line }
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn forward(client: TcpStream, server: SocketAddr, mut line: watch::Receiver<Line>) {
    if *line.borrow() == Line::Cut {
        return;
    }
    let server = TcpStream::connect(server).await.unwrap();
    let (client, server) = (Arc::new(client), Arc::new(server));
    let mut there = tokio::spawn(copy(Arc::clone(&client), Arc::clone(&server), line.clone()));
    let mut back = tokio::spawn(copy(server, client, line.clone()));
    tokio::select! {
        _ = &mut there => {}
        _ = &mut back => {}
        _ = line.wait_for(|line| *line == Line::Cut) => {}
    }
    there.abort();
    back.abort();
}

async fn copy(from: Arc<TcpStream>, to: Arc<TcpStream>, mut line: watch::Receiver<Line>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        if from.readable().await.is_err() || line.wait_for(|line| *line == Line::Up).await.is_err() {
            return;
        }
        match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => {
                let mut rest = &buffer[..n];
                while !rest.is_empty() && to.writable().await.is_ok() {
                    match to.try_write(rest) {
                        Ok(written) => rest = &rest[written..],
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                        Err(_) => return,
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
