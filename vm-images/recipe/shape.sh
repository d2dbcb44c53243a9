#!/bin/sh
# Makes a machine out of unpacked packages: mmdebstrap runs it, in a namespace of its own, with the root as argument.
# The data is below /build: the lists of this folder, and in `root` the files to copy over.
set -eu

cd "$1"
in_root() { chroot . "$@"; }
words() { sed 's/#.*//' "build/$1"; }
say() { echo "  $*" >&2; }

kernel=$(ls usr/lib/modules)

say 'what boots the machine'
in_root mktirfs -o /build/initrd -m no -M no --include-modules="$(words initrd-modules | xargs | tr ' ' ,)" "$kernel"
# Packed again, the same every time.
mkdir build/initrd.d
gzip -dc build/initrd | chroot . sh -c 'cd /build/initrd.d && cpio --quiet -id'
find build/initrd.d -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
in_root sh -c 'cd /build/initrd.d && find . | sort | cpio --quiet --reproducible -o -H newc -R 0:0' | gzip -9n >build/initrd
mv "boot/vmlinuz-$kernel" build/vmlinuz
cp usr/lib/systemd/boot/efi/systemd-boot*.efi build/boot
[ ! -d usr/lib/SYSLINUX ] || cp usr/lib/SYSLINUX/gptmbr.bin build/boot

say 'kernel modules'
own=modules.$ARCHITECTURE
[ ! -e "build/$own" ] || words "$own" >>build/modules
for module in $(words modules); do in_root modprobe --set-version "$kernel" --show-depends "$module"; done >build/needed
sed -n 's|^insmod /*\([^ ]*\).*|\1|p' build/needed | sed 's|^lib/|usr/lib/|' >build/kept
find "usr/lib/modules/$kernel" -name '*.ko*' | grep -vxFf build/kept | xargs rm
find "usr/lib/modules/$kernel" -type d -empty -delete
# The disk is compressed as a whole, from outside.
find "usr/lib/modules/$kernel" -name '*.ko.xz' -exec xz -d {} +
in_root depmod "$kernel"

sh build/esp.sh .

say 'packages that are no longer needed'
for package in $(words purge); do rm -f "var/lib/dpkg/info/$package".p* "var/lib/dpkg/info/$package":*.p*; done
force='--force-depends --force-remove-essential --force-remove-protected'
# shellcheck disable=SC2086
words purge | xargs chroot . dpkg --purge $force >build/dpkg.log 2>&1 || { cat build/dpkg.log >&2; exit 1; }

say 'files'
# shellcheck disable=SC2046
rm -rf $(words delete)
cp -r build/root/. .
in_root systemd-sysusers
in_root systemctl --quiet preset-all 2>/dev/null
in_root systemctl --quiet set-default multi-user.target
words mask | xargs chroot . systemctl --quiet mask 2>/dev/null
in_root ldconfig
# Its cache knows the inodes of this build.
rm -r usr/sbin/ldconfig var/cache/ldconfig
: >etc/machine-id
ln -sf ../run/systemd/resolve/stub-resolv.conf etc/resolv.conf
echo localhost >etc/hostname

say 'compiled Python'
# Python would compile again what it imports at every start of a fresh machine. With the compiled files alone, in the place of
# the sources (PEP 3147), it does not look at times, and there is half as much of it. Tracebacks name lines without columns.
# What the compiler itself imports is not kept beside that.
find usr -name __pycache__ -exec rm -rf {} +
# shellcheck disable=SC2046
in_root env PYTHONNODEBUGRANGES=1 PYTHONDONTWRITEBYTECODE=1 python3 -m compileall -q -b --invalidation-mode unchecked-hash $(echo usr/lib/python3*)
find usr/lib/python3* -name '*.py' -exec sh -c 'for file; do [ ! -e "${file}c" ] || rm "$file"; done' - {} +

# So would Node. It keeps what it has compiled apart for every user, by number: that which systemd makes of the name `details`.
user=62554
program=usr/lib/bookinfo/details
if [ -e "$program/main.js" ]; then
  say 'compiled JavaScript'
  # With the seed of its chance given, V8 makes the same bytes every time.
  in_root env NODE_ENV=production NODE_COMPILE_CACHE="/$program/compile-cache" \
    node --random-seed=1 "/$program/main.js" --help >/dev/null
  for compiled in "$program"/compile-cache/*-0; do mv "$compiled" "${compiled%0}$user"; done
  chmod -R a+rX "$program/compile-cache"
fi
