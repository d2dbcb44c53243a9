import { serviceLines, type Machine } from '../../src/index.ts'
import { collectLog, runServicesIn, type RunningService } from '@bookinfo/service-kit/testing'
import { boot, settings } from './boot.ts'

/** Makes the contract tests start details as a virtual machine. Its user-data holds the settings of the tests. */
runServicesIn(async (service, env, { errorsExpected = false }) => {
  if (service !== 'details') throw new Error(`there is no virtual machine of ${service}`)
  const { machine, origin, ...booted } = await boot({ seed: settings(env) })
  const log: RunningService['log'] = {
    get lines() {
      return readLog(machine).lines
    },
    errors: () => readLog(machine).errors()
  }
  return {
    origin,
    port: Number(new URL(origin).port),
    log,
    async [Symbol.asyncDispose]() {
      const errors = log.errors()
      await booted[Symbol.asyncDispose]()
      if (errors.length > 0 && !errorsExpected)
        throw new Error(`unexpected errors in the log: ${JSON.stringify(errors)}`)
    }
  }
})

function readLog(machine: Machine) {
  const log = collectLog()
  for (const line of serviceLines(machine.console())) if (line.startsWith('{')) log.stream.write(line)
  return log
}
