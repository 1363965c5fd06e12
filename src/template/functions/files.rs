//! Files and directories, relative to the directory of the template: helmfile's `pkg/tmpl/context_funcs.go`.

use std::io;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::arguments::{MAX_TEXT, Outcome, bytes, function, refused, string, too_large};
use crate::diagnostic::Refusal;
use crate::go::filepath;
use crate::go::strconv::quote;
use crate::template::function::{Call, Context, ExecPolicy, Function, FunctionError, Parameter};
use crate::tree::{Entry, Kind};
use crate::value::{Element, List, Object, Value};

use Parameter::String as Text;

pub(super) const FUNCTIONS: &[Function] = &[
    function("readFile", &[Text], read_file),
    function("readDir", &[Text], read_dir),
    function("readDirEntries", &[Text], read_dir_entries),
    function("isFile", &[Text], |call, arguments| {
        kind(call.context(), bytes(arguments, 0)?)
            .map(|kind| kind.is_some_and(|kind| kind != Kind::Directory).into())
    }),
    function("isDir", &[Text], |call, arguments| {
        kind(call.context(), bytes(arguments, 0)?).map(|kind| (kind == Some(Kind::Directory)).into())
    }),
];

/// What helmfile says where one of its variables forbids reading files and starting programs.
pub(super) fn check_allowed(context: &Context) -> Result<(), FunctionError> {
    match context.exec {
        ExecPolicy::Disabled(_) => Err(FunctionError::failed(
            "HELMFILE_DISABLE_INSECURE_FEATURES or HELMFILE_DISABLE_INSECURE_TEMPLATE_FUNCTIONS is active, insecure \
             function calls are disabled",
        )),
        ExecPolicy::Run | ExecPolicy::Refused => Ok(()),
    }
}

/// The path as Go joins it to the base directory.
fn joined(context: &Context, path: &[u8]) -> Result<Utf8PathBuf, FunctionError> {
    let path = std::str::from_utf8(path)
        .map_err(|_| refused(Refusal::NotUtf8, "a path that is not valid UTF-8", "rename the file"))?;
    if path.starts_with('/') {
        return Ok(path.into());
    }
    let whole = format!("{}/{path}", context.base);
    Ok(filepath::clean(&whole).into_string().into())
}

/// The words of the operating system that Go prints for an error.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "is a directory".into(),
        io::ErrorKind::NotADirectory => "not a directory".into(),
        io::ErrorKind::InvalidFilename => "file name too long".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

fn failed(operation: &str, path: &Utf8Path, error: &io::Error) -> FunctionError {
    FunctionError::failed(format!("{operation} {path}: {}", reason(error)))
}

fn read_file(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let context = call.context();
    check_allowed(context)?;
    let name = bytes(arguments, 0)?;
    // helmfile's `Context.ReadFile` reads standard input for this name, depending on how it was started.
    if name == b"-" {
        return Err(refused(
            Refusal::StandardInput,
            "`readFile` of `-`, which helmfile may take for standard input",
            "write `./-` for a file of that name",
        ));
    }
    let path = joined(context, name)?;
    match context.tree.stat(&path) {
        Ok(stat) if stat.kind == Kind::Special => {
            return Err(refused(
                Refusal::SpecialFile,
                format!("`readFile` of `{path}`, which is not a regular file"),
                "reading a pipe or device may never end: put the content into a file",
            ));
        }
        Ok(stat) if stat.kind == Kind::Directory => {
            return Err(failed("read", &path, &io::ErrorKind::IsADirectory.into()));
        }
        Ok(stat) if usize::try_from(stat.size).unwrap_or(usize::MAX) > MAX_TEXT => {
            return Err(too_large("readFile"));
        }
        Ok(_) => {}
        Err(error) => return Err(failed("open", &path, &error)),
    }
    let bytes = context.tree.read(&path).map_err(|error| failed("open", &path, &error))?;
    let (effects, place) = call.effects();
    effects.read_file(path, place);
    string(bytes)
}

/// The entries of a directory; `function` is spelled as helmfile spells it in its message.
fn entries(
    context: &Context,
    function: &str,
    path: &[u8],
) -> Result<(Utf8PathBuf, Vec<Entry>), FunctionError> {
    check_allowed(context)?;
    let path = joined(context, path)?;
    let fail = |operation: &str, error: &io::Error| {
        let quoted = quote(path.as_str().as_bytes(), false);
        FunctionError::failed(format!("{function} {quoted}: {operation} {path}: {}", reason(error)))
    };
    let stat = context.tree.stat(&path).map_err(|error| fail("open", &error))?;
    if stat.kind != Kind::Directory {
        // Go opens with a flag that asks for a directory, so this is already the open that fails.
        return Err(fail("open", &io::ErrorKind::NotADirectory.into()));
    }
    let entries = context.tree.entries(&path).map_err(|error| fail("open", &error))?;
    Ok((path, entries))
}

/// The names below a directory that are not directories themselves, as paths in the form they were asked for.
fn read_dir(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let asked = bytes(arguments, 0)?;
    let (_, entries) = entries(call.context(), "ReadDir", asked)?;
    let mut paths = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind != Kind::Directory) {
        let name = entry.name.as_encoded_bytes();
        let path = if asked.is_empty() { name.to_vec() } else { [asked, b"/", name].concat() };
        paths.push(Value::from_bytes(filepath::clean_bytes(&path)));
    }
    let list =
        if paths.is_empty() { List::nil(Element::String) } else { List::typed(Element::String, paths) };
    Ok(Value::List(list))
}

fn read_dir_entries(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let context = call.context();
    let (directory, entries) = entries(context, "ReadDirEntries", bytes(arguments, 0)?)?;
    let entries = entries
        .into_iter()
        .map(|entry| {
            let path = entry.name.to_str().map(|name| directory.join(name));
            let size = path.and_then(|path| context.tree.stat_link(&path).ok()).map(|stat| stat.size);
            let name = Value::from_bytes(entry.name.into_encoded_bytes());
            Value::Object(Rc::new(DirectoryEntry { name, kind: entry.kind, size }) as Rc<dyn Object>)
        })
        .collect();
    Ok(Value::List(List::typed(Element::DirEntry, entries)))
}

/// What the path leads to, links followed; nothing where there is nothing.
fn kind(context: &Context, path: &[u8]) -> Result<Option<Kind>, FunctionError> {
    let path = joined(context, path)?;
    match context.tree.stat(&path) {
        Ok(stat) => Ok(Some(stat.kind)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("stat", &path, &error)),
    }
}

/// Go's `fs.DirEntry`: one name in a directory.
#[derive(Debug)]
struct DirectoryEntry {
    name: Value,
    kind: Kind,
    size: Option<u64>,
}

impl DirectoryEntry {
    /// The type as `fs.FileMode` prints it, without permissions.
    const fn mode_letters(&self) -> &'static str {
        match self.kind {
            Kind::File => "----------",
            Kind::Directory => "d---------",
            Kind::Link => "L---------",
            Kind::Special => "?---------",
        }
    }
}

impl Object for DirectoryEntry {
    fn type_name(&self) -> &'static str {
        "*os.unixDirent"
    }

    fn kind_name(&self) -> &'static str {
        "ptr"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        if !matches!(name, "Name" | "IsDir" | "Type" | "Info" | "String") {
            return None;
        }
        if !arguments.is_empty() {
            return Some(Err(format!("wrong number of args for {name}: want 0 got {}", arguments.len())));
        }
        Some(match name {
            "Name" => Ok(self.name.clone()),
            "IsDir" => Ok((self.kind == Kind::Directory).into()),
            "String" => self.display().map(Value::from).ok_or_else(|| self.special()),
            "Type" if self.kind == Kind::Special => Err(self.special()),
            "Type" => Ok(Value::Object(Rc::new(Mode(self.mode_letters())))),
            _ => match self.size {
                Some(size) => Ok(Value::Object(Rc::new(FileInfo {
                    name: self.name.clone(),
                    directory: self.kind == Kind::Directory,
                    size,
                }))),
                None => Err("the entry has gone, or its name is not valid UTF-8".into()),
            },
        })
    }

    fn display(&self) -> Option<String> {
        let name = String::from_utf8_lossy(self.name.string_bytes().unwrap_or_default()).into_owned();
        match self.kind {
            Kind::File => Some(format!("- {name}")),
            Kind::Directory => Some(format!("d {name}/")),
            Kind::Link => Some(format!("L {name}")),
            Kind::Special => None,
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl DirectoryEntry {
    fn special(&self) -> String {
        let name = String::from_utf8_lossy(self.name.string_bytes().unwrap_or_default());
        format!("`{name}` is a pipe, socket or device, whose type helmsum does not tell apart")
    }
}

/// Go's `fs.FileMode` of an entry that was not looked at: its type without permissions.
#[derive(Debug)]
struct Mode(&'static str);

impl Object for Mode {
    fn type_name(&self) -> &'static str {
        "fs.FileMode"
    }

    fn kind_name(&self) -> &'static str {
        "uint32"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let value = match name {
            "IsDir" => Value::from(self.0.starts_with('d')),
            "IsRegular" => Value::from(self.0.starts_with('-')),
            "String" => Value::from(self.0),
            _ => return None,
        };
        Some(if arguments.is_empty() {
            Ok(value)
        } else {
            Err(format!("wrong number of args for {name}: want 0 got {}", arguments.len()))
        })
    }

    fn display(&self) -> Option<String> {
        Some(self.0.into())
    }

    fn truth(&self) -> bool {
        !self.0.starts_with('-')
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// Go's `fs.FileInfo`, as far as two runs agree on it: a time or permissions would make a checksum depend on a checkout.
#[derive(Debug)]
struct FileInfo {
    name: Value,
    directory: bool,
    size: u64,
}

impl Object for FileInfo {
    fn type_name(&self) -> &'static str {
        "*os.fileStat"
    }

    fn kind_name(&self) -> &'static str {
        "ptr"
    }

    fn member(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let value = match name {
            "Name" => self.name.clone(),
            "IsDir" => self.directory.into(),
            "Size" if self.directory => {
                return Some(Err(
                    "helmsum does not read the size of a directory, which differs between disks".into(),
                ));
            }
            "Size" => Value::Int64(i64::try_from(self.size).unwrap_or(i64::MAX)),
            "Mode" | "ModTime" | "Sys" => {
                return Some(Err(format!(
                    "helmsum does not read `{name}` of a file: it differs between checkouts of the same files"
                )));
            }
            _ => return None,
        };
        Some(if arguments.is_empty() {
            Ok(value)
        } else {
            Err(format!("wrong number of args for {name}: want 0 got {}", arguments.len()))
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
