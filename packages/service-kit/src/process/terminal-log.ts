import type { LogOptions } from '../telemetry/log.ts'

/** Fields that are the same in each line, or too long for a terminal. */
const LEFT_OUT = 'service,version,x-request-id,trace_id,span_id'

/**
 * Formats log lines if stdout is a terminal and pino-pretty is installed, which is a package for development. Undefined
 * otherwise: the lines stay JSON, as in a bundle by itself.
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
