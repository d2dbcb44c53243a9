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
const RUNS = Number(process.argv[2] ?? 5)
const substrates = [asProcess, asContainer, asMachine]
const print = (line: string): void => void process.stdout.write(`${line}\n`)

const findings: (Finding & { substrate: Substrate })[] = []
for (const substrate of substrates) {
  const { name } = substrate
  const missing = await substrate.missing()
  if (missing !== undefined) print(`${name}: needs ${missing}`)
  else findings.push({ substrate, name, about: await substrate.about(), bytes: await substrate.bytes(), runs: [] })
}
// In turn, so that what else the machine does meets all of them.
const load = loadavg()[0]?.toFixed(1)
for (let run = 0; run < RUNS; run += 1) {
  for (const { substrate, runs } of findings) runs.push(await measureRun(substrate))
}
const where = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, load ${load} at the start, ${RUNS} runs each.`
const report = reportOn(findings, where)
print(report)
if (findings.length === substrates.length) writeFileSync(new URL('../../docs/equivalence.md', import.meta.url), report)
else process.exitCode = 1
