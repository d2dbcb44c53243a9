#!/bin/sh
# usage: make.sh <Debian architecture> <node> <licence of node> <output.tar>
#
# Makes the base of all images from Debian's packages and Node. It unpacks the packages and runs nothing in them, so it works for
# any architecture on any machine, and for any user with user namespaces.
# Needs mmdebstrap and elfutils. The same packages and the same SOURCE_DATE_EPOCH make the same tar.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${SOURCE_DATE_EPOCH:?}"

# A user other than root is mapped to another user inside, who cannot read or write here. So mmdebstrap copies files in and out.
exec mmdebstrap --quiet --variant=extract --format=null --architectures="$1" \
  --include="$(sed '/^#/d' "$here/packages" | paste -sd,)" \
  --extract-hook='mkdir "$1/build"' \
  --extract-hook="upload '$here/shape.sh' /build/shape.sh" \
  --extract-hook="upload '$2' /build/node" \
  --extract-hook="upload '$3' /build/licence" \
  --extract-hook='sh "$1/build/shape.sh" "$1"' \
  --extract-hook="download /build/root.tar '$4'" trixie
