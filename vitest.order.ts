import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * A sequencer that starts these files first, in this order, and then the others, larger files first. If a file that takes minutes
 * started last, the other processors would wait for it.
 *
 * @param files ends of paths
 */
export function startingWith(...files: readonly string[]): typeof BaseSequencer {
  return class extends BaseSequencer {
    override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
      const rank = ({ moduleId }: TestSpecification) => {
        const index = files.findIndex((file) => moduleId.endsWith(file))
        return index === -1 ? files.length : index
      }
      // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own, which returns another array
      const bySize = await super.sort(specifications)
      return bySize.toSorted((a, b) => rank(a) - rank(b))
    }
  }
}
