import { startViewer, traceId } from '@bookinfo/trace-viewer/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { failedTrace, startFull } from './full-viewer.ts'
import { looksRight } from './looks.ts'

interface Scene {
  /** Whether there are traces at all. */
  full: boolean
  path: string
  shows: string[]
  /** Opens what is folded, for the picture. */
  open?: boolean
}

const scenes: Record<string, Scene> = {
  'no traces yet': { full: false, path: '/', shows: ['No traces yet', 'npm start', 'OTEL_EXPORTER_OTLP_ENDPOINT'] },
  'no map yet': { full: false, path: '/map', shows: ['No traces yet'] },
  'list of traces': {
    full: true,
    path: '/',
    shows: ['productpage GET /productpage', '7 spans', '1 error', '30 ms', '9 s ago', 'incomplete', 'Development tool']
  },
  'traces with errors': { full: true, path: '/?status=error', shows: ['2 traces'] },
  'nothing like that': { full: true, path: '/?min=99999', shows: ['No trace is like that'] },
  'a trace': {
    full: true,
    path: `/trace/${traceId(2)}`,
    shows: ['90 ms', 'GET /ratings/:productId']
  },
  'a trace with an error, opened': {
    full: true,
    path: `/trace/${failedTrace}`,
    open: true,
    shows: ['connect ECONNREFUSED', 'exception.type', 'service.version', 'ratings is unavailable', '@bookinfo/tracing']
  },
  'an incomplete trace': {
    full: true,
    path: `/trace/${traceId(6)}`,
    shows: ['parent missing', 'name a parent that is not here']
  },
  'no such trace': { full: true, path: '/trace/1', shows: ['No such trace'] },
  'the service map': { full: true, path: '/map?minutes=0', shows: ['outside', 'reviews v3', '80 %', 'The last'] },
  services: { full: true, path: '/services', shows: ['reviews v3', 'Duration, p95', 'Rate'] },
  'two traces': {
    full: true,
    path: `/compare?a=${traceId(2)}&b=${failedTrace}`,
    shows: ['GET → ratings', 'itself', 'error', '−60 ms']
  },
  logs: { full: true, path: '/logs?level=warn', shows: ['ratings is unavailable', '11:59:40.015', 'warn'] },
  'no logs like that': { full: true, path: '/logs?text=nothing', shows: ['No line is like that, of 2 lines.'] },
  'no calls in the last minute': { full: true, path: '/map?minutes=1', shows: ['1 min', 'Everything'] }
}

describe.runIf(chromiumPath)('the trace viewer in a browser', { timeout: 180_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  describe.for(Object.entries(scenes))('%s', ([name, { full, path, shows, open = false }]) => {
    it('shows what it should, to everybody', async () => {
      await using viewer = full ? await startFull() : await startViewer()
      await using tab = await openTab(browser, viewer.origin)
      const { page } = tab
      await page.goto(path)
      if (open) await page.evaluate('for (const part of document.querySelectorAll("details.failed")) part.open = true')

      const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ')
      for (const words of shows) expect(text).toContain(words)
      await looksRight(page, `viewer-${name}`)
      expect(tab.strayRequests).toEqual([])
      // A 404 page is a 404 to the browser too.
      expect(tab.complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
    })
  })
})
