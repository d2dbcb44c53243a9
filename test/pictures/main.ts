import { explainFailure, Failure, ROOT } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../e2e/browser.ts'
import { joinFrames, type Frame } from './animated-webp.ts'

const SIZE = { width: 1000, height: 720 }
const QUALITY = 60
const FRAME_MS = 2_500
const PATIENCE_MS = 120_000
const SITE = 'http://localhost:9080/productpage'
const FOLDER = join(ROOT, 'docs/learn')
const scenes = { start, 'first-trace': firstTrace }

const [unknown] = process.argv.slice(2)
await explainFailure(async () => {
  if (unknown !== undefined) throw new Failure(`npm run pictures takes no options, got "${unknown}"`)
  await takePictures()
})

/** Takes the pictures of docs/learn from a suite that runs, with its usual ports. */
async function takePictures(): Promise<void> {
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

async function openSeen(page: Page, version: string): Promise<void> {
  do {
    await page.goto(SITE)
  } while ((await page.locator('.version', { hasText: version }).count()) === 0)
}

async function take(page: Page): Promise<Frame> {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  return { picture: Buffer.from(data, 'base64'), durationMs: FRAME_MS }
}
