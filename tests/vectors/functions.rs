//! The template functions, compared with sprig's and helmfile's own: every vector is a template that the real program has
//! rendered (`tests/vectors/go/functions`).

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::template::effects::Watch;
use helmsum::internals::template::function::{Chance, Context, ExecPolicy, Parameter, Registry};
use helmsum::internals::template::functions::registry;
use helmsum::internals::template::{Options, render};
use helmsum::internals::tree::WorkTree;
use helmsum::internals::vals::References;
use helmsum::internals::value::{AnyMap, Element, List, Map, Time, Value};
use serde::Deserialize;

/// A template, and what the real program made of it.
#[derive(Debug, Deserialize)]
struct Vector {
    template: Option<String>,
    /// An expression whose type and value are printed with Go's syntax.
    show: Option<String>,
    /// An expression whose type and value are printed plainly.
    plain: Option<String>,
    output: Option<String>,
    base64: Option<String>,
    error: Option<String>,
}

impl Vector {
    fn text(&self) -> String {
        let shown = |expression: &str, verb: &str| {
            format!("{{{{ $r := {expression} }}}}{{{{ printf \"%T {verb}\" $r $r }}}}")
        };
        match (&self.template, &self.show, &self.plain) {
            (Some(template), ..) => template.clone(),
            (_, Some(expression), _) => shown(expression, "%#v"),
            (.., Some(expression)) => shown(expression, "%v"),
            _ => panic!("a vector without a template"),
        }
    }

    fn expected(&self) -> String {
        match (&self.output, &self.base64, &self.error) {
            (Some(output), ..) => format!("gives {output:?}"),
            (_, Some(bytes), _) => format!("gives the bytes {bytes}"),
            (.., error) => format!("fails: {}", error.as_deref().unwrap_or_default()),
        }
    }
}

/// The Go type of a function.
#[derive(Debug, Deserialize)]
struct Signature {
    name: String,
    parameters: Vec<String>,
    variadic: Option<String>,
    #[serde(default)]
    refused: bool,
}

fn vectors_folder() -> Utf8PathBuf {
    Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/functions")
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let text = fs_err::read_to_string(vectors_folder().join(name)).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

/// Runs with the stack that a run has.
fn on_big_stack(body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(body).expect("the thread starts");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// The files that the vectors read.
fn write_files(base: &Utf8Path) {
    for folder in ["dir/sub/deep", "empty"] {
        fs_err::create_dir_all(base.join(folder)).expect("a folder is made");
    }
    for (name, content) in [
        ("a.txt", "text of a\n".as_bytes()),
        ("binary", b"\xff\x00\x01"),
        ("dir/b.yaml", b"b: 1\n"),
        ("dir/.hidden", b""),
        ("dir/a b", b"blank"),
        ("dir/sub/c", b"c"),
        ("_helper.tpl", b"{{ define \"helper\" }}<{{ . }}>{{ end }}"),
        ("nested.tpl", b"{{ include \"helper\" . }}"),
        ("dir/sub/deep/d", b"d"),
    ] {
        fs_err::write(base.join(name), content).expect("a file is written");
    }
    for (name, target) in [("dir/link", "../a.txt"), ("dir/linkdir", "sub"), ("dir/dangling", "nowhere")] {
        std::os::unix::fs::symlink(Path::new(target), base.join(name)).expect("a link is made");
    }
}

fn context(base: &Utf8Path) -> Context {
    let zones = vectors_folder().join("zoneinfo");
    let path = std::env::var("PATH").unwrap_or_default();
    let environment: BTreeMap<String, String> = [
        ("PATH", path.as_str()),
        ("HELMSUM_VECTORS", "1"),
        ("TZ", zones.join("Test/North").as_str()),
        ("ZONEINFO", zones.as_str()),
        ("GREETING", "hello $USER"),
        ("EMPTY", ""),
        ("USER_1", "me"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    Context {
        tree: Arc::new(WorkTree),
        base: base.to_owned(),
        exec: ExecPolicy::Run,
        earlier: None,
        environment: Rc::new(environment),
        chance: Chance::Real,
        watch: Watch::default(),
        references: References::default(),
        place: None,
    }
}

fn time(text: &str, offset: i32, zone: &str) -> Value {
    Value::Time(Time { instant: text.parse().expect("it is a time"), offset, zone: zone.into() })
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().collect())
}

/// The data of all templates, as the Go program makes it.
fn data() -> Value {
    let nested = map([
        ("b", map([("c", Value::Int(1))])),
        ("x", Value::Nil),
        ("l", Value::from(vec![Value::Int(1), Value::Int(2)])),
    ]);
    let texts = Map::typed(Element::String);
    texts.insert("k", "v");
    texts.insert("w", "");
    let inner = AnyMap::from_entries(vec![("l".into(), Value::Int(1))]);
    let mixed = AnyMap::from_entries(vec![("k".into(), Value::AnyMap(inner))]);
    let ints = [3, 1, 2].into_iter().map(Value::Int).collect();
    let list = vec![
        "b".into(),
        Value::Int(1),
        Value::Nil,
        "a".into(),
        Value::Float(2.5),
        Value::Bool(true),
        map([("k", "v".into())]),
    ];
    map([
        ("nil", Value::Nil),
        ("int64", Value::Int64(-7)),
        ("uint64", Value::Uint64(u64::MAX)),
        ("float", Value::Float(2.5)),
        ("huge", Value::Float(1e300)),
        ("empty", "".into()),
        ("bytes", Value::from_bytes(b"a\xffb".to_vec())),
        ("unicode", "grüße ΑΣ 日本 😀".into()),
        ("time", time("2024-02-29T23:59:58.123456789Z", 0, "UTC")),
        ("east", time("2024-02-29T23:59:58+05:30", 19_800, "")),
        ("list", Value::from(list)),
        ("strings", Value::List(List::strings(["b", "c", "a"]))),
        ("ints", Value::List(List::typed(Element::Int, ints))),
        ("nothing", Value::from(Vec::new())),
        (
            "map",
            map([
                ("a", nested),
                ("s", "text".into()),
                ("n", Value::Int(0)),
                ("f", Value::Bool(false)),
                ("z", Value::Nil),
                ("e", map([])),
                ("el", Value::from(Vec::new())),
            ]),
        ),
        ("texts", Value::Map(texts)),
        ("anymap", Value::AnyMap(AnyMap::from_entries(vec![(Value::Int(1), "one".into())]))),
        ("mixed", map([("m", Value::AnyMap(mixed))])),
        ("none", map([])),
    ])
}

/// What helmsum makes of a vector.
enum Verdict {
    Same,
    /// It fails as the real program does, but says it differently.
    OtherWords,
    /// helmsum says that it does not do this.
    Refused,
    Different,
}

fn judge(vector: &Vector, context: &Context, registry: &Registry) -> (Verdict, String) {
    let base = context.base.as_str();
    let options = Options::default();
    match render("values.gotmpl".into(), &vector.text(), &data(), context, registry, &options) {
        Ok(rendered) => {
            let (same, shown) = match String::from_utf8(rendered.bytes) {
                Ok(text) => {
                    let text = text.replace(base, "BASE");
                    (vector.output.as_ref() == Some(&text), format!("gives {text:?}"))
                }
                Err(error) => {
                    let encoded = data_encoding::BASE64.encode(error.as_bytes());
                    (vector.base64.as_ref() == Some(&encoded), format!("gives the bytes {encoded}"))
                }
            };
            (if same { Verdict::Same } else { Verdict::Different }, shown)
        }
        Err(error) if error.refusal().is_some() => (Verdict::Refused, error.message.clone()),
        Err(error) => {
            let message = error.message.replace(base, "BASE");
            let verdict = match &vector.error {
                Some(error) if *error == message => Verdict::Same,
                Some(_) => Verdict::OtherWords,
                None => Verdict::Different,
            };
            (verdict, format!("fails: {message}"))
        }
    }
}

/// Compares a file of vectors. So many of them helmsum refuses, and so many errors are worded differently.
fn compare(name: &'static str, refusals: usize, other_words: usize) {
    on_big_stack(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let base = Utf8Path::from_path(folder.path()).expect("its name is UTF-8");
        write_files(base);
        let (context, registry) = (context(base), registry());
        let vectors: Vec<Vector> = read(&format!("{name}.json"));
        let (mut wrong, mut refused, mut reworded) = (Vec::new(), Vec::new(), Vec::new());
        for vector in &vectors {
            let (verdict, found) = judge(vector, &context, &registry);
            let group = match verdict {
                Verdict::Same => continue,
                Verdict::Different => &mut wrong,
                Verdict::Refused => &mut refused,
                Verdict::OtherWords => &mut reworded,
            };
            group.push(format!("{}\n    {}\n    {found}", vector.text(), vector.expected()));
        }
        assert!(
            wrong.is_empty(),
            "{} of {} are different:\n{}",
            wrong.len(),
            vectors.len(),
            wrong.join("\n")
        );
        assert_eq!(refused.len(), refusals, "refused:\n{}", refused.join("\n"));
        assert_eq!(reworded.len(), other_words, "other words:\n{}", reworded.join("\n"));
    });
}

/// A test for each file, with what it refuses and what it words differently.
macro_rules! topics {
    ($($test:ident: $name:literal, refuses $refusals:literal, rewords $other_words:literal;)*) => {
        $(#[test] fn $test() { compare($name, $refusals, $other_words); })*
    };
}

topics! {
    every_function_takes_values_of_every_type: "matrix", refuses 132, rewords 1;
    functions_without_a_fixed_result_fail_and_give_types_as_go_does: "types", refuses 9, rewords 0;
    texts_are_cut_quoted_and_replaced: "strings", refuses 0, rewords 0;
    names_change_their_letter_case: "names", refuses 0, rewords 0;
    numbers_are_converted_and_computed: "numbers", refuses 0, rewords 0;
    lists_and_maps_are_made_and_taken_apart: "collections", refuses 2, rewords 0;
    maps_are_merged_and_shared: "merging", refuses 2, rewords 0;
    texts_are_encoded_and_hashed: "encodings", refuses 0, rewords 0;
    json_is_read_and_written: "json", refuses 0, rewords 0;
    yaml_is_read_and_written: "yaml", refuses 10, rewords 1;
    regular_expressions_match_as_in_go: "regex", refuses 44, rewords 0;
    versions_satisfy_constraints: "versions", refuses 0, rewords 1;
    dates_are_read_and_written: "dates", refuses 0, rewords 0;
    spans_of_time_are_read_and_rounded: "durations", refuses 0, rewords 0;
    urls_are_taken_apart_and_joined: "urls", refuses 0, rewords 0;
    nested_values_are_reached_by_path: "state_values", refuses 0, rewords 0;
    files_variables_and_templates_are_read: "outside", refuses 0, rewords 0;
    programs_are_run: "programs", refuses 0, rewords 0;
}

#[test]
fn every_function_is_there_with_the_types_of_go() {
    let registry = registry();
    for signature in read::<Signature>("signatures.json") {
        let name = signature.name.as_str();
        if signature.refused {
            assert!(registry.unsupported(name).is_some(), "{name} is refused by name");
            continue;
        }
        let function = registry.get(name).unwrap_or_else(|| panic!("there is no {name}"));
        let parameters: Vec<&str> = function.parameters.iter().map(|own| own.type_name()).collect();
        assert_eq!(parameters, signature.parameters, "{name}");
        assert_eq!(function.variadic.map(Parameter::type_name), signature.variadic.as_deref(), "{name}");
    }
}
