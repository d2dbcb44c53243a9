/** Formats a line of a service, with the service's name. */
export type LogFormat = (name: string, line: string) => string

/** The width of the column of names. */
const NAME_LENGTH = 14

/** Fields of every line, and those that repeat the name in front. */
const LEFT_OUT = 'service,version,x-request-id,trace_id,span_id'

/** On a terminal lines are for people, in colours unless `NO_COLOR` is set; elsewhere for programs, as they came. */
export async function createLogFormat(onTerminal: boolean, env: NodeJS.ProcessEnv): Promise<LogFormat> {
  // Lines of JSON contain the name of their service.
  if (!onTerminal) return (name, line) => (line.startsWith('{') ? line : withName(name, line))
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    colorize: !env['NO_COLOR'],
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: LEFT_OUT,
    singleLine: true
  })
  return (name, line) => withName(name, pretty(line).trimEnd())
}

export function withName(name: string, text: string): string {
  return `${name.padEnd(NAME_LENGTH)} ${text}`
}
