import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The accessibility rules that a page breaks, each with where: an empty list is what one wants. */
export async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
    'axe.run({ resultTypes: ["violations"] })'
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}
