import { createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { forwardHeaders } from '@bookinfo/tracing'
import { describe, expect, test } from 'vitest'
import { createDispatcher } from '../src/index.ts'
import { originOf, thingsOf } from './support/things.ts'

describe('interim answers before a good one are accepted:', () => {
  const good = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
  const interims = {
    '100': ['HTTP/1.1 100 Continue\r\n\r\n'],
    '100 without a phrase': ['HTTP/1.1 100\r\n\r\n'],
    '100 with a header': ['HTTP/1.1 100 Continue\r\nx: y\r\n\r\n'],
    '100 in pieces': ['HTT', 'P/1.1 ', '1', '00 Continue\r', '\nx: y\r\n\r', '\n'],
    '103': ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    '100 and 103': ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    '103 and 100': ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']
  }
  const uses = ['renewed', 'per-request', 'keep-alive'] as const

  test.each(Object.entries(interims).flatMap(([name, parts]) => uses.map((use) => [name, use, parts] as const)))(
    '%s, %s',
    async (_name, use, parts) => {
      // In one packet with the answer for the first call, in packets of their own for the second, and the last with the
      // beginning of the answer for the third.
      const server = createTcpServer((socket) =>
        socket.setNoDelay().on('data', async (request) => {
          const whole = [...parts, good].join('')
          const inPackets: Record<string, string[]> = {
            '/0': [whole],
            '/1': [...parts, good],
            '/2': [whole.slice(0, -50), whole.slice(-50)]
          }
          for (const packet of inPackets[/(\/[012]) /.exec(request.toString())?.[1] ?? '/0'] ?? []) {
            socket.write(packet)
            await sleep(5)
          }
        })
      )
      const dispatcher = createDispatcher(use)
      const things = thingsOf(await originOf(server), dispatcher)
      for (const path of ['/0', '/1', '/2']) {
        expect(await things.get(path, forwardHeaders([]))).toMatchObject({ ok: true })
      }
      await dispatcher.destroy()
      server.close()
    }
  )
})
