#!/bin/sh
# Makes the boot partition, build/esp.img. It boots one kernel by UEFI (systemd-boot) and, on a PC, by BIOS (syslinux).
# The tools are those of the new machine, so the host does not matter.
set -eu

cd "$1"
in_build() { chroot . env --chdir=/build SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" MTOOLS_SKIP_CHECK=1 "$@"; }

truncate --size "${ESP_MIB}M" build/esp.img
in_build mkfs.vfat --invariant -i "${ESP_ID}" -F 12 -n ESP esp.img >/dev/null
sed -i "s|@OPTIONS@|$KERNEL_OPTIONS|" build/boot/bookinfo.conf build/boot/syslinux.cfg
find build -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
in_build mmd -i esp.img ::EFI ::EFI/BOOT ::loader ::loader/entries ::syslinux
in_build mcopy -m -i esp.img vmlinuz initrd ::
in_build mcopy -m -i esp.img boot/shim.efi "::EFI/BOOT/BOOT$EFI_SUFFIX.EFI"
# The shim looks for the next loader by this name, whatever it is.
in_build mcopy -m -i esp.img boot/loader.efi "::EFI/BOOT/GRUB$EFI_SUFFIX.EFI"
in_build mcopy -m -i esp.img boot/loader.conf ::loader
in_build mcopy -m -i esp.img boot/bookinfo.conf ::loader/entries
if [ -e build/boot/gptmbr.bin ]; then
  in_build mcopy -m -i esp.img boot/syslinux.cfg ::syslinux
  in_build syslinux --install --directory /syslinux esp.img
fi
