import { loadConfig } from '@bookinfo/service-kit'
import { ownSettings, readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { RatingsConfig } from '../src/app.ts'

const readme = new URL('../README.md', import.meta.url)

test('the README lists the settings that only this service has; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, ownSettings(RatingsConfig))).toMatchFileSnapshot(fileURLToPath(readme))
})

test.each(['v1', 'v-faulty', 'v-delayed', 'v-unavailable', 'v-unhealthy'])('SERVICE_VERSION may be %s', (version) => {
  expect(loadConfig(RatingsConfig, { SERVICE_VERSION: version }, []).SERVICE_VERSION).toBe(version)
})

test.each(['v-broken', 'V1', '-2', '4294967296', 'x'])('an invalid version or seed is refused: %s', (value) => {
  expect(() => loadConfig(RatingsConfig, { SERVICE_VERSION: value }, [])).toThrow('SERVICE_VERSION must be')
  expect(() => loadConfig(RatingsConfig, { FAULT_SEED: value }, [])).toThrow('FAULT_SEED must be')
})

test("Kubernetes's links to Services of the databases count as unset", () => {
  const ports = Object.keys(RatingsConfig.properties).filter((name) => name.endsWith('PORT'))
  expect(ports).toEqual(expect.arrayContaining(['MYSQL_DB_PORT', 'POSTGRES_DB_PORT']))
  const links = Object.fromEntries(ports.map((name) => [name, 'tcp://10.0.0.1:3306']))
  expect(loadConfig(RatingsConfig, links, [])).toEqual(loadConfig(RatingsConfig, {}, []))
})
