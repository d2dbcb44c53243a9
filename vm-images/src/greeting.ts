import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 250
const ANSWER_MS = 5_000

/**
 * Connects until the server there says something by itself, as databases do: QEMU takes connections long before anything
 * behind it does. False if the signal said to stop trying.
 */
export async function untilGreeted(host: string, port: number, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await greets(host, port)) return true
    await sleep(POLL_MS)
  }
  return false
}

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
