#!/usr/bin/env bash
# Fetches the pinned uPlot from the npm registry again, verifies the package against the checksum written here and its files against
# SHA256SUMS, and puts them in place. For a new version: change version and checksum, run `vendor.sh --update`, look at the diff.
set -euo pipefail
version=1.6.32
sha512=KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==  # npm view uplot dist.integrity
files=(uplot/uPlot.iife.min.js uplot/uPlot.min.css uplot/LICENSE)

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "uplot@$version" >/dev/null)
found=$(openssl dgst -sha512 -binary "$work/uplot-$version.tgz" | base64 -w 0)
[ "$found" = "$sha512" ] || { echo "uplot-$version.tgz has the checksum $found, not $sha512" >&2; exit 1; }
tar -xzf "$work/uplot-$version.tgz" -C "$work"
mkdir "$work/uplot"
cp "$work"/package/{LICENSE,dist/uPlot.iife.min.js,dist/uPlot.min.css} "$work/uplot"
[ "${1:-}" = --update ] && (cd "$work" && sha256sum "${files[@]}") >SHA256SUMS
(cd "$work" && sha256sum --check --strict --quiet) <SHA256SUMS
cp "$work"/uplot/* uplot
echo "uPlot $version is in place"
