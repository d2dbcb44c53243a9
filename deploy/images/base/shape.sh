#!/bin/sh
# usage: shape.sh <unpacked packages>
#
# Makes build/root.tar from unpacked packages: curl, the libraries that curl and Node link to, certificates and licences, and also
# build/node with its build/licence. Nothing else is in it. mmdebstrap runs this for make.sh.
set -eu
# The order of files must not depend on the language.
export LC_ALL=C

cd "$1"
libraries=$(echo usr/lib/*-linux-gnu)
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT

keep() {
  cp -a --parents "$@" "$kept"
}

# Keeps the libraries that a program or a library links to, directly or indirectly.
keep_libraries_of() {
  for name in $(eu-readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
    [ ! -e "$kept/$libraries/$name" ] || continue
    keep "$libraries/$name"
    [ ! -L "$libraries/$name" ] || keep "$libraries/$(readlink "$libraries/$name")"
    keep_libraries_of "$libraries/$name"
  done
}

# A seventh of Node is debug symbols.
mkdir -p "$kept/usr/local/bin" "$kept/usr/share/doc/node"
eu-strip -o "$kept/usr/local/bin/node" build/node
chmod +x "$kept/usr/local/bin/node"
cp build/licence "$kept/usr/share/doc/node/copyright"
keep_libraries_of build/node

keep usr/bin/curl
keep_libraries_of usr/bin/curl

# Programs name their loader by the path from before Debian merged /lib into /usr/lib.
for link in lib lib64 usr/lib64/ld-linux-* usr/lib/ld-linux-*; do
  [ ! -L "$link" ] || keep "$link"
done

keep etc/os-release usr/lib/os-release usr/share/common-licenses usr/share/doc/ca-certificates/copyright
mkdir -p "$kept/etc/ssl/certs"
cat usr/share/ca-certificates/mozilla/*.crt >"$kept/etc/ssl/certs/ca-certificates.crt"
echo 'root:x:0:0::/:/usr/sbin/nologin
bookinfo:x:1000:1000::/:/usr/sbin/nologin' >"$kept/etc/passwd"
echo 'root:x:0:
bookinfo:x:1000:' >"$kept/etc/group"
echo 'hosts: files dns' >"$kept/etc/nsswitch.conf"

# A list of the packages with kept files, and their licences, for the bill of materials. dpkg's database is not kept.
(cd "$kept" && find . ! -type d) >"$kept.files"
for package in var/cache/apt/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -t | grep -qxFf "$kept.files" || continue
  dpkg-deb -f "$package" Package Version Architecture Source
  echo
  documents=usr/share/doc/$(dpkg-deb -f "$package" Package)
  mkdir -p "$kept/$documents"
  cp "$documents/copyright" "$kept/$documents/copyright"
done >"$kept/usr/share/doc/packages"
rm "$kept.files"

chmod -R u=rwX,go=rX "$kept"
tar --create --file build/root.tar --directory "$kept" --sort=name --format=gnu --numeric-owner --owner=0 --group=0 \
  --mtime="@$SOURCE_DATE_EPOCH" .
