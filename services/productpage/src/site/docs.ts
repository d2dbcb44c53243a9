import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { html, type FastifyPluginAsyncTypebox, type Html } from '@bookinfo/service-kit'
import { signedInUser, type NowMs } from '../session/session.ts'
import { rememberPages } from './constant-pages.ts'
import { asPage, renderPage } from './layout.ts'
import { rootOf } from './root.ts'
import { schemaText } from './schema-text.ts'

export interface DocsRoutesOptions {
  nowMs: NowMs
}

/** Serves `/docs`: the content of `/openapi.json`, for people. */
export const docsRoutes: FastifyPluginAsyncTypebox<DocsRoutesOptions> = async (app, { nowMs }) => {
  const remembered = rememberPages()
  let main: Html | undefined
  app.get('/docs', { schema: { hide: true } }, async (request, reply) => {
    const user = signedInUser(request, nowMs)
    const root = rootOf(request)
    const content = (main ??= docsView(Value.Parse(Api, app.swagger())))
    const render = () => renderPage({ title: 'Bookinfo API', user, path: '/docs', root, main: content })
    return asPage(reply).send(user === undefined ? remembered(root, render) : render())
  })
}

const Content = Type.Record(
  Type.String(),
  Type.Object({
    schema: Type.Optional(Type.Unknown()),
    example: Type.Optional(Type.Record(Type.String(), Type.Unknown()))
  })
)
type Content = Static<typeof Content>

const Operation = Type.Object({
  summary: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  parameters: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), in: Type.String(), schema: Type.Unknown() }))
  ),
  requestBody: Type.Optional(Type.Object({ content: Content })),
  responses: Type.Record(
    Type.String(),
    Type.Object({
      description: Type.String(),
      content: Type.Optional(Content)
    })
  )
})
type Operation = Static<typeof Operation>

/** The parts of an OpenAPI document that the page shows. */
const Api = Type.Object({
  info: Type.Object({ description: Type.String() }),
  tags: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
  paths: Type.Record(Type.String(), Type.Record(Type.String(), Operation))
})
type Api = Static<typeof Api>

function docsView({ info, tags, paths }: Api): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
  )
  return html`<h1>API</h1>
    <p class="lead">${info.description} The same <a href="openapi.json">as OpenAPI 3.1</a>, for programs.</p>
    <p>
      Set <code>BOOKINFO</code> for the commands: <code>BOOKINFO=http://localhost:9080</code>, or where this page is.
    </p>
    ${tags.map(({ name, description }) => {
      const tagged = operations.filter(({ operation }) => operation.tags?.includes(name))
      return html`<section aria-labelledby="tag-${name}">
        <h2 id="tag-${name}">${description}</h2>
        <ul class="links contents">
          ${tagged.map(contentsEntry)}
        </ul>
        ${tagged.map(operationView)}
      </section>`
    })}`
}

interface OperationAt {
  path: string
  method: string
  operation: Operation
}

function anchorOf({ path, method }: OperationAt): string {
  return `${method}-${path.replaceAll(/[^a-z0-9]+/gi, '-')}`
}

function contentsEntry(at: OperationAt): Html {
  return html`<li>
    <a class="more" href="#${anchorOf(at)}">${at.method.toUpperCase()} ${at.path}</a>
    <span class="small quiet">${at.operation.summary}</span>
  </li>`
}

function operationView(at: OperationAt): Html {
  const { path, method, operation } = at
  const { summary, description, parameters = [], requestBody, responses } = operation
  const [body] = Object.entries(requestBody?.content ?? {})
  const example = path.replaceAll(/\{[^}]*\}/g, '0')
  return html`<article class="card operation" id="${anchorOf(at)}">
    <h3><span class="mark">${method.toUpperCase()}</span> <code>${path}</code></h3>
    <p>${summary}. ${description}</p>
    <pre tabindex="0"><code>curl -s ${body && curlBody(body)}$BOOKINFO${example}</code></pre>
    ${method === 'get' && html`<p><a href="${example.slice(1) || './'}">Try it</a></p>`}
    <dl>
      ${parameters.map(
        ({ name, in: place, schema }) =>
          html`<div>
            <dt>${name}, in the ${place}</dt>
            <dd><code>${schemaText(schema)}</code></dd>
          </div>`
      )}
      ${
        body &&
        html`<div>
          <dt>body</dt>
          <dd>${bodyView(body)}</dd>
        </div>`
      }
      ${Object.entries(responses).map(
        ([status, { description: outcome, content = {} }]) =>
          html`<div>
            <dt>${status}</dt>
            <dd>${Object.entries(content).map(bodyView)}${Object.keys(content).length === 0 && outcome}</dd>
          </div>`
      )}
    </dl>
  </article>`
}

/** The arguments of curl that send the example of a body, with the session in a file. */
function curlBody([type, { example = {} }]: [string, Content[string]]): string {
  const values = Object.entries(example).map(([name, value]): [string, string] => [name, String(value)])
  const data =
    type === 'application/json'
      ? `-H 'content-type: ${type}' -d '${JSON.stringify(example)}'`
      : `-d '${new URLSearchParams(values).toString()}'`
  return `-b cookies -c cookies ${data} `
}

function bodyView([type, { schema }]: [string, { schema?: unknown }]): Html {
  const text = schemaText(schema)
  return text === 'string'
    ? html`<span class="media-type">${type}</span>`
    : html`<pre tabindex="0"><code>${text}</code></pre>`
}
