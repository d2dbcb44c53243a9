import { parseJson } from '@bookinfo/service-kit'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { sum, table } from './bench.ts'
import { contenders } from './contenders.ts'
import { readFor, WARM_UP_SECONDS } from './load.ts'
import type { Progress } from './progress.ts'
import { startSuite, type Surroundings } from './suite.ts'

const measured = contenders.filter(({ program, connections }) => program === 'bookinfo' && connections === 'keep-alive')
const SECONDS = 15
const SHOWN = 16

export const PROFILE_SECONDS = measured.length * (WARM_UP_SECONDS + SECONDS + 10)

export interface ProfileFigures {
  name: string
  /** The share of productpage's CPU time, by the code that runs. */
  shares: Record<string, number>
}

/** What `node --cpu-prof` writes: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile, in microseconds. */
const CpuProfile = Type.Object({
  endTime: Type.Number(),
  nodes: Type.Array(
    Type.Object({
      id: Type.Number(),
      callFrame: Type.Object({
        functionName: Type.String(),
        url: Type.String(),
        lineNumber: Type.Number(),
        columnNumber: Type.Number()
      })
    })
  ),
  samples: Type.Array(Type.Number()),
  timeDeltas: Type.Array(Type.Number())
})
type CpuProfile = Static<typeof CpuProfile>
type CallFrame = CpuProfile['nodes'][number]['callFrame']

const SourceMapFile = Type.Object({
  version: Type.Number(),
  sources: Type.Array(Type.String()),
  sourcesContent: Type.Array(Type.String()),
  names: Type.Array(Type.String()),
  mappings: Type.String()
})

/** Profiles productpage without and with spans, and says which code its CPU time goes to. */
export async function profilePages(
  around: Surroundings & { progress: Progress },
  seconds = { warmUp: WARM_UP_SECONDS, profile: SECONDS }
): Promise<ProfileFigures[]> {
  const all: ProfileFigures[] = []
  for (const contender of measured) {
    const { name } = contender
    around.progress.step(`profile of "${name}"`)
    const folder = await mkdtemp(join(tmpdir(), 'bookinfo-profile-'))
    try {
      await using suite = await startSuite(contender, around)
      const productpage = await suite.another({ SHUTDOWN_DELAY_MS: '0' }, ['--cpu-prof', '--cpu-prof-dir', folder])
      await readFor(productpage, seconds.warmUp * 1000)
      await readFor(productpage, seconds.profile * 1000)
      await productpage.stop()
      const [file = ''] = await readdir(folder)
      all.push({ name, shares: await sharesOf(await readChecked(CpuProfile, join(folder, file)), seconds.profile) })
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  return all
}

export function describeProfiles(all: readonly ProfileFigures[]): string {
  const greatest = (code: string): number => Math.max(...all.map(({ shares }) => shares[code] ?? 0))
  const codes = [...new Set(all.flatMap(({ shares }) => Object.keys(shares)))]
  const rows = codes
    .toSorted((a, b) => greatest(b) - greatest(a))
    .slice(0, SHOWN)
    .map((code) => [code, ...all.map(({ shares }) => `${((shares[code] ?? 0) * 100).toFixed(1)} %`)])
  return table(['productpage’s CPU time', ...all.map(({ name }) => name)], rows)
}

/** Of the last seconds, in which the code is warm. */
async function sharesOf(
  { endTime, nodes, samples, timeDeltas }: CpuProfile,
  seconds: number
): Promise<Record<string, number>> {
  const codeOf = await openSourceMaps(nodes.map(({ callFrame }) => callFrame.url))
  const codes = new Map(nodes.map(({ id, callFrame }) => [id, codeOf(callFrame)]))
  const times: Record<string, number> = {}
  let total = 0
  let before = endTime - sum(timeDeltas)
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0
    before += delta
    const code = codes.get(id)
    if (code === undefined || before < endTime - seconds * 1e6) continue
    times[code] = (times[code] ?? 0) + delta
    total += delta
  }
  return Object.fromEntries(Object.entries(times).map(([code, time]) => [code, time / total]))
}

/** @returns the name of the code that a function belongs to: a package, a folder of a workspace, a part of Node; undefined if idle */
async function openSourceMaps(urls: readonly string[]): Promise<(frame: CallFrame) => string | undefined> {
  const maps = new Map<string, SourceMap>()
  for (const url of new Set(urls.filter((one) => one.startsWith('file:')))) {
    const map = await readChecked(SourceMapFile, `${fileURLToPath(url)}.map`)
    maps.set(url, new SourceMap({ ...map, file: url, sourceRoot: '' }))
  }
  return ({ functionName, url, lineNumber, columnNumber }) => {
    if (functionName === '(idle)') return undefined
    if (functionName === '(garbage collector)') return 'garbage collection'
    if (url === '')
      return functionName.startsWith('(') || functionName === '' ? 'V8 and libuv' : `Node: ${functionName}`
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber) ?? {}
    return nameOf('originalSource' in entry ? String(entry.originalSource) : url)
  }
}

function nameOf(source: string): string {
  const [, library] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? []
  if (library !== undefined) return library
  const [, workspace, folder] = /(?:packages|services)\/([^/]+)\/src\/([^/]+)/.exec(source) ?? []
  if (workspace !== undefined) return `${workspace}: ${folder}`
  if (/node:(?:_http|internal\/http)/.test(source)) return 'Node: HTTP'
  if (/node:(?:net|stream|internal\/stream)/.test(source)) return 'Node: sockets and streams'
  return /timers|process\/|promise|async/.test(source) ? 'Node: timers and promises' : 'Node: other'
}

async function readChecked<S extends TSchema>(schema: S, path: string): Promise<Static<S>> {
  return Value.Parse(schema, parseJson(await readFile(path)))
}
