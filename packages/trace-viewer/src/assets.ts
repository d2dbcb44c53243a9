import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A file of the pages, in memory. */
export interface Asset {
  path: string
  type: string
  content: Buffer
  /** Changes with the content; an address that carries it may be cached for ever. */
  version: string
}

export const stylesheet = asset('viewer.css', 'text/css; charset=utf-8')
export const icon = asset('icon.svg', 'image/svg+xml')
export const liveScript = asset('live.js', 'text/javascript; charset=utf-8')

export const assets: readonly Asset[] = [stylesheet, icon, liveScript]

/** The address to use in a page. */
export function href({ path, version }: Asset): string {
  return `${path}?v=${version}`
}

function asset(name: string, type: string): Asset {
  const content = readFileSync(new URL(`../public/${name}`, import.meta.url))
  const version = createHash('sha256').update(content).digest('base64url').slice(0, 12)
  return { path: `/static/${name}`, type, content, version }
}
