import { describe, expect, test } from 'vitest'
import { check, checkRenamed, expectationsOf, schemasWith, worldNamed, worldOf } from '../../src/checks.ts'
import { renderWith } from '../../src/kustomize.ts'
import { overlays } from '../../src/targets.ts'

const checkSchema = schemasWith(undefined)

/** Names within addresses and accounts, which kustomize cannot change. */
const gatewayAccount =
  'renamed: AuthorizationPolicy/productpage-dev: /spec/rules/0/from/0/source/serviceAccounts/0 has "bookinfo-gateway-istio", ' +
  'but bookinfo-gateway-istio is now bookinfo-gateway-dev-istio'
const route =
  'renamed: Route/bookinfo-dev: /spec/to/name has "bookinfo-gateway-istio", but bookinfo-gateway-istio is now ' +
  'bookinfo-gateway-dev-istio'
const left: Readonly<Record<string, readonly string[]>> = {
  kubernetes: [
    'renamed: ConfigMap/bookinfo-settings-dev: /data/OTEL_EXPORTER_OTLP_ENDPOINT has "http://jaeger-collector:4318", ' +
      'but jaeger-collector is now jaeger-collector-dev'
  ],
  ambient: [gatewayAccount],
  'gateway-api': [gatewayAccount],
  openshift: [route, gatewayAccount],
  // KubeVirt and Istio look for that name.
  'openshift-virtualization': [
    route,
    gatewayAccount,
    'vm-network-attachment: NetworkAttachmentDefinition: there is no istio-cni'
  ]
}

describe.each(Object.keys(overlays))('%s under other names', (overlay) => {
  const findings = (fields: object) => {
    const world = worldOf(overlay, renderWith(overlay, [], fields), expectationsOf(overlay))
    return checkRenamed(world, worldNamed(overlay), checkSchema)
  }

  test('works in another namespace, policies and routes included', () => {
    expect(findings({ namespace: 'team-a' })).toEqual([])
  })

  test('works with a suffix, or the check names each field that is left to change', () => {
    const found = findings({ namespace: 'team-a', nameSuffix: '-dev' })
    // kustomize's hash of the content follows the suffix.
    const lines = found.map(({ rule, what }) => `${rule}: ${what.replace(/-dev-[a-z0-9]{10}:/, '-dev:')}`)
    expect(lines).toEqual(left[overlay] ?? [])
  })
})

test('a pool finds the namespace and the Secret of its machine, though the kustomization names no namespace', () => {
  const world = worldOf('kubevirt', renderWith('kubevirt', ['details-vm-pool']), expectationsOf('kubevirt'))
  expect(check(world, checkSchema)).toEqual([])
})

test('a principal that names the old namespace is left to change', () => {
  const world = worldOf(
    'istio',
    renderWith('istio', [], { namespace: 'team-a', patches: [principalPatch] }),
    expectationsOf('istio')
  )
  expect(checkRenamed(world, worldNamed('istio'), checkSchema).map(({ what }) => what)).toContain(
    'AuthorizationPolicy/details: /spec/rules/0/from/0/source/principals/0 has ' +
      '"cluster.local/ns/bookinfo/sa/bookinfo-productpage", but bookinfo is now team-a'
  )
})

const principalPatch = {
  target: { kind: 'AuthorizationPolicy', name: 'details' },
  patch: JSON.stringify([
    {
      op: 'replace',
      path: '/spec/rules/0/from/0/source',
      value: { principals: ['cluster.local/ns/bookinfo/sa/bookinfo-productpage'] }
    }
  ])
}
