import { allowMachine, type DetailsHome } from './details-machine.ts'
import { findProblem, OTHER_PORTS } from './ports.ts'
import { HOST, placeViewer, type ViewerPlace } from './topology.ts'

/** Where the spans of the suite go. */
export interface Traces {
  /** The trace viewer, if it is to run. */
  viewer?: ViewerPlace
  /** What the services are told. */
  env: Readonly<Record<string, string>>
  /** A line for people, if the viewer is not there and they did not say so themselves. */
  note?: string
}

export interface TraceWishes {
  basePort: number
  /** Whether the trace viewer is wanted. */
  traces: boolean
  details?: DetailsHome
}

/** Milliseconds that spans are gathered: short, as the reader of the page may already be on the way to its trace. */
const GATHER_MS = 500

/** Whoever has set one of these has a place for spans already, or wants none. The services read them too. */
const choices = ['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']
const SWITCHED_OFF = 'OTEL_SDK_DISABLED'

/** Plans the trace viewer, and what the services must be told to send it their spans, unless the user chose otherwise. */
export function planTraces({ basePort, traces, details }: TraceWishes, env: NodeJS.ProcessEnv): Traces {
  if (!traces) return { env: {} }
  const choice = findChoice(env)
  if (choice !== undefined) return { env: {}, note: `Traces: as ${choice} says; the trace viewer is not started.` }
  const place = placeViewer(basePort)
  const viewer = details === undefined ? place : { ...place, env: { ...place.env, ...allowMachine(details, env) } }
  // Behind a proxy of the user's the viewer has another address.
  const viewerUrl = env['TRACE_UI_URL'] || `http://localhost:${viewer.port}`
  return {
    viewer,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${HOST}:${viewer.otlpPort}`,
      // The form that costs the services least.
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: String(GATHER_MS),
      TRACE_UI_URL: viewerUrl,
      ANSWERS_URL: `${viewerUrl}/answers.svg?service=reviews`
    }
  }
}

/** Leaves the trace viewer out, and says why, if a port is taken: that is no reason not to have the suite. */
export async function leaveOutIfTaken(traces: Traces): Promise<Traces> {
  if (traces.viewer === undefined) return traces
  const { port, otlpPort } = traces.viewer
  for (const needed of [port, otlpPort]) {
    if ((await findProblem(needed)) === undefined) continue
    const note =
      `No traces: port ${needed}, which the trace viewer needs, is in use. If Jaeger or a collector has it, set ` +
      `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 to send traces there; else stop that program, or ${OTHER_PORTS}.`
    return { env: {}, note }
  }
  return traces
}

function findChoice(env: NodeJS.ProcessEnv): string | undefined {
  if (env[SWITCHED_OFF]?.toLowerCase() === 'true') return SWITCHED_OFF
  return choices.find((name) => Boolean(env[name]))
}
