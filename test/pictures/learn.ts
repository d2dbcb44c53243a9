import { Failure, ROOT } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../e2e/browser.ts'
import { joinFrames, take, type Frame } from './animated-webp.ts'

const SIZE = { width: 1000, height: 720 }
const PATIENCE_MS = 120_000
const SITE = 'http://localhost:9080/productpage'
const VIEWER = 'http://localhost:16686'
/** In which the last 100 answers of reviews are all of the new split, at five readers a second. */
const SPLIT_SEEN_MS = 25_000
const FOLDER = join(ROOT, 'docs/learn')
const scenes = {
  start,
  'first-trace': firstTrace,
  'first-fault': firstFault,
  'first-split': firstSplit
}

/** Takes the pictures of docs/learn from a suite that it starts, with its usual ports. */
export async function takeLearnPictures(): Promise<void> {
  const stopSuite = await startSuite()
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' })
    page.setDefaultTimeout(PATIENCE_MS)
    for (const [name, scene] of Object.entries(scenes))
      await writeFile(join(FOLDER, `${name}.webp`), joinFrames(await scene(page), SIZE))
  } finally {
    await browser.close()
    await stopSuite()
  }
}

async function startSuite(): Promise<() => Promise<void>> {
  const suite = spawn(process.execPath, [join(ROOT, 'suite/bin/bootstrap.mjs'), 'start', '--load', '5'], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(suite, 'close')
  for await (const line of createInterface(suite.stdout)) if (line.includes('Ctrl-C stops everything')) break
  if (suite.exitCode !== null) throw new Failure('the suite has ended: are its ports free?')
  suite.stdout.resume()
  return async () => {
    suite.kill('SIGINT')
    await ended
  }
}

/** The page by each version of reviews. */
async function start(page: Page): Promise<Frame[]> {
  const frames: Frame[] = []
  for (const version of ['v1', 'v2', 'v3']) {
    await openSeen(page, version)
    await page.evaluate('document.querySelector(".reviews").scrollIntoView({ block: "end" })')
    frames.push(await take(page))
  }
  return frames
}

/** From the page to its trace, and to the data of a span. */
async function firstTrace(page: Page): Promise<Frame[]> {
  await openSeen(page, 'v3')
  const link = page.getByRole('link', { name: 'See its trace' })
  await link.scrollIntoViewIfNeeded()
  await link.focus()
  const frames = [await take(page)]
  await link.click()
  await page.locator('.span').nth(7).waitFor()
  frames.push(await take(page))
  await page.locator('summary', { hasText: 'render page' }).click()
  return [...frames, await take(page)]
}

/** A delay for jason on the lab, his page, its trace and the map. */
async function firstFault(page: Page): Promise<Frame[]> {
  await page.goto(`${VIEWER}/lab`)
  await page.getByLabel('v2, of').fill('100')
  await page.getByRole('button', { name: 'Split', exact: true }).click()
  const edge = page.locator('form[aria-label="reviews to ratings"]')
  await edge.getByLabel('Delay').fill('7')
  await edge.getByLabel('Only for').fill('jason')
  await page.evaluate('document.activeElement.scrollIntoView({ block: "center" })')
  const frames = [await take(page)]
  await edge.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText('calls from reviews to ratings for jason wait 7 s').waitFor()
  frames.push(await take(page))
  await page.goto(SITE)
  await page.locator('#sign-in-button').click()
  await page.getByLabel('Username').fill('jason')
  await page.getByLabel('Username').press('Enter')
  await page.getByRole('link', { name: 'See its trace' }).scrollIntoViewIfNeeded()
  frames.push(await take(page))
  await page.getByRole('link', { name: 'See its trace' }).click()
  await page.locator('summary', { hasText: 'fault: delay of 7000 ms' }).nth(1).waitFor()
  await page.evaluate('document.querySelector(".axis").scrollIntoView()')
  frames.push(await take(page))
  await page.goto(`${VIEWER}/map`)
  return [...frames, await take(page)]
}

/** A split on the lab, and how the last answers on the map follow it. */
async function firstSplit(page: Page): Promise<Frame[]> {
  await page.goto(`${VIEWER}/lab`)
  await page.getByRole('button', { name: 'Take back faults' }).click()
  await page.waitForTimeout(SPLIT_SEEN_MS)
  const frames = [await answersOf(page)]
  await page.goto(`${VIEWER}/lab`)
  await page.getByLabel('v1, of').fill('90')
  await page.getByLabel('v3, of').fill('10')
  await page.evaluate('document.activeElement.scrollIntoView({ block: "center" })')
  frames.push(await take(page))
  await page.getByRole('button', { name: 'Split', exact: true }).click()
  await page.getByText('v1 answers 90 of 100').waitFor()
  for (let part = 0; part < 3; part += 1) {
    await page.waitForTimeout(SPLIT_SEEN_MS / 3)
    frames.push(await answersOf(page))
  }
  return frames
}

/** The map, with the last answers of reviews at its end. */
async function answersOf(page: Page): Promise<Frame> {
  await page.goto(`${VIEWER}/map`)
  await page.getByLabel('Versions of reviews').scrollIntoViewIfNeeded()
  return take(page)
}

async function openSeen(page: Page, version: string): Promise<void> {
  do {
    await page.goto(SITE)
  } while ((await page.locator('.version', { hasText: version }).count()) === 0)
}
