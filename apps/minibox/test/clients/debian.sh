#!/bin/sh
# Makes a root file system of Debian, this machine's release and from where its packages come. debian.sh FILE: FILE is a tar.
set -eu
file=$1
[ ! -e "$file" ] || exit 0
. /etc/os-release
mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
  awk -v release="$VERSION_CODENAME" '$1 == release && $2 == "main" { print $3; exit }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
debootstrap --variant=minbase "$VERSION_CODENAME" "$work/root" "$mirror" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
# what images leave out, too
rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/locale "$work"/root/usr/share/doc "$work"/root/usr/share/man
mkdir -p "$(dirname "$file")"
tar -C "$work/root" -cf "$file.new" .
mv "$file.new" "$file"
