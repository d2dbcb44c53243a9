import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from './image.ts'

const POLL_MS = 250
const ANSWER_MS = 5_000

/** Waits until a machine's service or database answers. Resolves with false if the signal aborts first. */
export function untilReady(
  { service }: Image,
  at: { host: string; port: number },
  stop: AbortSignal
): Promise<boolean> {
  const { host, port } = at
  return poll(service === undefined ? () => greets(host, port) : () => isReady(`http://${host}:${port}`), stop)
}

/** The same until the machine has ended, or the time is over. */
export async function readyBefore(
  ended: Promise<string>,
  image: Image,
  { timeoutMs, ...at }: { host: string; port: number; timeoutMs: number }
): Promise<boolean> {
  const over = new AbortController()
  const ready = untilReady(image, at, AbortSignal.any([AbortSignal.timeout(timeoutMs), over.signal]))
  const isReady = await Promise.race([ready, ended.then(() => false)])
  over.abort()
  return isReady
}

/** Waits until the service is ready for requests. Resolves with false if the signal aborts first. */
export function untilServiceReady(origin: string, stop: AbortSignal): Promise<boolean> {
  return poll(() => isReady(origin), stop)
}

async function poll(check: () => Promise<boolean>, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await check()) return true
    await sleep(POLL_MS)
  }
  return false
}

function isReady(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${origin}/readyz`, { agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(false))
  })
}

/** Databases send the first bytes. An open port proves nothing, as QEMU accepts connections before the guest does. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(false))
    socket.on('data', () => {
      resolve(true)
      socket.destroy()
    })
  })
}
