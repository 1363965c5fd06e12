//! Packaged charts (helm's `pkg/chart/loader/archive`): a tar archive compressed by gzip.

use std::io::{self, Read as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// The most bytes of all files of a package; helm refuses more (`MaxDecompressedChartSize`).
const LARGEST: u64 = 100 << 20;

/// A file of a package: its name, which starts with the folder of the chart, and its content.
pub(super) type Packed = (String, Vec<u8>);

/// Whether helm takes a file among a chart's dependencies for a package: by its ending, in lower case.
pub(super) fn is_package(name: &str) -> bool {
    [".tgz", ".tar.gz"].iter().any(|ending| name.ends_with(ending))
}

/// The files of a package. Nothing is written to disk.
///
/// # Errors
///
/// For what is no such archive, has a name that is not UTF-8, or has more than 100 MiB.
pub(super) fn unpack(bytes: &[u8]) -> io::Result<Vec<Packed>> {
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(LARGEST));
    let mut files = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a name that is not UTF-8"))?;
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        files.push((name.replace('\\', "/").trim_start_matches("./").to_owned(), content));
    }
    Ok(files)
}

/// A package of these files.
///
/// # Errors
///
/// For a name that no archive can have.
pub(super) fn pack(files: &[Packed]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o600);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content.as_slice())?;
    }
    archive.into_inner()?.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_gives_the_files_that_were_put_into_it() {
        let files = vec![
            ("web/Chart.yaml".to_owned(), b"name: web\n".to_vec()),
            (format!("web/templates/{}.yaml", "long".repeat(60)), vec![0, 1, 2]),
        ];
        let package = pack(&files).expect("a package");
        assert_eq!(unpack(&package).expect("its files"), files);
        assert!(unpack(b"no package").is_err());
        assert!(unpack(&package[..package.len() / 2]).is_err());
    }

    #[test]
    fn packages_are_told_by_their_endings() {
        assert!(is_package("charts/a-1.0.0.tgz") && is_package("a.tar.gz"));
        assert!(!is_package("a.TGZ") && !is_package("a.tar"));
    }
}
