import type { TestResponse } from './client.ts'

/** Answers as the tables of tests expect them. */
export function json(status: number, body: unknown): TestResponse {
  return { status, type: 'application/json', body }
}

export function notFound(path: string): TestResponse {
  return json(404, { error: `there is no ${path} here` })
}

export function notAllowed(method: string, allow: string): TestResponse {
  return json(405, { error: `${method} is not allowed here; allowed are ${allow}` })
}

/** The answer to HEAD where this is the answer to GET. */
export function empty(answer: TestResponse): TestResponse {
  return { ...answer, body: '' }
}

/** A row of a table of requests. */
export type Expected = [method: string, path: string, answer: TestResponse]

/** Rows for several requests with the same answer, each as `GET /path`. */
export function expectAll(requests: readonly string[], answer: TestResponse): Expected[] {
  return requests.map((request) => [...splitRequest(request), answer])
}

/** Rows for requests of paths that do not exist. */
export function expectNotFound(...requests: readonly string[]): Expected[] {
  return requests.map((request) => {
    const [method, path] = splitRequest(request)
    return [method, path, method === 'HEAD' ? empty(notFound(path)) : notFound(path)]
  })
}

/** Rows for requests whose paths allow other methods only. */
export function expectNotAllowed(requests: readonly string[], allow: string): Expected[] {
  return requests.map((request) => {
    const [method, path] = splitRequest(request)
    return [method, path, notAllowed(method, allow)]
  })
}

function splitRequest(request: string): [method: string, path: string] {
  const [method = '', path = ''] = request.split(' ')
  return [method, path]
}
