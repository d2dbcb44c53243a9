import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A temporary folder with files. The keys are their paths; content that is not text is written as JSON. */
export function folderWith(files: Record<string, unknown>) {
  const path = mkdtempSync(join(tmpdir(), 'bookinfo-sbom-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** A folder as npm installs it, with two versions of one package. */
export const installed = {
  'node_modules/fast/package.json': { name: 'fast', version: '2.0.0', license: 'ISC' },
  'node_modules/fast/LICENSE': 'Permission is granted by fast.\r\n\r\n',
  'node_modules/fast/NOTICE': 'Fast contains faster.',
  'node_modules/@some/fast/package.json': { name: '@some/fast', version: '1.0.0', license: '(MIT OR Apache-2.0)' },
  'node_modules/@some/fast/node_modules/fast/package.json': {
    name: 'fast',
    version: '1.9.0',
    licenses: [{ type: 'MIT' }]
  }
}
