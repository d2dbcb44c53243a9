import { inspect } from 'node:util'
import { createRecordedTracing } from '@bookinfo/tracing/testing'
import { describe, expect, test } from 'vitest'
import { ask, respond, startDetails, startTinyServer, volumes, type Env } from '../support/index.ts'
import { treeOf, type RecordedSpan } from './recorded-suite.ts'

/** The spans of details v2 for one book, and the headers of its call. */
async function askForBook(env: Env, status = 200) {
  const tracing = createRecordedTracing('details')
  await using books = await startTinyServer(respond(status, volumes()))
  {
    await using details = await startDetails(
      { ENABLE_EXTERNAL_BOOK_SERVICE: 'true', BOOK_SERVICE_URL: `${books.origin}/volumes`, ...env },
      { tracing }
    )
    await ask(details.origin, '/details/0', { headers: { baggage: 'reader=jason' } })
  }
  const spans: RecordedSpan[] = tracing.spans().map((span) => ({ service: 'details', span }))
  return { spans, tree: treeOf(spans), headers: books.seen[0]?.headers.map(([name]) => name) ?? [] }
}

describe('the trace of an external book', () => {
  const call = { span: 'details CLIENT GET /volumes 200', children: [] }

  test('contains the call, which has no trace headers', async () => {
    const { tree, headers } = await askForBook({})
    expect(tree).toEqual([{ span: 'details SERVER GET /details/:id 200', children: [call] }])
    expect(headers).toEqual(['host', 'connection', 'accept'])
  })

  test('continues in the book service if BOOK_SERVICE_TRACE_CONTEXT is set', async () => {
    const { tree, headers } = await askForBook({ BOOK_SERVICE_TRACE_CONTEXT: 'true' })
    expect(tree).toEqual([{ span: 'details SERVER GET /details/:id 200', children: [call] }])
    expect(headers).toEqual(['host', 'connection', 'traceparent', 'accept'])
  })

  test.each([200, 403])('does not contain the API key if the service answers %i', async (status) => {
    const { spans, headers } = await askForBook({ BOOK_SERVICE_API_KEY: 'AIza-a-secret-of-the-test' }, status)
    expect(headers).toContain('x-goog-api-key')
    expect(spans.map(({ span }) => span.name)).toEqual(['GET', 'GET /details/:id'])
    expect(inspect(spans, { depth: Infinity, showHidden: true })).not.toContain('AIza-a-secret-of-the-test')
  })

  test('shows a failure', async () => {
    const { tree } = await askForBook({}, 503)
    const failed = { span: 'details CLIENT GET /volumes 503 ERROR 503', children: [] }
    expect(tree).toEqual([{ span: 'details SERVER GET /details/:id 502 ERROR 502', children: [failed] }])
  })
})
