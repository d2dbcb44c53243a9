import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

/** Chromium without what a test must not do: look for updates, sync, or use a sandbox that containers lack. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]

/** `npm test` looks for a browser and hands it on; empty means that there is none, and says so itself. */
export const chromiumPath = process.env['BOOKINFO_CHROMIUM'] ?? ''

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: flags })
}

export interface Tab extends AsyncDisposable {
  page: Page
  context: BrowserContext
  /** Requests that left the origin, and complaints in the console: a good page has none. */
  strayRequests: string[]
  complaints: string[]
}

export interface TabOptions {
  scripts?: boolean
}

/** A fresh browser profile with one page, watched for what no page of ours may do. */
export async function openTab(browser: Browser, origin: string, options: TabOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: origin,
    javaScriptEnabled: options.scripts ?? true,
    viewport: { width: 1280, height: 900 }
  })
  const page = await context.newPage()
  const strayRequests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) strayRequests.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, strayRequests, complaints, [Symbol.asyncDispose]: async () => context.close() }
}
