import { RatingsConfig } from '@bookinfo/ratings'
import { loadConfig } from '@bookinfo/service-kit'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { databases } from '../src/facts.ts'
import { at, list, text } from '../src/json.ts'
import { DEPLOY } from '../src/kustomize.ts'
import { readManifests } from '../src/manifest.ts'
import { TRACE_PROVIDER } from '../src/rules/mesh.ts'
import { cloudConfig } from '../src/user-data.ts'

test('listen where ratings look for them if nobody says where', () => {
  const { MYSQL_DB_PORT, POSTGRES_DB_PORT } = loadConfig(RatingsConfig, {}, [])
  const ports = Object.fromEntries(databases.map(({ name, port }) => [name, port]))
  expect(ports).toMatchObject({ mysqldb: MYSQL_DB_PORT, postgresdb: POSTGRES_DB_PORT })
})

test('the machine is told of user and password where its image looks for them', () => {
  const config = cloudConfig(readFileSync(join(DEPLOY, 'components/mysql-vm/user-data.yaml'), 'utf8'))
  const [file] = list(at(config, 'write_files'))
  expect(file).toMatchObject({
    path: '/etc/bookinfo/mysql.env',
    // Other programs in the machine must not read it.
    permissions: '0600',
    content: 'MYSQL_DB_USER=bookinfo\nMYSQL_DB_PASSWORD=PASSWORD\n'
  })
})

test('the mesh knows the provider that Telemetry names', () => {
  const [mesh] = readManifests(readFileSync(join(DEPLOY, 'overlays/istio/mesh-config.yaml'), 'utf8'))
  const [provider] = list(at(mesh?.body, 'spec.meshConfig.extensionProviders'))
  expect(provider).toEqual({
    name: TRACE_PROVIDER.name,
    opentelemetry: { service: `${TRACE_PROVIDER.service}.bookinfo.svc.cluster.local`, port: TRACE_PROVIDER.port }
  })
  expect(text(at(mesh?.body, 'kind'))).toBe('IstioOperator')
  // A list of default providers replaces Istio's own, which has Prometheus for metrics.
  expect(at(mesh?.body, 'spec.meshConfig.defaultProviders')).toEqual({
    metrics: ['prometheus'],
    tracing: [TRACE_PROVIDER.name]
  })
})
