#!/bin/sh
# usage: shape-debug.sh <unpacked packages>
#
# Makes build/debug.tar from unpacked packages. mmdebstrap runs this for debug.sh.
set -eu
export LC_ALL=C

cd "$1"
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
libraries=$(echo usr/lib/*-linux-gnu)

cp -a --parents "$libraries"/libtinfo.so.6* "$kept"
mkdir -p "$kept/usr/bin" "$kept/usr/share/doc"
# The list is for the bill of materials.
for package in bash busybox-static libtinfo6; do
  cp -a --parents "usr/share/doc/$package/copyright" "$kept"
  dpkg-deb -f var/cache/apt/archives/"$package"_*.deb Package Version Architecture Source
  echo
done >"$kept/usr/share/doc/packages-debug"
cp "$(readlink -e usr/bin/bash || readlink -e bin/bash)" "$kept/usr/bin/bash"
cp "$(readlink -e usr/bin/busybox || readlink -e bin/busybox)" "$kept/usr/bin/busybox"
for tool in sh ash cat cp cut date dd df du env find free grep awk sed head tail hostname id ip kill killall less ls md5sum mkdir mv nc \
  netstat nslookup od pidof ping ps pwd rm seq sha256sum sleep sort stat tar tee timeout top touch tr uname uniq \
  uptime vi watch wc wget which whoami xargs; do
  ln -s busybox "$kept/usr/bin/$tool"
done
# Scripts name their shell by the path from before Debian merged /bin into /usr/bin.
ln -s usr/bin "$kept/bin"

chmod -R u=rwX,go=rX "$kept"
tar --create --file build/debug.tar --directory "$kept" --sort=name --format=gnu --numeric-owner --owner=0 --group=0 \
  --mtime="@$SOURCE_DATE_EPOCH" .
