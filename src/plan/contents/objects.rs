//! From a source that is rendered to its digest.

use std::collections::BTreeSet;

use crate::checksum::{Fingerprint, HashedPieces, Key, Progress, Surroundings, hash_data, hash_pieces};
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Context;
use crate::plan::contents::chance::Shaky;
use crate::plan::contents::rendering::{Rendering, Wanted, is_object_meant};
use crate::plan::contents::source::{Read, Unread};
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::secret_names::InClear;
use crate::plan::rules::cluster_lookup::cluster_lookup;
use crate::plan::rules::influence::{differing, listed};
use crate::plan::rules::unstable_template::shared_values;
use crate::plan::rules::{about_pieces, empty_source, incomplete_auto, unstable_source};
use crate::rendered::{Decider, Object, ObjectKind, Piece};
use crate::source::What;
use crate::text::nearest;

impl Consumer {
    /// The digest of a source that is rendered, where it has one.
    pub(crate) fn read_rendered(
        &mut self,
        wanted: &Wanted<'_>,
        rendering: &Rendering<'_>,
        context: &Context,
    ) -> Result<Read, Unread> {
        let result = match &wanted.source.what {
            What::Release(_) => self.release(wanted, rendering),
            _ => self.object(wanted, rendering),
        };
        let (found, read) = match result {
            Ok(found) => found,
            Err(problem) => {
                let problem = rendering.blame(problem, &self.owner);
                let problem = problem.context(format!("`{}`", wanted.source.text)).context(&self.owner);
                // The place of the directive, unless the problem knows a better one.
                self.say(problem.or_at(wanted.source.place.clone()));
                return Err(Unread::Failed);
            }
        };
        let mut findings = self.shaky(found, wanted, rendering, context);
        for finding in about_pieces(&wanted.source.text, &read.pieces) {
            findings.push(finding.context(&self.owner));
        }
        findings.extend(self.unstable(found, wanted, rendering));
        if read.count == 0 {
            findings.push(empty_source::without_data(&wanted.source.text).context(&self.owner));
        }
        let denied = findings.iter().find(|finding| {
            matches!(finding.code(), Some(Code::UnstableSource | Code::ClusterLookup))
                && self.levels.denies(finding)
        });
        if let Some(denied) = denied.filter(|_| wanted.source.is_found) {
            let finding = incomplete_auto::undecided(&self.owner, &wanted.source.text, denied);
            self.say(finding.at(wanted.source.place.clone()));
            return Err(Unread::LeftOut);
        }
        let result = if denied.is_some() { Err(Unread::Failed) } else { Ok(read) };
        for finding in findings {
            self.say(finding.at(wanted.source.place.clone()));
        }
        result
    }

    fn release(
        &self,
        wanted: &Wanted<'_>,
        rendering: &Rendering<'_>,
    ) -> Result<(ReleaseAt, Read), Diagnostic> {
        let Some(at) = wanted.producers.first().copied() else { return Err(not_found(wanted, rendering)) };
        let pieces = rendering.pieces(at)?;
        let secret = pieces.iter().any(|piece| piece.secret);
        // Any of the values may be a secret that nobody has marked as one.
        hashed(pieces, secret, self.secret_key.key(), at, rendering).map(|read| (at, read))
    }

    fn object(
        &self,
        wanted: &Wanted<'_>,
        rendering: &Rendering<'_>,
    ) -> Result<(ReleaseAt, Read), Diagnostic> {
        let mut found: Vec<(ReleaseAt, &Object<Fingerprint>)> = Vec::new();
        let mut failed = None;
        for at in wanted.producers {
            match rendering.rendered(*at, wanted) {
                Ok(rendered) => {
                    let objects = rendered.manifests.nameable();
                    let meant = objects.filter(|object| is_object_meant(&wanted.source.what, object));
                    found.extend(meant.map(|object| (*at, object)));
                }
                Err(problem) => failed = failed.or(Some(problem)),
            }
        }
        let groups: BTreeSet<&str> = found.iter().map(|(_, object)| group(&object.api_version)).collect();
        if groups.len() > 1 {
            return Err(of_several_groups(&found, rendering));
        }
        let near: Vec<(ReleaseAt, &Object<Fingerprint>)> = found
            .iter()
            .copied()
            .filter(|(at, object)| is_near(wanted.consumer, *at, object, rendering))
            .collect();
        // helm refuses an object that another release has, so no other release has this one.
        if let [(at, object)] = near[..] {
            return self.hashed_object(wanted, at, object, rendering);
        }
        if let Some(problem) = failed {
            return Err(if wanted.producers.len() > 1 { with_other_way(problem) } else { problem });
        }
        match (&near[..], &found[..]) {
            (_, []) => Err(not_found(wanted, rendering)),
            ([], [(at, object)]) => self.hashed_object(wanted, *at, object, rendering),
            _ => Err(found_twice(&found, wanted, rendering)),
        }
    }

    fn hashed_object(
        &self,
        wanted: &Wanted<'_>,
        at: ReleaseAt,
        object: &Object<Fingerprint>,
        rendering: &Rendering<'_>,
    ) -> Result<(ReleaseAt, Read), Diagnostic> {
        if object.is_hook {
            let id = rendering.release(at).id();
            let message = format!(
                "release `{id}` renders it as a hook of helm, which is not a part of the release, so an upgrade may leave it as it is"
            );
            return Err(Diagnostic::error(message)
                .hint("remove its annotation `helm.sh/hook`, or depend on the files that it is made of"));
        }
        if object.kind == ObjectKind::Other && object.data.is_empty() {
            return Err(without_spec(object, &rendering.release(at).id()));
        }
        let secret = wanted.source.is_secret();
        let key = self.secret_key.key().filter(|_| secret);
        let hashed = hash_data(&object.data, key).map_err(|error| error.diagnostic())?;
        let mut read = read_of(hashed, secret, at, rendering);
        let secrets = &rendering.environment(at).request.secrets;
        if read.files.iter().any(|file| !secrets.pieces(&file.name).is_empty()) {
            // A key that is made from a secret, or may be: as of a Secret, nothing of it is named.
            (read.files, read.bytes) = (Vec::new(), None);
        }
        Ok((at, read))
    }

    /// The findings cluster-lookup and unstable-source for what something else than the state decides.
    fn unstable(&self, at: ReleaseAt, wanted: &Wanted<'_>, rendering: &Rendering<'_>) -> Vec<Diagnostic> {
        let What::Object(kind, name) = &wanted.source.what else { return Vec::new() };
        let id = rendering.release(at).id();
        let mut findings = Vec::new();
        if let Ok(rendered) = rendering.rendered(at, wanted) {
            let own = rendered.influences.iter().filter(|one| one.kind == *kind && one.name == *name);
            findings.extend(own.map(|one| match one.decider {
                Decider::Cluster => cluster_lookup(one, &id),
                Decider::Chance => unstable_source::left_to_the_chart(one, &id),
            }));
        }
        if findings.is_empty()
            && at == wanted.consumer
            && let Ok(circular) = rendering.circular(wanted)
            && let Some(keys) = differing(&circular, *kind, name)
        {
            findings.push(unstable_source::depends_on_itself(&keys));
        }
        findings.into_iter().map(|finding| self.about(wanted, finding)).collect()
    }

    /// Findings about values templates that give something else each time.
    fn shaky(
        &self,
        at: ReleaseAt,
        wanted: &Wanted<'_>,
        rendering: &Rendering<'_>,
        context: &Context,
    ) -> Vec<Diagnostic> {
        let id = rendering.release(at).id();
        let one = |shaky: &Shaky| match shaky {
            Shaky::Doubt(finding) => Some(self.about(wanted, finding.clone())),
            Shaky::Function(..) => None,
            Shaky::Values(changing) => {
                let finding = shared_values(&wanted.source.text, &id, changing.as_ref(), &context.directory);
                Some(finding.context(&self.owner))
            }
        };
        let left = left_to_chance(at, wanted, rendering, context).map(|finding| self.about(wanted, finding));
        left.into_iter().chain(rendering.shaky(at).iter().filter_map(one)).collect()
    }

    /// A finding with the source and the consumer that it is about before its message.
    fn about(&self, wanted: &Wanted<'_>, finding: Diagnostic) -> Diagnostic {
        finding.context(format!("`{}`", wanted.source.text)).context(&self.owner)
    }
}

/// The finding unstable-source where the values of a producer, or the state, leave to chance what a source stands for.
fn left_to_chance(
    at: ReleaseAt,
    wanted: &Wanted<'_>,
    rendering: &Rendering<'_>,
    context: &Context,
) -> Option<Diagnostic> {
    let moved = match &wanted.source.what {
        What::Object(kind, name) => match &rendering.rendered(at, wanted).ok()?.shaken {
            Ok(unstable) => Ok(differing(unstable, *kind, name)?),
            Err(problem) => Err(problem.message.clone()),
        },
        _ => match rendering.shaken_pieces(at) {
            Ok(names) if names.is_empty() => return None,
            Ok(names) => Ok(listed(&names)),
            Err(problem) => Err(problem.message.clone()),
        },
    };
    let calls = rendering.shaky(at).iter().filter_map(|shaky| match shaky {
        Shaky::Function(function, place) => Some((function.as_str(), Some(place))),
        Shaky::Doubt(_) | Shaky::Values(_) => None,
    });
    let calls: Vec<_> = calls.collect();
    let id = rendering.release(at).id();
    Some(unstable_source::left_to_values(&moved, &id, &calls, &context.directory))
}

/// A problem of one of several releases that may have an object, with the way around it.
fn with_other_way(problem: Diagnostic) -> Diagnostic {
    let way = "with `from=[NAMESPACE/]RELEASE`, naming the one that renders it, no other is asked";
    let hint = problem.hint.as_ref().map_or_else(|| way.to_owned(), |hint| format!("{hint}; or {way}"));
    problem.hint(hint)
}

/// The digest of what is rendered, with what a report shows of it.
fn hashed(
    pieces: &[Piece],
    secret: bool,
    key: Option<&Key>,
    at: ReleaseAt,
    rendering: &Rendering<'_>,
) -> Result<Read, Diagnostic> {
    let surroundings = Surroundings { key, targets: rendering.known };
    let hashed = hash_pieces(rendering.tree(at), pieces, surroundings, &Progress::default())
        .map_err(|error| error.diagnostic())?;
    Ok(read_of(hashed, secret, at, rendering))
}

/// What a report shows of what was hashed.
fn read_of(hashed: HashedPieces, secret: bool, at: ReleaseAt, rendering: &Rendering<'_>) -> Read {
    let HashedPieces { digest, files, bytes } = hashed;
    let environment = rendering.environment(at);
    let in_clear = InClear { files: &environment.files, resolved: &environment.resolved, values: &[] };
    Read {
        digest,
        count: files.len(),
        files: if secret { Vec::new() } else { files.clone() },
        pieces: files,
        bytes: (!secret).then_some(bytes),
        excluded: 0,
        producer: Some(in_clear.shown(rendering.release(at).id())),
    }
}

/// Where an object is: the namespace that it names, else that of its release.
fn namespace_of<'r>(at: ReleaseAt, object: &'r Object<Fingerprint>, rendering: &'r Rendering<'_>) -> &'r str {
    if object.namespace.is_empty() { &rendering.release(at).namespace } else { &object.namespace }
}

/// Whether the pods of a consumer can read an object: it is in their namespace of their cluster.
fn is_near(
    consumer: ReleaseAt,
    at: ReleaseAt,
    object: &Object<Fingerprint>,
    rendering: &Rendering<'_>,
) -> bool {
    let own = rendering.release(consumer);
    own.namespace == namespace_of(at, object, rendering)
        && own.kube_context == rendering.release(at).kube_context
}

/// Where an object was looked for.
fn releases_searched(wanted: &Wanted<'_>, rendering: &Rendering<'_>) -> String {
    let names: Vec<String> = wanted
        .producers
        .iter()
        .map(|at| {
            let own = if *at == wanted.consumer { " itself" } else { "" };
            format!("`{}`{own}", rendering.release(*at).id())
        })
        .collect();
    names.join(", ")
}

fn not_found(wanted: &Wanted<'_>, rendering: &Rendering<'_>) -> Diagnostic {
    let What::Object(kind, name) = &wanted.source.what else {
        return Diagnostic::error("no release was found");
    };
    let rendered: Vec<_> =
        wanted.producers.iter().filter_map(|at| rendering.rendered(*at, wanted).ok()).collect();
    let of_kind = |kind: ObjectKind| -> BTreeSet<&str> {
        let objects = rendered.iter().flat_map(|rendered| rendered.manifests.nameable());
        objects.filter(|object| object.kind == kind).map(|object| object.name.as_str()).collect()
    };
    let mut makers = rendered.iter().flat_map(|rendered| &rendered.manifests.makers);
    let maker = makers.find(|one| one.kind.object() == Some(*kind) && one.names.contains(name));
    let mut known = of_kind(*kind);
    let other = match kind {
        ObjectKind::ConfigMap => Some(ObjectKind::Secret),
        ObjectKind::Secret => Some(ObjectKind::ConfigMap),
        ObjectKind::Other => {
            let same_kind: BTreeSet<&str> =
                known.iter().copied().filter(|known| is_of_kind(known, name)).collect();
            if !same_kind.is_empty() {
                known = same_kind;
            }
            None
        }
    };
    let other = other.filter(|other| of_kind(*other).contains(name.as_str()));
    let alike = known.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    let hint = if let Some(other) = other {
        format!("there is a {} of this name: `{}:{name}`", other.name(), other.word())
    } else if let Some(maker) = maker {
        let resource = format!("{}/{}", maker.identity.kind, maker.identity.name);
        format!("a controller makes it of `{resource}`: `object:{resource}` moves with each edit of that")
    } else if let Some(meant) = alike.or_else(|| nearest(name, known.iter().copied())) {
        format!("did you mean `{meant}`?")
    } else if known.is_empty() {
        "name the release that renders it with `from=[NAMESPACE/]RELEASE`, or list it under `needs`"
            .to_owned()
    } else {
        let names: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
        format!("there are {}; `from=[NAMESPACE/]RELEASE` names another release", names.join(", "))
    };
    let message =
        format!("no {} `{name}` is rendered by {}", kind.name(), releases_searched(wanted, rendering));
    Diagnostic::error(message).hint(hint)
}

/// Whether two names with kinds have the same kind, but for upper and lower case.
fn is_of_kind(one: &str, other: &str) -> bool {
    let kind = |name: &str| name.split_once('/').map(|(kind, _)| kind.to_ascii_lowercase());
    kind(one) == kind(other)
}

/// The group of an `apiVersion`.
fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The problem of an object of which nothing counts.
fn without_spec(object: &Object<Fingerprint>, id: &str) -> Diagnostic {
    let problem =
        Diagnostic::error(format!("release `{id}` renders it without a `spec`, of which it is made"));
    let data = [("ConfigMap/", ObjectKind::ConfigMap), ("Secret/", ObjectKind::Secret)].into_iter().find_map(
        |(start, kind)| {
            let name = object.name.strip_prefix(start).filter(|_| object.api_version == "v1")?;
            Some(format!("{}:{name}", kind.word()))
        },
    );
    problem.hint(match data {
        Some(source) => format!("`{source}` has its data"),
        None => "depend on the files that it is made of, or on `release:[NAMESPACE/]RELEASE`".to_owned(),
    })
}

/// The problem of objects with one kind and one name that are not of one kind to Kubernetes.
fn of_several_groups(found: &[(ReleaseAt, &Object<Fingerprint>)], rendering: &Rendering<'_>) -> Diagnostic {
    let of = |(at, object): &(ReleaseAt, &Object<Fingerprint>)| {
        format!("`{}` by release `{}`", object.api_version, rendering.release(*at).id())
    };
    let names: Vec<String> = found.iter().map(of).collect();
    let releases: BTreeSet<ReleaseAt> = found.iter().map(|(at, _)| *at).collect();
    let message = format!("it is rendered in several API groups: {}", names.join(" and "));
    Diagnostic::error(message).hint(if releases.len() > 1 {
        "`from=[NAMESPACE/]RELEASE` says which one is meant"
    } else {
        "depend on the files that the one you mean is made of"
    })
}

fn found_twice(
    found: &[(ReleaseAt, &Object<Fingerprint>)],
    wanted: &Wanted<'_>,
    rendering: &Rendering<'_>,
) -> Diagnostic {
    let names: Vec<String> = found
        .iter()
        .map(|(at, object)| {
            let namespace = match namespace_of(*at, object, rendering) {
                "" => "-",
                namespace => namespace,
            };
            let release = rendering.release(*at);
            let cluster = match release.kube_context.as_str() {
                "" => String::new(),
                context => format!(" of kube context `{context}`"),
            };
            format!("release `{}` in namespace `{namespace}`{cluster}", release.id())
        })
        .collect();
    let releases: BTreeSet<ReleaseAt> = found.iter().map(|(at, _)| *at).collect();
    let own = rendering.release(wanted.consumer);
    let hint = if releases.len() > 1 {
        "`from=[NAMESPACE/]RELEASE` says which one is meant".to_owned()
    } else if own.namespace.is_empty() {
        format!("give release `{}` its `namespace`: pods read only what is in their own", own.name)
    } else {
        format!(
            "none of them is the one in namespace `{}`, which its pods read: depend on the files",
            own.namespace
        )
    };
    let message = format!(
        "it is rendered {} times, by {}; looked in {}",
        found.len(),
        names.join(" and by "),
        releases_searched(wanted, rendering)
    );
    Diagnostic::error(message).hint(hint)
}
