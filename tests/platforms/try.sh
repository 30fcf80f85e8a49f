#!/usr/bin/env bash
# Both commands of the README on a fresh system: makes a minimal system of a Debian or Ubuntu release in a folder, clones this
# checkout's last commit into it and calls the launcher there, as a newcomer would. Needs root and mmdebstrap.
#
#   tests/platforms/try.sh SUITE FOLDER [PAPER...]     for example: try.sh trixie /var/tmp/trixie xu2024
#
# SUITE: bookworm, trixie, jammy, noble, ...; FOLDER is kept, a second call goes on with it; PAPER: what `reproduce` is given
# (default: everything). MIRROR, CXX, BCDBENCH_PRESET and BCDBENCH_ARCH are passed on.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
suite=$1 folder=$2
shift 2
checkout=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
[ -d "$folder/etc" ] || mmdebstrap --variant=minbase --include=ca-certificates "$suite" "$folder" ${MIRROR:+"$MIRROR"}

# Build folders stay out of it: the clone is what git knows.
clone=$folder/opt/bcdbench
if [ -d "$clone" ]; then
  git -C "$clone" fetch -q "$checkout" HEAD && git -C "$clone" checkout -q --detach FETCH_HEAD
else
  git clone -q "$checkout" "$clone"
fi

inside() {
  unshare --mount bash -euc '
    folder=$1; shift
    mount --bind /proc "$folder/proc"; mount --rbind /dev "$folder/dev"
    exec chroot "$folder" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" ${CXX:+CXX="$CXX"} \
      ${BCDBENCH_PRESET:+BCDBENCH_PRESET="$BCDBENCH_PRESET"} ${BCDBENCH_ARCH:+BCDBENCH_ARCH="$BCDBENCH_ARCH"} \
      bash -euc "cd /opt/bcdbench; exec \"\$@\"" bash "$@"' bash "$folder" "$@"
}
failed=0
inside ./bcdbench reproduce "$@" || failed=1
inside ./bcdbench test || failed=1
exit $failed
