#!/bin/sh
# usage: make.sh <Debian architecture> <node> <licence of node> <output.tar>
#
# Makes the root that all services' images share from Debian's packages and a Node. The packages are unpacked and nothing in
# them is run: so any architecture can be made on any machine, and by any user who may have user namespaces.
# Needs mmdebstrap and elfutils. The same packages and the same SOURCE_DATE_EPOCH make the same tar.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${SOURCE_DATE_EPOCH:?}"

exec mmdebstrap --quiet --variant=extract --format=null --architectures="$1" \
  --include="$(sed '/^#/d' "$here/packages" | paste -sd,)" \
  --extract-hook="sh '$here/shape.sh' \"\$1\" '$2' '$3' '$4'" trixie
