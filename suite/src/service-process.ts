import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { readExcerpt, type Excerpt } from './excerpt.ts'
import { withName, type LogFormat } from './log-format.ts'
import { readLogLine } from './log-line.ts'
import { ROOT, type Place } from './topology.ts'

export interface ServiceProcess {
  place: Place
  pid: number | undefined
  /** Resolves when the process is gone, with how it ended in words. Never rejects. */
  ended: Promise<string>
  /** Where in the sources the error is that ended it, if Node said so. */
  findExcerpt(): Excerpt | undefined
  /** Asks it to end, makes it end if it does not, and waits until it is gone. */
  stop(): Promise<void>
}

export interface Output {
  /** Show every log line, not only warnings and worse. */
  verbose: boolean
  /** Show what is no log line: what Node says of an error that nobody caught. */
  showErrors: boolean
  format: LogFormat
  print: (line: string) => void
  /** Whether a warning is to be shown, by the name of its service and its text. */
  isNews?: (name: string, text: string) => boolean
  /** Gets every line of a service's log, whether it is shown or not. */
  onLogLine?: ((line: string) => void) | undefined
}

/** Longer than a service gives its requests, and below the two seconds in which Ctrl-C ends everything. */
const STOP_MS = 1_600

/** Lines of stderr that are kept: Node's last words about an error are about twenty. */
const KEPT_LINES = 40

/**
 * The cache of compiled code. With it the suite is ready in 17.5 s instead of 20.8 s and takes 9 s of processor time instead of 15
 * (medians of 7 pairs on two busy cores). `npm ci` removes it.
 */
const CACHE = join(ROOT, 'node_modules/.cache/node-compile/services', process.version)

/** The service that loads the most code. It alone fills the cache: six processes that write everything at once stop slowly. */
const FILLER = 'productpage'

const cacheExists = existsSync(CACHE)

function compileCache({ service }: Place): Record<string, string | undefined> {
  return { NODE_COMPILE_CACHE: cacheExists || service === FILLER ? CACHE : undefined }
}

/** Starts the place's service. */
export function startService(place: Place, output: Output): ServiceProcess {
  const child = spawn(process.execPath, [place.main], {
    cwd: dirname(dirname(place.main)),
    env: { ...process.env, ...compileCache(place), ...place.env },
    // Over the channel a service notices that its launcher is gone.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C in the terminal must only reach the launcher: a service understands a second signal as "at once".
    detached: true
  })
  const { findError, findExcerpt } = follow(child, place, output)
  const ended = untilEnded(child, findError)
  return {
    place,
    pid: child.pid,
    ended,
    findExcerpt,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), place.stopMs ?? STOP_MS)
      await ended
      clearTimeout(timer)
    }
  }
}

/** Shows what the process writes, and keeps what it wrote last. */
function follow(child: ChildProcess, { name }: Place, output: Output) {
  const { verbose, showErrors, format, print, isNews = () => true, onLogLine } = output
  const lastWords: string[] = []
  let lastError: string | undefined
  readLines(child.stdout, (line) => {
    const { bad, text } = readLogLine(line)
    if (verbose || (bad && isNews(name, text))) print(format(name, line))
    onLogLine?.(line)
    if (bad) lastError = text
  })
  readLines(child.stderr, (line) => {
    if (showErrors) print(withName(name, line))
    lastWords.push(line)
    if (lastWords.length > KEPT_LINES) lastWords.shift()
  })
  return {
    findError: () => findMessage(lastWords) ?? lastError,
    findExcerpt: () => readExcerpt(lastWords)
  }
}

function readLines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', take)
}

/** Of an uncaught error Node prints source, message and stack; the message is what says something. */
function findMessage(lines: readonly string[]): string | undefined {
  const said = lines.filter((line) => line.trim() !== '' && !line.startsWith('Node.js v'))
  return said.findLast((line) => /^\w*(Error|Exception)\b.*: /.test(line)) ?? said.findLast((line) => /^\S/.test(line))
}

async function untilEnded(child: ChildProcess, findLastError: () => string | undefined): Promise<string> {
  try {
    // "close" comes after the last output, "exit" may come before it.
    const [code, signal]: unknown[] = await once(child, 'close')
    const how = typeof signal === 'string' ? `signal ${signal}` : `status ${String(code)}`
    const why = findLastError()
    return why === undefined ? how : `${how}: ${why}`
  } catch (error) {
    return String(error)
  }
}
