//! Words of plain files that are rendered one by one.

use super::*;

fn rendered_words(text: &str) -> Result<Vec<Source>, Fault> {
    let mut render = |word: &str, _: usize| match word {
        "./{{ .Env }}" => Ok("./prod env".to_owned()),
        "./{{ .Glob }}" => Ok("./*.conf".to_owned()),
        "{{ .Empty }}" => Ok(String::new()),
        "{{ .Break }}" => Ok("a\nb".to_owned()),
        "sha256:{{ .Line }}" | "sha256:{{- .Line -}}" | "{{ .Line }}/x" => {
            Ok(word.replace("{{ .Line }}", "a\n").replace("{{- .Line -}}", "a\n"))
        }
        "{{ .More }}" => Ok("{{ .x }}".to_owned()),
        "exclude={{ .Md }}" => Ok("exclude=*.md".to_owned()),
        "{{ env \"A B\" }}" => Ok("env".to_owned()),
        word => Err(Diagnostic::error(format!("cannot render {word}")).hint("try something else")),
    };
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Words(&mut render))
        .map(|declared| declared.sources)
        .map_err(|error| error.fault)
}

#[test]
fn words_with_templates_are_rendered_after_splitting() {
    let sources = rendered_words(
        "# helmsum: ./{{ .Env }} as x exclude={{ .Md }}\n# helmsum: ./{{ .Glob }}\n# helmsum: \"{{ env \\\"A B\\\" }}\"\n# helmsum: {{ env \"A B\" }}\n",
    )
    .expect("good");
    assert_eq!(
        paths(&sources),
        ["./prod env", "./*.conf", "env", "env"],
        "a blank that comes out splits nothing"
    );
    assert_eq!(sources[0].options.exclude, ["*.md"]);
    assert_eq!(paths(&rendered_words("# helmsum: ./plain\n").expect("good")), ["./plain"]);
}

#[test]
fn a_word_that_renders_to_nothing_or_to_more_is_an_error() {
    assert_eq!(
        rendered_words("# helmsum: {{ .Empty }}\n"),
        Err(Fault::EmptyResult("{{ .Empty }}".to_owned()))
    );
    let broken = |cure: Cure| Err(Fault::Character(NameError::Control('\n'), cure));
    assert_eq!(rendered_words("# helmsum: {{ .Break }}\n"), broken(Cure::OneLine));
    let trimmed = Cure::Trim("sha256:{{ .Line | trim }}".to_owned());
    assert_eq!(rendered_words("# helmsum: sha256:{{ .Line }} as a\n"), broken(trimmed));
    let trimmed = Cure::Trim("sha256:{{- .Line | trim -}}".to_owned());
    assert_eq!(rendered_words("# helmsum: sha256:{{- .Line -}} as a\n"), broken(trimmed));
    assert_eq!(rendered_words("# helmsum: {{ .Line }}/x\n"), broken(Cure::OneLine));
    assert_eq!(rendered_words("# helmsum: {{ .More }}\n"), Err(Fault::LeftTemplate));
    assert_eq!(rendered_words("# helmsum: {{ .More\n"), Err(Fault::UnclosedTemplate));
    let Err(Fault::Template(failed)) = rendered_words("# helmsum: {{ nope }}\n") else {
        panic!("it renders")
    };
    assert_eq!(failed.message, "cannot render {{ nope }}");
}

#[test]
fn without_a_release_nothing_is_rendered() {
    assert_eq!(one("./{{ .Env }}"), Err(Fault::NoTemplate));
    assert_eq!(
        Source::parse("./{{ .x }}", "/".into(), Place::file("/x"), &mut Render::Done),
        Err(Fault::LeftTemplate)
    );
}
