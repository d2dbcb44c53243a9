import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Command } from './istio-page-command.ts'
import { pages } from './istio-pages.ts'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { EFFECT_MS } from '../support/poll.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const COMMAND_MS = 200_000
const ANYTHING = /(?:)/
const NOTHING = /(?!)/
const execute = promisify(execFile)

/** The pages follow each other in one namespace, as a reader goes through them. */
describe('the commands of istio.io work with samples/bookinfo in the namespace default', () => {
  let folder: string
  let env: NodeJS.ProcessEnv

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bookinfo-pages-'))
    env = { ...process.env, JAR: join(folder, 'cookies') }
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    const kinds = 'virtualservices,destinationrules,authorizationpolicies,gateways.networking.istio.io,httproutes'
    await kubectl(['-n', 'default', 'delete', kinds, '--all'])
    const suite = ['bookinfo.yaml', 'bookinfo-versions.yaml'].map((file) => `--filename=${join(samples, file)}`)
    await kubectl(['-n', 'default', 'delete', '--ignore-not-found', ...suite])
    await kubectl(['label', 'namespace', 'default', 'istio-injection-'])
  })

  test.each(Object.entries(pages))('%s', async (_, commands) => {
    expect.hasAssertions()
    for (const command of commands) await perform(command, env)
  })
})

const samples = join(ROOT, 'samples/bookinfo/platform/kube')

async function perform({ run, see, not }: Command, env: NodeJS.ProcessEnv): Promise<void> {
  const look = async () => {
    // kubectl ends a forward once the gateway refuses a connection, as it does without a Gateway.
    await using way = run.includes('GATEWAY_URL') ? await forwardGateway('istio') : undefined
    const all = { ...env, ...(way && { GATEWAY_URL: new URL(way.url).host }) }
    const { stdout } = await execute('bash', ['-c', run], {
      cwd: ROOT,
      env: all,
      timeout: COMMAND_MS,
      encoding: 'utf8'
    })
    expect(stdout).toMatch(see ?? ANYTHING)
    expect(stdout).not.toMatch(not ?? NOTHING)
  }
  await (see === undefined ? look() : vi.waitFor(look, { timeout: EFFECT_MS, interval: 250 }))
}
