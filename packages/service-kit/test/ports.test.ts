import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { freePort, refusingPort } from './support/index.ts'

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error)

test('nobody can listen on a port that refuses connections', async () => {
  const port = await refusingPort()
  const [refused] = await once(connect({ host: '127.0.0.1', port }), 'error')
  expect(codeOf(refused)).toBe('ECONNREFUSED')
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const [taken] = await once(createServer().listen({ host, port }), 'error')
    expect(codeOf(taken)).toBe('EADDRINUSE')
  }
})

test('a free port is none of those that systems hand out', async () => {
  await using server = createServer()
  server.listen({ host: '127.0.0.1', port: await freePort() })
  await once(server, 'listening')
  const address = server.address()
  expect(typeof address === 'object' && address?.port).toBeLessThan(32_768)
})
