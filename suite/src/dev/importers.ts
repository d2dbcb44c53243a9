import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Which files import which: a change of a type concerns all that import it, directly or through others. */
export interface Importers {
  /** Reads the imports of files anew. */
  read(files: readonly string[]): Promise<void>
  /** All files that import some of these, the nearest first. */
  of(files: readonly string[]): string[]
}

export function createImporters(): Importers {
  const imports = new Map<string, readonly string[]>()
  return {
    async read(files) {
      await Promise.all(files.map(async (file) => void imports.set(file, await importsOf(file))))
    },
    of(files) {
      const importers = new Map<string, string[]>()
      for (const [importer, imported] of imports)
        for (const file of imported) importers.set(file, [...(importers.get(file) ?? []), importer])
      // A set goes on with what is added to it on the way.
      const found = new Set(files)
      for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer)
      return [...found].filter((file) => !files.includes(file))
    }
  }
}

const clause = /^(?:import|export) [^'"]*?from '([^']+)'|\bimport\('([^']+)'\)/gm

async function importsOf(file: string): Promise<string[]> {
  // A file that is gone imports nothing.
  const source = await readFile(file, 'utf8').catch(() => '')
  return [...source.matchAll(clause)].flatMap(([, from, dynamic = '']) => resolveImport(file, from ?? dynamic) ?? [])
}

function resolveImport(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(file), specifier)
  if (!specifier.startsWith('@bookinfo/')) return undefined
  try {
    return fileURLToPath(import.meta.resolve(specifier))
  } catch {
    // The type checker says that it does not exist.
    return undefined
  }
}
