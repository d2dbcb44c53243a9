import { existsSync } from 'node:fs'
import { billOf } from './bills.ts'
import { referenceTo, type Builder, type Plan } from './builder.ts'
import type { Image } from './catalogue.ts'
import { REVISION } from './sources.ts'

/**
 * Whether all images and their bills of materials are on this machine, from the commit of the plan. Files that differ from the
 * commit are in no image, so then it is false; and an image is never compared with what a registry or another platform has.
 */
export async function areBuilt(images: readonly Image[], plan: Plan, builder: Builder): Promise<boolean> {
  const { revision } = plan.sources
  const [platform, ...others] = plan.platforms
  if (revision === undefined || revision.endsWith('-dirty')) return false
  if (plan.push || platform === undefined || others.length > 0) return false
  for (const { name } of images) {
    const label = await builder.readLabel(referenceTo(name, plan), REVISION).catch(() => '')
    if (label.trim() !== revision || !existsSync(billOf(name, platform))) return false
  }
  return true
}
