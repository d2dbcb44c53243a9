#!/bin/sh
# usage: shape.sh <root> <programs> <sources of KubeVirt>
#
# Puts KubeVirt's programs and settings into a root with Debian's packages. mmdebstrap runs this for root.sh.
set -eu
root=$1
programs=$2
launcher=$3/cmd/virt-launcher

cp -P "$programs/kubevirt" "$programs"/virt-* "$programs/libvirt-hook-client" "$programs/container-disk" "$root/usr/bin/"
install "$launcher/node-labeller/node-labeller.sh" "$root/usr/bin/"
install -m 644 "$launcher/nsswitch.conf" "$root/etc/"
# Debian's can be read by root only.
install -m 644 "$launcher/qemu.conf" "$launcher/virtqemud.conf" "$root/etc/libvirt/"

# KubeVirt's pods run as user 107.
for file in passwd group; do sed -i '/^\(libvirt-qemu\|kvm\):/d' "$root/etc/$file"; done
echo 'qemu:x:107:107::/home/qemu:/bin/sh
libvirt-qemu:x:107:107::/home/qemu:/bin/sh
kubevirt:x:1001:1001::/:/usr/sbin/nologin' >>"$root/etc/passwd"
echo 'qemu:x:107:
libvirt-qemu:x:107:
kvm:x:36:
kubevirt:x:1001:' >>"$root/etc/group"
install -d -o 107 -g 107 "$root/home/qemu" "$root/etc/libvirt/hooks"
install -m 755 -o 107 -g 107 "$launcher/qemu" "$root/etc/libvirt/hooks/qemu"

# KubeVirt starts libvirt's daemon for QEMU alone and connects to its socket. Debian has the daemon that does everything.
mkdir -p "$root/usr/libexec/kubevirt"
cp "$root/usr/sbin/libvirtd" "$root/usr/libexec/kubevirt/virtqemud"
cat >"$root/usr/sbin/virtqemud" <<'END'
#!/bin/sh
run=/run
[ "$(id -u)" = 0 ] || run=${XDG_RUNTIME_DIR:-/run}
mkdir -p "$run/libvirt"
ln -sfn libvirt-sock "$run/libvirt/virtqemud-sock"
exec /usr/libexec/kubevirt/virtqemud "$@"
END
chmod +x "$root/usr/sbin/virtqemud"

# Absolute links leave the root when the node looks into it.
ln -sfn ../run "$root/var/run"
chroot "$root" setcap cap_net_bind_service=+ep /usr/bin/virt-launcher-monitor
