import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A file of the site, in memory: the bundle carries its files inside, and there is no folder to serve from. */
export interface Asset {
  path: string
  type: string
  content: Buffer
  /** Changes with the content; an address that carries it may be cached for ever. */
  version: string
}

const css = 'text/css; charset=utf-8'
const svg = 'image/svg+xml'
const png = 'image/png'

// Each read stands in full: the build finds them by their form and puts the files' bytes in their place.
export const stylesheet = asset(
  '/static/bookinfo.css',
  css,
  readFileSync(new URL('../public/bookinfo.css', import.meta.url))
)
export const logo = asset('/static/img/logo.svg', svg, readFileSync(new URL('../public/logo.svg', import.meta.url)))
export const cover = asset('/static/img/cover.svg', svg, readFileSync(new URL('../public/cover.svg', import.meta.url)))
export const reader = asset(
  '/static/img/reader.svg',
  svg,
  readFileSync(new URL('../public/reader.svg', import.meta.url))
)
const readerPng = asset('/static/img/izzy.png', png, readFileSync(new URL('../public/reader.png', import.meta.url)))

export const assets: readonly Asset[] = [
  stylesheet,
  logo,
  cover,
  reader,
  // The original's two files, by their addresses: scripts and load tests written for it ask for them.
  readerPng,
  { ...stylesheet, path: '/static/tailwind/tailwind.css' }
]

/** The address to use in a page. */
export function href({ path, version }: Asset): string {
  return `${path}?v=${version}`
}

function asset(path: string, type: string, content: Buffer): Asset {
  return { path, type, content, version: createHash('sha256').update(content).digest('base64url').slice(0, 12) }
}
