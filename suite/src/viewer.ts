import { createLogSender } from './log-sender.ts'
import type { Output } from './service-process.ts'
import { superviseService, type End } from './supervisor.ts'
import { HOST, type Place, type ViewerPlace } from './topology.ts'

export interface Viewer {
  /** Takes a log line of a service. */
  take: (line: string) => void
  /** Stops it, and starts it again. It has lost its traces then. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Milliseconds between two complaints about log lines that were lost. */
const REPORT_INTERVAL_MS = 60_000

interface ViewerOptions extends Output {
  stop: AbortSignal
  /** Called when it ends by itself. */
  onEnded: (place: Place, end: End) => void
}

/** Starts the trace viewer beside the suite. */
export function startViewer(place: ViewerPlace, { onEnded, ...output }: ViewerOptions): Viewer {
  const { stop, print } = output
  let logs: ReturnType<typeof sendLogs> | undefined = sendLogs(place, print)
  const closeLogs = () => {
    logs?.close()
    logs = undefined
  }
  const service = superviseService(place, {
    ...output,
    onEnded(ended, end) {
      closeLogs()
      if (!stop.aborted) onEnded(ended, end)
    }
  })
  return {
    take: (line) => logs?.take(line),
    async restart() {
      logs ??= sendLogs(place, print)
      await service.restart()
    },
    async stop() {
      await service.stop()
      closeLogs()
    }
  }
}

/** The way of the services' log lines to the viewer. */
function sendLogs({ name, port }: ViewerPlace, print: Output['print']) {
  const sender = createLogSender(`http://${HOST}:${port}`)
  let reported = 0
  const timer = setInterval(() => {
    const lost = sender.lost()
    if (lost > reported) print(`${name}   ${lost - reported} log lines found no room on the way to it`)
    reported = lost
  }, REPORT_INTERVAL_MS).unref()
  return {
    take: (line: string) => sender.take(line),
    close() {
      clearInterval(timer)
      sender.close()
    }
  }
}
