//! What no vector can show: policies, notes, limits. Results are compared in `tests/function_vectors.rs`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::{FUNCTIONS, MUTATING, registry};
use crate::diagnostic::Diagnostic;
use crate::template::effects::{Effects, Watch};
use crate::template::function::{Chance, Context, ExecPolicy};
use crate::template::{Options, Rendered, render};
use crate::text::Place;
use crate::tree::WorkTree;
use crate::value::{Map, Value};

fn context(exec: ExecPolicy) -> Context {
    let environment = std::env::vars().filter(|(name, _)| name == "PATH").collect::<BTreeMap<_, _>>();
    Context {
        tree: Arc::new(WorkTree),
        base: "/".into(),
        exec,
        earlier: None,
        environment: Rc::new(environment),
        chance: Chance::Real,
        watch: Watch::default(),
        references: crate::vals::References::default(),
        place: None,
    }
}

fn ran(text: &str, context: &Context) -> Result<Rendered, Diagnostic> {
    let data: Map = [("m", Value::Map([("k", Value::Int(1))].into_iter().collect()))].into_iter().collect();
    let options = Options::default();
    render("values.gotmpl".into(), text, &data.into(), context, &registry(), &options)
}

fn rendered(text: &str, context: &Context) -> Result<String, Diagnostic> {
    ran(text, context).map(|rendered| String::from_utf8(rendered.bytes).expect("it is text"))
}

fn effects(text: &str) -> Effects {
    ran(text, &context(ExecPolicy::Run)).expect("it renders").effects
}

fn refusal(text: &str, exec: ExecPolicy) -> Diagnostic {
    let error = rendered(text, &context(exec)).expect_err("it is refused");
    assert!(error.refusal().is_some(), "{}", error.message);
    assert!(error.hint.is_some(), "{}", error.message);
    error
}

#[test]
fn a_name_is_a_function_or_refused_or_unknown() {
    let registry = registry();
    assert!(registry.get("upper").is_some());
    assert!(registry.get("genCA").is_none() && registry.unsupported("genCA").is_some());
    assert!(registry.get("toToml").is_none() && registry.unsupported("toToml").is_none());
}

#[test]
fn no_name_comes_twice() {
    let count: usize = FUNCTIONS.iter().map(|functions| functions.len()).sum();
    assert_eq!(registry().names().count(), count);
}

#[test]
fn every_mutating_name_is_a_function() {
    let registry = registry();
    assert!(MUTATING.iter().all(|name| registry.get(name).is_some()));
}

#[test]
fn a_program_is_not_started_when_the_user_refuses() {
    let error = refusal(r#"{{ exec "sh" (list "-c" "exit 1") }}"#, ExecPolicy::Refused);
    assert!(error.message.contains("--no-exec"), "{}", error.message);
    assert_eq!(rendered("{{ isDir \".\" }}", &context(ExecPolicy::Refused)).expect("it renders"), "true");
}

#[test]
fn helmfiles_own_variables_forbid_programs_and_reading_but_not_looking() {
    let disabled = ExecPolicy::Disabled("HELMFILE_DISABLE_INSECURE_FEATURES".into());
    for text in [
        r#"{{ exec "true" (list) }}"#,
        r#"{{ envExec (dict) "true" (list) }}"#,
        r#"{{ readFile "etc/hostname" }}"#,
        r#"{{ readDir "." }}"#,
        r#"{{ readDirEntries "." }}"#,
    ] {
        let error = rendered(text, &context(disabled.clone())).expect_err("it is disabled");
        assert!(
            error.message.ends_with("is active, insecure function calls are disabled"),
            "{}",
            error.message
        );
    }
    assert_eq!(rendered("{{ isDir \".\" }}", &context(disabled)).expect("it renders"), "true");
}

#[test]
fn a_program_that_fills_every_pipe_at_once_ends() {
    let text = r#"{{ exec "sh" (list "-c" "head -c 300000 /dev/zero >&2; cat") (repeat 300000 "x") | len }}"#;
    assert_eq!(rendered(text, &context(ExecPolicy::Run)).expect("it renders"), "300000");
}

#[test]
fn a_program_that_writes_without_end_is_stopped() {
    let error = refusal(r#"{{ exec "yes" (list) }}"#, ExecPolicy::Run);
    assert!(error.message.contains("larger than"), "{}", error.message);
}

#[test]
fn random_and_clock_functions_are_noted() {
    for (text, name) in [
        ("{{ randAlphaNum 5 }}", "randAlphaNum"),
        ("{{ randBytes 5 }}", "randBytes"),
        ("{{ randInt 1 5 }}", "randInt"),
        ("{{ uuidv4 }}", "uuidv4"),
        ("{{ shuffle \"abc\" }}", "shuffle"),
        ("{{ now | unixEpoch }}", "now"),
        ("{{ ago 0 }}", "ago"),
        ("{{ date \"2006\" \"not a time\" }}", "date"),
    ] {
        assert!(effects(text).unstable.contains_key(name), "{text}");
    }
    assert!(effects("{{ date \"2006\" 0 }}{{ keys .m }}{{ env \"PATH\" }}").unstable.is_empty());
}

#[test]
fn an_order_left_to_chance_is_noted_once_it_decides_something() {
    for text in [
        "{{ keys .m }}",
        "{{ range keys .m }}{{ . }}{{ end }}",
        "{{ range $i, $k := keys .m }}{{ $i }}{{ end }}",
        "{{ keys .m | first }}",
        "{{ keys .m | last }}",
        "{{ index (keys .m) 0 }}",
        "{{ keys .m | join \",\" }}",
        "{{ keys .m | toYaml }}",
        "{{ keys .m | uniq | toJson }}",
        "{{ values .m | reverse | quote }}",
        "{{ concat (keys .m) (keys .m) | sortAlpha }}",
        "{{ append (values .m) 1 | rest }}",
        "{{ without (keys .m) \"x\" | toString }}",
        "{{ chunk 1 (keys .m) }}",
        "{{ dict \"k\" (keys .m) | toYaml }}",
        "{{ deepEqual (values .m) (list 1 2) }}",
    ] {
        let text = text.replace(".m", r#"(dict "a" 1 "b" 2)"#);
        assert!(effects(&text).order_seen().next().is_some(), "{text}");
    }
    for text in [
        "{{ keys .m | len }}{{ values .m | len }}",
        "{{ has \"a\" (keys .m) }}",
        "{{ keys .m | sortAlpha }}{{ keys .m | uniq | sortAlpha | join \",\" }}",
        "{{ values .m | toStrings | sortAlpha }}{{ values .m | sortAlpha | first }}",
        "{{ without (keys .m) \"x\" | sortAlpha | first }}{{ append (keys .m) \"z\" | sortAlpha }}",
        "{{ $k := keys .m }}{{ $s := sortAlpha $k }}{{ range $k }}{{ . }}{{ end }}",
        "{{ concat (keys .m) (list \"z\") | sortAlpha }}{{ keys .m | compact | empty }}",
        "{{ if keys .m }}{{ keys .m | default (list) | kindOf }}{{ end }}",
        "{{ range keys (dict \"one\" 1) }}{{ . }}{{ end }}",
        "{{ range $k, $v := .m }}{{ $k }}{{ end }}",
    ] {
        let text = text.replace(".m", r#"(dict "a" 1 "b" 2)"#);
        assert!(effects(&text).order_seen().next().is_none(), "{text}");
    }
}

#[test]
fn random_text_has_the_length_and_letters_that_were_asked_for() {
    let context = context(ExecPolicy::Run);
    let shown = |text: &str| rendered(text, &context).expect("it renders");
    assert!(shown("{{ randNumeric 40 }}").bytes().all(|byte| byte.is_ascii_digit()));
    assert!(shown("{{ randAlpha 40 }}").bytes().all(|byte| byte.is_ascii_alphabetic()));
    assert_eq!(shown("{{ randAscii 40 }}").len(), 40);
    assert_eq!(shown("{{ randBytes 6 }}").len(), 8);
    assert_eq!(shown("{{ randInt 7 8 }}"), "7");
    assert_eq!(
        shown(
            "{{ uuidv4 | regexMatch \"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$\" }}"
        ),
        "true"
    );
}

#[test]
fn a_changed_map_is_noted_and_an_unchanged_one_is_not() {
    for text in [
        "{{ set .m \"a\" 1 }}",
        "{{ unset .m \"k\" }}",
        "{{ merge .m (dict \"a\" 1) }}",
        "{{ mergeOverwrite .m (dict \"k\" 2) }}",
        "{{ setValueAtPath \"k\" 2 .m }}",
    ] {
        assert_eq!(effects(text).mutations.len(), 1, "{text}");
    }
    for text in [
        "{{ unset .m \"nope\" }}",
        "{{ merge .m (dict \"k\" 2) }}",
        "{{ expandSecretRefs .m }}",
        "{{ omit .m \"k\" }}",
    ] {
        assert_eq!(effects(text).mutations.len(), 0, "{text}");
    }
}

#[test]
fn a_zone_without_end_is_utc() {
    let mut endless = context(ExecPolicy::Run);
    endless.environment = Rc::new([("TZ".to_owned(), "/dev/zero".to_owned())].into());
    assert_eq!(rendered("{{ now | date \"MST\" }}", &endless).expect("it renders"), "UTC");
}

#[test]
fn a_reference_to_a_secret_is_refused_without_showing_where_it_leads() {
    for text in [
        r#"{{ fetchSecretValue "ref+vault://private/path#/key" }}"#,
        r#"{{ expandSecretRefs (dict "a" (list "x ref+vault://private/path y")) }}"#,
        r#"{{ fetchSecretValue "secretref+vault://private/path" }}"#,
    ] {
        let error = refusal(text, ExecPolicy::Run);
        let message = error.message.rsplit("error calling").next().unwrap_or_default();
        assert!(message.contains("ref+vault://…") && !message.contains("private"), "{message}");
    }
}

#[test]
fn results_without_bounds_are_refused() {
    for text in [
        "{{ repeat 1000000000 \"abc\" }}",
        "{{ until 1000000000 }}",
        "{{ untilStep 0 9223372036854775807 1 }}",
        "{{ indent 1000000000 \"a\" }}",
        "{{ seq 1 1000000000 }}",
        "{{ randAlpha 1000000000 }}",
        "{{ readFile \"/dev/zero\" }}",
    ] {
        refusal(text, ExecPolicy::Run);
    }
}

#[test]
fn a_map_that_holds_itself_is_refused_and_ends_nothing() {
    let check = || {
        for text in [
            "deepCopy .m",
            "deepEqual .m (deepCopy .m)",
            "merge .m .m .m",
            "expandSecretRefs .m",
            "toYaml .m",
        ] {
            let text = format!("{{{{ $x := set .m \"own\" .m }}}}{{{{ $y := {text} }}}}");
            let context = context(ExecPolicy::Run);
            assert!(rendered(&text, &context).is_err_and(|error| error.refusal().is_some()), "{text}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(check);
    assert!(thread.expect("it starts").join().is_ok());
}

#[test]
fn standard_input_is_never_taken_for_a_file() {
    let error = refusal(r#"{{ readFile "-" }}"#, ExecPolicy::Run);
    assert!(error.message.contains("standard input"), "{}", error.message);
}

#[test]
fn what_a_template_does_has_the_place_of_the_call() {
    let text = "a: {{ now | date \"2006\" | len }}\nb: {{ exec \"true\" (list) }}\nc: {{ tpl \"{{ randInt 0 9 }}\" . | len }}\n{{ $_ := set .m \"a\" 1 }}{{ keys .m | first }}\n";
    let effects = effects(text);
    let shown = |place: &Place| format!("{}:{}:{}", place.file, place.line.unwrap(), place.column.unwrap());
    let unstable: Vec<_> =
        effects.unstable.iter().map(|(name, place)| format!("{name} {}", shown(place))).collect();
    assert_eq!(unstable, ["now values.gotmpl:1:7", "randInt values.gotmpl:3:7"]);
    assert_eq!(
        effects.programs.iter().map(|(name, place)| format!("{name} {}", shown(place))).collect::<Vec<_>>(),
        ["true values.gotmpl:2:7"]
    );
    assert_eq!(effects.mutations.iter().map(shown).collect::<Vec<_>>(), ["values.gotmpl:4:10"]);
    assert_eq!(
        effects.order_seen().map(|call| shown(&call.place)).collect::<Vec<_>>(),
        ["values.gotmpl:4:28"]
    );
}
