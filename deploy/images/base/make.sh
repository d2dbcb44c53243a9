#!/bin/sh
# usage: make.sh <Debian architecture> <node> <licence of node> <output.tar>
#
# Makes the root that all services' images share from Debian's packages and a Node. The packages are unpacked and nothing in
# them is run: so any architecture can be made on any machine, and by any user who may have user namespaces.
# Needs mmdebstrap and elfutils. The same packages and the same SOURCE_DATE_EPOCH make the same tar.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${SOURCE_DATE_EPOCH:?}"

# Who is not root has another name inside, which may neither read nor write here: so mmdebstrap itself carries what goes in and out.
exec mmdebstrap --quiet --variant=extract --format=null --architectures="$1" \
  --include="$(sed '/^#/d' "$here/packages" | paste -sd,)" \
  --extract-hook='mkdir "$1/build"' \
  --extract-hook="upload '$here/shape.sh' /build/shape.sh" \
  --extract-hook="upload '$2' /build/node" \
  --extract-hook="upload '$3' /build/licence" \
  --extract-hook='sh "$1/build/shape.sh" "$1"' \
  --extract-hook="download /build/root.tar '$4'" trixie
