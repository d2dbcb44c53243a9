import { readFileSync } from 'node:fs'

/** Of the repository, which is the tag of images if none is given. */
export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
)

/** An image as `npm run images` has named it. */
export function reference(image: string): string {
  return `localhost/${image}:${version}`
}
