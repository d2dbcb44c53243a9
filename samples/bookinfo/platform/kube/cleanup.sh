#!/usr/bin/env bash
# Removes Bookinfo and all routes, gateways and policies from a namespace: $NAMESPACE, or the one that you type, or default.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

namespace=${NAMESPACE:-}
if [ -z "$namespace" ] && [ -t 0 ]; then
  read -r -p 'namespace? [default] ' namespace
fi
namespace=${namespace:-default}
if ! kubectl get namespace "$namespace" >/dev/null; then
  echo "There is no namespace $namespace. Set NAMESPACE to another one." >&2
  exit 1
fi

installed=$(kubectl api-resources --output name)
for kind in virtualservices.networking.istio.io destinationrules.networking.istio.io gateways.networking.istio.io \
  authorizationpolicies.security.istio.io httproutes.gateway.networking.k8s.io gateways.gateway.networking.k8s.io; do
  if grep -qxF "$kind" <<<"$installed"; then kubectl delete -n "$namespace" "$kind" --all; fi
done
kubectl delete -n "$namespace" --ignore-not-found -f "$here/bookinfo-versions.yaml" -f "$here/bookinfo.yaml"
