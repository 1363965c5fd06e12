use std::sync::Arc;
fn main() {
    let code = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap().join().unwrap_or(101);
    std::process::exit(code);
}
fn run() -> i32 {
    let mut r = helmsum::state::Request::new(
        Arc::new(helmsum::tree::WorkTree),
        camino::Utf8PathBuf::try_from(std::env::current_dir().unwrap()).unwrap(),
        std::env::vars().collect(),
    );
    let mut a = std::env::args().skip(2);
    while let Some(o) = a.next() {
        match o.as_str() {
            "-f" => r.file = a.next(),
            "-e" => r.environment = a.next(),
            "-l" => r.selectors.extend(a.next()),
            "--output" => {
                a.next();
            }
            "--state-values-set" => r.state_values_set.extend(a.next()),
            x => panic!("{x}"),
        }
    }
    match helmsum::state::read(&r) {
        Ok(x) => {
            println!("{}", serde_json::to_string_pretty(&x.to_json(&r.directory)).unwrap());
            if x.visits.iter().all(|v| v.releases.is_empty()) && x.visits.is_empty() { 3 } else { 0 }
        }
        Err(e) => {
            eprintln!(
                "{:?}: {e}{}",
                e.cause(),
                e.problem().hint.as_ref().map(|h| format!(" [{h}]")).unwrap_or_default()
            );
            1
        }
    }
}
