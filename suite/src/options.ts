import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'
import { DEFAULT_BASE_PORT, SUITE_SIZE } from './topology.ts'

export interface Options {
  basePort: number
  /** Show every log line, not only warnings and worse. */
  verbose: boolean
  help: boolean
}

/** Ports below are the system's. */
const LEAST_PORT = 1024
const GREATEST_PORT = 65_536 - SUITE_SIZE

export const usage = `Usage: npm start -- [options]
       npm run dev -- [options]

  --base-port N  ports N to N+${SUITE_SIZE - 1}, productpage first; ${DEFAULT_BASE_PORT} if not given
  --verbose      show every log line of the services, not only warnings and errors
  --help         show this
`

/** @throws Failure naming the first argument that is wrong, and what is allowed */
export function readOptions(argv: readonly string[]): Options {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options: { 'base-port': { type: 'string' }, verbose: { type: 'boolean' }, help: { type: 'boolean' } },
    strict: false,
    tokens: true
  })
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new Failure(
        `unexpected argument "${token.value}"; options stand after two dashes: npm start -- --base-port 9180`
      )
    }
    if (token.kind === 'option' && !['base-port', 'verbose', 'help'].includes(token.name)) {
      throw new Failure(`unknown option ${token.rawName}; there are --base-port N, --verbose and --help`)
    }
    if (token.kind === 'option' && token.name !== 'base-port' && token.value !== undefined) {
      throw new Failure(`${token.rawName} takes no value`)
    }
  }
  return {
    basePort: readPort(values['base-port'] ?? String(DEFAULT_BASE_PORT)),
    verbose: values.verbose === true,
    help: values.help === true
  }
}

function readPort(text: string | boolean): number {
  const port = typeof text === 'string' && /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  if (port < LEAST_PORT || port > GREATEST_PORT) {
    const given = typeof text === 'string' ? `cannot be "${text}"` : 'needs a value'
    throw new Failure(`--base-port ${given}: allowed is a whole number from ${LEAST_PORT} to ${GREATEST_PORT}`)
  }
  return port
}
