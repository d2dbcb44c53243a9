import axe from 'axe-core'
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const FOLDER = new URL('../.pictures/', import.meta.url)
mkdirSync(FOLDER, { recursive: true })

const widths = { telephone: 390, tablet: 768, desktop: 1280 }

const looks = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'forced-colours': { colorScheme: 'light', forcedColors: 'active' }
} as const

/** The file of a picture to be looked at, in `test/.pictures`. */
export function pictureFile(name: string): string {
  return new URL(`${name}.png`.replaceAll(/[^a-z0-9.-]+/g, '-'), FOLDER).pathname
}

/** Takes pictures of a page in each look and width. No width may scroll sideways, and no look may break a rule. */
export async function looksRight(page: Page, name: string): Promise<void> {
  for (const [look, media] of Object.entries(looks)) {
    await page.emulateMedia(media)
    for (const [device, width] of Object.entries(widths)) {
      await page.setViewportSize({ width, height: 900 })
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      expect(wide, 'no sideways scrolling').toBe(width)
      await page.screenshot({ path: pictureFile(`${name}-${device}-${look}`), fullPage: true })
    }
    expect(await brokenRules(page), `in ${look}`).toEqual([])
  }
  await page.emulateMedia(looks.light)
}

/** The accessibility rules that a page breaks, each with where. */
async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run({ resultTypes: ["violations"] })'
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
