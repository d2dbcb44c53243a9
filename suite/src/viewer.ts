import { createLogSender } from './log-sender.ts'
import { startService, type Output } from './service-process.ts'
import { HOST, type ViewerPlace } from './topology.ts'

export interface Viewer {
  /** Resolves when it is gone, with how it ended in words. Never rejects. */
  ended: Promise<string>
  /** Takes a log line of a service. */
  take: (line: string) => void
  stop(): Promise<void>
}

/** Milliseconds between two complaints about log lines that were lost. */
const REPORT_INTERVAL_MS = 60_000

/** Starts the trace viewer beside the suite. */
export function startViewer(place: ViewerPlace, output: Output): Viewer {
  const service = startService(place, output)
  const logs = sendLogs(place, output.print)
  void service.ended.then(() => logs.close())
  return { ended: service.ended, take: (line) => logs.take(line), stop: () => service.stop() }
}

/** The way of the services' log lines to the viewer, wherever that was started. */
export function sendLogs({ name, port }: ViewerPlace, print: Output['print']) {
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
