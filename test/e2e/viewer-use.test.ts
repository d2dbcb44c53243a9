import { bookinfoTrace, otlpRequest, spanId, startViewer, traceId } from '@bookinfo/trace-viewer/testing'
import { ask } from '@bookinfo/service-kit/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { failedTrace, NOW, startFull } from './full-viewer.ts'
import { looksRight, pictureFile } from './looks.ts'

/** Drops a file on a part of a page, as the desktop does. */
async function dropFile(page: Page, target: string, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await page.locator(target).scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await page.locator(target).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  const COPY = 1
  const data = { items: [], files: [path], dragOperationsMask: COPY }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data })
}

describe.runIf(chromiumPath)('use of the trace viewer in a browser', { timeout: 180_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  describe('live', () => {
    it('shows a trace when it comes, keeps the focus, and stops when asked to', async () => {
      await using viewer = await startViewer({ now: () => NOW })
      await using tab = await openTab(browser, viewer.origin)
      const { page } = tab
      await page.clock.install()
      await page.goto('/')
      await viewer.send(bookinfoTrace({ trace: 1, startMs: NOW - 5_000 }))
      await page.clock.runFor(2_000)
      await page.locator('.trace').waitFor()
      expect(await page.locator('#service').innerText()).toContain('ratings')

      await page.locator('.trace-link').focus()
      await viewer.send(bookinfoTrace({ trace: 2, startMs: NOW - 4_000 }))
      await page.clock.runFor(2_000)
      await page.locator('.trace').nth(1).waitFor()
      expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe(`/trace/${traceId(1)}`)

      const requests: string[] = []
      await page.getByRole('button', { name: 'Live' }).press('Enter')
      expect(await page.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('false')
      page.on('request', (request) => requests.push(request.url()))
      await page.clock.runFor(10_000)
      expect(requests).toEqual([])
      expect(tab.complaints).toEqual([])
    })
  })

  it('shows new log lines as they come', async () => {
    await using viewer = await startFull()
    await using tab = await openTab(browser, viewer.origin)
    const { page } = tab
    await page.clock.install()
    await page.goto('/logs?text=books')
    await page.getByText('No line is like that').waitFor()
    await ask(viewer.origin, '/api/log-lines', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: JSON.stringify({ level: 'info', time: NOW, service: 'details', trace_id: failedTrace, msg: 'books found' })
    })
    await page.clock.runFor(2_000)
    await page.getByRole('cell', { name: 'books found' }).waitFor()
    expect(await page.locator('.log tbody tr').count()).toBe(1)
  })

  it('leads from the map to the traces of a version, and from a share of errors to the last', async () => {
    await using viewer = await startFull()
    await using tab = await openTab(browser, viewer.origin, { scripts: false })
    const { page } = tab
    await page.goto('/map?minutes=15')
    await page.locator('.map .node', { hasText: 'reviews' }).filter({ hasText: 'v1' }).first().click()
    await page.waitForURL('**/?service=reviews&version=v1&minutes=15')
    expect(await page.locator('.trace').count()).toBe(1)
    await page.goBack()
    await page.locator('.edges tr', { hasText: 'ratings' }).getByRole('link', { name: '20 %' }).click()
    await page.waitForURL(`**/trace/${failedTrace}#span-${spanId(406)}`)
    await page.locator('.span:has(:target)').getByText('connect ECONNREFUSED').first().waitFor()
  })

  it('keeps the whole map readable on a phone, with all versions, a signed-in reader and a database', async () => {
    await using viewer = await startViewer({ now: () => NOW })
    for (const [index, version] of (['v1', 'v2', 'v3'] as const).entries())
      await viewer.send(bookinfoTrace({ trace: index + 1, version, startMs: NOW - 9_000 }))
    const call = { trace: 3, startMs: NOW - 8_990, ms: 3 }
    const database = { 'db.system.name': 'mysql' }
    await viewer.send(
      otlpRequest({
        productpage: [{ ...call, id: 8, parent: 301, kind: 'client' }],
        ratings: [
          { ...call, id: 9, parent: 8, kind: 'server' },
          { ...call, id: 10, parent: 9, kind: 'client', attributes: database }
        ]
      })
    )
    await using tab = await openTab(browser, viewer.origin)
    const { page } = tab
    await page.goto('/map')
    await looksRight(page, 'viewer-map-of-all-versions')
    await page.setViewportSize({ width: 390, height: 900 })
    const map = await page.locator('.map').boundingBox()
    expect(map && [map.x >= 0, map.x + map.width <= 390]).toEqual([true, true])
    const texts = await page.locator('.map text').all()
    const boxes = await Promise.all(texts.map((text) => text.boundingBox()))
    expect(boxes.length).toBeGreaterThan(30)
    // The height of a line is about 1.2 times that of the font.
    expect(Math.min(...boxes.map((box) => box?.height ?? 0))).toBeGreaterThan(1.2 * 9)
    expect(boxes.filter((box) => box === null || box.x < 0 || box.x + box.width > 390)).toEqual([])
  })

  it('shows a trace whose link was followed too soon, as soon as all of it has come', async () => {
    await using viewer = await startViewer({ now: () => NOW })
    await using tab = await openTab(browser, viewer.origin)
    const { page } = tab
    await page.clock.install()
    await page.goto(`/trace/${traceId(1)}`)
    await page.getByRole('status').waitFor()
    const { resourceSpans = [] } = bookinfoTrace({ trace: 1, startMs: NOW - 1_000 })
    await viewer.send({ resourceSpans: resourceSpans.slice(1) })
    const looked = page.waitForResponse('**/trace/*')
    await page.clock.runFor(1_000)
    await looked
    expect(await page.locator('h1').innerText()).toBe('No such trace')

    await viewer.send({ resourceSpans: resourceSpans.slice(0, 1) })
    await page.clock.runFor(1_000)
    await page.getByRole('heading', { name: 'productpage GET /productpage' }).waitFor()
    expect(await page.locator('.span').count()).toBe(7)
    expect(await page.getByRole('status').count()).toBe(0)
  })

  it('says what a trace still lacks, and shows that when it comes', async () => {
    await using viewer = await startViewer({ now: () => NOW })
    await using tab = await openTab(browser, viewer.origin)
    const { page } = tab
    const { resourceSpans = [] } = bookinfoTrace({ trace: 1, startMs: NOW - 1_000 })
    await viewer.send({ resourceSpans: resourceSpans.slice(0, 2) })
    await page.clock.install()
    await page.goto(`/trace/${traceId(1)}`)
    await page.getByRole('status').waitFor()
    await page.getByText('1 call has no span of the service that answered.').waitFor()
    expect(await page.locator('.span').count()).toBe(4)
    await page.screenshot({ path: pictureFile('viewer-a-trace-that-lacks-a-service'), fullPage: true })
    await page.locator('summary').nth(1).focus()
    await page.keyboard.press('Enter')

    await viewer.send({ resourceSpans: resourceSpans.slice(2) })
    await page.clock.runFor(1_000)
    await page.locator('.span').nth(6).waitFor()
    expect(await page.getByRole('status').count()).toBe(0)
    // What the reader has opened stays open.
    expect(await page.locator('.span[open] > summary:focus').innerText()).toContain('details')
  })

  it.each([
    { scripts: true, target: 'h1', send: 'at once' },
    { scripts: false, target: '#file', send: 'with the button' }
  ])('takes the file of another viewer, dropped on $target, $send', async ({ scripts, target }) => {
    await using first = await startFull()
    await using second = await startViewer()
    await using from = await openTab(browser, first.origin)
    await using to = await openTab(browser, second.origin, { scripts })
    await from.page.goto('/')
    const coming = from.page.waitForEvent('download')
    await from.page.getByRole('link', { name: 'Save the traces' }).click()
    await to.page.goto('/')
    await dropFile(to.page, target, await (await coming).path())
    if (!scripts) await to.page.getByRole('button', { name: 'Open' }).click()
    await to.page.getByText('6 traces, of 35 spans').waitFor()
    expect(new URL(to.page.url()).pathname).toBe('/')
    expect([...from.complaints, ...to.complaints]).toEqual([])
  })

  it('filters, opens a trace and a span of it by keyboard alone, without scripts', async () => {
    await using viewer = await startFull()
    await using tab = await openTab(browser, viewer.origin, { scripts: false })
    const { page } = tab
    await page.goto('/')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/#main')
    await page.locator('#status').focus()
    await page.keyboard.type('With errors')
    await page.locator('#min').focus()
    await page.keyboard.type('25')
    await page.keyboard.press('Enter')
    await page.waitForURL(/[?&]status=error&min=25&/)
    expect(await page.locator('.trace').count()).toBe(1)
    expect(await page.locator('#min').inputValue()).toBe('25')

    await page.locator('.trace-link').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/trace/${failedTrace}`)
    const address = page.getByRole('cell', { name: 'http://127.0.0.1:9082/ratings/0' })
    const errorLink = page.getByRole('link', { name: 'reviews: GET' })
    expect(await address.isVisible()).toBe(false)
    await errorLink.focus()
    await page.keyboard.press('Enter')
    await address.waitFor()
    expect(await page.locator('.span:has(:target)').innerText()).toContain('✕ error')
    await page.locator('summary').first().focus()
    await page.keyboard.press('Enter')
    await page.getByRole('cell', { name: '/productpage', exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Live' }).count()).toBe(0)
  })
})
