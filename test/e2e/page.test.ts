import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSuite, type ReviewsVersion, type Suite, type SuiteOptions } from '../support/index.ts'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { looksRight } from './looks.ts'

/** The picture in the README; `UPDATE_README_PICTURE=1 npm test` takes it anew. */
const README_PICTURE = { scene: 'v3, with red stars', file: new URL('../../docs/productpage.png', import.meta.url) }
const readmePictureWanted = process.env['UPDATE_README_PICTURE'] === '1'

const scenes: Record<string, { suite: SuiteOptions; path?: string; user?: string; shows: string[]; hides: string[] }> =
  {
    'v1, without stars': {
      suite: { reviews: ['v1'] },
      shows: ['reviews v1', 'reviews-v1-pod', 'Reviewer1', 'ISBN-10', 'PublisherA'],
      hides: ['Ratings service is currently unavailable', 'on cluster']
    },
    'v2, with black stars': { suite: { reviews: ['v2'] }, shows: ['reviews v2', 'reviews-v2-pod'], hides: [] },
    'v3, with red stars': { suite: { reviews: ['v3'] }, shows: ['reviews v3', 'reviews-v3-pod'], hides: [] },
    'v2, signed in as jason': {
      suite: { reviews: ['v2'] },
      user: 'jason',
      shows: ['jason', 'Sign out'],
      hides: ['Sign in']
    },
    'details down': {
      suite: { reviews: ['v3'], down: ['details'] },
      shows: [
        'Error fetching product details',
        'Sorry, product details are currently unavailable for this book.',
        'Reviewer1'
      ],
      hides: ['PublisherA']
    },
    'reviews down': {
      suite: { down: ['reviews'] },
      shows: [
        'Error fetching product reviews',
        'Sorry, product reviews are currently unavailable for this book.',
        'PublisherA'
      ],
      hides: ['Reviewer1']
    },
    'ratings down': {
      suite: { reviews: ['v3'], down: ['ratings'] },
      shows: ['Ratings service is currently unavailable', 'Reviewer1'],
      hides: ['Sorry']
    },
    'the suite explained': { suite: {}, path: '/', shows: ['Who calls whom', '/api/v1/products/0/reviews'], hides: [] },
    'the API explained': {
      suite: {},
      path: '/docs',
      shows: ['/api/v1/products/{id}/ratings', 'request', 'text/plain\napplication/openmetrics-text'],
      hides: []
    },
    'no such page': { suite: {}, path: '/nope', shows: ['There is no such page', '404'], hides: [] }
  }

describe.runIf(chromiumPath)('in a browser', { timeout: 180_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  describe.for(Object.entries(scenes))(
    '%s',
    ([name, { suite: options, path = '/productpage', user, shows, hides }]) => {
      let suite: Suite
      beforeAll(async () => {
        suite = await startSuite(options)
      })
      afterAll(async () => suite[Symbol.asyncDispose]())

      it('shows what it should, to everybody', async () => {
        await using tab = await openTab(browser, suite.productpage)
        const { page } = tab
        if (user !== undefined) await page.request.post('/login', { form: { username: user, passwd: 'x' } })
        await page.goto(path)

        const text = await page.locator('body').innerText()
        for (const words of shows) expect(text).toContain(words)
        for (const words of hides) expect(text).not.toContain(words)
        await looksRight(page, name)
        if (readmePictureWanted && name === README_PICTURE.scene) {
          await page.screenshot({ path: README_PICTURE.file.pathname })
        }
        expect(tab.strayRequests).toEqual([])
        // A 404 page is a 404 to the browser too.
        expect(tab.complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
        expect(suite.errors).toEqual([])
      })
    }
  )

  describe('stars', () => {
    const expected: [ReviewsVersion, string[]][] = [
      ['v1', []],
      ['v2', ['5 of 5 stars, black', '4 of 5 stars, black']],
      ['v3', ['5 of 5 stars, red', '4 of 5 stars, red']]
    ]
    it.for(expected)('%s says them to a screen reader', async ([version, names]) => {
      await using suite = await startSuite({ reviews: [version] })
      await using tab = await openTab(browser, suite.productpage)
      await tab.page.goto('/productpage')
      const stars = await tab.page.getByRole('img', { name: /stars/ }).all()
      expect(await Promise.all(stars.map((star) => star.getAttribute('aria-label')))).toEqual(names)
      expect(await tab.page.locator('.glyphicon-star').count()).toBe(names.length && 9)
    })
  })

  it('signs in and out by keyboard alone, without scripts', async () => {
    await using suite = await startSuite({ reviews: ['v2'] })
    await using tab = await openTab(browser, suite.productpage, { scripts: false })
    const { page } = tab
    await page.goto('/productpage?u=test')
    await page.locator('#sign-in-button').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Sign in to BookInfo' }).waitFor()
    // The field has the focus by itself.
    await page.keyboard.type('jason')
    await page.keyboard.press('Tab')
    await page.keyboard.type('secret')
    await page.keyboard.press('Enter')
    await page.getByText('Sign out').waitFor()
    expect(new URL(page.url()).search).toBe('?u=test')
    expect(await page.locator('.user-name').innerText()).toBe('jason')
    await page.getByText('Sign out').focus()
    await page.keyboard.press('Enter')
    await page.locator('#sign-in-button').waitFor()
    expect(page.url()).toBe(`${suite.productpage}/productpage?u=test`)
  })

  it('walks through the dialog from field to close button, closes it with Escape and gives the focus back', async () => {
    await using suite = await startSuite()
    await using tab = await openTab(browser, suite.productpage)
    const { page } = tab
    await page.goto('/productpage')
    await page.locator('#sign-in-button').click()
    await looksRight(page, 'dialog')
    const order = ['#passwd', '.dialog .button', '.dialog a', '#close-dialog']
    for (const next of order) {
      await page.keyboard.press('Tab')
      await page.locator(`${next}:focus`).waitFor()
    }
    await page.keyboard.press('Escape')
    await page.locator('#sign-in-button:focus').waitFor()
    expect(await page.locator('#dialog').isVisible()).toBe(false)
  })

  it('shows another version with each reload', async () => {
    await using suite = await startSuite()
    await using tab = await openTab(browser, suite.productpage)
    const versions: string[] = []
    for (let visit = 0; visit < 6; visit += 1) {
      await tab.page.goto('/productpage')
      versions.push(await tab.page.locator('.version').innerText())
    }
    expect(versions.toSorted()).toEqual(['v1', 'v1', 'v2', 'v2', 'v3', 'v3'].map((version) => `reviews ${version}`))
  })

  it('sends less than 60 KB for a whole page', async () => {
    await using suite = await startSuite({ reviews: ['v3'] })
    await using tab = await openTab(browser, suite.productpage)
    const session = await tab.context.newCDPSession(tab.page)
    let bytes = 0
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await session.send('Network.enable')
    await tab.page.goto('/productpage', { waitUntil: 'networkidle' })
    expect(bytes).toBeGreaterThan(5_000)
    expect(bytes).toBeLessThan(60_000)
  })
})
