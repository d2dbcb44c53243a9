import type { Manifest } from '../manifest.ts'
import type { CheckWithCrd } from './crds.ts'
import { checkWithModel } from './models.ts'

/** What is wrong with an object by its schemas; a kind that no schema is known of is wrong, too. */
export function checkSchema({ apiVersion, kind, body }: Manifest, checkWithCrd: CheckWithCrd): string[] {
  const checks = [checkWithModel(apiVersion, kind, body), checkWithCrd(apiVersion, kind, body)]
  const known = checks.filter((findings) => findings !== undefined)
  if (known.length === 0) return [`no schema is known of ${apiVersion} ${kind}`]
  return [...new Set(known.flat())]
}
