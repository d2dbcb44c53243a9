#!/bin/sh
# Makes the disk, build/disk.raw: a GPT, the boot partition, and the finished root as ext4.
set -eu

cd "$1"
libraries=$(echo usr/lib/*-linux-gnu)
outside=$(mktemp --directory)

# The build's own files stay off the disk. Every file gets the time of the sources.
mv build "$outside/build"
# A bind mount does not show the file systems that mmdebstrap has mounted below.
mkdir "$outside/root"
mount --bind . "$outside/root"
# The device files depend on the builder's rights. The kernel makes new ones at boot.
mount -t tmpfs -o mode=755 none "$outside/root/dev"
cd "$outside/root"
find . -newermt "@$SOURCE_DATE_EPOCH" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
MKE2FS_CONFIG=etc/mke2fs.conf "$(echo "$libraries"/ld-linux-*.so.*)" --library-path "$libraries" usr/sbin/mke2fs -q -t ext4 \
  -b 4096 -m 1 -J size=8 -L root -U "$ROOT_UUID" -O '^metadata_csum_seed,^orphan_file' \
  -E "hash_seed=$ROOT_UUID,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0" \
  -d . "$outside/root.img" "${ROOT_MIB}M"
cd "$1"
umount "$outside/root/dev" "$outside/root"
mv "$outside/build" build

truncate --size "$((ESP_MIB + ROOT_MIB + 2))M" build/disk.raw
chroot . sfdisk --quiet /build/disk.raw <<GPT
label: gpt
label-id: $DISK_UUID
start=1MiB, size=${ESP_MIB}MiB, type=U, uuid=$ESP_UUID, name=ESP, attrs=LegacyBIOSBootable
size=${ROOT_MIB}MiB, type=$ROOT_TYPE, uuid=$ROOT_UUID, name=root
GPT
put() { dd if="$1" of=build/disk.raw bs=1M seek="$2" conv=notrunc,sparse status=none; }
put build/esp.img 1
put "$outside/root.img" "$((ESP_MIB + 1))"
[ ! -e build/boot/gptmbr.bin ] || dd if=build/boot/gptmbr.bin of=build/disk.raw bs=440 count=1 conv=notrunc status=none
rm -r "$outside"
