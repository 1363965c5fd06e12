//! Web servers for tests on the loopback address: files of a folder, such as a repository of charts, and a registry of charts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Serves the files of a folder until the listener's thread ends with the test, and returns its URL.
pub(crate) fn serve(folder: PathBuf) -> String {
    let address = listen(move |request| {
        let body = fs_err::read(folder.join(request.path.trim_start_matches('/'))).ok()?;
        Some(Answer { kind: "application/octet-stream", body })
    });
    format!("http://{address}")
}

/// Serves the packaged charts of a folder as a registry from which charts are pulled, without TLS, and returns its host and port. The
/// name of a repository is that of the chart, with anything in front.
pub(crate) fn registry(folder: PathBuf) -> String {
    listen(move |request| pulled(&folder, &request.path))
}

/// What is asked.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With what follows a `?`.
    pub(crate) path: String,
    /// Each as it was sent: `Name: value`.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// What is answered to a request that is understood.
pub(crate) struct Answer {
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The part of the distribution specification of OCI that pulling takes: `/v2/`, tags, manifests by tag or digest, blobs.
fn pulled(folder: &Path, path: &str) -> Option<Answer> {
    let path = path.split('?').next()?.strip_prefix("/v2/")?;
    if path.is_empty() {
        return Some(Answer { kind: "application/json", body: b"{}".to_vec() });
    }
    let mut parts = path.rsplitn(3, '/');
    let (wanted, what, repository) = (parts.next()?, parts.next()?, parts.next()?);
    let chart = repository.rsplit('/').next()?;
    let mut versions = Vec::new();
    for entry in fs_err::read_dir(folder).ok()? {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let version = name.strip_prefix(&format!("{chart}-")).and_then(|rest| rest.strip_suffix(".tgz"));
        versions.extend(version.map(str::to_owned));
    }
    versions.sort();
    if what == "tags" {
        let body = json!({ "name": repository, "tags": versions }).to_string().into_bytes();
        return Some(Answer { kind: "application/json", body });
    }
    for version in versions {
        let package = fs_err::read(folder.join(format!("{chart}-{version}.tgz"))).ok()?;
        let config =
            json!({ "apiVersion": "v2", "name": chart, "version": version }).to_string().into_bytes();
        let described = |kind: &str, body: &[u8]| json!({ "mediaType": kind, "digest": digest(body), "size": body.len() });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": described("application/vnd.cncf.helm.config.v1+json", &config),
            "layers": [described("application/vnd.cncf.helm.chart.content.v1.tar+gzip", &package)],
        });
        let manifest = manifest.to_string().into_bytes();
        if what == "manifests" && (wanted == version || wanted == digest(&manifest)) {
            return Some(Answer { kind: MANIFEST, body: manifest });
        }
        if let Some(body) =
            [config, package].into_iter().find(|body| what == "blobs" && wanted == digest(body))
        {
            return Some(Answer { kind: "application/octet-stream", body });
        }
    }
    None
}

fn digest(body: &[u8]) -> String {
    format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(body)))
}

/// Answers requests on a free port of the loopback address, and returns host and port. What `find` has no answer for is not found.
pub(crate) fn listen(find: impl Fn(&Request) -> Option<Answer> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is not a concern of the test.
            let _ = answer(stream, &find);
        }
    });
    address.to_string()
}

fn answer(mut stream: TcpStream, find: impl Fn(&Request) -> Option<Answer>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = || -> std::io::Result<String> {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        match line()? {
            header if header.is_empty() => break,
            header => headers.push(header),
        }
    }
    let length = headers.iter().find_map(|header| {
        let (name, value) = header.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body)?;
    let request = Request { method, path, headers, body };
    let (status, Answer { kind, body }) = match find(&request) {
        Some(found) => ("200 OK", found),
        None => ("404 Not Found", Answer { kind: "text/plain", body: Vec::new() }),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nDocker-Content-Digest: {}\r\nConnection: close\r\n\r\n",
        body.len(),
        digest(&body),
    )?;
    if request.method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}
