# shellcheck shell=bash
# For scripts that make something of an archive; to be sourced.

# read_archive ARCHIVE FOLDER: unpacks it into the folder, and sets $name, $version, $arch (as Debian and OCI call it), $unpacked and SOURCE_DATE_EPOCH,
# which is the time of the archive's files.
read_archive() {
  local pattern='^helmsum-v(.+)-(x86_64|aarch64)-[a-z]+-linux-[a-z]+$'
  name=$(basename "$1" .tar.gz)
  if ! [[ $name =~ $pattern ]]; then
    echo "error: \`$1\` is not an archive for Linux on x86_64 or aarch64" >&2
    return 1
  fi
  version=${BASH_REMATCH[1]}
  case ${BASH_REMATCH[2]} in
    x86_64) arch=amd64 ;;
    *) arch=arm64 ;;
  esac
  tar --extract --file "$1" --directory "$2" --no-same-owner
  unpacked=$2/$name
  SOURCE_DATE_EPOCH=$(stat --format=%Y "$unpacked/helmsum")
  export name version arch unpacked SOURCE_DATE_EPOCH
}

# packed FOLDER OPTION... NAME...: tar, the same bytes for the same files.
packed() {
  tar --create --directory "$1" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=ustar "${@:2}"
}
