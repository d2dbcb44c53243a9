import { explainFailure, print, stopOnSignals } from '@bookinfo/cli'
import type { Dev } from './dev/dev.ts'
import { MACHINE_READY_MS } from './details-machine.ts'
import { openLab } from './lab/open-lab.ts'
import { launch } from './launch.ts'
import { createLogFormat } from './log-format.ts'
import { readOptions, usage } from './options.ts'
import { checkSuite } from './plan.ts'
import { createStartTable } from './table.ts'

const stop = stopOnSignals()

await explainFailure(async () => {
  const options = readOptions(process.argv.slice(2))
  const { verbose, help } = options
  if (help) return print(usage)
  const { stdout, env } = process
  const plan = await checkSuite(options, env)
  const opened = await openLab(plan, options)
  const { lab } = opened
  const table = createStartTable(opened.places, plan.traces, {
    isTerminal: stdout.isTTY && env['TERM'] !== 'dumb',
    // A terminal may not know its width.
    columns: stdout.columns || 80,
    write: (text) => void stdout.write(text)
  })
  let dev: Dev | undefined
  try {
    if (options.watch) {
      // Only who develops needs it.
      const { openDev } = await import('./dev/dev.ts')
      dev = await openDev({ ...opened, print: table.print })
    }
    const { places, viewer } = dev ?? opened
    await launch(places, {
      viewer,
      stop,
      ...(options.details !== undefined && { tooLate: AbortSignal.timeout(MACHINE_READY_MS) }),
      verbose,
      showErrors: verbose,
      format: await createLogFormat(stdout.isTTY, env),
      print: table.print,
      onEnded: dev?.onEnded,
      onStart(services, startedViewer) {
        lab.take(services)
        dev?.watch(services, startedViewer)
      },
      onServiceReady: table.markReady,
      onReady: async () => {
        table.complete()
        await opened.listen(stop)
        dev?.startTypeChecker()
        if (options.load !== undefined)
          print(`${options.load} readers a second open the page, every fifth signed in as jason.`)
      }
    })
  } finally {
    await dev?.close()
    await opened.close()
  }
})
