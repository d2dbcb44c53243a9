import { copyRepository, freeBasePort, startProgram } from '@bookinfo/suite/testing'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chromiumPath, launchBrowser, openTab } from './browser.ts'

const sourceOfPage = 'services/productpage/src/product/view.ts'

test.runIf(chromiumPath)(
  'a page in the browser loads itself again after a change, and shows it; it says so while a syntax error keeps it away',
  { timeout: 240_000 },
  async () => {
    const basePort = await freeBasePort()
    const origin = `http://localhost:${basePort}`
    await using copy = await copyRepository()
    await using dev = startProgram(join(copy.folder, 'suite/bin/bootstrap.mjs'), [
      'dev',
      '--base-port',
      String(basePort)
    ])
    await dev.says('Ctrl-C stops everything.')
    const browser = await launchBrowser()
    try {
      await using tab = await openTab(browser, origin)
      const { page, complaints } = tab
      await page.goto('/productpage')
      const connected = page.waitForResponse(`${origin}/dev-reload/events`)
      await page.reload()
      await connected

      const file = join(copy.folder, sourceOfPage)
      const source = await readFile(file, 'utf8')
      await writeFile(file, source.replace('Book Details</h2>', 'Changed while it was open</h2>'))
      await dev.says('productpage answers again')
      await page.getByText('Changed while it was open').waitFor()
      expect(complaints).toEqual([])

      await writeFile(file, `${source}const broken = [1,, ;\n`)
      await dev.says('const broken = [1,, ;')
      await page.goto('/productpage')
      expect(await page.locator('body').textContent()).toContain('productpage does not answer')
      await writeFile(file, source)
      await page.getByRole('heading', { name: 'The Comedy of Errors' }).first().waitFor()
    } finally {
      await browser.close()
    }
  }
)
