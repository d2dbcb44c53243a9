import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const PAGE = '/productpage'
/** Milliseconds without a byte of an answer. */
const TIMEOUT_MS = 60_000
/** As many as a busy gateway or a load generator has open. */
export const CONNECTIONS = 16
/**
 * V8 compiles hot code again and again: on a slow core the CPU time of a page falls for half a minute, the longer the more
 * code a suite has.
 */
export const WARM_UP_SECONDS = 20

export interface Target {
  port: number
  host?: string
  path?: string
}

export interface Reading {
  pages: number
  /** Requests that got 503 with `Retry-After`, as too many were in flight. */
  refused: number
  seconds: number
  /** Milliseconds of each page, in the order in which they ended. */
  latenciesMs: number[]
}

/** A number of connections, each of which opens the page again when it has come (a closed loop). */
export async function readAtOnce(
  target: Target,
  connections: number,
  enough: (asked: number) => boolean
): Promise<Reading> {
  const readers = await Promise.all(Array.from({ length: connections }, () => openReader(target)))
  const latenciesMs: number[] = []
  let asked = 0
  const startMs = performance.now()
  await Promise.all(
    readers.map(async (reader) => {
      while (!enough(asked)) {
        asked += 1
        const sentMs = performance.now()
        if (await reader.read()) latenciesMs.push(performance.now() - sentMs)
      }
    })
  )
  const seconds = (performance.now() - startMs) / 1000
  for (const reader of readers) reader.close()
  return { pages: latenciesMs.length, refused: asked - latenciesMs.length, seconds, latenciesMs }
}

/** The same for some time. */
export function readFor(target: Target, ms: number, connections = CONNECTIONS): Promise<Reading> {
  const endMs = performance.now() + ms
  return readAtOnce(target, connections, () => performance.now() >= endMs)
}

/** Reads pages that are not counted. */
export async function warmUp(target: Target): Promise<void> {
  await readFor(target, WARM_UP_SECONDS * 1000)
}

/** Opens the page at a steady rate, whether or not answers come (an open loop). A time begins when its request is due. */
export async function readSteadily(target: Target, perSecond: number, ms: number): Promise<Reading> {
  const free: Reader[] = []
  const latenciesMs: number[] = []
  const all: Promise<void>[] = []
  const count = Math.round((perSecond * ms) / 1000)
  const startMs = performance.now()
  const read = async (dueMs: number): Promise<void> => {
    const reader = free.pop() ?? (await openReader(target))
    if (await reader.read()) latenciesMs.push(performance.now() - dueMs)
    free.push(reader)
  }
  for (let index = 0; index < count; index += 1) {
    const dueMs = startMs + (index * 1000) / perSecond
    const earlyMs = dueMs - performance.now()
    if (earlyMs > 0) await sleep(earlyMs)
    all.push(read(dueMs))
  }
  await Promise.all(all)
  for (const reader of free) reader.close()
  const pages = latenciesMs.length
  return { pages, refused: count - pages, seconds: (performance.now() - startMs) / 1000, latenciesMs }
}

interface Reader {
  /** Opens the page once. @returns whether it came; false for 503 with `Retry-After`. @throws for any other answer */
  read(): Promise<boolean>
  close(): void
}

/** A client that costs little: it reads the length of an answer and counts its bytes. */
async function openReader({ port, host = '127.0.0.1', path = PAGE }: Target): Promise<Reader> {
  const open = async (): Promise<Socket> => {
    const opened = connect({ port, host, noDelay: true, timeout: TIMEOUT_MS })
    opened.on('timeout', () => opened.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    // Whoever waits for an answer listens too.
    opened.on('error', () => {})
    await once(opened, 'connect')
    return opened
  }
  let socket = await open()
  const request = `GET ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nuser-agent: bench\r\naccept: text/html,*/*\r\n\r\n`
  return {
    async read() {
      // A server closes connections that were not used for some time.
      if (!socket.writable) socket = await open()
      return converse(socket, request)
    },
    close: () => void socket.destroy()
  }
}

function converse(socket: Socket, request: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let head = ''
    let missing = Infinity
    const end = (error?: Error): void => {
      socket.off('data', receive).off('error', end).off('close', broken)
      if (error) reject(error)
      else resolve(head.startsWith('HTTP/1.1 200 '))
    }
    const broken = (): void => end(new Error(`the connection has ended after ${JSON.stringify(head.slice(0, 200))}`))
    const receive = (bytes: Buffer): void => {
      if (missing < Infinity) {
        missing -= bytes.length
      } else {
        head += bytes.toString('latin1')
        const headEnd = head.indexOf('\r\n\r\n')
        if (headEnd < 0) return
        const [, length] = /\r\ncontent-length: *([0-9]+)/i.exec(head) ?? []
        const isForeseen = head.startsWith('HTTP/1.1 200 ') || /^HTTP\/1\.1 503 .*\r\nretry-after: /is.test(head)
        if (!isForeseen || length === undefined)
          return end(new Error(`no page with a length, but ${JSON.stringify(head.slice(0, 200))}`))
        missing = Number(length) - (head.length - headEnd - 4)
      }
      if (missing <= 0) end()
    }
    socket.on('data', receive).on('error', end).on('close', broken)
    socket.write(request, 'latin1')
  })
}
