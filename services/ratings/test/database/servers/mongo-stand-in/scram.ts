import { Binary, type Document } from 'bson'
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

const ITERATIONS = 4096

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Sign-in by SCRAM-SHA-256 (RFC 7677), the server's side: one for each connection. */
export function createScram(passwordOf: (user: string) => string | undefined) {
  const salt = randomBytes(24)
  let user = ''
  let clientFirst = ''
  let serverFirst = ''

  return {
    start({ payload }: Document): Document {
      // n,,n=user,r=nonce
      clientFirst = textOf(payload).replace(/^n,,/, '')
      user = (/^n=([^,]*)/.exec(clientFirst)?.[1] ?? '').replaceAll('=3D', '=').replaceAll('=2C', ',')
      const nonce = /r=([^,]*)/.exec(clientFirst)?.[1] ?? ''
      serverFirst = `r=${nonce}${randomBytes(18).toString('base64')},s=${salt.toString('base64')},i=${ITERATIONS}`
      return { conversationId: 1, done: false, payload: new Binary(Buffer.from(serverFirst)), ok: 1 }
    },

    /** @returns the user who is signed in now, or undefined if the proof is none */
    continue({ payload }: Document): { user: string; reply: Document } | undefined {
      const final = textOf(payload)
      if (final === '') return { user, reply: { conversationId: 1, done: true, payload: new Binary(), ok: 1 } }
      const [, withoutProof = '', proof = ''] = /^(.*),p=(.*)$/.exec(final) ?? []
      const salted = pbkdf2Sync(passwordOf(user) ?? randomBytes(9).toString('hex'), salt, ITERATIONS, 32, 'sha256')
      const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
      const text = `${clientFirst},${serverFirst},${withoutProof}`
      const signature = hmac(stored, text)
      const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ (signature[index] ?? 0))
      if (!timingSafeEqual(createHash('sha256').update(clientKey).digest(), stored)) return undefined
      const answer = `v=${hmac(hmac(salted, 'Server Key'), text).toString('base64')}`
      return { user, reply: { conversationId: 1, done: true, payload: new Binary(Buffer.from(answer)), ok: 1 } }
    }
  }
}

function textOf(payload: unknown): string {
  return payload instanceof Binary ? Buffer.from(payload.buffer).toString() : ''
}
