import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { mergeRatings, toStars, type OriginalStars } from '../../store/stored-ratings.ts'
import { firstRatings, MAX_PRODUCTS, MAX_REVIEWERS } from '../../store/store.ts'
import {
  DatabaseError,
  readOnlyIfForbidden,
  untilAborted,
  type Access,
  type Content,
  type Database,
  type Refusal,
  type Use
} from '../database.ts'
import { throwWriteErrors, toDatabaseError, type Command, type MongoServer, type Reply } from './server.ts'

const SCHEMA_VERSION = 1
/** Every answer has the original's reviewers, so they have places of their own. */
const originalReviewers = Object.keys(firstRatings)
const MAX_OTHERS = MAX_REVIEWERS - originalReviewers.length

type Run = (command: Command) => Promise<Reply>

/**
 * Ratings in MongoDB. The original's collection is only read. Posted stars are in a collection of our own, with one document
 * for each product. A write replaces its document only if nobody has changed it since it was read (compare and set). That
 * needs no transaction, so no replica set, and works on compatible servers too.
 */
export function createMongoDatabase(server: MongoServer, namespace: string): Database {
  function withServer({ signal, observe }: Use): Run {
    return async (command) => {
      const [[operation, target] = ['', '']] = Object.entries(command)
      const collection = typeof target === 'string' ? target : undefined
      const end = observe({ system: 'mongodb', namespace, operation, collection, server: server.address })
      try {
        const reply = await untilAborted(signal, server.command(command))
        throwWriteErrors(reply)
        end()
        return reply
      } catch (error) {
        const fault = toDatabaseError(error, server.failureOf(error))
        end({ type: fault.code, statusCode: fault.statusCode })
        throw fault
      }
    }
  }

  return {
    type: 'mongodb',
    inspect: (use) => findContent(withServer(use)),
    prepare: (use) => prepareCollections(withServer(use)).catch(readOnlyIfForbidden),
    async read(id, content, use) {
      const run = withServer(use)
      const [original, stored] = await Promise.all([
        readOriginal(run),
        content === 'all' ? findStored(run, id) : undefined
      ])
      return mergeRatings(id, original, toGiven(stored))
    },
    async write(id, given, use) {
      const run = withServer(use)
      const [original, stored] = await Promise.all([readOriginal(run), findStored(run, id)])
      const all = { ...toGiven(stored), ...given }
      const others = Object.keys(all).filter((reviewer) => !originalReviewers.includes(reviewer))
      if (others.length > MAX_OTHERS) return 'too many reviewers'
      const ratings = Object.entries(all).map(([reviewer, stars]) => ({ reviewer, stars }))
      const refusal = stored ? await replace(run, stored, ratings) : await addProduct(run, { _id: id, ratings })
      return refusal ?? mergeRatings(id, original, all)
    },
    ping: async (use) => void (await withServer(use)({ ping: 1 })),
    close: () => server.close()
  }
}

/** A product's document. Reviewers are values and not names of fields, so no name can be an operator. */
interface Stored {
  _id: unknown
  ratings: unknown
}

/** The first two documents in natural order, as the original takes them. */
async function readOriginal(run: Run): Promise<OriginalStars> {
  const reply = await run({ find: 'ratings', projection: { _id: 0, rating: 1 }, limit: 2, singleBatch: true })
  return documentsOf(reply).map(({ rating }) => toStars(rating))
}

async function findOne(run: Run, collection: string, id: unknown): Promise<Record<string, unknown> | undefined> {
  return documentsOf(await run({ find: collection, filter: { _id: id }, limit: 1, singleBatch: true }))[0]
}

async function findStored(run: Run, id: ProductId): Promise<Stored | undefined> {
  const document = await findOne(run, 'bookinfo_ratings', id)
  return document && { _id: id, ratings: document['ratings'] ?? null }
}

/** @throws DatabaseError `conflict` if another writer has changed the document */
async function replace(run: Run, { _id, ratings: before }: Stored, ratings: object[]): Promise<undefined> {
  const q = { _id, ratings: { $eq: before } }
  const { n } = await run({ update: 'bookinfo_ratings', updates: [{ q, u: { $set: { ratings } } }] })
  if (n !== 1) throw new DatabaseError('conflict', { code: 'another writer was faster' })
}

/**
 * Takes one of the places for products first, and gives it back if the product was not added.
 *
 * @throws DatabaseError `conflict` if another writer has added it
 */
async function addProduct(run: Run, product: Stored): Promise<Refusal | undefined> {
  const q = { _id: 'products', count: { $lt: MAX_PRODUCTS } }
  const taken = await run({ update: 'bookinfo_schema', updates: [{ q, u: { $inc: { count: 1 } } }] })
  if (taken['n'] !== 1) {
    if (await findOne(run, 'bookinfo_schema', 'products')) return 'too many products'
    throw new DatabaseError('missing', { code: 'bookinfo_schema does not exist' })
  }
  try {
    await run({ insert: 'bookinfo_ratings', documents: [product] })
    return undefined
  } catch (error) {
    await run({ update: 'bookinfo_schema', updates: [{ q: { _id: 'products' }, u: { $inc: { count: -1 } } }] })
    throw error
  }
}

/** Only reads: a user without the right to read our collections may still read the original's. */
async function findContent(run: Run): Promise<Content> {
  try {
    const [schema] = await Promise.all([
      findOne(run, 'bookinfo_schema', 'schema'),
      findOne(run, 'bookinfo_ratings', -1)
    ])
    if (schema) return 'all'
    return (await hasOriginal(run)) ? 'original' : 'nothing'
  } catch (error) {
    readOnlyIfForbidden(error)
    return 'original'
  }
}

async function hasOriginal(run: Run): Promise<boolean> {
  return documentsOf(await run({ listCollections: 1, filter: { name: 'ratings' }, nameOnly: true })).length > 0
}

async function prepareCollections(run: Run): Promise<Access> {
  // A newer version was created by a newer replica. It only adds to this one.
  if (!(await findOne(run, 'bookinfo_schema', 'schema'))) await migrate(run)
  // Changes nothing, as no product has this number, but fails without the right to write.
  await run({ update: 'bookinfo_ratings', updates: [{ q: { _id: -1 }, u: { $set: { ratings: [] } } }] })
  return 'write'
}

/** Several replicas may take each step at once, and again. */
async function migrate(run: Run): Promise<void> {
  if (!(await hasOriginal(run))) {
    const documents = Object.values(firstRatings).map((rating, index) => ({ _id: index + 1, rating }))
    await run({ insert: 'ratings', documents }).catch(ignoreConflict)
  }
  const products = { q: { _id: 'products' }, u: { $setOnInsert: { count: 0 } }, upsert: true }
  await run({ update: 'bookinfo_schema', updates: [products] }).catch(ignoreConflict)
  const schema = { q: { _id: 'schema' }, u: { $max: { version: SCHEMA_VERSION } }, upsert: true }
  await run({ update: 'bookinfo_schema', updates: [schema] }).catch(ignoreConflict)
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof DatabaseError && error.kind === 'conflict')) throw error
}

function documentsOf(reply: Reply): Record<string, unknown>[] {
  const { firstBatch } = Object(reply['cursor'])
  return Array.isArray(firstBatch) ? firstBatch : []
}

function toGiven(stored: Stored | undefined): GivenRatings {
  if (!Array.isArray(stored?.ratings)) return {}
  return Object.fromEntries(stored.ratings.map(({ reviewer, stars }) => [String(reviewer), Number(stars)]))
}
