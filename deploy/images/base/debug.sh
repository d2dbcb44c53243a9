#!/bin/sh
# usage: debug.sh <Debian architecture> <output.tar>
#
# Makes the layer of the images for `kubectl exec`: bash, and busybox with a link for each tool. Like make.sh it runs nothing of what
# it unpacks. The same packages and the same SOURCE_DATE_EPOCH make the same tar.
set -eu
: "${SOURCE_DATE_EPOCH:?}"

here=$(cd "$(dirname "$0")" && pwd)
exec mmdebstrap --quiet --variant=extract --format=null --architectures="$1" --include=bash,busybox-static,libtinfo6 \
  --extract-hook='mkdir "$1/build"' \
  --extract-hook="upload '$here/shape-debug.sh' /build/shape.sh" \
  --extract-hook='sh "$1/build/shape.sh" "$1"' \
  --extract-hook="download /build/debug.tar '$2'" trixie
