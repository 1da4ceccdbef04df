#!/bin/sh
# Takes the explorer's third-party files anew from their packages, as VENDOR.md lists them; needs npm, once, here.
# The table of VENDOR.md is what it takes: change a version there, run this, and write the hashes it prints beside it.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^| `\([^`]*\)` | \([^ |]*\) | \([^ |]*\) | `\([^`]*\)` |.*/\1 \2 \3 \4/p' VENDOR.md |
while read -r file package version source; do
    (cd "$work" && npm pack --silent "$package@$version" >/dev/null && tar xzf "$package-$version.tgz")
    cp "$work/package/$source" "$file"
    cp "$work/package/LICENSE" "${package%-dom}.LICENSE"
    rm -rf "$work/package"
    sha256sum "$file"
done
