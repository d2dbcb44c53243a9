import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { firstRatings, MAX_PRODUCTS, MAX_REVIEWERS } from '../../store/store.ts'
import {
  DatabaseError,
  readOnlyIfForbidden,
  type Access,
  type Content,
  type Database,
  type Refusal,
  type Use
} from '../database.ts'
import { mergeRatings, toStars, type OriginalStars } from '../../store/stored-ratings.ts'
import { throwWriteErrors, toDatabaseError, type Command, type MongoServer, type Reply } from './server.ts'
import { untilAborted } from '../database.ts'

const SCHEMA_VERSION = 1
const originalReviewers = Object.keys(firstRatings)
/** Beside the original's two, who are in every answer. */
const MAX_OTHERS = MAX_REVIEWERS - originalReviewers.length

type Run = (command: Command) => Promise<Reply>

/**
 * Ratings in MongoDB. The original's collection is read as it is; what is given here goes to a collection of our own, with
 * one document for each product. A write changes that one document, so it is whole on a server without transactions too.
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
      const [original, given] = await Promise.all([readOriginal(run), content === 'all' ? readGiven(run, id) : {}])
      return mergeRatings(id, original, given)
    },
    async write(id, given, use) {
      const run = withServer(use)
      const written = await writeGiven(run, id, given)
      return typeof written === 'string' ? written : mergeRatings(id, await readOriginal(run), written)
    },
    ping: async (use) => void (await withServer(use)({ ping: 1 })),
    close: () => server.close()
  }
}

/** The first two documents in the order in which they lie there, as the original takes them. */
async function readOriginal(run: Run): Promise<OriginalStars> {
  const reply = await run({ find: 'ratings', projection: { _id: 0, rating: 1 }, limit: 2, singleBatch: true })
  return documentsOf(reply).map(({ rating }) => toStars(rating))
}

async function readGiven(run: Run, id: ProductId): Promise<GivenRatings> {
  const reply = await run({ find: 'bookinfo_ratings', filter: { _id: id }, limit: 1, singleBatch: true })
  return toGiven(documentsOf(reply)[0])
}

async function writeGiven(run: Run, id: ProductId, given: GivenRatings): Promise<GivenRatings | Refusal> {
  if (Object.keys(given).filter(isOther).length > MAX_OTHERS) return 'too many reviewers'
  const stored = (await run(mergeStars(id, given, false)))['value'] ?? (await addProduct(run, id, given))
  if (stored === 'too many products') return stored
  const all = toGiven(stored)
  // Beyond the bound the document has been left as it was.
  return Object.entries(given).every(([reviewer, stars]) => all[reviewer] === stars) ? all : 'too many reviewers'
}

/** Takes one of the places for products first, and gives it back if somebody else has made the same product meanwhile. */
async function addProduct(run: Run, id: ProductId, given: GivenRatings): Promise<unknown> {
  const place = { _id: 'products', count: { $lt: MAX_PRODUCTS } }
  const taken = await run({ findAndModify: 'bookinfo_schema', query: place, update: { $inc: { count: 1 } } })
  if (taken['value'] === null) {
    const places = await run({ find: 'bookinfo_schema', filter: { _id: 'products' }, limit: 1, singleBatch: true })
    if (documentsOf(places).length === 0) throw new DatabaseError('missing', { code: 'bookinfo_schema is not there' })
    return 'too many products'
  }
  let isNew = false
  try {
    const reply = await run(mergeStars(id, given, true))
    const { updatedExisting } = Object(reply['lastErrorObject'])
    isNew = updatedExisting === false
    return reply['value']
  } finally {
    if (!isNew)
      await run({ update: 'bookinfo_schema', updates: [{ q: { _id: 'products' }, u: { $inc: { count: -1 } } }] })
  }
}

/**
 * Merges within the server, which does so for one document at a time. Reviewers are values and not names of fields, and all
 * that was posted is a literal: nothing in it can be an operator.
 */
function mergeStars(id: ProductId, given: GivenRatings, upsert: boolean): Command {
  const entries = Object.entries(given).map(([reviewer, stars]) => ({ reviewer, stars }))
  const before = { $ifNull: ['$ratings', []] }
  const without = (input: unknown, reviewers: readonly string[]) => ({
    $filter: { input, as: 'each', cond: { $not: [{ $in: ['$$each.reviewer', { $literal: reviewers }] }] } }
  })
  const merged = { $concatArrays: [without(before, Object.keys(given)), { $literal: entries }] }
  const isWithin = { $lte: [{ $size: without('$$merged', originalReviewers) }, MAX_OTHERS] }
  const ratings = { $let: { vars: { merged }, in: { $cond: [isWithin, '$$merged', before] } } }
  return { findAndModify: 'bookinfo_ratings', query: { _id: id }, update: [{ $set: { ratings } }], new: true, upsert }
}

/** Reads only: whoever may not read our collections may still read the original's. */
async function findContent(run: Run): Promise<Content> {
  try {
    const [schema] = await Promise.all([
      run({ find: 'bookinfo_schema', filter: { _id: 'schema' }, limit: 1, singleBatch: true }),
      readGiven(run, -1)
    ])
    if (documentsOf(schema).length > 0) return 'all'
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
  const schema = await run({ find: 'bookinfo_schema', filter: { _id: 'schema' }, limit: 1, singleBatch: true })
  // A newer version is fine: it was made by a newer replica, and only adds.
  if (documentsOf(schema).length === 0) await migrate(run)
  // Changes nothing, as no product has such a number, but fails for who may not write.
  await run({ update: 'bookinfo_ratings', updates: [{ q: { _id: -1 }, u: { $set: { ratings: [] } } }] })
  return 'write'
}

/** Each step may be taken by several replicas at once, and again. */
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

function toGiven(document: unknown): GivenRatings {
  const { ratings } = Object(document)
  if (!Array.isArray(ratings)) return {}
  return Object.fromEntries(ratings.map(({ reviewer, stars }) => [String(reviewer), Number(stars)]))
}

function isOther(reviewer: string): boolean {
  return !originalReviewers.includes(reviewer)
}
