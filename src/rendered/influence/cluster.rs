//! A stand-in for an API server, which helm's `lookup` asks.
//!
//! It listens on the loopback address alone, knows every kind that it is told of in every group and version, and answers with
//! an object of what was asked for, or that there is none. Helm 3 asks it for what `lookup` names; Helm 4 also for its version and
//! for all that it offers.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use camino::Utf8PathBuf;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use serde_json::{Value, json};

use super::super::arguments::Argument;
use super::super::template::Templating;
use crate::program::{Confidential, Placement};

/// How long a connection may stay silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it may take to reach a port of this machine.
const REACHABLE: Duration = Duration::from_secs(10);

/// How long the server waits where a connection cannot be taken.
const BREATH: Duration = Duration::from_millis(20);

/// The most bytes of a request that are read.
const LONGEST: u64 = 1 << 20;

/// What a cluster that stands in for the real one knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    /// Kinds, such as `Secret`. Each is there in every group and version that is asked for.
    pub(super) kinds: BTreeSet<String>,
    /// Groups with their version, such as `apps/v1`.
    pub(super) versions: BTreeSet<String>,
    /// The keys of every object's data.
    pub(super) keys: BTreeSet<String>,
    /// The version of Kubernetes, such as `v1.34.0`.
    pub(super) kube_version: String,
    /// What is there of what is looked up.
    pub(super) objects: Objects,
}

/// The objects of a cluster that stands in for the real one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Objects {
    /// There are none.
    #[default]
    None,
    /// Whatever is asked for is there.
    All,
    /// These are there: kind, namespace and name.
    Only(BTreeSet<(String, String, String)>),
}

/// A server that runs until it is dropped, with a configuration file that names it.
#[derive(Debug)]
pub(super) struct StandIn {
    address: SocketAddr,
    /// Its other end is watched by the worker, which ends where this one is closed.
    runs: Option<PipeWriter>,
    worker: Option<JoinHandle<()>>,
    /// Last, so that the configuration lies in it as long as the server runs.
    _files: Confidential,
    /// The configuration file for helm.
    kubeconfig: Utf8PathBuf,
}

impl StandIn {
    /// Starts a server on a port of its own.
    ///
    /// # Errors
    ///
    /// Where there is no port, the loopback address cannot be reached, or the configuration cannot be written.
    pub(super) fn start(offer: Offer) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let mut files = Confidential::new(Placement::Folder);
        let kubeconfig = files.file("kubeconfig", configuration(address).to_string().as_bytes())?;
        // Between the look at it and the answer, a connection may be gone again.
        listener.set_nonblocking(true)?;
        let (end, runs) = io::pipe()?;
        let offer = Arc::new(offer);
        let worker =
            thread::Builder::new().name("stand-in".into()).spawn(move || listen(&listener, &end, &offer))?;
        let server = Self { address, runs: Some(runs), worker: Some(worker), _files: files, kubeconfig };
        // Where nobody reaches it, a chart would be judged by a cluster that does not answer.
        TcpStream::connect_timeout(&address, REACHABLE)?;
        Ok(server)
    }

    /// Where it listens, as a URL.
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has a call of helm ask this server, and no other cluster.
    pub(super) fn answers(&self, call: &mut Templating) {
        // The last of an option counts, so that no other cluster is ever asked.
        for (option, value) in [
            ("--dry-run", "server"),
            ("--kubeconfig", self.kubeconfig.as_str()),
            ("--kube-context", "helmsum"),
            ("--kube-apiserver", &self.url()),
            ("--kube-token", ""),
            ("--kube-ca-file", ""),
            ("--kube-as-user", ""),
            ("--kube-tls-server-name", ""),
            // Helm 4 would ask for the schemas of what it has rendered.
            ("--disable-openapi-validation", "true"),
        ] {
            call.arguments.push(Argument::Text(format!("{option}={value}")));
        }
        call.environment.retain(|name, _| !name.starts_with("HELM_KUBE") && !name.ends_with("_PROXY"));
        call.environment
            .retain(|name, _| !name.ends_with("_proxy") && !name.starts_with("KUBERNETES_SERVICE"));
        call.environment.insert("KUBECONFIG".to_owned(), self.kubeconfig.to_string());
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        drop(self.runs.take());
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

/// Answers connections, each in a thread of its own, until the other end of `end` is closed.
fn listen(listener: &TcpListener, end: &PipeReader, offer: &Arc<Offer>) {
    loop {
        let mut watched = [PollFd::new(end, PollFlags::IN), PollFd::new(listener, PollFlags::IN)];
        match poll(&mut watched, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return,
        }
        if !watched[0].revents().is_empty() {
            return;
        }
        if watched[1].revents().is_empty() {
            continue;
        }
        let Ok((connection, _)) = listener.accept() else {
            // No free descriptor, for one: others may end meanwhile.
            thread::sleep(BREATH);
            continue;
        };
        let offer = Arc::clone(offer);
        // A client that goes away in the middle has what it wanted.
        let _ = thread::Builder::new().spawn(move || serve(&connection, &offer));
    }
}

fn configuration(address: SocketAddr) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "helmsum",
        "clusters": [{"name": "helmsum", "cluster": {"server": format!("http://{address}")}}],
        "users": [{"name": "helmsum", "user": {}}],
        "contexts": [{"name": "helmsum", "context": {"cluster": "helmsum", "user": "helmsum"}}],
    })
}

/// Answers the requests of a connection until it is closed.
fn serve(connection: &TcpStream, offer: &Offer) -> io::Result<()> {
    connection.set_nonblocking(false)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(connection);
    loop {
        let mut head = String::new();
        let mut limited = (&mut reader).take(LONGEST);
        while !head.ends_with("\r\n\r\n") {
            if limited.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, length)| length.trim().parse().ok())
            .unwrap_or(0_u64);
        io::copy(&mut (&mut reader).take(length.min(LONGEST)), &mut io::sink())?;
        let target = head.split(' ').nth(1).unwrap_or("/");
        let (status, body) = answer(target, offer);
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut writer = connection;
        writer.write_all((head + &body).as_bytes())?;
    }
}

/// What the server says about a path.
fn answer(target: &str, offer: &Offer) -> (&'static str, Value) {
    let path = target.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts[..] {
        ["version"] => ("200 OK", version(&offer.kube_version)),
        ["api"] => ("200 OK", json!({"kind": "APIVersions", "versions": ["v1"]})),
        ["apis"] => ("200 OK", groups(offer)),
        ["api", version] => ("200 OK", resources(version, offer)),
        ["apis", group, version] => ("200 OK", resources(&format!("{group}/{version}"), offer)),
        ["api", version, ref rest @ ..] => object(version, rest, offer),
        ["apis", group, version, ref rest @ ..] => object(&format!("{group}/{version}"), rest, offer),
        _ => not_found(),
    }
}

fn version(kube_version: &str) -> Value {
    let mut numbers = kube_version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or("1"), numbers.next().unwrap_or("0"));
    json!({"major": major, "minor": minor, "gitVersion": kube_version, "platform": "linux/amd64"})
}

fn groups(offer: &Offer) -> Value {
    let groups: Vec<Value> = offer
        .versions
        .iter()
        .filter_map(|both| {
            let (group, version) = both.split_once('/')?;
            let one = json!({"groupVersion": both, "version": version});
            Some(json!({"name": group, "versions": [one], "preferredVersion": one}))
        })
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn resources(group_version: &str, offer: &Offer) -> Value {
    let resources: Vec<Value> = offer
        .kinds
        .iter()
        .map(|kind| json!({"name": kind, "singularName": kind, "namespaced": true, "kind": kind, "verbs": ["get", "list"]}))
        .collect();
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources})
}

/// An object or a list, by what comes after its version: `namespaces/N/RESOURCE/NAME`, without either end.
fn object(api_version: &str, rest: &[&str], offer: &Offer) -> (&'static str, Value) {
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        _ => (None, rest),
    };
    let one = |kind: &str, namespace: &str, name: &str| thing(api_version, kind, namespace, name, offer);
    let anywhere = namespace.unwrap_or("helmsum");
    match (rest, &offer.objects) {
        ([kind, name], Objects::All) => ("200 OK", one(kind, anywhere, name)),
        ([kind, name], Objects::Only(some)) => {
            let is_it = |(of, within, own): &&(String, String, String)| {
                of == kind && own == name && namespace.is_none_or(|namespace| within == namespace)
            };
            some.iter()
                .find(is_it)
                .map_or_else(not_found, |(_, within, _)| ("200 OK", one(kind, within, name)))
        }
        ([kind], Objects::All) => list(api_version, kind, &[one(kind, anywhere, "helmsum")]),
        ([kind], Objects::Only(some)) => {
            let is_in = |(of, within, _): &&(String, String, String)| {
                of == kind && namespace.is_none_or(|namespace| within == namespace)
            };
            let own = some.iter().filter(is_in).map(|(_, within, name)| one(kind, within, name));
            list(api_version, kind, &own.collect::<Vec<_>>())
        }
        _ => not_found(),
    }
}

fn list(api_version: &str, kind: &str, items: &[Value]) -> (&'static str, Value) {
    let list = json!({"kind": format!("{kind}List"), "apiVersion": api_version,
        "metadata": {"resourceVersion": "4711"}, "items": items});
    ("200 OK", list)
}

fn thing(api_version: &str, kind: &str, namespace: &str, name: &str, offer: &Offer) -> Value {
    // The base64 of a word, for a Secret; a ConfigMap may have it as it is.
    let data = Value::Object(offer.keys.iter().map(|key| (key.clone(), "aGVsbXN1bQ==".into())).collect());
    json!({
        "apiVersion": api_version, "kind": kind, "type": "Opaque",
        "metadata": {
            "name": name, "namespace": namespace, "uid": "5d1b8f0a-1111-4222-8333-000000004711",
            "resourceVersion": "4711", "generation": 3, "creationTimestamp": "2001-02-03T04:05:06Z",
            "labels": data, "annotations": data,
        },
        "data": data, "spec": data, "status": data,
    })
}

fn not_found() -> (&'static str, Value) {
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "not found", "reason": "NotFound", "code": 404});
    ("404 Not Found", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(objects: Objects) -> Offer {
        Offer {
            kinds: ["Secret".to_owned()].into(),
            versions: ["apps/v1".to_owned()].into(),
            keys: ["password".to_owned()].into(),
            kube_version: "v1.30.2".into(),
            objects,
        }
    }

    #[test]
    fn what_is_asked_for_is_there_or_not() {
        let path = "/api/v1/namespaces/edge/Secret/db?x=y";
        let (status, found) = answer(path, &offer(Objects::All));
        assert_eq!((status, &found["metadata"]["name"]), ("200 OK", &json!("db")));
        assert_eq!((&found["metadata"]["namespace"], &found["kind"]), (&json!("edge"), &json!("Secret")));
        assert!(found["data"]["password"].is_string());
        assert_eq!(answer(path, &offer(Objects::None)).0, "404 Not Found");
        let (_, list) = answer("/apis/apps/v1/Deployment", &offer(Objects::All));
        assert_eq!(
            (&list["kind"], list["items"].as_array().map(Vec::len)),
            (&json!("DeploymentList"), Some(1))
        );
        let (_, namespace) = answer("/api/v1/namespaces/edge", &offer(Objects::All));
        assert_eq!(namespace["metadata"]["name"], "edge");
        assert_eq!(answer("/version", &offer(Objects::All)).1["minor"], "30");
        let own = [("Secret".to_owned(), "edge".to_owned(), "db".to_owned())];
        let own = offer(Objects::Only(own.into()));
        assert_eq!(answer(path, &own).0, "200 OK");
        for other in ["/api/v1/namespaces/edge/Secret/other", "/api/v1/namespaces/other/Secret/db"] {
            assert_eq!(answer(other, &own).0, "404 Not Found", "{other}");
        }
        for (list, count) in
            [("/api/v1/namespaces/edge/Secret", 1), ("/api/v1/Secret", 1), ("/api/v1/Pod", 0)]
        {
            assert_eq!(answer(list, &own).1["items"].as_array().map(Vec::len), Some(count), "{list}");
        }
        assert_eq!(answer("/apis", &offer(Objects::All)).1["groups"][0]["name"], "apps");
        assert_eq!(answer("/api/v1", &offer(Objects::All)).1["resources"][0]["kind"], "Secret");
    }

    #[test]
    fn it_answers_on_the_loopback_address_until_it_is_dropped() {
        let server = StandIn::start(offer(Objects::All)).expect("a server");
        let address = server.address;
        assert!(address.ip().is_loopback());
        let text = fs_err::read_to_string(&server.kubeconfig).expect("a file");
        assert!(text.contains(&server.url()), "{text}");
        let mut client = TcpStream::connect(address).expect("a connection");
        client.write_all(b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
        let mut status = String::new();
        BufReader::new(&client).read_line(&mut status).expect("an answer");
        assert_eq!(status, "HTTP/1.1 200 OK\r\n");
        let folder = server.kubeconfig.parent().expect("a folder").to_owned();
        drop(client);
        drop(server);
        assert!(TcpStream::connect(address).is_err() && !folder.exists());
    }
}
