import { startTinyServer } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { ask } from './ask.ts'
import { drain } from './drain.ts'
import { startFaultyProxy } from './faulty-proxy.ts'
import { createReader } from './reader.ts'

test('services that are stopped under load lose no request, log line or span', async () => {
  const { problems, figures } = await drain({ pages: 0, stops: 1, progress: { step: () => {}, end: () => {} } })
  expect(problems).toEqual([])
  expect(figures).toHaveProperty('productpage.badExits', 0)
})

test('an answer that is neither a page nor a stated error is a problem', async () => {
  await using server = await startTinyServer((_request, response) => void response.writeHead(500).end('oops'))
  const reader = createReader(server.port)
  await reader.openPage()
  server.answerWith((_request, response) => void response.writeHead(503, { 'retry-after': '1' }).end())
  await reader.openPage()
  server.answerWith((_request, response) => void response.end('<title>Simple Bookstore App</title>'))
  await reader.openPage()
  await reader.close()
  expect(reader.answers).toEqual({ 200: 1, 500: 1, 503: 1 })
  expect(reader.problems).toEqual(['/productpage got 500: oops'])
})

test('calls meet resets, half answers, garbage and late answers', async () => {
  await using server = await startTinyServer((_request, response) => void response.end('a whole answer'))
  await using proxy = await startFaultyProxy(server.port)
  const seen: (string | number)[] = []
  for (const fault of ['none', 'reset', 'none', 'silence', 'none', 'half', 'none', 'garbage', 'none', 'late']) {
    if (fault !== 'silence') seen.push(fault, (await ask(proxy.port)).status)
    proxy.nextFault()
  }
  const fine = ['none', 200]
  expect(seen).toEqual([...fine, 'reset', 0, ...fine, ...fine, 'half', 0, ...fine, 'garbage', 0, ...fine, 'late', 200])
})
