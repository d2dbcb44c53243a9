import { Failure, parseOptions, readChoice, readNumber } from '@bookinfo/cli'
import { detailsHomes, type DetailsHome } from './details-machine.ts'
import { loadBounds, type Fault, type Split } from '@bookinfo/contracts/lab'
import { parseFault, parseSplit } from './lab/flags.ts'
import { ratingsChoices, ratingsStores, ratingsVariants, type RatingsChoice } from './ratings-store.ts'
import { COMMAND, DEFAULT_BASE_PORT, IS_PACKAGE, PORT_COUNT } from './topology.ts'

export interface Options {
  basePort: number
  /** Whether the trace viewer is wanted. */
  traces: boolean
  /** What ratings keep their stars in, or a version that is wrong on purpose; v1 in memory if absent. */
  ratings?: RatingsChoice
  /** What details run in; a process if absent. */
  details?: DetailsHome
  /** Shares of the versions of reviews; by turns if absent. */
  split?: Split
  faults: Fault[]
  /** Files of Istio's objects. */
  lessons: string[]
  /** Readers in a second who open the page; nobody if absent. */
  load?: number
  /** Restarts what changes, loads pages again, and checks types. */
  watch: boolean
  /** Show every log line, not only warnings and worse. */
  verbose: boolean
  help: boolean
}

/** Ports below are the system's. */
const LEAST_PORT = 1024
const GREATEST_PORT = 65_536 - PORT_COUNT

const known = {
  'base-port': { type: 'string' },
  'no-traces': { type: 'boolean' },
  ratings: { type: 'string' },
  details: { type: 'string' },
  split: { type: 'string' },
  fault: { type: 'string', multiple: true },
  lesson: { type: 'string', multiple: true },
  load: { type: 'string' },
  watch: { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean' }
} as const

export const usage = `Usage: ${COMMAND} [options]${IS_PACKAGE ? '' : '\n       npm run dev -- [options]    the same with --watch'}

  --base-port N    ports N to N+${PORT_COUNT - 1}, productpage first and the trace viewer last;
                   if not given ${DEFAULT_BASE_PORT}, with the viewer on Jaeger's 16686 and 4318
  --no-traces      neither the trace viewer nor spans for it
  --ratings STORE  ratings v2, with its stars in ${ratingsStores.join(', ')}
  --ratings WRONG  a ratings that fails on purpose: ${ratingsVariants.join(', ')}
  --details vm     details in a virtual machine, which npm run vm:build makes (not with --watch)
  --split SHARES   shares of the versions of reviews in per cent, such as v1=90,v3=10
  --fault FAULT    a fault in the calls to a service, such as ratings:delay=7s,user=jason
                   or reviews:abort=503,percent=50; may be repeated
  --lesson FILE    applies an Istio lesson, such as deploy/lessons/shifting/reviews-90-10.yaml;
                   may be repeated
  --load N         N readers a second open the page, every fifth signed in as jason
  --watch          restarts what changes, loads pages in the browser again, checks types
  --verbose        show every log line of the services, not only warnings and errors
  --help           show this
`

/** @throws Failure naming the first argument that is wrong, and what is allowed */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseOptions(argv, {
    options: known,
    help: `${COMMAND} --help`,
    example: `${COMMAND} --base-port 9180`
  })
  if (IS_PACKAGE && values.details !== undefined)
    throw new Failure('--details needs a clone of the repository, which builds the virtual machine')
  if (IS_PACKAGE && values.watch) throw new Failure('--watch needs a clone of the repository, whose sources it follows')
  const port = values['base-port'] ?? String(DEFAULT_BASE_PORT)
  if (values.details !== undefined && values.watch)
    throw new Failure(`--details ${values.details} is not for npm run dev: a virtual machine has its service built in`)
  return {
    basePort: readNumber('--base-port', port, { least: LEAST_PORT, greatest: GREATEST_PORT }),
    traces: values['no-traces'] !== true,
    ...(values.ratings !== undefined && { ratings: readChoice('--ratings', values.ratings, ratingsChoices) }),
    ...(values.details !== undefined && { details: readChoice('--details', values.details, detailsHomes) }),
    ...(values.split !== undefined && { split: parseSplit(values.split) }),
    faults: (values.fault ?? []).flatMap(parseFault),
    lessons: values.lesson ?? [],
    ...(values.load !== undefined && { load: readNumber('--load', values.load, { ...loadBounds, least: 1 }) }),
    watch: values.watch === true,
    verbose: values.verbose === true,
    help: values.help === true
  }
}
