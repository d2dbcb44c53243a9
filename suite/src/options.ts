import { parseArgs } from 'node:util'
import { detailsHomes, type DetailsHome } from './details-machine.ts'
import { Failure } from './failure.ts'
import { ratingsStores, type RatingsStore } from './ratings-store.ts'
import { DEFAULT_BASE_PORT, PORT_COUNT } from './topology.ts'

export interface Options {
  basePort: number
  /** Whether the trace viewer is wanted. */
  traces: boolean
  /** What ratings keep their stars in; memory if absent. */
  ratings?: RatingsStore
  /** What details run in; a process if absent. */
  details?: DetailsHome
  /** Show every log line, not only warnings and worse. */
  verbose: boolean
  help: boolean
}

/** Ports below are the system's. */
const LEAST_PORT = 1024
const GREATEST_PORT = 65_536 - PORT_COUNT

const known = {
  'base-port': { type: 'string', form: '--base-port N' },
  'no-traces': { type: 'boolean', form: '--no-traces' },
  ratings: { type: 'string', form: '--ratings STORE' },
  details: { type: 'string', form: '--details vm' },
  verbose: { type: 'boolean', form: '--verbose' },
  help: { type: 'boolean', form: '--help' }
} as const

export const usage = `Usage: npm start -- [options]
       npm run dev -- [options]

  --base-port N    ports N to N+${PORT_COUNT - 1}, productpage first and the trace viewer last;
                   if not given ${DEFAULT_BASE_PORT}, with the viewer on Jaeger's 16686 and 4318
  --no-traces      neither the trace viewer nor spans for it
  --ratings STORE  ratings v2, with its stars in ${listWords(ratingsStores, 'or')}
  --details vm     details in a virtual machine, which npm run vm:build makes (npm start alone)
  --verbose        show every log line of the services, not only warnings and errors
  --help           show this
`

/** @throws Failure naming the first argument that is wrong, and what is allowed */
export function readOptions(argv: readonly string[]): Options {
  const { values, tokens } = parseArgs({ args: [...argv], options: known, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new Failure(
        `unexpected argument "${token.value}"; options stand after two dashes: npm start -- --base-port 9180`
      )
    }
    if (token.kind !== 'option') continue
    const option = Object.entries(known).find(([name]) => name === token.name)?.[1]
    if (option === undefined) throw new Failure(`unknown option ${token.rawName}; there are ${listOptions()}`)
    if (option.type === 'boolean' && token.value !== undefined) throw new Failure(`${token.rawName} takes no value`)
  }
  return {
    basePort: readPort(values['base-port'] ?? String(DEFAULT_BASE_PORT)),
    traces: values['no-traces'] !== true,
    ...(values.ratings !== undefined && { ratings: readStore(values.ratings) }),
    ...(values.details !== undefined && { details: readHome(values.details) }),
    verbose: values.verbose === true,
    help: values.help === true
  }
}

function listOptions(): string {
  return listWords(
    Object.values(known).map(({ form }) => form),
    'and'
  )
}

function listWords(words: readonly string[], last: 'and' | 'or'): string {
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

function readStore(text: string | boolean): RatingsStore {
  const store = ratingsStores.find((name) => name === text)
  if (store !== undefined) return store
  const given = typeof text === 'string' ? `cannot be "${text}"` : 'needs a value'
  throw new Failure(`--ratings ${given}: allowed are ${listWords(ratingsStores, 'and')}`)
}

function readHome(text: string | boolean): DetailsHome {
  const home = detailsHomes.find((name) => name === text)
  if (home !== undefined) return home
  throw new Failure(`--details ${typeof text === 'string' ? `cannot be "${text}"` : 'needs a value'}: allowed is vm`)
}

function readPort(text: string | boolean): number {
  const port = typeof text === 'string' && /^[0-9]{1,5}$/.test(text) ? Number(text) : 0
  if (port < LEAST_PORT || port > GREATEST_PORT) {
    const given = typeof text === 'string' ? `cannot be "${text}"` : 'needs a value'
    throw new Failure(`--base-port ${given}: allowed is a whole number from ${LEAST_PORT} to ${GREATEST_PORT}`)
  }
  return port
}
