import { addressOf, ask, respond, startTinyServer, type Env, type SeenRequest } from '@bookinfo/service-kit/testing'

/** Every service behind productpage in one, which remembers in whose name it was asked. */
export interface Witness extends AsyncDisposable {
  /** What productpage is told of its upstreams. */
  addresses: Env
  /** The users in whose name it is asked for a page that comes to productpage with these headers. */
  usersFor: (productpage: string, headers: Record<string, string>) => Promise<(string | undefined)[]>
}

export async function startWitness(): Promise<Witness> {
  const upstream = await startTinyServer(respond(200, { id: 0, ratings: {} }))
  return {
    addresses: {
      ...addressOf('details', upstream.port),
      ...addressOf('reviews', upstream.port),
      ...addressOf('ratings', upstream.port)
    },
    async usersFor(productpage, headers) {
      const before = upstream.seen.length
      await ask(productpage, '/api/v1/products/0/ratings', { headers })
      return upstream.seen.slice(before).map(endUser)
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]()
  }
}

function endUser({ headers }: SeenRequest): string | undefined {
  const values = headers
    .filter(([name]) => name === 'end-user')
    .map(([, value]) => Buffer.from(value, 'latin1').toString())
  return values.length > 1 ? values.join(' and ') : values[0]
}
