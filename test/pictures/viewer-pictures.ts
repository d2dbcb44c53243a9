import { decodeSpans, startViewer, type OtlpRequest, type RunningViewer } from '@bookinfo/trace-viewer/testing'
import type { Browser, Locator } from 'playwright-core'
import { take, type Clip, type Frame } from './animated-webp.ts'

/** Pages are laid out for narrow screens, so that their pictures can be read on a phone, and taken with more pixels. */
const PAGE = { viewport: { width: 640, height: 900 }, colorScheme: 'light' } as const
const SCALE = 2
/** Pixels of the page around a card. */
const MARGIN = 8
/** The viewer takes requests of at most 2 MiB. */
const RESOURCES_AT_ONCE = 100

/** Pixels of the frames of `splitFrame`. */
export const SPLIT_SIZE = { width: 624 * SCALE, height: 191 * SCALE }

/** The last answers of details, with the share that the machine should have, in percent. */
export async function splitFrame(browser: Browser, traces: OtlpRequest, weight: number): Promise<Frame> {
  await using viewer = await viewerWith(traces)
  const body = JSON.stringify({ details: { v1: 100 - weight, 'v1 vm': weight } })
  await fetch(`${viewer.origin}/api/expected-shares`, { method: 'POST', body })
  await using page = await browser.newPage(PAGE)
  await page.goto(`${viewer.origin}/map?minutes=0`)
  const { x, y } = await clipOf(page.getByLabel('Versions of details'))
  const frame = await take(page, {
    x,
    y,
    width: SPLIT_SIZE.width / SCALE,
    height: SPLIT_SIZE.height / SCALE,
    scale: SCALE
  })
  return frame
}

/** The spans of a trace over time. */
export async function traceFrame(browser: Browser, trace: OtlpRequest): Promise<Frame> {
  await using viewer = await viewerWith(trace)
  await using page = await browser.newPage(PAGE)
  const [span] = decodeSpans(Buffer.from(JSON.stringify(trace)), 'json')
  await page.goto(`${viewer.origin}/trace/${span?.traceId}`)
  const frame = await take(page, await clipOf(page.locator('section', { hasText: 'Where the time went' })))
  return frame
}

/** Starts a trace viewer with some traces. */
async function viewerWith({ resourceSpans = [] }: OtlpRequest): Promise<RunningViewer> {
  const viewer = await startViewer({ env: { MAX_SPANS: '1000000' } })
  for (let first = 0; first < resourceSpans.length; first += RESOURCES_AT_ONCE)
    await viewer.send({ resourceSpans: resourceSpans.slice(first, first + RESOURCES_AT_ONCE) })
  return viewer
}

/** A card with a margin, on a page that is not scrolled. */
async function clipOf(card: Locator): Promise<Clip> {
  const { x = 0, y = 0, width = 0, height = 0 } = (await card.boundingBox()) ?? {}
  const [left, top] = [Math.round(x) - MARGIN, Math.round(y) - MARGIN]
  return { x: left, y: top, width: Math.ceil(width) + 2 * MARGIN, height: Math.ceil(height) + 2 * MARGIN, scale: SCALE }
}
