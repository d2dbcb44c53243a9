import { asset, type Asset } from '@bookinfo/service-kit'
import { siteStylesheet } from '@bookinfo/service-kit/look'
import { readFileSync } from 'node:fs'

export const stylesheet = siteStylesheet(
  '/static/viewer.css',
  readFileSync(new URL('../public/viewer.css', import.meta.url))
)
export const icon = read('icon.svg', 'image/svg+xml')
export const liveScript = read('live.js', 'text/javascript; charset=utf-8')
export const waitScript = read('wait.js', 'text/javascript; charset=utf-8')

export const assets: readonly Asset[] = [stylesheet, icon, liveScript, waitScript]

function read(name: string, type: string): Asset {
  return asset(`/static/${name}`, type, readFileSync(new URL(`../public/${name}`, import.meta.url)))
}
