import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { istioSources } from '../../src/istio-programs.ts'
import type { Command } from './istio-page-command.ts'
import { pages } from './istio-pages.ts'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl, type Forward } from '../support/kubectl.ts'
import { startMachine, type Machine } from '../support/database-machine.ts'
import { EFFECT_MS } from '../support/poll.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const COMMAND_MS = 200_000
const samples = join(ROOT, 'samples/bookinfo/platform/kube')
const ANYTHING = /(?:)/
const NOTHING = /(?!)/
const execute = promisify(execFile)

/** The pages follow each other in one namespace, as a reader goes through them. */
describe('the commands of istio.io work with samples/bookinfo in the namespace default', () => {
  let folder: string
  let machine: Machine | undefined
  let samplesOfIstio: string
  let way: Forward | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bookinfo-pages-'))
    machine = await startMachine(folder)
    samplesOfIstio = join(await istioSources('istio.io/istio'), 'samples')
  })
  afterAll(async () => {
    await way?.[Symbol.asyncDispose]()
    await machine?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
    await kubectl(['delete', 'namespace', 'vm', '--ignore-not-found'])
    const kinds = 'virtualservices,destinationrules,authorizationpolicies,gateways.networking.istio.io,httproutes'
    await kubectl(['-n', 'default', 'delete', kinds, '--all'])
    const suite = ['bookinfo.yaml', 'bookinfo-versions.yaml'].map((file) => `--filename=${join(samples, file)}`)
    await kubectl(['-n', 'default', 'delete', '--ignore-not-found', ...suite])
    await kubectl(['label', 'namespace', 'default', 'istio-injection-'])
  })

  test.each(Object.entries(pages))('%s', async (_, commands) => {
    expect.hasAssertions()
    for (const command of commands) await perform(command)
  })

  async function perform({ run, see, not }: Command): Promise<void> {
    const look = async () => {
      const own = { ...machine?.env, ISTIO_SAMPLES: samplesOfIstio, JAR: join(folder, 'cookies') }
      const env = run.includes('GATEWAY_URL') ? { ...own, GATEWAY_URL: await gateway() } : own
      const options = { cwd: ROOT, env: { ...process.env, ...env }, timeout: COMMAND_MS }
      const { stdout } = await execute('bash', ['-c', run], options)
      expect(stdout).toMatch(see ?? ANYTHING)
      expect(stdout).not.toMatch(not ?? NOTHING)
    }
    await (see === undefined ? look() : vi.waitFor(look, { timeout: EFFECT_MS, interval: 250 }))
  }

  /** The forward stays open from command to command. Without a Gateway the port refuses connections, which ends it. */
  async function gateway(): Promise<string> {
    if (way?.ended) way = undefined
    way ??= await forwardGateway('istio')
    return new URL(way.url).host
  }
})
