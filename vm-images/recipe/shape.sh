#!/bin/sh
# Turns unpacked packages into a machine. mmdebstrap runs it in a namespace, with the root as argument. /build holds the lists of
# this folder, and in `root` the files to copy.
set -eu

cd "$1"
in_root() { chroot . "$@"; }
words() { sed 's/#.*//' "build/$1"; }
say() { echo "  $*" >&2; }

kernel=$(ls usr/lib/modules)

say 'boot files'
in_root mktirfs -o /build/initrd -m no -M no --include-modules="$(words initrd-modules | xargs | tr ' ' ,)" "$kernel"
# Packed again, so that two builds give the same bytes.
mkdir build/initrd.d
gzip -dc build/initrd | chroot . sh -c 'cd /build/initrd.d && cpio --quiet -id'
find build/initrd.d -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
in_root sh -c 'cd /build/initrd.d && find . | sort | cpio --quiet --reproducible -o -H newc -R 0:0' | gzip -9n >build/initrd
mv "boot/vmlinuz-$kernel" build/vmlinuz
cp usr/lib/systemd/boot/efi/systemd-boot*.efi.signed build/boot/loader.efi
# Secure Boot: the firmware trusts Microsoft, which signed the shim. The shim trusts Debian, which signed the loader and the kernel.
# The package is only unpacked, as it depends on GRUB.
in_root sh -c 'cd /build && apt-get --quiet=2 --option APT::Sandbox::User=root download shim-signed && dpkg-deb --extract shim-signed_*.deb shim'
cp build/shim/usr/lib/shim/shim*.efi.signed build/boot/shim.efi
[ ! -d usr/lib/SYSLINUX ] || cp usr/lib/SYSLINUX/gptmbr.bin build/boot

say 'kernel modules'
own=modules.$ARCHITECTURE
[ ! -e "build/$own" ] || words "$own" >>build/modules
for module in $(words modules); do in_root modprobe --set-version "$kernel" --show-depends "$module"; done >build/needed
sed -n 's|^insmod /*\([^ ]*\).*|\1|p' build/needed | sed 's|^lib/|usr/lib/|' >build/kept
find "usr/lib/modules/$kernel" -name '*.ko*' | grep -vxFf build/kept | xargs rm
find "usr/lib/modules/$kernel" -type d -empty -delete
# The whole disk is compressed later.
find "usr/lib/modules/$kernel" -name '*.ko.xz' -exec xz -d {} +
in_root depmod "$kernel"

sh build/esp.sh .
in_root patch --silent --strip=0 --no-backup-if-mismatch --directory=/usr/lib/python3/dist-packages --input=/build/cloud-init.patch

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
# Its cache holds inode numbers of this build.
rm -r usr/sbin/ldconfig var/cache/ldconfig
: >etc/machine-id
ln -sf ../run/systemd/resolve/stub-resolv.conf etc/resolv.conf
echo localhost >etc/hostname

say 'compiled Python'
# A fresh machine would compile every import again. Compiled files in the place of the sources (PEP 3147) take half the space,
# and Python does not compare their times. Tracebacks lack columns. Caches of the compiler's own imports are deleted.
find usr -name __pycache__ -exec rm -rf {} +
# shellcheck disable=SC2046
in_root env PYTHONNODEBUGRANGES=1 PYTHONDONTWRITEBYTECODE=1 python3 -m compileall -q -b --invalidation-mode unchecked-hash $(echo usr/lib/python3*)
find usr/lib/python3* -name '*.py' -exec sh -c 'for file; do [ ! -e "${file}c" ] || rm "$file"; done' - {} +

# Node would compile again too. Its cache is separate for each user number; systemd computes this one from the name `details`.
user=62554
program=usr/lib/bookinfo/details
if [ -e "$program/main.js" ]; then
  say 'compiled JavaScript'
  # With a fixed random seed V8 gives the same bytes every time.
  in_root env NODE_ENV=production NODE_COMPILE_CACHE="/$program/compile-cache" \
    node --random-seed=1 "/$program/main.js" --help >/dev/null
  for compiled in "$program"/compile-cache/*-0; do mv "$compiled" "${compiled%0}$user"; done
  chmod -R a+rX "$program/compile-cache"
fi
