import { askFully } from '@bookinfo/service-kit/testing'

/** Signs in as the form of the page does, and returns the cookie as a browser would send it back. */
export async function signIn(origin: string, username: string): Promise<string> {
  const { headers } = await postLogin(origin, new URLSearchParams({ username, passwd: 'x' }).toString())
  return sessionIn(headers)
}

export function postLogin(origin: string, body: string, headers: Record<string, string> = {}, query = '') {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return askFully(origin, `/login${query}`, { method: 'POST', body, headers: { ...type, ...headers } })
}

/** The session cookie that an answer sets, without its attributes. */
export function sessionIn(headers: Record<string, string | string[] | undefined>): string {
  const cookies = [headers['set-cookie'] ?? []].flat()
  return cookies.find((cookie) => cookie.startsWith('session='))?.split(';', 1)[0] ?? ''
}
