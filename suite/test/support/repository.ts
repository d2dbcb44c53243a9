import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../src/topology.ts'

/** What `npm run dev` reads. */
const parts = ['packages', 'services', 'suite', 'deploy/lessons', 'package.json', 'tsconfig.json']

/** A copy of the repository's sources, which a test may change. Its packages are those of the original. */
export async function copyRepository() {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-copy-'))
  const modules = join(folder, 'node_modules')
  const filter = (path: string) => !/\/(node_modules|dist|test|\.turbo)$/.test(path)
  for (const part of parts) await cp(join(ROOT, part), join(folder, part), { recursive: true, filter })
  await mkdir(modules)
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    // Ours are links within the repository, and stay so.
    if (name === '@bookinfo')
      await cp(join(ROOT, 'node_modules', name), join(modules, name), { recursive: true, verbatimSymlinks: true })
    else if (name !== '.cache') await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
