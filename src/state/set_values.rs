//! `--state-values-set` and `--state-values-set-string` (`pkg/config/config.go`, `pkg/maputil/maputil.go: Set`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::merge::{Lists, merge_maps};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::value::{Map, Value};

/// The highest list index that is taken. helmfile takes any, and allocates a list of that length.
const MAX_INDEX: usize = 65_535;

/// What both options say together: the typed values lie over the strings.
///
/// # Errors
///
/// For a pair without `=`, an empty key, a path through something that is not a map or list, and an index out of range:
/// helmfile panics at these.
pub(super) fn parse(typed: &[String], strings: &[String]) -> Result<Map, Diagnostic> {
    let strings = parse_strings(strings).map_err(|error| error.context("`--state-values-set-string`"))?;
    let typed = parse_typed(typed).map_err(|error| error.context("`--state-values-set`"))?;
    Ok(merge_maps(&strings, &typed, Lists::Sparse))
}

fn parse_typed(options: &[String]) -> Result<Map, Diagnostic> {
    let mut values = Tree::default();
    for option in options {
        for pair in option.split(',') {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                Diagnostic::error(format!("`{pair}` is not `key=value`"))
                    .hint("commas always separate pairs; `--state-values-set-string` takes quoted values with commas")
            })?;
            values.set(key, typed_value(value))?;
        }
    }
    Ok(values.into_map())
}

fn parse_strings(options: &[String]) -> Result<Map, Diagnostic> {
    static PAIR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:,|^)([^\t\n\x0C\r =]+)=(['"][^'"]*['"]|[^,]+)"#).expect("the pattern is valid")
    });
    let mut values = Tree::default();
    for option in options {
        for pair in PAIR.captures_iter(option) {
            values.set(&pair[1], Value::from(&pair[2]))?;
        }
    }
    Ok(values.into_map())
}

/// The type helmfile gives a value: booleans and null in any case, decimal integers without a leading zero, else a string.
fn typed_value(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        Value::Bool(true)
    } else if text.eq_ignore_ascii_case("false") {
        Value::Bool(false)
    } else if text.eq_ignore_ascii_case("null") {
        Value::Nil
    } else if text == "0" {
        Value::Int64(0)
    } else if !text.starts_with('0')
        && let Ok(number) = text.parse::<i64>()
    {
        Value::Int64(number)
    } else {
        Value::from(text)
    }
}

/// A dotted key; a backslash takes the meaning from the next character. A final empty part is dropped.
fn split_key(key: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut escaped = false;
    for character in key.chars() {
        match character {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '.' if !escaped => parts.push(std::mem::take(&mut part)),
            character => part.push(character),
        }
        escaped = false;
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// One part of a key: a name, and perhaps an index. What follows the first index is lost, as in helmfile.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Item(String, usize),
}

impl Step {
    /// helmfile blanks the brackets out and scans the rest with `%s %d`.
    fn parse(part: &str) -> Result<Self, Diagnostic> {
        let blanked = part.replace(['[', ']'], " ");
        let scanned = blanked.trim_start_matches([' ', '\t', '\r']);
        if let Some((name, rest)) = scanned.split_once([' ', '\t', '\r'])
            && !name.contains('\n')
        {
            let rest = rest.trim_start_matches([' ', '\t', '\r']);
            let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
            let digits = unsigned
                .find(|character: char| !character.is_ascii_digit())
                .map_or(unsigned, |end| &unsigned[..end]);
            if !digits.is_empty() {
                if rest.starts_with('-') && !digits.trim_matches('0').is_empty() {
                    return Err(Diagnostic::error(format!("the index in `{part}` is negative")));
                }
                let index = digits.parse().ok().filter(|&index| index <= MAX_INDEX);
                return index.map(|index| Self::Item(name.into(), index)).ok_or_else(|| {
                    Diagnostic::refused(Refusal::Limit, format!("the index in `{part}` is out of range"))
                        .hint(format!("an index is at most {MAX_INDEX}"))
                });
            }
        }
        Ok(Self::Key(blanked))
    }
}

/// Values while they are set: lists change in place here, which those of [`Value`] do not.
#[derive(Clone, Debug, Default)]
struct Tree(BTreeMap<String, Node>);

#[derive(Clone, Debug)]
enum Node {
    Leaf(Value),
    List(Vec<Node>),
    Map(Tree),
}

impl Tree {
    fn set(&mut self, key: &str, value: Value) -> Result<(), Diagnostic> {
        let parts = split_key(key);
        let Some((last, path)) = parts.split_last() else {
            return Err(Diagnostic::error(format!("the key `{key}` is empty")));
        };
        let mut map = self;
        for part in path {
            map = match Step::parse(part)? {
                Step::Key(name) => {
                    map.0.entry(name).or_insert_with(|| Node::Map(Self::default())).as_map(key)?
                }
                Step::Item(name, index) => {
                    let items = map
                        .0
                        .entry(name)
                        .or_insert_with(|| Node::List(vec![Node::NIL; index + 1]))
                        .as_list(key)?;
                    let Some(item) = items.get_mut(index) else {
                        // helmfile sets it in a longer copy of the list, which it then forgets.
                        return Ok(());
                    };
                    if matches!(item, Node::Leaf(Value::Nil)) {
                        *item = Node::Map(Self::default());
                    }
                    item.as_map(key)?
                }
            };
        }
        match Step::parse(last)? {
            Step::Key(name) => {
                map.0.insert(name, Node::Leaf(value));
            }
            Step::Item(name, index) => {
                let items = map.0.entry(name).or_insert_with(|| Node::List(Vec::new())).as_list(key)?;
                if items.len() <= index {
                    items.resize(index + 1, Node::NIL);
                }
                items[index] = Node::Leaf(value);
            }
        }
        Ok(())
    }

    fn into_map(self) -> Map {
        self.0.into_iter().map(|(key, node)| (key, node.into_value())).collect()
    }
}

impl Node {
    const NIL: Self = Self::Leaf(Value::Nil);

    fn as_map(&mut self, key: &str) -> Result<&mut Tree, Diagnostic> {
        match self {
            Self::Map(map) => Ok(map),
            _ => Err(Diagnostic::error(format!("the key `{key}` leads through something that is not a map"))),
        }
    }

    fn as_list(&mut self, key: &str) -> Result<&mut Vec<Self>, Diagnostic> {
        match self {
            Self::List(items) => Ok(items),
            _ => Err(Diagnostic::error(format!(
                "the key `{key}` has an index on something that is not a list"
            ))),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Leaf(value) => value,
            Self::List(items) => Value::from(items.into_iter().map(Self::into_value).collect::<Vec<_>>()),
            Self::Map(map) => map.into_map().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn parsed(typed: &[&str], strings: &[&str]) -> Result<String, String> {
        let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let map = parse(&list(typed), &list(strings)).map_err(|error| error.to_string())?;
        Ok(json::encode(&map.into(), json::Style::Compact).unwrap())
    }

    #[test]
    fn values_get_the_types_that_helmfile_gives_them() {
        assert_eq!(
            parsed(&["a=True,b=FALSE,c=Null,d=0,e=-12,f=007,g=1.5,h=,i=x=y,j=+3"], &[]).unwrap(),
            r#"{"a":true,"b":false,"c":null,"d":0,"e":-12,"f":"007","g":"1.5","h":"","i":"x=y","j":3}"#
        );
        assert_eq!(parsed(&[], &["a=true,b=1"]).unwrap(), r#"{"a":"true","b":"1"}"#);
    }

    #[test]
    fn quoted_strings_keep_their_quotes_and_commas() {
        assert_eq!(parsed(&[], &["a='x,y',b=\"z\""]).unwrap(), r#"{"a":"'x,y'","b":"\"z\""}"#);
    }

    #[test]
    fn keys_are_paths_with_escapes_and_indexes() {
        assert_eq!(parsed(&[r"a\.b.c=1"], &[]).unwrap(), r#"{"a.b":{"c":1}}"#);
        assert_eq!(parsed(&["l[2]=x,l[0]=y"], &[]).unwrap(), r#"{"l":["y",null,"x"]}"#);
        assert_eq!(
            parsed(&["l[0].a=1,l[1].b=2"], &[]).unwrap(),
            r#"{"l":[{"a":1}]}"#,
            "as helmfile loses it"
        );
        assert_eq!(parsed(&["l[1].b=2,l[0].a=1"], &[]).unwrap(), r#"{"l":[{"a":1},{"b":2}]}"#);
    }

    #[test]
    fn typed_values_lie_over_strings() {
        assert_eq!(parsed(&["m.a=1"], &["m.a=x,m.b=y"]).unwrap(), r#"{"m":{"a":1,"b":"y"}}"#);
    }

    #[test]
    fn what_makes_helmfile_panic_is_an_error() {
        for option in ["a", "=x", "a.=1,a.b=2,a.b.c=3", "l[-1]=x", "l[99999999]=x", "a=1,a[0]=2"] {
            assert!(parsed(&[option], &[]).is_err(), "{option}");
        }
    }
}
