import { print, stopOnSignals } from '@bookinfo/cli'
import { writeFileSync } from 'node:fs'
import { countedBench, machine } from '../bench/bench.ts'
import { asContainer } from './container.ts'
import { asMachine } from './machine.ts'
import { measureRun } from './measure.ts'
import { asProcess } from './process.ts'
import { reportOn, type Finding } from './report.ts'
import type { Runtime } from './runtime.ts'

const runtimes = [asProcess, asContainer, asMachine]

stopOnSignals()

/**
 * Prints what it costs to run `details` as a process, as a container and as a virtual machine, and writes it to
 * docs/equivalence.md. Not a test: on a shared machine the figures depend on the other load.
 */
await countedBench('equivalence', 5, async (runs) => {
  const findings: (Finding & { runtime: Runtime })[] = []
  for (const runtime of runtimes) {
    const { name } = runtime
    const missing = await runtime.missing()
    if (missing !== undefined) print(`${name}: needs ${missing}`)
    else findings.push({ runtime, name, about: await runtime.about(), bytes: await runtime.bytes(), runs: [] })
  }
  // In turn, so that other load affects all of them.
  for (let run = 0; run < runs; run += 1) {
    for (const finding of findings) finding.runs.push(await measureRun(finding.runtime))
  }
  const report = reportOn(findings, `${machine}, ${runs} runs each.`)
  print(report)
  if (findings.length === runtimes.length) writeFileSync(new URL('../../docs/equivalence.md', import.meta.url), report)
  else process.exitCode = 1
})
