#!/bin/sh
# Makes the partition from which the machine boots, by UEFI (systemd-boot) and where there is one by BIOS (syslinux), from the
# same kernel: build/esp.img. With the tools of the machine that is being made, so that they are the same everywhere.
set -eu

cd "$1"
in_build() { chroot . env --chdir=/build SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" MTOOLS_SKIP_CHECK=1 "$@"; }

truncate --size "${ESP_MIB}M" build/esp.img
in_build mkfs.vfat --invariant -i "${ESP_ID}" -F 12 -n ESP esp.img >/dev/null
sed -i "s|@OPTIONS@|$KERNEL_OPTIONS|" build/boot/bookinfo.conf build/boot/syslinux.cfg
find build -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
in_build mmd -i esp.img ::EFI ::EFI/BOOT ::loader ::loader/entries ::syslinux
in_build mcopy -m -i esp.img vmlinuz initrd ::
in_build sh -c 'mcopy -m -i esp.img boot/systemd-boot*.efi "::EFI/BOOT/$1"' - "$EFI_NAME"
in_build mcopy -m -i esp.img boot/loader.conf ::loader
in_build mcopy -m -i esp.img boot/bookinfo.conf ::loader/entries
if [ -e build/boot/gptmbr.bin ]; then
  in_build mcopy -m -i esp.img boot/syslinux.cfg ::syslinux
  in_build syslinux --install --directory /syslinux esp.img
fi
