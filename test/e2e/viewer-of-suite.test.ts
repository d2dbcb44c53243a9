import { freeBasePort, startProgram } from '@bookinfo/suite/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { looksRight } from './looks.ts'

/** The picture in the README; `UPDATE_README_PICTURE=1 npm test` takes it anew. */
const README_PICTURE = new URL('../../docs/trace.png', import.meta.url)
const readmePictureWanted = process.env['UPDATE_README_PICTURE'] === '1'

const patience = { timeout: 50_000, interval: 200 }

/** Visits the page until a version of reviews that asks ratings has served it, and each version has been asked before. */
async function openPageWithStars(page: Page): Promise<void> {
  for (let visit = 0; visit < 4; visit += 1) await page.goto('/productpage')
  if ((await page.locator('.version').innerText()) === 'reviews v1') await page.reload()
}

describe.runIf(chromiumPath)('the trace viewer of npm start, in a browser', { timeout: 240_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  it('shows the trace of the page just read, and what each service logged', async () => {
    const basePort = await freeBasePort()
    await using suite = startProgram('bin/bootstrap.mjs', ['start', '--base-port', String(basePort)])
    await suite.says('Ctrl-C stops everything.')
    await using tab = await openTab(browser, `http://localhost:${basePort}`)
    const { page } = tab
    await openPageWithStars(page)
    await page.getByRole('link', { name: 'See its trace' }).click()
    await page.waitForURL(`http://localhost:${basePort + 6}/trace/*`)
    // It reloads itself until all is there.
    await expect.poll(() => page.locator('.span').count(), patience).toBe(8)
    const services = await page.locator('.legend .service').allInnerTexts()
    const reviews = expect.stringMatching(/^reviews v[23]$/)
    expect(services.toSorted()).toEqual(['details v1', 'productpage v1', 'ratings v1', reviews])

    const logged = async () => {
      await page.reload()
      const rows = await page.locator('.log tbody tr').allInnerTexts()
      return services.filter((name) => rows.some((row) => row.includes(name) && row.includes('request completed')))
    }
    await expect.poll(logged, patience).toEqual(services)
    // A line leads to its span, which opens and has the line too.
    await page.locator('.log tbody a').first().click()
    await page.waitForURL('**/trace/*#span-*')
    await page.locator('.span:has(:target)').getByRole('cell', { name: 'request completed' }).first().waitFor()
    await looksRight(page, 'viewer-of-suite')
    if (readmePictureWanted) {
      await page.goto(page.url().replace(/#.*/, ''))
      await page.evaluate('scrollTo(0, 0)')
      await page.screenshot({ path: README_PICTURE.pathname })
    }
    suite.pressCtrlC()
    expect(await suite.ended).toBe(0)
    expect(suite.stderr).toBe('')
  })
})
