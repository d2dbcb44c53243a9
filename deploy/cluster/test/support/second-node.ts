import { kubectl } from './kubectl.ts'
import { execute } from './page.ts'

/** Names of the nodes that new pods may run on. */
export async function openNodes(): Promise<string[]> {
  const { stdout } = await kubectl(['get', 'nodes', '--output=json'])
  const { items }: { items: { metadata: { name: string }; spec: { unschedulable?: true; taints?: unknown[] } }[] } =
    JSON.parse(stdout)
  const open = items.filter(({ spec }) => spec.unschedulable === undefined && spec.taints === undefined)
  return open.map(({ metadata: { name } }) => name)
}

/**
 * Gives a cluster of our own a second node. Disposing of it takes the node away.
 *
 * @throws Error for another cluster, unless it has two
 */
export async function giveSecondNode(): Promise<AsyncDisposable> {
  // Set by `npm run cluster -- test`.
  const own = process.env['BOOKINFO_CLUSTER']
  const nodes = await openNodes()
  if (nodes.length > 1) return { [Symbol.asyncDispose]: () => Promise.resolve() }
  if (!own)
    throw new Error(`this test needs two nodes for pods, and the cluster has one: ${nodes.join()}. Name other tests`)
  const cluster = `npm run cluster -- --name ${own}`
  await execute(`${cluster} add-node`)
  return {
    async [Symbol.asyncDispose]() {
      await execute(`${cluster} remove-node`)
    }
  }
}
