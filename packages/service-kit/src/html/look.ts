import { readFileSync } from 'node:fs'
import { asset, type Asset } from './assets.ts'

const look = readFileSync(new URL('../../look/look.css', import.meta.url))

/** The stylesheet of a site: what all sites of the suite look like, and then the rules of this one. */
export function siteStylesheet(path: string, rules: Buffer): Asset {
  return asset(path, 'text/css; charset=utf-8', Buffer.concat([look, rules]))
}
