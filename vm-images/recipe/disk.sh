#!/bin/sh
# Puts the finished root on a disk, build/disk.raw: GPT, the partition that boots, ext4.
set -eu

cd "$1"
libraries=$(echo usr/lib/*-linux-gnu)
outside=$(mktemp --directory)

# The builder's work stays off the disk; and the time of every file is that of the sources.
mv build "$outside/build"
# Without what is mounted below it while mmdebstrap works.
mkdir "$outside/root"
mount --bind . "$outside/root"
# What stands for devices depends on who builds; the kernel makes them.
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
