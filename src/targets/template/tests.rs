//! What a template of the user may do, and what stops it.

use camino::Utf8Path;

use super::{Renderer, Template};
use crate::targets::tests::{of_object, refused, section, subject, template, values};
use crate::targets::{Content, Format};
use crate::text::Place;

#[test]
fn a_template_sees_digests_names_and_labels() {
    let source = "\
release: \"{{ release.namespace }}/{{ release.name }} {{ release.kube_context }} {{ environment }}\"
labels: {% for key, value in release.labels %}{{ key }}={{ value }};{% endfor %}
sum: \"{{ checksum }}\"
sources:
{%- for source in sources %}
  - label: {{ source.label }}
    kind: {{ source.kind }}
    {%- if source.name %}
    name: {{ source.name }}
    {%- endif %}
    {%- if source.object %}
    object: {{ source.object }}
    {%- endif %}
    digest: \"{{ source.digest }}\"
{%- endfor %}
";
    let sections =
        [section("./apis", None), of_object("configmap:x", false, "x"), section("tls", Some("tls"))];
    insta::assert_snapshot!(values(&sections, &template(source)), @r#"
    release: "edge/web test production"
    labels: team=shop;tier=edge;
    sum: "8877ee329bebeba00c02b55ab6d7e5accfedb2124228a660b14b4ab26fdf0f31"
    sources:
      - label: ./apis
        kind: path
        digest: "70fdad5d5a3c80b0a5479ecae49a689302f1f06b5929d40908c27705736e6b2d"
      - label: configmap:x
        kind: configmap
        object: x
        digest: "733781309f5b7ce01d1b2978e6b8f6414aea07804587e976b0c06076aaedf3b6"
      - label: tls
        kind: path
        name: tls
        digest: "b7e651cbb43ba0ca3498759c8c3596c3a11a199004cd9e5a198d50d4585ec8c5"
    "#);
}

#[test]
fn mistakes_point_into_the_template() {
    let mut wrong = Vec::new();
    for (source, message, line, column) in [
        ("a: 1\nb: {{ checksum\n", "unexpected end of input", 2, 7),
        ("a: \"{{ chksum }}\"\n", "variable `chksum` is not defined", 1, 8),
        ("a:\n  b: \"{{ sources[0].digst }}\"\n", "a variable that is undefined", 2, 21),
        ("a: \"{{ checksum }}\"\nb: \"{{ checksum | shorten }}\"\n", "unknown filter `shorten`", 2, 19),
        ("a: \"{{ now() }}\"\n", "unknown function `now`", 1, 8),
        ("a: {{ get_env(name=\"HOME\") }}\n", "unknown function `get_env`", 1, 7),
        ("x: 1\n{% include \"other\" %}\n", "unknown template `other`", 2, 12),
        ("a: 1\n{% component c() %}{{<c/>}}{% endcomponent c %}", "components cannot be used", 2, 4),
        ("a: \"{{ __tera_context }}\"\n", "`__tera_context` cannot be used", 1, 8),
        ("a: {% set g = sources | group_by(attribute=\"kind\") %}x\n", "no fixed order", 1, 25),
        ("a: 1\n{{ throw(message=\"no namespace\") }}\n", "no namespace", 2, 4),
        // What is wrong shows only in the text that comes out.
        ("a: \"{{ checksum }}\"\n\tb: 1\n", "not YAML", 2, 1),
        ("a: \"{{ checksum }}\"\n{% if true %}\na: 2\n{% endif %}", "already defined", 3, 1),
        ("# a note\n- \"{{ checksum }}\"\n", "something else than a map", 2, 1),
        ("{{ checksum }}", "something else than a map", 1, 1),
        ("1: \"{{ checksum }}\"\n", "string keys", 1, 1),
        ("a: \"{{ checksum }}\"\n---\nb: 1\n", "more than one document", 3, 1),
        // Digests without quotes.
        ("a: 1\nb: {{ checksum }}\n", "without quotes", 2, 4),
        ("a: {{ checksum | truncate(length=8, end=\"\") }}\n", "without quotes", 1, 4),
        (
            "a:\n{%- for source in sources %}\n  - {{ source.digest }}\n{%- endfor %}\n",
            "without quotes",
            3,
            5,
        ),
        ("\"{{ checksum }}\": 1\n{{ checksum }}: 2\n", "already defined", 2, 1),
        ("a: \"{{ checksum }}\"\n{{ checksum }}: 2\n", "without quotes", 2, 1),
        (
            "a: \"{{ checksum }}\"\nb: 0x{{ checksum | truncate(length=6, end=\"\") }}\n",
            "without quotes",
            2,
            4,
        ),
    ] {
        let problem = match Template::parse("/repo/target.tera".into(), source, Renderer::Thread) {
            Ok(template) => refused(&[section("./apis", None)], &Format::Template(template)),
            Err(problem) => problem,
        };
        let place = problem.place.clone().expect("a place");
        let told = (problem.message.contains(message), place.line, place.column);
        if told != (true, Some(line), Some(column)) || problem.hint.is_none() || problem.excerpt.is_none() {
            wrong.push(format!("{source:?}: {}: {} {:?}", place, problem.message, problem.hint));
        }
        assert_eq!(place.file, "/repo/target.tera");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_slip_of_the_finger_in_a_variable_is_recognised() {
    for (name, meant) in [
        ("chksum", "did you mean `checksum`?"),
        ("source", "did you mean `sources`?"),
        ("values", "docs/targets.md lists what a template can use"),
    ] {
        let problem = refused(&[section("./apis", None)], &template(&format!("a: \"{{{{ {name} }}}}\"\n")));
        assert_eq!(problem.hint.as_deref(), Some(meant));
    }
}

#[test]
fn what_comes_from_nowhere_in_the_template_names_its_line_in_the_text() {
    let filtered = "a: 1\n{% filter truncate(length=20, end='') %}b: \"{{ checksum }}\"{% endfilter %}\n";
    for (source, message) in [
        ("{# nothing #}\n", "the template renders to nothing (line 1 of what it renders to)"),
        (filtered, "(line 3 of what it renders to)"),
    ] {
        let problem = refused(&[section("./apis", None)], &template(source));
        assert!(problem.message.contains(message), "{}", problem.message);
        assert_eq!(problem.place, Some(Place::file(Utf8Path::new("/repo/target.tera"))));
    }
}

#[test]
fn a_source_that_moves_nothing_is_refused() {
    let sections = [section("./apis", None), section("tls", Some("tls"))];
    for source in
        ["a: 1\n", "a: \"{{ sources[0].digest }}\"\n", "# {{ checksum }}\na: \"{{ sources[0].digest }}\"\n"]
    {
        let problem = refused(&sections, &template(source));
        assert!(problem.message.contains("the values do not change with `"), "{source}: {}", problem.message);
        assert_eq!(problem.place, Some(Place::file(Utf8Path::new("/repo/target.tera"))));
    }
    for source in [
        "a: \"{{ checksum }}\"\n",
        "a: \"{{ sources[0].digest }}\"\nb: \"{{ sources[1].digest }}\"\n",
        "a: \"{{ checksum | truncate(length=2, end='') }}\"\n",
        "a: \"{% for source in sources %}{{ source.digest }}{% endfor %}\"\n",
    ] {
        assert!(values(&sections, &template(source)).starts_with("a: "), "{source}");
    }
}

#[test]
fn a_template_gives_the_same_text_every_time() {
    let source = "\
a: \"{{ checksum }}\"
{% for key in release.labels | keys %}{{ key }}: {{ release.labels | values | join(sep=\"-\") }}
{% endfor %}{% for pair in release.labels | pairs %}{{ pair[0] }}-too: x
{% endfor %}{# {{ release }} is a map too #}b: >-
  {{ release }}
";
    let mut subject = subject();
    subject.labels.extend((0..50).map(|number| (format!("label-{number}"), format!("{number}"))));
    let once =
        || Content::new(&[section("./apis", None)], &template(source), &subject).expect("it fits").text;
    let first = once();
    assert!((0..5).all(|_| once() == first), "{first}");
}

#[test]
fn nothing_but_the_template_decides_how_its_values_are_spelled() {
    let source = "{#- a note -#}\n{% raw %}# {{ raw }}{% endraw %}\nweb: {note: '{{ \"}}\" }}', sum: \"{{ checksum }}\"}";
    let text = values(&[section("./apis", None)], &template(source));
    assert!(text.starts_with("web: {note: '}}', sum: \"70fdad5d"), "{text}");
    assert!(text.ends_with("\"}\n"), "a line break at the end: {text}");
}

#[test]
fn templates_that_are_too_much_are_refused() {
    let long = format!("a: \"{{{{ checksum }}}}\"\n#{}", "x".repeat(64 << 10));
    let problem = Template::parse("/repo/t".into(), &long, Renderer::Thread).expect_err("it is long");
    assert!(problem.message.contains("64 KiB") && problem.hint.is_some(), "{}", problem.message);
    let much = "a: \"{% for a in range(end=90000) %}{% for b in range(end=90000) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %}\"";
    let problem = refused(&[section("./apis", None)], &template(much));
    assert!(problem.message.contains("renders to more than 16 MiB"), "{}", problem.message);
}
