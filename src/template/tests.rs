//! What only concerns this executor: limits, places, traces. The semantics of Go are compared with Go's own results in
//! `tests/template_vectors.rs`.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;

use super::effects::Watch;
use super::function::{Chance, Context, ExecPolicy, Function, FunctionError, Parameter, Registry};
use super::{Options, calls, render, render_traced};
use crate::diagnostic::{Diagnostic, Kind, Refusal};
use crate::tree::WorkTree;
use crate::value::{Map, Value};

fn context(base: &Utf8Path) -> Context {
    Context {
        tree: Arc::new(WorkTree),
        base: base.to_owned(),
        exec: ExecPolicy::Refused,
        earlier: None,
        environment: Rc::new(BTreeMap::new()),
        chance: Chance::Real,
        watch: Watch::default(),
        references: crate::vals::References::default(),
        place: None,
    }
}

fn registry() -> Registry {
    Registry::new([
        Function {
            name: "include",
            parameters: &[Parameter::String, Parameter::Any],
            variadic: None,
            body: |call, arguments| call.include(arguments[0].as_str().unwrap_or_default(), &arguments[1]),
        },
        Function {
            name: "tpl",
            parameters: &[Parameter::String, Parameter::Any],
            variadic: None,
            body: |call, arguments| call.render(arguments[0].as_str().unwrap_or_default(), &arguments[1]),
        },
        Function {
            name: "fail",
            parameters: &[Parameter::String],
            variadic: None,
            body: |_, arguments| Err(FunctionError::failed(arguments[0].as_str().unwrap_or_default())),
        },
    ])
    .without([("genCA", "create the certificate outside of the template")])
}

/// Runs with the stack that a run has.
fn on_big_stack<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(body);
    thread.expect("the thread starts").join().expect("the thread ends")
}

fn try_render(text: &str) -> Result<String, Diagnostic> {
    let data: Map =
        [("a", Value::Int(1)), ("again", Value::from("{{ tpl .again . }}"))].into_iter().collect();
    let base = Utf8Path::new("/helmsum-test-without-helpers");
    // The default takes minutes without optimisation.
    let options = Options { steps: 2_000_000, ..Options::default() };
    render("values.gotmpl".into(), text, &data.into(), &context(base), &registry(), &options)
        .map(|rendered| String::from_utf8(rendered.bytes).expect("it is text"))
}

fn place(error: &Diagnostic) -> String {
    error.place.as_ref().expect("there is a place").to_string()
}

fn refused(text: &str) -> String {
    let text = text.to_owned();
    let started = std::time::Instant::now();
    let error = on_big_stack(move || {
        try_render(&text)
            .map_err(|error| (error.refusal(), error.message.clone()))
            .expect_err("it is refused")
    });
    assert!(error.0.is_some(), "{}", error.1);
    assert!(started.elapsed().as_secs() < 60, "the limit comes too late");
    error.1
}

#[test]
fn an_error_names_the_expression_and_shows_its_source() {
    let error = try_render("x: 1\ny: {{ .Values.b }}\n").expect_err("there is no such key");
    assert_eq!(
        error.message,
        "template: stringTemplate:2:13: executing \"stringTemplate\" at <.Values.b>: \
         map has no entry for key \"Values\""
    );
    assert_eq!(place(&error), "values.gotmpl:2:14");
    assert_eq!(error.excerpt.as_ref().expect("there is an excerpt").span, 18..20);
}

#[test]
fn a_function_that_does_not_exist_is_refused_before_anything_runs() {
    let error = try_render("{{ fail \"ran\" }}{{ if false }}{{ nosuch 1 }}{{ end }}").expect_err("unknown");
    assert_eq!(error.message, "template: stringTemplate:1: function \"nosuch\" not defined");
    assert_eq!(error.kind, Kind::Error);
}

#[test]
fn a_function_that_helmsum_lacks_is_refused_where_it_is_called() {
    let error = try_render("a\n{{ genCA \"a\" 1 }}").expect_err("unsupported");
    assert_eq!(error.refusal(), Some(Refusal::UnsupportedFunction));
    assert!(error.message.ends_with("helmsum does not support the function `genCA`"), "{}", error.message);
    assert_eq!(place(&error), "values.gotmpl:2:4");
    assert_eq!(error.hint.as_deref(), Some("create the certificate outside of the template"));
    for uncalled in
        ["{{ if false }}{{ genCA \"a\" 1 }}{{ end }}x", "{{ define \"ca\" }}{{ genCA \"a\" 1 }}{{ end }}x"]
    {
        assert_eq!(try_render(uncalled).expect("it is not called"), "x");
    }
}

#[test]
fn an_error_inside_tpl_points_at_the_call() {
    let error = try_render("a\n{{ tpl \"{{ .b }}\" . }}").expect_err("there is no such key");
    assert_eq!(
        error.message,
        "template: stringTemplate:2:3: executing \"stringTemplate\" at <tpl \"{{ .b }}\" .>: error calling tpl: \
         template: stringTemplate:1:3: executing \"stringTemplate\" at <.b>: map has no entry for key \"b\""
    );
    assert_eq!(place(&error), "values.gotmpl:2:4");
}

#[test]
fn an_error_inside_a_helper_points_at_the_helper() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = Utf8Path::from_path(folder.path()).expect("its name is UTF-8");
    fs_err::write(base.join("_a.tpl"), "{{ define \"a\" }}\n{{ .b }}{{ end }}").expect("it is written");
    let error = render(
        "values.gotmpl".into(),
        "{{ include \"a\" . }}",
        &Map::new().into(),
        &context(base),
        &registry(),
        &Options::default(),
    )
    .expect_err("there is no such key");
    assert_eq!(place(&error), format!("{base}/_a.tpl:2:4"));
}

#[test]
fn stray_text_of_a_helper_fills_empty_templates_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = Utf8Path::from_path(folder.path()).expect("its name is UTF-8");
    let helper = base.join("_a.tpl");
    let options = Options::default();
    let registry = registry();
    let rendered = |text: &str| {
        render("values.gotmpl".into(), text, &Value::Nil, &context(base), &registry, &options)
            .expect("it renders")
            .bytes
    };
    fs_err::write(&helper, "stray{{ define \"a\" }}A{{ end }}").expect("it is written");
    assert_eq!(rendered(""), b"stray");
    assert_eq!(rendered(" \n"), b"stray");
    assert_eq!(rendered("{{/* nothing */}}"), b"stray");
    assert_eq!(rendered("{{ template \"a\" }}"), b"A");
}

#[test]
fn helpers_that_a_program_writes_are_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = Utf8Path::from_path(folder.path()).expect("its name is UTF-8");
    let environment = BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
    let context = Context { exec: ExecPolicy::Run, environment: Rc::new(environment), ..context(base) };
    let registry = super::functions::registry();
    let rendered = |text: &str| {
        render("values.gotmpl".into(), text, &Value::Nil, &context, &registry, &Options::default())
            .expect("it renders")
            .bytes
    };
    assert_eq!(rendered(""), b"");
    for text in ["one", "other"] {
        let write = format!("printf {text} > _a.tpl");
        assert_eq!(rendered(&format!("{{{{ exec \"sh\" (list \"-c\" {write:?}) }}}}")), b"");
        assert_eq!(rendered(""), text.as_bytes());
    }
}

#[test]
fn templates_that_never_end_are_stopped() {
    assert!(refused("{{ range 1000000000000 }}{{ end }}").contains("steps"));
    assert!(refused("{{ $x := \"ab\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}").contains("64 MiB"));
    let huge = format!("{{{{ printf \"%1000000d\" 1 | printf \"{}\" }}}}", "%[1]s".repeat(70));
    assert!(refused(&huge).contains("64 MiB"));
    let wide = format!("{{{{ range 1000 }}}}{}{{{{ end }}}}", "x".repeat(100_000));
    assert!(refused(&wide).contains("writes more than"));
    for itself in ["template \"a\"", "include \"a\" .", "tpl .again ."] {
        let text = format!("{{{{ define \"a\" }}}}{{{{ {itself} }}}}{{{{ end }}}}{{{{ {itself} }}}}");
        assert!(refused(&text).contains("nested"), "{itself}");
    }
}

#[test]
fn a_template_that_takes_too_much_memory_is_stopped() {
    let base = Utf8Path::new("/helmsum-test-without-helpers");
    let options = Options { memory: 1 << 20, ..Options::default() };
    let rendered =
        |text: &str| render("values.gotmpl".into(), text, &Value::Nil, &context(base), &registry(), &options);
    let kept = "{{ range 100 }}{{ $x := printf \"%1000000d\" 1 }}{{ end }}";
    let error = rendered(kept).expect_err("it is looked at once there was enough to matter");
    assert!(error.message.contains("takes more than 1.0 MiB of memory"), "{error}");
    assert!(rendered("{{ range 10 }}{{ $x := printf \"%1000000d\" 1 }}{{ end }}").is_ok());
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    let deep = |open: &str, close: &str, levels: usize| open.repeat(levels) + &close.repeat(levels);
    assert!(refused(&deep("{{ if 1 }}", "{{ end }}", 1_001)).contains("nested"));
    assert!(refused(&format!("{{{{ {} }}}}", deep("(", ")", 1_001).replace("()", "(1)"))).contains("nested"));
    let fine = deep("{{ if 1 }}", "{{ end }}", 1_000);
    assert_eq!(on_big_stack(move || try_render(&fine).expect("it renders")), "");
    // Every template adds its own blocks.
    let blocks = deep("{{ with . }}", "{{ end }}", 500)
        .replace("{{ with . }}{{ end }}", "{{ with . }}{{ include \"a\" . }}{{ end }}");
    assert!(
        refused(&format!("{{{{ define \"a\" }}}}{blocks}{{{{ end }}}}{{{{ include \"a\" . }}}}"))
            .contains("nested")
    );
}

#[test]
fn every_line_of_the_result_knows_its_line_of_the_template() {
    let text = "a\n{{- range 2 }}\nb {{ . }}\n{{- end }}\n{{ tpl \"x\\ny\" . }}\n{{/* c */ -}}\n\nz";
    let rendered = render_traced(
        "values.gotmpl".into(),
        text,
        &Value::Nil,
        &context("/helmsum-test-without-helpers".into()),
        &registry(),
        &Options::default(),
    )
    .expect("it renders");
    assert_eq!(String::from_utf8_lossy(&rendered.bytes), "a\nb 0\nb 1\nx\ny\nz");
    assert_eq!(rendered.source_lines(), [1, 3, 3, 5, 5, 8]);
}

#[test]
fn the_functions_of_a_text_are_found_without_running_it() {
    let names = calls("{{ if eq (get . \"a\") 1 }}{{ define \"x\" }}{{ . | set }}{{ end }}{{ end }}");
    assert!(names.is_err(), "a define inside a block is no template");
    let names = calls(
        "{{ if eq (get . \"a\") 1 }}{{ (dict).x | unset }}{{ end }}{{ define \"x\" }}{{ . | set }}{{ end }}",
    );
    let names: Vec<String> = names.expect("it is a template").into_iter().collect();
    assert_eq!(names, ["dict", "eq", "get", "set", "unset"]);
}
