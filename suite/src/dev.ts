import { explainFailure, Failure, print, stopOnSignals } from '@bookinfo/cli'
import { hotReload } from './hot-reload.ts'
import { createLogFormat } from './log-format.ts'
import { readOptions } from './options.ts'
import { checkPorts } from './ports.ts'
import { placeViewer } from './topology.ts'
import { planSuite } from './plan.ts'
import { sendLogs } from './viewer.ts'
import { readViewer, readWorkspace } from './workspace.ts'

// One service with all its versions, or the trace viewer, as `turbo dev` starts it: node dev.ts <service> [options].
const stop = stopOnSignals()

await explainFailure(async () => {
  const [service = '', ...argv] = process.argv.slice(2)
  const options = readOptions(argv)
  const plan = planSuite(options, process.env)
  const { viewer } = plan.traces
  const { verbose } = options
  // What turbo runs writes to turbo; the bootstrap knows what is behind that.
  const onTerminal = process.stdout.isTTY || process.env['BOOKINFO_TERMINAL'] === '1'
  const output = { stop, verbose, showErrors: true, format: await createLogFormat(onTerminal, process.env), print }

  if (service === placeViewer(options.basePort).service) {
    if (viewer) await hotReload([viewer], readViewer(), output)
    return
  }
  const places = plan.places.filter((place) => place.service === service)
  if (places.length === 0) throw new Failure(`the suite has no service "${service}"`)
  await checkPorts(places)
  const logs = viewer && sendLogs(viewer, print)
  await hotReload(places, readWorkspace(service), { ...output, onLogLine: logs?.take })
  logs?.close()
})
