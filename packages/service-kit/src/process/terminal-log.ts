import type { LogOptions } from '../telemetry/log.ts'

/** What is the same in each line of one service. */
const LEFT_OUT = 'service,version,x-request-id,trace_id,span_id'

/**
 * Where log lines go if a person reads them: a terminal, as long as pino-pretty is installed, which is for development; so
 * a bundle by itself writes JSON there too. Undefined if a program reads them.
 */
export async function openTerminalLog(): Promise<LogOptions['stream']> {
  if (!process.stdout.isTTY) return undefined
  try {
    const { prettyFactory } = await import('pino-pretty')
    const pretty = prettyFactory({
      colorize: !process.env['NO_COLOR'],
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: LEFT_OUT,
      singleLine: true
    })
    return { write: (line) => void process.stdout.write(pretty(line)) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
