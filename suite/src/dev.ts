import { explainFailure, Failure, print, stopOnSignals } from '@bookinfo/cli'
import { hotReload } from './hot-reload.ts'
import { createLogFormat } from './log-format.ts'
import { readOptions } from './options.ts'
import { checkPorts } from './ports.ts'
import { placeViewer } from './topology.ts'
import { planSuite } from './plan.ts'
import { sendLogs } from './viewer.ts'
import { foldersOf, viewerFolder } from './workspace.ts'

// `turbo dev` runs this for each service, and for the trace viewer: node dev.ts <service> [options].
const stop = stopOnSignals()

await explainFailure(async () => {
  const [service = '', ...argv] = process.argv.slice(2)
  const options = readOptions(argv)
  const plan = planSuite(options, process.env)
  const { viewer } = plan.traces
  const { verbose } = options
  // The output goes to turbo; the bootstrap says whether turbo writes to a terminal.
  const onTerminal = process.stdout.isTTY || process.env['BOOKINFO_TERMINAL'] === '1'
  const output = { stop, verbose, showErrors: true, format: await createLogFormat(onTerminal, process.env), print }

  if (service === placeViewer(options.basePort).service) {
    if (viewer) await hotReload([viewer], [viewerFolder], output)
    return
  }
  const places = plan.places.filter((place) => place.service === service)
  if (places.length === 0) throw new Failure(`the suite has no service "${service}"`)
  await checkPorts(places)
  const logs = viewer && sendLogs(viewer, print)
  await hotReload(places, foldersOf(service), { ...output, onLogLine: logs?.take })
  logs?.close()
})
