import type { Document } from 'bson'
import { aggregate, find, updateOne } from 'mingo'

/** An answer that is an error, with the server's number for it. */
export class MongoError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Collections in memory. What expressions and update operators mean is left to `mingo`, which has nothing to do with us; one
 * command after the other is carried out whole, as a server does for one document.
 */
export function createCollections() {
  const collections = new Map<string, Document[]>()
  const documents = (name: string): Document[] => collections.get(name) ?? []

  function insert(name: string, document: Document): void {
    if (documents(name).some(({ _id }) => _id === document['_id'])) {
      throw new MongoError(11_000, `E11000 duplicate key error collection: test.${name}`)
    }
    collections.set(name, [...documents(name), document])
  }

  /** Changes one document, or makes it. */
  function change(name: string, query: Document, update: unknown, upsert: boolean) {
    const [before] = find<Document>(documents(name), query).all()
    if (!before && !upsert) return { before, after: undefined, isNew: false }
    // Of what is asked for only equality tells what a new document is.
    const after = apply(before ?? { _id: query['_id'] }, update, before === undefined)
    if (before)
      collections.set(
        name,
        documents(name).map((document) => (document === before ? after : document))
      )
    else insert(name, after)
    return { before, after, isNew: before === undefined }
  }

  return {
    find: (name: string, query: Document = {}, skip = 0, limit = 0) => {
      const found = find<Document>(documents(name), query).all()
      return found.slice(skip, limit > 0 ? skip + limit : undefined)
    },
    create: (name: string) => void collections.set(name, documents(name)),
    names: () => [...collections.keys()],
    insert,
    change,
    drop: (name: string) => void collections.delete(name),
    clear: () => collections.clear()
  }
}

function apply(document: Document, update: unknown, isNew: boolean): Document {
  if (Array.isArray(update)) {
    const [changed] = aggregate([{ ...document }], update)
    return Object(changed)
  }
  const { $setOnInsert, ...operators } = Object(update)
  const changed = { ...document, ...(isNew && $setOnInsert) }
  if (Object.keys(operators).length > 0) updateOne([changed], {}, operators)
  return changed
}
