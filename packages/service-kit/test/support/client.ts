import { Agent, type Dispatcher } from 'undici'

export interface TestResponse {
  status: number
  /** The content type as it was sent. */
  type: string | undefined
  /** The value if it is JSON, else the text. */
  body: unknown
}

export interface FullTestResponse extends TestResponse {
  headers: Record<string, string | string[] | undefined>
}

export interface TestRequest {
  method?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

/** One connection for each request: nothing is left over from one test to the next. */
const client = new Agent({ pipelining: 0 })

/** Sends a request whose path goes out as it is written here, and reads the whole answer. */
export async function ask(origin: string, path: string, question: TestRequest = {}): Promise<TestResponse> {
  const { status, type, body } = await askFully(origin, path, question)
  return { status, type, body }
}

/** The same with the headers of the answer. */
export async function askFully(
  origin: string,
  path: string,
  { method = 'GET', headers, body }: TestRequest = {}
): Promise<FullTestResponse> {
  const options: Dispatcher.RequestOptions = {
    origin,
    path,
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body })
  }
  const response = await client.request(options)
  const content = await response.body.text()
  const type = [response.headers['content-type']].flat()[0]
  const isJson = type?.startsWith('application/json') && content !== ''
  return { status: response.statusCode, type, body: isJson ? JSON.parse(content) : content, headers: response.headers }
}
