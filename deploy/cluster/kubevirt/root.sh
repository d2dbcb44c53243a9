#!/bin/sh
# usage: root.sh <programs> <sources of KubeVirt> <output.tar>
#
# Makes the root of KubeVirt's images from Debian's packages: libvirt and QEMU, which Debian 12 has in versions that are too old, and
# KubeVirt's programs and settings. Needs root and mmdebstrap.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

exec mmdebstrap --quiet --mode=root --variant=essential \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --include="$(sed '/^#/d' "$here/packages" | paste -sd,)" \
  --customize-hook="sh '$here/shape.sh' \"\$1\" '$1' '$2'" \
  trixie "$3"
