import { ask } from '@bookinfo/service-kit/testing'
import { startProductpage } from '@bookinfo/productpage/testing'
import { bookinfoTrace, startViewer, traceId } from '@bookinfo/trace-viewer/testing'
import { freeBasePort, startProgram } from '@bookinfo/suite/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { looksRight } from './looks.ts'

const patience = { timeout: 50_000, interval: 200 }

/** Fills a form of the page, and sends it with one of its buttons. */
async function send(page: Page, form: string, fields: Record<string, string>, button: string): Promise<void> {
  const found = page.locator(`form[aria-label="${form}"]`)
  for (const [label, text] of Object.entries(fields)) await found.getByLabel(label).fill(text)
  await found.getByRole('button', { name: button, exact: true }).click()
}

describe.runIf(chromiumPath)('the lab of npm start, in a browser', { timeout: 300_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  it('sets faults and splits without scripts, and shows them in page, trace and map', async () => {
    const basePort = await freeBasePort()
    const [site, viewer, api] = [0, 6, 8].map((offset) => `http://localhost:${basePort + offset}`)
    await using suite = startProgram('src/main.ts', ['--base-port', String(basePort)])
    await suite.says('Break something')
    await using tab = await openTab(browser, `${viewer}`)
    await using plainTab = await openTab(browser, `${viewer}`, { scripts: false })
    const { page } = tab
    const seen = page.locator('section[aria-labelledby="seen"]')
    const isThere = async () => (await page.goto('/lab').catch(() => undefined)) && (await seen.isVisible())
    await expect.poll(isThere, patience).toBe(true)
    await looksRight(page, 'lab-nothing-set')

    await send(page, 'load', { 'Readers a second': '5' }, 'Set')
    await expect.poll(() => page.locator('form[aria-label="load"]').innerText(), patience).toContain('Switch off')
    // Nobody else opens pages now.
    await page.goto('/')
    await expect.poll(() => page.locator('#traces .quiet').first().innerText(), patience).toMatch(/[0-9]{2} traces/)
    await page.goto('/lab')
    await looksRight(page, 'lab-load')
    await send(page, 'load', {}, 'Switch off')
    await expect.poll(() => page.locator('form[aria-label="load"]').innerText(), patience).not.toContain('Switch off')

    await plainTab.page.goto('/lab')
    await send(plainTab.page, 'split', { 'v3, of': '100' }, 'Split')
    await send(plainTab.page, 'reviews to ratings', { Status: '503' }, 'Set')
    await plainTab.page.getByText('get 503 instead of an answer').waitFor()
    await page.reload()
    await expect.poll(() => seen.innerText(), patience).toContain('get 503 instead of an answer')
    expect(await seen.innerText()).toContain('deploy/lessons/faults/ratings-half.yaml')
    expect(await seen.innerText()).toContain('deploy/lessons/shifting/reviews-v3.yaml')
    const { body } = await ask(`${site}`, '/productpage')
    expect(body).toContain('Ratings service is currently unavailable')
    expect(body).toContain('reviews-v3-local')
    const [, visited] = /\/trace\/([0-9a-f]{32})/.exec(String(body)) ?? []
    await page.goto(`/trace/${visited}`)
    await expect
      .poll(async () => (await page.reload(), page.locator('main').innerText()), patience)
      .toContain('fault: abort with 503')
    await page.goto('/map')
    await expect
      .poll(async () => (await page.reload(), page.locator('table').first().innerText()), patience)
      .toMatch(/ratings/)
    expect(await page.locator('main').innerText()).toContain('100 %')
    await looksRight(page, 'map-with-split')
    await page.goto('/lab')
    await looksRight(page, 'lab-fault-and-split')

    await send(page, 'reset', {}, 'Take back faults, split and lessons')
    await expect.poll(() => seen.innerText(), patience).toContain('Nothing is set')
    await send(page, 'split', { 'v1, of': '90', 'v3, of': '10' }, 'Split')
    await expect.poll(() => seen.innerText(), patience).toContain('v1 answers 90 of 100')
    let v3 = 0
    for (let visit = 0; visit < 200; visit += 1) {
      const { body: reviews } = await ask(`${site}`, '/api/v1/products/0/reviews')
      if (JSON.stringify(reviews).includes('reviews-v3-local')) v3 += 1
    }
    // Four standard deviations.
    expect(Math.abs(v3 - 20)).toBeLessThan(4 * Math.sqrt(200 * 0.1 * 0.9))

    await page.locator('#lesson').selectOption('deploy/lessons/resilience/circuit-breaker.yaml')
    await send(page, 'lesson', {}, 'Apply')
    await page.getByText('spec.trafficPolicy.connectionPool is not supported by npm start').waitFor()
    await looksRight(page, 'lab-refused')
    await page.locator('#lesson').selectOption('deploy/lessons/faults/details-abort.yaml')
    await send(page, 'lesson', {}, 'Apply')
    await page.getByText('This lesson is applied').waitFor()
    expect((await ask(`${site}`, '/productpage')).body).toContain('Error fetching product details')

    await send(page, 'reviews-v2', {}, 'stop reviews-v2')
    const row = page.getByRole('row', { name: /^reviews-v2/ })
    await expect.poll(() => row.innerText(), patience).toContain('stopped')
    await looksRight(page, 'lab-stopped')
    await send(page, 'reviews-v2', {}, 'start reviews-v2')
    await expect.poll(() => row.innerText(), patience).toContain('running')
    expect([...tab.strayRequests, ...plainTab.strayRequests]).toEqual([])
    expect((await ask(`${api}`, '/lab')).status).toBe(200)
    suite.pressCtrlC()
    expect(await suite.ended).toBe(0)
  })

  it('shows a delay of --fault and a change on the page, the map and the trace', async () => {
    const basePort = await freeBasePort()
    const [site, viewer] = [0, 6].map((offset) => `http://localhost:${basePort + offset}`)
    const options = ['--split', 'v2=100', '--fault', 'ratings:delay=7s,user=jason']
    await using suite = startProgram('src/main.ts', ['--base-port', String(basePort), ...options])
    await suite.says('Break something')
    await using tab = await openTab(browser, `${viewer}`)
    const map = tab.page
    await expect.poll(() => map.goto('/map').then(Boolean, () => false), patience).toBe(true)
    const page = await tab.context.newPage()
    const trace = await tab.context.newPage()
    await page.request.post(`${site}/login`, { form: { username: 'jason', passwd: 'x' }, maxRedirects: 0 })
    await page.goto(`${site}/productpage`)
    await page.getByText('Error fetching product reviews').waitFor()
    await map.getByRole('row', { name: /^productpage v1 .*reviews v2 .* 100 %/ }).waitFor()
    const link = page.getByRole('link', { name: 'See its trace' })
    await trace.goto(`${await link.getAttribute('href')}`)
    await trace.getByText('caller gave up').nth(1).waitFor()
    // What reviews still did after that comes later.
    await trace
      .locator('summary', { hasText: /reviews\s*v2\s*fault: delay of 7000 ms/ })
      .nth(1)
      .waitFor()
    const left = trace.locator('summary', { hasText: 'caller gave up' })
    await left.filter({ hasText: 'reviews v2' }).first().click()
    // Four seconds, or a little less where the timeout itself came late.
    const reason = /gave up after 3 s \(timeout\)\. This server worked on for [3-9][.0-9]* s, for nobody/
    await trace.locator('.span[open]').getByText(reason).waitFor()
    await looksRight(trace, 'lab-trace-given-up')

    const change = { from: 'productpage', to: 'details', abort: 503 }
    const start = performance.now()
    await ask(`http://localhost:${basePort + 8}`, '/faults', { method: 'POST', body: JSON.stringify(change) })
    await page.request.get(`${site}/logout`, { maxRedirects: 0 })
    await page.goto(`${site}/productpage`)
    await page.getByText('Error fetching product details').waitFor()
    await trace.goto(`${await link.getAttribute('href')}`)
    await trace.getByText('fault: abort with 503').first().waitFor()
    await map.getByRole('row', { name: /^productpage v1 .*details v1 .* 50 %/ }).waitFor()
    // Under two seconds on an idle machine; tests run beside other tests.
    expect(performance.now() - start).toBeLessThan(10_000)
    suite.pressCtrlC()
    expect(await suite.ended).toBe(0)
  })

  // The page has a change at once. Spans of a request take half a second to the viewer (OTEL_BSP_SCHEDULE_DELAY, see
  // traces-plan.test.ts), and open pages refresh every second: 1.5 s in all.
  it('shows what happened on the open map and in the open list after one refresh, and the last answers on the page', async () => {
    await using viewer = await startViewer()
    await using tab = await openTab(browser, viewer.origin)
    const map = tab.page
    const list = await tab.context.newPage()
    for (const [page, path] of [
      [map, '/map'],
      [list, '/']
    ] as const) {
      await page.clock.install({ time: 0 })
      await page.goto(path)
      await page.clock.pauseAt(60_000)
      await page.getByText('No traces yet').waitFor()
      // The minute has begun a refresh, and the next one is set when its answer has come.
      await page.waitForLoadState('networkidle')
    }
    await viewer.send(bookinfoTrace({ trace: 1, version: 'v1', startMs: Date.now() - 1000 }))
    await viewer.send(bookinfoTrace({ trace: 2, version: 'v3', down: 'ratings', startMs: Date.now() }))
    await map.clock.runFor(1000)
    await map.getByRole('row', { name: /^reviews v3 .*ratings.* 100 %/ }).waitFor()
    await list.clock.runFor(1000)
    await list
      .locator(`a[href^="/trace/${traceId(2)}"]`)
      .first()
      .waitFor()

    const split = JSON.stringify({ reviews: { v1: 50, v3: 50 } })
    await ask(viewer.origin, '/api/expected-shares', { method: 'POST', body: split })
    const picture = `http://localhost:${new URL(viewer.origin).port}/answers.svg?service=reviews`
    await using productpage = await startProductpage({ ANSWERS_URL: picture })
    await using visit = await openTab(browser, productpage.origin, { scripts: false })
    await visit.page.goto('/productpage')
    await visit.page.locator('.answers img').scrollIntoViewIfNeeded()
    const { height } = (await visit.page.locator('.answers img').boundingBox()) ?? { height: 0 }
    expect(height, 'two lanes').toBeCloseTo((384 * 92) / 320, 0)
    expect(visit.complaints).toEqual([])
    await using withScripts = await openTab(browser, productpage.origin)
    await withScripts.page.goto('/productpage')
    await looksRight(withScripts.page, 'lab-page')
    await visit.page.locator('.answers').click()
    await visit.page.waitForURL('**/map')
  })
})
