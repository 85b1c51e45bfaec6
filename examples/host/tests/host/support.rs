//! A host in a process of its own, and clients that speak to it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use reqwest::{Client, Response};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long anything may take that is to happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What comes of it, unless it takes too long.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("{what} takes too long"))
}

/// A folder of a test's own.
pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The binary, which hears of nothing that the tests' environment says.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
    command.env_clear().current_dir(data).stdin(Stdio::null()).kill_on_drop(true);
    command.arg("--data").arg(data.join("data")).args(arguments);
    command
}

/// Runs the binary to its end.
pub async fn run(data: &Path, arguments: &[&str]) -> Output {
    within("the process", command(data, arguments).output()).await.unwrap()
}

/// A token that the binary makes.
pub async fn token(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, &[&["token"], arguments].concat()).await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// The lines of a stream, as they come.
struct Lines {
    so_far: watch::Receiver<Vec<String>>,
    reading: JoinHandle<()>,
}

impl Lines {
    fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (told, so_far) = watch::channel(Vec::new());
        let mut lines = BufReader::new(stream).lines();
        let reading = tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.unwrap() {
                told.send_modify(|lines: &mut Vec<String>| lines.push(line));
            }
        });
        Self { so_far, reading }
    }

    /// The first that has something to say.
    async fn find<T>(&self, find: impl Fn(&str) -> Option<T>) -> T {
        let mut so_far = self.so_far.clone();
        let found = |lines: &Vec<String>| lines.iter().find_map(|line| find(line));
        let lines = within("a line", so_far.wait_for(|lines| found(lines).is_some())).await;
        let lines =
            lines.unwrap_or_else(|_| panic!("the host has ended: {:?}", self.so_far.borrow().clone()));
        found(&lines).unwrap()
    }

    fn text(&self) -> String {
        self.so_far.borrow().join("\n")
    }
}

/// A host that serves.
pub struct Host {
    child: Child,
    out: Lines,
    log: Lines,
    pub address: SocketAddr,
    pub client: Client,
}

/// How a host has ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub log: String,
}

impl Host {
    /// Starts one on a port that is free, and waits until it serves.
    pub async fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(command(data, arguments), Lines::of).await
    }

    /// The same, with variables in its environment.
    #[cfg(feature = "otel")]
    pub async fn start_in(environment: &[(&str, &str)], data: &Path) -> Self {
        let mut command = command(data, &[]);
        command.envs(environment.iter().copied());
        Self::start_with(command, Lines::of).await
    }

    /// The same, with nobody who reads its standard output.
    pub async fn start_deaf(data: &Path) -> Self {
        Self::start_with(command(data, &[]), |out| {
            drop(out);
            Lines::of(tokio::io::empty())
        })
        .await
    }

    async fn start_with(mut command: Command, read: impl FnOnce(ChildStdout) -> Lines) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--log-format", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = read(child.stdout.take().unwrap());
        let log = Lines::of(child.stderr.take().unwrap());
        let address = log.find(|line| logged_address(line, "serving")).await;
        Self { child, out, log, address, client: Client::new() }
    }

    /// The token for alice that it printed.
    pub async fn token(&self) -> String {
        self.out.find(|line| line.strip_prefix("TOKEN=").map(str::to_owned)).await
    }

    /// The lines for curl that it printed: where to, and with which body.
    pub async fn curl_lines(&self) -> Vec<(String, Value)> {
        self.out.find(|line| line.contains("activity/recent").then_some(())).await;
        let part = |line: &str, before: &str, after: &str| {
            line.split_once(before).unwrap().1.split_once(after).unwrap().0.to_owned()
        };
        let text = self.out.text();
        let lines = text.lines().filter(|line| line.starts_with("curl "));
        lines
            .map(|line| {
                assert!(line.contains("-H \"Authorization: Bearer $TOKEN\""), "{line}");
                let body = serde_json::from_str(&part(line, "-d '", "'")).unwrap();
                (part(line, "curl -s ", " "), body)
            })
            .collect()
    }

    /// Where its metrics are, if they have an address of their own.
    pub async fn metrics_address(&self) -> SocketAddr {
        self.log.find(|line| logged_address(line, "serving metrics")).await
    }

    /// Waits until the log says it.
    #[cfg(feature = "chaos")]
    pub async fn logged(&self, text: &str) {
        self.log.find(|line| line.contains(text).then_some(())).await;
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> Response {
        within(path, self.client.get(self.url(path)).send()).await.unwrap()
    }

    /// The status of an action's reply, and the reply.
    pub async fn call(&self, token: &str, action: &str, body: Value) -> (u16, Value) {
        self.try_call(token, action, body).await.unwrap()
    }

    /// The same, where the host may have gone.
    pub async fn try_call(&self, token: &str, action: &str, body: Value) -> reqwest::Result<(u16, Value)> {
        let url = self.url(&format!("/api/execute/{action}"));
        let reply = within(action, self.client.post(url).bearer_auth(token).json(&body).send()).await?;
        Ok((reply.status().as_u16(), reply.json().await?))
    }

    /// A new task of the user's: its id.
    pub async fn create(&self, token: &str, title: &str) -> String {
        let (status, reply) = self.call(token, "task_manager/create", json!({ "title": title })).await;
        assert_eq!(status, 200, "{reply}");
        text(&reply["id"])
    }

    /// The ids of all tasks.
    pub async fn tasks(&self, token: &str) -> Vec<String> {
        self.all(token, "task_manager/list", "_id").await
    }

    /// The tasks of which `activity` has heard something.
    pub async fn heard(&self, token: &str) -> Vec<String> {
        self.all(token, "activity/recent", "item_id").await
    }

    async fn all(&self, token: &str, action: &str, field: &str) -> Vec<String> {
        let (status, reply) = self.call(token, action, json!({ "limit": 1000 })).await;
        assert_eq!(status, 200, "{reply}");
        assert!(reply["total"].as_u64().unwrap() <= 1000, "there are more than fit on a page");
        reply["items"].as_array().unwrap().iter().map(|item| text(&item[field])).collect()
    }

    /// One of its figures, all labels summed up.
    pub async fn figure(&self, name: &str) -> u64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let of_it =
            |line: &&str| line.starts_with(&format!("{name}{{")) || line.starts_with(&format!("{name} "));
        text.lines().filter(of_it).map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }

    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// How it ends, once it does.
    pub async fn ended(mut self) -> Ended {
        let status = within("the end of the host", self.child.wait()).await.unwrap();
        within("the last words", async { (self.out.reading.await, self.log.reading.await) }).await.0.unwrap();
        let (out, log) = (self.out.so_far.borrow().join("\n"), self.log.so_far.borrow().join("\n"));
        Ended { code: status.code(), out, log }
    }

    /// Kills it as nothing else would.
    pub async fn kill(self) {
        self.signal(Signal::KILL);
        assert_eq!(self.ended().await.code, None);
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn logged_address(line: &str, message: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields")?;
    (fields.get("message")? == message).then(|| fields["address"].as_str().unwrap().parse().unwrap())
}

/// Waits until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    within(what, async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Many that try to create tasks until they cannot any more.
pub struct Load {
    workers: Vec<JoinHandle<()>>,
    acknowledged: watch::Sender<Vec<String>>,
}

impl Load {
    pub fn on(host: &Host, token: &str) -> Self {
        let acknowledged = watch::Sender::new(Vec::new());
        let worker = |number| {
            let (client, url) = (host.client.clone(), host.url("/api/execute/task_manager/create"));
            let (token, acknowledged) = (token.to_owned(), acknowledged.clone());
            tokio::spawn(async move {
                for round in 0.. {
                    let body = json!({ "title": format!("{number} {round}") });
                    let Ok(reply) = client.post(&url).bearer_auth(&token).json(&body).send().await else {
                        break;
                    };
                    // While it ends, the host may refuse.
                    if reply.status() == 503 {
                        break;
                    }
                    assert_eq!(reply.status(), 200);
                    let Ok(reply) = reply.json::<Value>().await else { break };
                    acknowledged.send_modify(|all: &mut Vec<String>| all.push(text(&reply["id"])));
                }
            })
        };
        Self { workers: (0..8).map(worker).collect(), acknowledged }
    }

    /// Waits until so many are acknowledged.
    pub async fn reaches(&self, many: usize) {
        within("the load", self.acknowledged.subscribe().wait_for(|all| all.len() >= many)).await.unwrap();
    }

    /// What was acknowledged, once the host has gone.
    pub async fn end(self) -> Vec<String> {
        for worker in self.workers {
            within("a client", worker).await.unwrap();
        }
        self.acknowledged.borrow().clone()
    }
}
