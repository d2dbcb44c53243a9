import { asset, type Asset } from '@bookinfo/service-kit'
import { siteStylesheet } from '@bookinfo/service-kit/look'
import { readFileSync } from 'node:fs'

const svg = 'image/svg+xml'
const png = 'image/png'

// The build searches for this exact form of `readFileSync` and replaces each by the bytes of the file.
export const stylesheet = siteStylesheet(
  '/static/bookinfo.css',
  readFileSync(new URL('../../public/bookinfo.css', import.meta.url))
)
export const logo = asset('/static/img/logo.svg', svg, readFileSync(new URL('../../public/logo.svg', import.meta.url)))
export const cover = asset(
  '/static/img/cover.svg',
  svg,
  readFileSync(new URL('../../public/cover.svg', import.meta.url))
)
const readerPng = asset('/static/img/izzy.png', png, readFileSync(new URL('../../public/reader.png', import.meta.url)))

export const assets: readonly Asset[] = [
  stylesheet,
  logo,
  cover,
  // Scripts and load tests for the original ask for these two.
  readerPng,
  { ...stylesheet, path: '/static/tailwind/tailwind.css' }
]
