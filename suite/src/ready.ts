import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOST, type Place } from './topology.ts'

const POLL_MS = 200
const ANSWER_MS = 1_000

/** Asks until the place's service is ready for requests; false if the signal said to stop asking. */
export async function untilReady({ port }: Place, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await isReady(port)) return true
    await sleep(POLL_MS)
  }
  return false
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: HOST, port, path: '/readyz', agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(false))
  })
}
