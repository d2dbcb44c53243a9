import * as fc from 'fast-check'
import { Type, type Static } from 'typebox'

/** The parts of an OpenAPI document that requests are made from. */
export const Api = Type.Object({
  paths: Type.Record(
    Type.String(),
    Type.Record(
      Type.String(),
      Type.Object({
        requestBody: Type.Optional(Type.Object({ content: Type.Record(Type.String(), Type.Unknown()) })),
        responses: Type.Record(Type.String(), Type.Unknown())
      })
    )
  )
})

export interface Request {
  method: string
  /** With the query, as it is sent. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

/** Requests to every operation of an API: good ones, nearly good ones, and nonsense. */
export function requestsOf({ paths }: Static<typeof Api>, session: string): fc.Arbitrary<Request> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => {
      const types = Object.keys(requestBody?.content ?? {})
      return fc.record({
        method: fc.oneof({ weight: 8, arbitrary: fc.constant(method.toUpperCase()) }, anyMethod),
        path: fc.tuple(pathOf(path), query).map(([fixed, parameters]) => fixed + parameters),
        headers: headersOf(types, session),
        body: fc.oneof(
          { weight: types.length > 0 ? 1 : 16, arbitrary: fc.constant(undefined) },
          { weight: 4, arbitrary: body }
        )
      })
    })
  )
  return fc.oneof(...operations)
}

const anyMethod = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'QUERY',
  'PROPFIND',
  'TRACE',
  'REPORT'
)

/** An id that is right, nearly right or wrong. Characters that no URL may have are encoded. */
const id = fc.oneof(
  fc.nat(9).map(String),
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('', '-0', '00', '0x1', '1e9', '%00', '%2e%2e', '%2F', '%ff', '%', '9007199254740993', 'NaN', '0;a=b'),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map(encodeText),
  fc.nat(4000).map((length) => '7'.repeat(length))
)

function pathOf(template: string): fc.Arbitrary<string> {
  const parts = template.split(/\{[^}]*\}/)
  const filled = fc.array(id, { minLength: parts.length - 1, maxLength: parts.length - 1 }).map((ids) => {
    const [first = '', ...rest] = parts
    return rest.reduce((path, part, index) => path + (ids[index] ?? '') + part, first)
  })
  const odd = fc
    .tuple(filled, fc.constantFrom('/', '//', '/..', '/%2e', ';x', '/a/b', '.json'))
    .map((both) => both.join(''))
  return fc.oneof({ weight: 6, arbitrary: filled }, odd)
}

const word = fc.string({ unit: 'grapheme', maxLength: 20 }).map(encodeText)
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .array(fc.tuple(fc.oneof(fc.constantFrom('u', 'username', 'id', 'service', '__proto__'), word), word), {
      maxLength: 4
    })
    .map((pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`)
)

/** Characters that a header value may have: RFC 9110, 5.5. The raw bytes of `bytes.ts` have others. */
const value = fc.oneof(
  fc
    .string({ unit: fc.constantFrom(...Array.from('abcXYZ012 ;,=-_/%"\u00e9\u00ff')), maxLength: 60 })
    .map((text) => text.trim()),
  fc.constantFrom('0', '-1', 'null', '*/*', 'x'.repeat(5000))
)
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length })
const traceparent = fc
  .tuple(fc.constantFrom('00', '01', 'ff'), hex(32), hex(16), hex(2))
  .map((fields) => fields.join('-'))

function headersOf(types: readonly string[], session: string): fc.Arbitrary<Record<string, string>> {
  const pick = (choices: fc.Arbitrary<string>) => fc.oneof(choices, value)
  return fc
    .record(
      {
        traceparent: pick(traceparent),
        tracestate: value,
        b3: pick(fc.tuple(hex(32), hex(16), fc.constantFrom('0', '1', 'd')).map((fields) => fields.join('-'))),
        baggage: value,
        'x-request-id': value,
        'end-user': value,
        accept: pick(
          fc.constantFrom('text/html', 'application/json', 'text/html;q=0, */*', 'application/openmetrics-text')
        ),
        'accept-encoding': pick(fc.constantFrom('gzip', 'identity;q=0', 'br')),
        'content-type': pick(fc.constantFrom('application/json', ...types)),
        'content-encoding': fc.constantFrom('gzip', 'identity', 'x'),
        cookie: pick(fc.constantFrom(session, 'session=', `${session}; session=x`)),
        origin: value,
        referer: value,
        'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none'),
        'x-forwarded-prefix': pick(fc.constantFrom('/a/b', '//evil.example', '/../')),
        'x-forwarded-proto': value,
        'if-none-match': value,
        'content-language': value
      },
      { requiredKeys: [] }
    )
    .map(({ ...headers }) => headers)
}

const body = fc.oneof(
  fc.json(),
  fc
    .record({ stars: fc.oneof(fc.integer(), fc.string()), ratings: fc.anything() })
    .map((fields) => JSON.stringify(fields)),
  fc
    .dictionary(
      fc.oneof(fc.constantFrom('username', 'stars', 'token', 'Reviewer1'), word),
      fc.oneof(fc.nat(6), fc.string())
    )
    .map((fields) => JSON.stringify(fields)),
  fc.tuple(word, word).map(([name, text]) => `username=${name}&stars=${text}`),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', '{', '[[[[', '"\\ud800"', 'x'.repeat(70_000), `{"a":`.repeat(3000))
)

/** As encodeURIComponent, which refuses half of a surrogate pair. */
function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
