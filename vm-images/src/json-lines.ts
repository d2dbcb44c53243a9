import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@bookinfo/cli'

/** A peer that answers JSON lines on a Unix socket: QEMU's monitor (QMP) or the guest agent. */
export interface JsonPeer extends AsyncDisposable {
  /** @throws Failure if the peer refuses, has ended or does not answer in time */
  ask(command: string, args?: Record<string, unknown>): Promise<unknown>
}

export interface JsonPeerOptions {
  /** Milliseconds to wait for an answer. */
  timeoutMs: number
  /** Resolves with the exit status when the machine has ended. */
  ended: Promise<string>
}

const CONNECT_MS = 60_000
const RETRY_MS = 100

/** Connects to a peer, and waits for its socket. @throws Failure if the machine ends before */
export async function connectJsonPeer(path: string, { timeoutMs, ended }: JsonPeerOptions): Promise<JsonPeer> {
  const socket = await connectWithin(path, ended)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  let id = 0

  async function nextAnswer(wanted: number): Promise<unknown> {
    for (;;) {
      const { value, done } = await lines.next()
      // QEMU closes its sockets before it ends.
      if (done === true) throw gone(await ended)
      const answer = parse(value)
      // Greetings, events, and late answers to earlier commands.
      if (answer?.['id'] !== wanted) continue
      if ('error' in answer) throw new Failure(`the virtual machine refused: ${JSON.stringify(answer['error'])}`)
      return answer['return']
    }
  }

  return {
    async ask(command, args = {}) {
      id += 1
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
      const over = new AbortController()
      const late = sleep(timeoutMs, undefined, { signal: over.signal }).then(() => {
        throw new Failure(`the virtual machine did not answer ${command} in ${timeoutMs} ms`)
      })
      try {
        return await Promise.race([nextAnswer(id), late])
      } finally {
        late.catch(() => undefined)
        over.abort()
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
    }
  }
}

async function connectWithin(path: string, ended: Promise<string>) {
  const deadline = performance.now() + CONNECT_MS
  let end: string | undefined
  void ended.then((how) => (end = how))
  for (;;) {
    const socket = connect(path)
    try {
      await once(socket, 'connect')
      // Later errors end the lines.
      socket.on('error', () => undefined)
      return socket
    } catch (error) {
      if (end !== undefined) throw gone(end)
      if (performance.now() > deadline) throw error
      await sleep(RETRY_MS)
    }
  }
}

function gone(how: string): Failure {
  return new Failure(`the virtual machine ended with ${how}`)
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
