import { deserialize, serialize, type Document } from 'bson'

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const HEADER_BYTES = 16
const SEQUENCE_SECTION = 1

export interface Message {
  requestId: number
  opCode: number
  /** The command, with its database in `$db`. */
  command: Document
}

/** Takes whole messages off what has arrived. */
export function takeMessages(arrived: Buffer): { messages: Message[]; rest: Buffer } {
  const messages: Message[] = []
  let rest = arrived
  while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0)
    messages.push(readMessage(rest.subarray(0, length)))
    rest = rest.subarray(length)
  }
  return { messages, rest }
}

function readMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4)
  const opCode = bytes.readInt32LE(12)
  switch (opCode) {
    case OP_QUERY: {
      // Flags, the collection's name, two numbers, the document: only the first greeting comes so.
      const nameEnd = bytes.indexOf(0, HEADER_BYTES + 4)
      const database = bytes.toString('utf8', HEADER_BYTES + 4, nameEnd).split('.', 1)[0]
      return { requestId, opCode, command: { ...deserialize(bytes.subarray(nameEnd + 9)), $db: database } }
    }
    case OP_MSG:
      return { requestId, opCode, command: readSections(bytes) }
    default:
      throw new Error(`the stand-in does not know operation ${opCode}`)
  }
}

function readSections(bytes: Buffer): Document {
  let command: Document = {}
  let place = HEADER_BYTES + 4
  while (place < bytes.length) {
    const kind = bytes[place]
    const length = bytes.readInt32LE(place + 1)
    if (kind === SEQUENCE_SECTION) {
      const nameEnd = bytes.indexOf(0, place + 5)
      const end = place + 1 + length
      const documents: Document[] = []
      for (let at = nameEnd + 1; at < end; at += bytes.readInt32LE(at)) {
        documents.push(deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))))
      }
      command[bytes.toString('utf8', place + 5, nameEnd)] = documents
    } else {
      command = { ...deserialize(bytes.subarray(place + 1, place + 1 + length)), ...command }
    }
    place += 1 + length
  }
  return command
}

/** An answer in the form in which was asked. */
export function writeReply({ requestId, opCode }: Message, reply: Document): Buffer {
  const document = serialize(reply)
  // OP_REPLY: flags, cursor, its start, number of documents; OP_MSG: flags, kind of section.
  const before = Buffer.alloc(opCode === OP_QUERY ? 20 : 5)
  if (opCode === OP_QUERY) before.writeInt32LE(1, 16)
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeInt32LE(HEADER_BYTES + before.length + document.length, 0)
  header.writeInt32LE(requestId, 8)
  header.writeInt32LE(opCode === OP_QUERY ? OP_REPLY : OP_MSG, 12)
  return Buffer.concat([header, before, document])
}
