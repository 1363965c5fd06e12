//! Every sentence of the grammar.

mod accepted;
mod auto;
mod comments;
mod properties;
mod rendered_files;
mod rendered_words;
mod sources;
mod words;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;
use proptest::prelude::*;

use super::fault::{Cure, DirectiveError, Meant};
use super::{
    Accepted, Declared, Fault, ProducerName, Render, Source, What, in_plain, in_rendered, may_declare,
};
use crate::diagnostic::Diagnostic;
use crate::rendered::ObjectKind;
use crate::source::NameError;
use crate::source::exclusion::PatternError;
use crate::template::effects::Watch;
use crate::template::function::{Chance, Context, ExecPolicy, Function, Parameter, Registry};
use crate::template::{Options, render_traced};
use crate::text::Place;
use crate::tree::WorkTree;
use crate::value::{Map, Value};

const FILE: &str = "/repo/values/gateway.yaml";

fn try_plain(text: &str) -> Result<Vec<Source>, DirectiveError> {
    in_plain(FILE.into(), text.as_bytes(), &mut Render::Never).map(|declared| declared.sources)
}

fn plain(text: &str) -> Vec<Source> {
    try_plain(text).expect("the directives can be read")
}

fn fault(text: &str) -> Fault {
    try_plain(text).expect_err("a fault").fault
}

fn paths(sources: &[Source]) -> Vec<&str> {
    sources.iter().map(|source| source.text.as_str()).collect()
}

fn one(words: &str) -> Result<Source, Fault> {
    Source::parse(words, "/repo".into(), Place::file("/repo/helmsum.yaml"), &mut Render::Never)
}

fn template(raw: &str) -> Result<Vec<Source>, DirectiveError> {
    try_template(raw).expect("it renders")
}

/// Nothing where the template does not render.
fn try_template(raw: &str) -> Option<Result<Vec<Source>, DirectiveError>> {
    let base = Utf8Path::new("/helmsum-test-without-helpers");
    let context = Context {
        tree: Arc::new(WorkTree),
        base: base.to_owned(),
        exec: ExecPolicy::Refused,
        earlier: None,
        environment: Rc::new(BTreeMap::new()),
        chance: Chance::Real,
        watch: Watch::default(),
        references: crate::vals::References::default(),
        place: None,
    };
    let list = Value::from(vec![Value::from("x"), Value::from("y")]);
    let data: Map =
        [("Env", Value::from("prod")), ("Yes", true.into()), ("List", list), ("Braces", "{{ x }}".into())]
            .into_iter()
            .collect();
    let registry = Registry::new([
        Function {
            name: "lines",
            parameters: &[Parameter::Any],
            variadic: None,
            body: |_, _| Ok(Value::from("# helmsum: ./one\n# helmsum: ./two")),
        },
        Function {
            name: "bytes",
            parameters: &[Parameter::Any],
            variadic: None,
            body: |_, _| Ok(Value::from_bytes(b"\xff\xff\xff".to_vec())),
        },
    ]);
    let rendered =
        render_traced("values.gotmpl".into(), raw, &data.into(), &context, &registry, &Options::default())
            .ok()?;
    Some(in_rendered(FILE.into(), raw, &rendered).map(|declared| declared.sources))
}
