//! The checksum against golden vectors, a second implementation, the shell commands that `explain` prints, git, and
//! whatever a file system can contain.

mod folder;
mod generated;
mod hostile;
mod vectors;
