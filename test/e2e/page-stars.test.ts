import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, ask, respond, startProductpage, startSuite, startTinyServer } from '../support/index.ts'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'
import { looksRight, pictureFile } from './looks.ts'

async function signInAs(page: Page, username: string): Promise<void> {
  await page.request.post('/login', { form: { username, passwd: 'x' } })
  await page.goto('/productpage')
}

const card = (page: Page) => page.getByRole('region', { name: 'Your Stars' })
const chosen = (page: Page) => page.locator('.give input:checked').getAttribute('value')

describe.runIf(chromiumPath)('stars in a browser', { timeout: 120_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => browser.close())

  it('are given with a mouse, and show at once', async () => {
    await using suite = await startSuite({ reviews: ['v3'] })
    await using tab = await openTab(browser, suite.productpage)
    const { page } = tab
    await signInAs(page, 'jason')
    await looksRight(page, 'stars-not-given')
    await page.getByText('4 stars', { exact: true }).locator('..').click()
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.waitForURL('**/productpage#your-stars')
    expect(await card(page).innerText()).toContain('You gave 4 stars. On average it has 4.3 of 5, from 3 readers.')
    expect(await chosen(page)).toBe('4')
    await looksRight(page, 'stars-given')
    expect((await ask(suite.ratings, '/ratings/0')).body).toEqual({
      id: 0,
      ratings: { Reviewer1: 5, Reviewer2: 4, jason: 4 }
    })
    // Asking for the page again gives no stars again.
    await page.reload()
    expect(await chosen(page)).toBe('4')
    expect(tab.strayRequests).toEqual([])
    expect(tab.complaints).toEqual([])
    expect(suite.errors).toEqual([])
  })

  it('are given by keyboard alone, without scripts', async () => {
    await using suite = await startSuite({ reviews: ['v2'] })
    await using tab = await openTab(browser, suite.productpage, { scripts: false })
    const { page } = tab
    await signInAs(page, 'Reviewer1')
    await page.getByRole('radio', { name: '5 stars' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.screenshot({ path: pictureFile('stars-focus'), fullPage: true })
    await page.keyboard.press('Enter')
    await page.waitForURL('**/productpage#your-stars')
    expect(await page.getByRole('radio', { name: '3 stars' }).isChecked()).toBe(true)
    // The review of that name shows them too.
    expect(await page.getByRole('img', { name: '3 of 5 stars, black' }).count()).toBe(1)
  })

  it('must be chosen before they can be given', async () => {
    await using suite = await startSuite({ reviews: ['v1'] })
    await using tab = await openTab(browser, suite.productpage, { scripts: false })
    const { page } = tab
    await signInAs(page, 'jason')
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.getByRole('radio', { name: '2 stars' }).press('Space')
    expect(page.url()).toBe(`${suite.productpage}/productpage`)
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.getByText('You gave 2 stars.').waitFor()
  })

  it('stay chosen when ratings fail, and are given when they are back', async () => {
    let down = false
    const given: Record<string, number> = { Reviewer1: 5, Reviewer2: 4 }
    await using ratings = await startTinyServer((request, response) => {
      if (down) return respond(503)(request, response)
      if (request.method === 'POST') given['jason'] = 2
      return respond(200, { id: 0, ratings: given }, { allow: 'GET, HEAD, OPTIONS, POST' })(request, response)
    })
    await using suite = await startSuite({ reviews: ['v2'] })
    await using productpage = await startProductpage({
      ...addressOf('ratings', ratings.port),
      ...addressOf('details', Number(new URL(suite.details).port)),
      ...addressOf('reviews', Number(new URL(suite.reviews.v2).port))
    })
    await using tab = await openTab(browser, productpage.origin)
    const { page } = tab
    await signInAs(page, 'jason')
    down = true
    await page.getByText('2 stars', { exact: true }).locator('..').click()
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.getByText('Your stars could not be stored').waitFor()
    // The browser has scrolled to the reason.
    expect(await page.locator(':focus').textContent()).toContain('Your stars could not be stored')
    expect(await chosen(page)).toBe('2')
    await looksRight(page, 'stars-not-stored')
    down = false
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.getByText('You gave 2 stars.').waitFor()
    expect(tab.complaints.filter((complaint) => !complaint.includes('502'))).toEqual([])
  })

  it('cannot be given by a form of another site', async () => {
    await using suite = await startSuite({ reviews: ['v2'] })
    await using tab = await openTab(browser, suite.productpage)
    const { page } = tab
    await signInAs(page, 'jason')
    const token = (await page.locator('input[name=token]').getAttribute('value')) ?? ''
    // The form has the CSRF token, and the browser sends the cookie, as both sites are on this machine.
    await using elsewhere = await startTinyServer(
      respond(
        200,
        `<form method="post" action="${suite.productpage}/api/v1/products/0/stars">
          <input name="token" value="${token}" /><input name="stars" value="1" /><button>Win a prize</button>
        </form>`,
        { 'content-type': 'text/html' }
      )
    )
    await page.goto(elsewhere.origin)
    await page.getByRole('button', { name: 'Win a prize' }).click()
    await page.getByText('this did not come from a page of this site').waitFor()
    expect((await ask(suite.ratings, '/ratings/0')).body).toEqual({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })
  })

  it('have no form if ratings are down', async () => {
    await using suite = await startSuite({ reviews: ['v2'], down: ['ratings'] })
    await using tab = await openTab(browser, suite.productpage)
    await signInAs(tab.page, 'jason')
    await tab.page.getByText('Ratings service is currently unavailable').first().waitFor()
    expect(await card(tab.page).count()).toBe(0)
  })

  it('that fail leave a page whose sign-out redirects to the product page', async () => {
    await using suite = await startSuite({ reviews: ['v2'] })
    await using tab = await openTab(browser, suite.productpage)
    const { page } = tab
    await signInAs(page, 'jason')
    await page.evaluate('document.querySelector("input[name=token]").value = "x"')
    await page.getByText('1 star', { exact: true }).locator('..').click()
    await page.getByRole('button', { name: 'Give stars' }).click()
    await page.getByText('That did not work').waitFor()
    await page.getByText('Sign out').click()
    await page.locator('#sign-in-button').waitFor()
    expect(page.url()).toBe(`${suite.productpage}/productpage`)
  })
})
