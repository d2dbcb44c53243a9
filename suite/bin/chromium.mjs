import { existsSync } from 'fs'
import { delimiter, join } from 'path'
import { fail } from './run.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const folders = ['/usr/bin', '/usr/local/bin', '/snap/bin']
const apps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium'
]

/**
 * Finds the browser for the tests that need one. Without it they are left out, but not in CI.
 *
 * @returns its path, or an empty string
 */
export function findChromium() {
  const wanted = process.env.BOOKINFO_CHROMIUM
  if (wanted && !existsSync(wanted)) fail(`BOOKINFO_CHROMIUM names no file: ${wanted}`)
  if (wanted) return wanted

  const places = [...(process.env.PATH || '').split(delimiter).filter(Boolean), ...folders]
  const found = [...places.flatMap((folder) => names.map((name) => join(folder, name))), ...apps].find(existsSync)
  if (found) return found

  const advice = 'install Chromium or Chrome, or set BOOKINFO_CHROMIUM to its path.'
  if (process.env.CI) fail(`there is no Chromium, and in CI the browser tests may not be left out: ${advice}`)
  process.stderr.write(`bookinfo: there is no Chromium, so the browser tests are left out. To have them, ${advice}\n`)
  return ''
}
