//! Projects made up by the rules of helmfile's grammar, each read by helmfile and by helmsum.
//!
//! A project belongs to a seed. `HELMSUM_GENERATED_COUNT` says how many are made, `HELMSUM_GENERATED_SEED` the seed of the
//! first; the others follow. What the two programs read differently is made small and printed in the form of a case for
//! `tests/vectors/state`.

mod checksum;
mod environment;
mod functions;
mod helmfile;
mod project;
mod release;
mod shrink;
mod state;
#[path = "../support/mod.rs"]
mod support;
mod template;
mod verdict;
mod yaml;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use helmfile::Helmfile;
use support::case::Case;
use support::programs::{self, Toolset};
use verdict::{Verdict, judge};

/// helmfile in a process that answers many questions.
const MANY: Toolset =
    Toolset { variable: "HELMSUM_MANY_BIN", script: "tests/tools/many/build", programs: &["helmfile-many"] };

/// So many defects are made small; more of them would be the same ones.
const ENOUGH: usize = 4;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn a_seed_always_means_the_same_project() {
    for seed in [1, 2, 300] {
        assert_eq!(project::generate(seed).text(None), project::generate(seed).text(None));
        assert_ne!(project::generate(seed).text(None), project::generate(seed + 1).text(None));
    }
}

#[test]
fn a_project_survives_being_written_as_a_case() {
    for seed in 0..200 {
        let made = project::generate(seed);
        let text = format!("Made from a seed.\n{}", head(&made));
        let read = Case::parse(&Case { head: text, ..made.clone() }.text(None));
        assert_eq!(read.files, made.files, "{seed}");
        assert_eq!(read.options, made.options, "{seed}");
        assert_eq!(read.variables, made.variables, "{seed}");
    }
}

#[test]
fn shrinking_leaves_only_what_matters() {
    let made = (0..100)
        .map(project::generate)
        .find(|case| case.text(None).contains("releases:"))
        .expect("one of them has releases");
    let small = shrink::shrink(made, |case| case.files.iter().any(|(_, text)| text.contains("releases:")));
    let [(_, text)] = small.files.as_slice() else { panic!("{}", small.text(None)) };
    assert!(text.lines().count() == 1 && small.options.is_empty() && small.variables.is_empty(), "{text}");
}

#[test]
fn generated_projects_are_read_as_helmfile_reads_them() {
    let Some(programs) = programs::find(&[&MANY], &[]) else { return };
    compare(&programs[0]);
}

#[test]
fn asking_many_times_is_asking_helmfile() {
    let Some(programs) = programs::find(&[&MANY, &programs::HELMFILE], &[]) else { return };
    let mut many = Helmfile::new(&programs[0]);
    for seed in 0..12 {
        let case = project::generate(seed * 1009);
        let folder = tempfile::tempdir().expect("a folder");
        let root = case.lay_out(folder.path());
        let told = many.told(&case, &root);
        let bin = programs[1].parent().expect("a folder of programs");
        let run = Command::new(&programs[1])
            .arg("--sequential-helmfiles")
            .args(&case.options)
            .arg("build")
            .current_dir(&root)
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", root.join(".home"))
            .env("HELMFILE_UPGRADE_NOTICE_DISABLED", "1")
            .envs(&case.variables)
            .output()
            .expect("helmfile runs");
        let stdout = String::from_utf8(run.stdout).expect("helmfile prints UTF-8");
        let said = (run.status.code().map(i64::from), stdout);
        assert_eq!(told, said, "seed {}", seed * 1009);
    }
}

/// The lines of a case that contain its command line.
fn head(case: &Case) -> String {
    let options = case.options.chunks(2).map(|option| format!("> {}", option.join(" ")));
    let variables = case.variables.iter().map(|(name, value)| format!("> env {name}={value}"));
    options.chain(variables).collect::<Vec<_>>().join("\n")
}

/// What became of some projects.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, usize>,
    /// What helmsum alone refused, and how often.
    unsupported: BTreeMap<String, usize>,
    /// Defects, made small.
    wrong: Vec<String>,
}

impl Tally {
    /// Makes the project of a seed and has it judged.
    #[expect(clippy::print_stderr, reason = "whoever looks for defects wants to see them at once")]
    fn add(&mut self, seed: u64, helmfile: &mut Helmfile, show: bool) {
        let case = project::generate(seed);
        let verdict = judge(&case, helmfile);
        // What helmfile itself does not say twice is nobody's defect.
        let verdict = if verdict.is_wrong() { judge(&case, helmfile) } else { verdict };
        if show && verdict != Verdict::Equal {
            eprintln!("seed {seed}: {verdict:.2000?}");
            if verdict.is_wrong() {
                eprintln!("{}\n{}", head(&case), case.text(None));
            }
        }
        let name = match &verdict {
            Verdict::Equal => "equal",
            Verdict::BothRefuse(_) => "refused by both",
            Verdict::Unsupported(why) => {
                *self.unsupported.entry(why.clone()).or_default() += 1;
                "refused by helmsum alone"
            }
            Verdict::NoAnswer => "without an answer",
            _ => "wrong",
        };
        *self.counts.entry(name).or_default() += 1;
        if verdict.is_wrong() && self.wrong.len() < ENOUGH {
            self.wrong.push(Self::small(seed, case, &verdict, helmfile));
        }
    }

    /// A report of a defect, with the smallest project that shows it.
    fn small(seed: u64, case: Case, verdict: &Verdict, helmfile: &mut Helmfile) -> String {
        let mut last = verdict.clone();
        let mut case = shrink::shrink(case, |smaller| {
            let now = judge(smaller, helmfile);
            let same = now.resembles(verdict);
            if same {
                last = now;
            }
            same
        });
        case.head = head(&case);
        format!("### seed {seed}\n{last}\n{}", case.text(None))
    }

    fn join(&mut self, other: Self) {
        for (name, count) in other.counts {
            *self.counts.entry(name).or_default() += count;
        }
        for (why, count) in other.unsupported {
            *self.unsupported.entry(why).or_default() += count;
        }
        self.wrong.extend(other.wrong);
    }
}

/// Makes all projects and judges them, on as many threads as there are processors.
#[expect(clippy::print_stderr, reason = "a long run says what it did")]
fn compare(program: &Path) {
    let (first, count) = (number("HELMSUM_GENERATED_SEED", 1), number("HELMSUM_GENERATED_COUNT", 300));
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = number("HELMSUM_GENERATED_JOBS", u64::try_from(processors).expect("a small number"));
    let show = std::env::var("HELMSUM_GENERATED_SHOW").is_ok();
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let work = |job: u64| {
            let mut helmfile = Helmfile::new(program);
            let mut own = Tally::default();
            for seed in (first..first + count).filter(|seed| seed % jobs == job) {
                own.add(seed, &mut helmfile, show);
            }
            own
        };
        let start = |job| {
            // The stack that a run of helmsum has.
            std::thread::Builder::new()
                .stack_size(256 << 20)
                .spawn_scoped(scope, move || work(job))
                .expect("a thread")
        };
        let threads: Vec<_> = (0..jobs).map(start).collect();
        for thread in threads {
            tally.join(thread.join().expect("a thread ends"));
        }
    });
    eprintln!("{count} projects from seed {first}: {:?}", tally.counts);
    for (why, times) in &tally.unsupported {
        eprintln!("  refused {times} times: {why}");
    }
    let equal = tally.counts.get("equal").copied().unwrap_or_default();
    let enough = usize::try_from(count).expect("a small number") / 3;
    assert!(tally.wrong.is_empty(), "{} wrong\n\n{}", tally.counts["wrong"], tally.wrong.join("\n\n"));
    assert!(count < 100 || equal >= enough, "only {equal} of {count} projects were read, which shows little");
}
