//! A Kubernetes control plane on 127.0.0.1: etcd, the API server and the controllers that roll pods.
//!
//! There is neither scheduler nor kubelet. A pod is created and deleted by the controllers as anywhere else, and
//! becomes ready when the tests say so.

use fs_err as fs;
use std::any::Any;

use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::Server;
use crate::support::programs::Toolset;

/// What a control plane consists of, and kubectl.
pub(crate) const PROGRAMS: Toolset = Toolset {
    variable: "HELMSUM_CLUSTER_BIN",
    script: "tests/tools/cluster/build",
    programs: &["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"],
};

/// How long the control plane may take to answer. It needs seconds; a busy machine needs more.
const START_LIMIT: Duration = Duration::from_secs(180);

const NODES: [&str; 2] = ["node-a", "node-b"];

/// The user that helm acts as, told apart from the controllers in the audit log.
pub(crate) const DEPLOYER: &str = "deployer";

const POLICY: &str = r#"{
  "apiVersion": "audit.k8s.io/v1",
  "kind": "Policy",
  "omitStages": ["RequestReceived", "ResponseStarted"],
  "rules": [{"level": "Metadata", "verbs": ["create", "update", "patch", "delete", "deletecollection"]}]
}"#;

/// A running control plane. It ends when this is dropped.
pub(crate) struct Cluster {
    folder: TempDir,
    kubectl: PathBuf,
    processes: Vec<u32>,
    // Dropped before the keeper is waited for: that is the sign to stop.
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

/// The control plane that all tests running at the moment use.
pub(crate) fn shared(programs: &[PathBuf]) -> Arc<Cluster> {
    static CURRENT: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    current.upgrade().unwrap_or_else(|| {
        let started = Arc::new(Cluster::start(programs));
        *current = Arc::downgrade(&started);
        started
    })
}

impl Cluster {
    /// Starts a control plane and waits until it answers.
    pub(crate) fn start(programs: &[PathBuf]) -> Self {
        let folder =
            tempfile::Builder::new().prefix("helmsum-cluster-").tempdir().expect("a temporary folder");
        let (stop, stopped) = channel();
        let (started, ready) = channel();
        let programs = programs.to_vec();
        let kubectl = program(&programs, "kubectl").to_path_buf();
        let root = folder.path().to_path_buf();
        // A thread of its own, for it has to outlive the test that happens to come first.
        let keeper = thread::spawn(move || keep(&programs, &root, &started, &stopped));
        match ready.recv() {
            Ok(processes) => Self { folder, kubectl, processes, stop: Some(stop), keeper: Some(keeper) },
            Err(_) => resume_unwind(keeper.join().expect_err("a keeper that reports nothing has panicked")),
        }
    }

    /// The kubeconfig of the user who deploys.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        kubeconfig(self.folder.path(), DEPLOYER)
    }

    /// The audit log: one JSON document per line for each request that writes.
    pub(crate) fn audit_log(&self) -> PathBuf {
        self.folder.path().join("audit.log")
    }

    /// The numbers of the processes that make up the control plane.
    pub(crate) fn processes(&self) -> &[u32] {
        &self.processes
    }

    /// What kubectl prints, or its complaint.
    pub(crate) fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let output = kubectl(&self.kubectl, &self.kubeconfig(), arguments);
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).expect("kubectl prints UTF-8"))
        } else {
            Err(format!("kubectl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)))
        }
    }

    fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments).unwrap_or_else(|complaint| panic!("{complaint}"))
    }

    /// The objects of a kind in a namespace.
    pub(crate) fn list(&self, kind: &str, namespace: &str) -> Vec<Value> {
        let text = self.kubectl(&["get", kind, "--namespace", namespace, "--output=json"]);
        let mut list: Value = serde_json::from_str(&text).expect("kubectl prints JSON");
        match list["items"].take() {
            Value::Array(items) => items,
            other => panic!("`items` is {other}"),
        }
    }

    /// One object, if it exists.
    pub(crate) fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let arguments = ["get", kind, name, "--namespace", namespace, "--output=json", "--ignore-not-found"];
        let text = self.kubectl(&arguments);
        (!text.is_empty()).then(|| serde_json::from_str(&text).expect("kubectl prints JSON"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop.take();
        let end = self.keeper.take().map(JoinHandle::join);
        if let Some(Err(panic)) = end
            && !thread::panicking()
        {
            resume_unwind(panic);
        }
    }
}

/// Starts the programs, reports their processes, and ends them when the other side of `stopped` is dropped.
fn keep(programs: &[PathBuf], root: &Path, started: &Sender<Vec<u32>>, stopped: &Receiver<()>) {
    prepare(root);
    // Between choosing a free port and using it somebody else may take it.
    let mut attempts = 3;
    let mut servers = loop {
        attempts -= 1;
        match catch_unwind(AssertUnwindSafe(|| boot(programs, root))) {
            Ok(servers) => break servers,
            Err(panic) if attempts == 0 || !port_was_taken(panic.as_ref()) => resume_unwind(panic),
            Err(_) => {}
        }
    };
    if started.send(servers.iter().map(Server::process).collect()).is_ok() {
        let _ = stopped.recv();
    }
    // The last one started ends first, so that none waits for one that has gone.
    while servers.pop().is_some() {}
}

fn port_was_taken(panic: &(dyn Any + Send)) -> bool {
    panic.downcast_ref::<String>().is_some_and(|message| message.contains("address already in use"))
}

/// Writes what the programs read besides their arguments.
fn prepare(root: &Path) {
    for user in [DEPLOYER, "controller"] {
        fs::create_dir(root.join(user)).expect("a folder");
    }
    let tokens = format!(
        "{DEPLOYER},{DEPLOYER},{DEPLOYER},system:masters\ncontroller,controller,controller,system:masters\n"
    );
    fs::write(root.join("tokens.csv"), tokens).expect("a token file");
    fs::write(root.join("policy.json"), POLICY).expect("an audit policy");
    let key = Command::new("openssl")
        .args(["genrsa", "-out"])
        .arg(root.join("service-account.key"))
        .arg("2048")
        .output();
    let key = key.unwrap_or_else(|error| panic!("`openssl` cannot be started: {error}"));
    assert!(key.status.success(), "openssl: {}", String::from_utf8_lossy(&key.stderr));
}

fn boot(programs: &[PathBuf], root: &Path) -> Vec<Server> {
    let [client, peer, secure] = free_ports();
    let data = tempfile::Builder::new().prefix("etcd-").tempdir_in(root).expect("a data folder").keep();
    let etcd =
        Server::start(program(programs, "etcd"), &etcd_arguments(&data, client, peer), root.join("etcd.log"));
    let log = root.join("kube-apiserver.log");
    let api_server =
        Server::start(program(programs, "kube-apiserver"), &api_server_arguments(root, client, secure), log);
    let mut servers = vec![etcd, api_server];
    for user in [DEPLOYER, "controller"] {
        fs::write(kubeconfig(root, user), kubeconfig_text(root, secure, user)).expect("a kubeconfig");
    }
    wait_until_ready(program(programs, "kubectl"), root, &mut servers);
    add_nodes(program(programs, "kubectl"), root);
    let controllers = [
        format!("--kubeconfig={}", kubeconfig(root, "controller").display()),
        "--controllers=deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller,\
         garbage-collector-controller"
            .to_owned(),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
    ];
    let log = root.join("kube-controller-manager.log");
    servers.push(Server::start(program(programs, "kube-controller-manager"), &controllers, log));
    servers
}

fn etcd_arguments(data: &Path, client: u16, peer: u16) -> [String; 7] {
    [
        "--name=test".to_owned(),
        format!("--data-dir={}", data.display()),
        format!("--listen-client-urls=http://127.0.0.1:{client}"),
        format!("--advertise-client-urls=http://127.0.0.1:{client}"),
        format!("--listen-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-advertise-peer-urls=http://127.0.0.1:{peer}"),
        format!("--initial-cluster=test=http://127.0.0.1:{peer}"),
    ]
}

fn api_server_arguments(root: &Path, etcd: u16, port: u16) -> Vec<String> {
    let path = |name: &str| root.join(name).display().to_string();
    vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", path("certificates")),
        format!("--token-auth-file={}", path("tokens.csv")),
        "--authorization-mode=AlwaysAllow".to_owned(),
        format!("--service-account-key-file={}", path("service-account.key")),
        format!("--service-account-signing-key-file={}", path("service-account.key")),
        "--service-account-issuer=https://127.0.0.1".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // Nobody creates the account that this plugin wants every pod to have.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        // The loopback address may not become an endpoint, and nothing in the cluster calls the server.
        "--endpoint-reconciler-type=none".to_owned(),
        format!("--audit-policy-file={}", path("policy.json")),
        format!("--audit-log-path={}", path("audit.log")),
    ]
}

fn wait_until_ready(kubectl_program: &Path, root: &Path, servers: &mut [Server]) {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        for server in &mut *servers {
            server.check().unwrap_or_else(|message| panic!("{message}"));
        }
        let answer = kubectl(kubectl_program, &kubeconfig(root, DEPLOYER), &["get", "--raw=/readyz"]);
        if answer.status.success() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the API server is not ready after {START_LIMIT:?}: {}\n{}",
            String::from_utf8_lossy(&answer.stderr),
            servers.last().map(Server::log_end).unwrap_or_default()
        );
        thread::sleep(Duration::from_millis(200));
    }
}

/// The nodes that a DaemonSet gets its pods for. Nothing runs on them.
fn add_nodes(kubectl_program: &Path, root: &Path) {
    let admin = kubeconfig(root, DEPLOYER);
    let run = |arguments: &[&str]| {
        let output = kubectl(kubectl_program, &admin, arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let manifest = root.join("nodes.json");
    let nodes = NODES.map(|name| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": nodes});
    fs::write(&manifest, list.to_string()).expect("a manifest");
    run(&["create", "--filename", manifest.to_str().expect("temporary folders are UTF-8")]);
    // The server gives a new node a taint that no kubelet is there to take away.
    run(&["taint", "nodes", "--all", "node.kubernetes.io/not-ready-"]);
}

fn kubectl(program: &Path, kubeconfig: &Path, arguments: &[&str]) -> Output {
    let home = kubeconfig.parent().expect("a kubeconfig lies in a folder");
    Command::new(program)
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("KUBECONFIG", kubeconfig)
        .output()
        .unwrap_or_else(|error| panic!("`kubectl` cannot be started: {error}"))
}

fn kubeconfig(root: &Path, user: &str) -> PathBuf {
    root.join(user).join("config")
}

/// The server signs its own certificate, so that certificate is the authority too.
fn kubeconfig_text(root: &Path, port: u16, user: &str) -> String {
    let authority = root.join("certificates/apiserver.crt");
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters: [{{name: test, cluster: {{server: 'https://127.0.0.1:{port}', certificate-authority: '{}'}}}}]\n\
         users: [{{name: {user}, user: {{token: {user}}}}}]\n\
         contexts: [{{name: test, context: {{cluster: test, user: {user}}}}}]\n",
        authority.display()
    )
}

/// Ports that nobody listens on at the moment, all different.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners: [TcpListener; N] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

fn program<'a>(programs: &'a [PathBuf], name: &str) -> &'a Path {
    programs.iter().find(|path| path.ends_with(name)).unwrap_or_else(|| panic!("`{name}` was not asked for"))
}
