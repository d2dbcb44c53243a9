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
