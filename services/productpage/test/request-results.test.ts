import { addressOf, ask, parseOpenMetrics, refusingPort, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { describe, expect, test } from 'vitest'
import { startProductpage } from './support/index.ts'

describe('request_result_total', () => {
  async function resultsAfter(status: number, paths: string[]): Promise<string[]> {
    await using upstream = await startTinyServer(respond(status, { id: 0, ratings: {} }))
    const { port } = upstream
    await using page = await startProductpage({
      ...addressOf('details', port),
      ...addressOf('reviews', port),
      ...addressOf('ratings', port)
    })
    for (const path of paths) await ask(page.origin, path)
    const { body } = await ask(page.origin, '/metrics')
    expect(body).toContain('# HELP request_result_total Results of requests')
    expect(body).toContain('# TYPE request_result_total counter')
    return (
      String(body)
        .match(/^request_result_total\{.*$/gm)
        ?.toSorted() ?? []
    )
  }

  test('counts the result of each call, with its retry as one', async () => {
    expect(await resultsAfter(503, ['/productpage', '/api/v1/products/0/ratings'])).toEqual([
      'request_result_total{destination_app="details",response_code="503"} 1',
      'request_result_total{destination_app="ratings",response_code="503"} 1',
      'request_result_total{destination_app="reviews",response_code="503"} 1'
    ])
  })

  test('counts an answer of the wrong shape as a failure', async () => {
    expect(
      await resultsAfter(200, ['/productpage', '/api/v1/products/0/ratings', '/api/v1/products/1/ratings'])
    ).toEqual([
      'request_result_total{destination_app="details",response_code="500"} 1',
      'request_result_total{destination_app="ratings",response_code="200"} 2',
      'request_result_total{destination_app="reviews",response_code="500"} 1'
    ])
  })

  test('has an exemplar with the trace of the last recorded request', async () => {
    await using page = await startProductpage(addressOf('details', await refusingPort()))
    const [trace, span] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
    for (const flags of ['01', '00']) {
      const traceparent = `00-${flags === '01' ? trace : trace.replace('0a', 'ff')}-${span}-${flags}`
      await ask(page.origin, '/api/v1/products/0', { headers: { traceparent } })
    }
    const accept = 'application/openmetrics-text'
    const { body } = await ask(page.origin, '/metrics', { headers: { accept } })
    expect(parseOpenMetrics(String(body)).get('request_result')).toMatchObject({
      type: 'counter',
      samples: [
        {
          name: 'request_result_total',
          labels: { destination_app: 'details', response_code: '500' },
          value: 2,
          exemplar: { labels: { trace_id: trace, span_id: span }, value: 1 }
        }
      ]
    })
  })

  test('does not count requests without calls', async () => {
    expect(await resultsAfter(200, ['/api/v1/products', '/api/v1/products/abc', '/health'])).toEqual([])
  })
})
