import { ask, askFully, type FullTestResponse, type TestResponse } from '@bookinfo/service-kit/testing'
import { signIn } from './sign-in.ts'

/** The form in which a signed-in reader gives stars, as the page has it. */
export interface StarsForm {
  action: string
  token: string
  /** The stars that are chosen in it. */
  chosen: number | undefined
}

/** Opens the page and reads the form in it; undefined if it has none. */
export async function openStarsForm(origin: string, cookie: string): Promise<StarsForm | undefined> {
  const { body } = await ask(origin, '/productpage', { headers: { cookie } })
  return readStarsForm(String(body))
}

export function readStarsForm(page: string): StarsForm | undefined {
  const [, action] = /<form class="give" method="post" action="([^"]+)"/.exec(page) ?? []
  const [, token] = /name="token" value="([^"]+)"/.exec(page) ?? []
  const [, chosen] = /name="stars" value="([0-9])" required checked/.exec(page) ?? []
  if (action === undefined || token === undefined) return undefined
  return { action, token, chosen: chosen === undefined ? undefined : Number(chosen) }
}

/** Sends the form as a browser would. */
export function postStars(
  origin: string,
  fields: Record<string, string>,
  headers: Record<string, string>
): Promise<FullTestResponse> {
  return askFully(origin, '/api/v1/products/0/stars', {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers }
  })
}

/** Sends stars as JSON. */
export function postJson(
  origin: string,
  cookie: string,
  body: string,
  { id = '0', headers = {} }: { id?: string; headers?: Record<string, string> } = {}
): Promise<TestResponse> {
  return ask(origin, `/api/v1/products/${id}/stars`, {
    method: 'POST',
    body,
    headers: { cookie, 'content-type': 'application/json', ...headers }
  })
}

/** A session with the token that a form in its page would bring. */
export async function visitForStars(origin: string, user: string): Promise<{ cookie: string; token: string }> {
  const cookie = await signIn(origin, user)
  const form = await openStarsForm(origin, cookie)
  return { cookie, token: form?.token ?? '' }
}
