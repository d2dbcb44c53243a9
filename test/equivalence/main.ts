import { explainFailure, Failure, stopOnSignals } from '@bookinfo/images'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { asContainer } from './container.ts'
import { asMachine } from './machine.ts'
import { measureRun } from './measure.ts'
import { asProcess } from './process.ts'
import { reportOn, type Finding } from './report.ts'
import type { Substrate } from './substrate.ts'

/**
 * Prints what it costs to run `details` as a process, as a container and as a virtual machine, and writes it to
 * docs/equivalence.md. Not a test: on a machine that others use too, the figures say more about the others.
 */
const substrates = [asProcess, asContainer, asMachine]
const print = (line: string): void => void process.stdout.write(`${line}\n`)

stopOnSignals()

await explainFailure(async () => {
  const runs = readRuns(process.argv[2])
  const findings: (Finding & { substrate: Substrate })[] = []
  for (const substrate of substrates) {
    const { name } = substrate
    const missing = await substrate.missing()
    if (missing !== undefined) print(`${name}: needs ${missing}`)
    else findings.push({ substrate, name, about: await substrate.about(), bytes: await substrate.bytes(), runs: [] })
  }
  // In turn, so that what else the machine does meets all of them.
  const load = loadavg()[0]?.toFixed(1)
  for (let run = 0; run < runs; run += 1) {
    for (const finding of findings) finding.runs.push(await measureRun(finding.substrate))
  }
  const where = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, load ${load} at the start, ${runs} runs each.`
  const report = reportOn(findings, where)
  print(report)
  if (findings.length === substrates.length)
    writeFileSync(new URL('../../docs/equivalence.md', import.meta.url), report)
  else process.exitCode = 1
})

function readRuns(given = '5'): number {
  const runs = Number(given)
  if (Number.isInteger(runs) && runs > 0) return runs
  throw new Failure(`the number of runs cannot be "${given}": allowed are whole numbers from 1 on`)
}
