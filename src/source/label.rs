//! What stands for a source in the checksum of several.

/// The label of a path: split at `/`, without empty and `.` parts, `..` kept, `./` in front unless it starts with `..`. An
/// absolute path keeps its slash.
#[must_use]
pub(crate) fn path_label(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let body = parts.join("/");
    if path.starts_with('/') {
        format!("/{body}")
    } else if parts.first() == Some(&"..") {
        body
    } else {
        format!("./{body}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_depend_on_how_a_path_is_spelled() {
        for (path, label) in [
            ("./apis", "./apis"),
            ("apis", "./apis"),
            ("apis/", "./apis"),
            (".//apis/./x", "./apis/x"),
            ("../apis", "../apis"),
            ("./../apis", "../apis"),
            ("a/../b", "./a/../b"),
            ("..a", "./..a"),
            (".", "./"),
            ("..", ".."),
            ("./nginx/*.conf", "./nginx/*.conf"),
            ("/etc//x", "/etc/x"),
        ] {
            assert_eq!(path_label(path), label, "{path}");
        }
    }
}
