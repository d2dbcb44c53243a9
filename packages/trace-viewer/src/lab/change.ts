/** A change as the API of the lab takes it. */
export interface LabChange {
  path: string
  body: unknown
}

/** Reads a form of the page. What is wrong in it, the API says. */
export function changeIn(fields: URLSearchParams): LabChange {
  const text = (name: string): string => fields.get(name)?.trim() ?? ''
  const number = (name: string, factor = 1): number | undefined =>
    text(name) === '' ? undefined : Math.round(Number(text(name)) * factor * 1e6) / 1e6
  switch (text('set')) {
    case 'fault':
      return {
        path: '/faults',
        body: {
          ...edgeIn(text('edge')),
          delayMs: number('delay', 1000),
          abort: number('abort'),
          percent: number('percent'),
          user: text('user') || undefined
        }
      }
    case 'no-fault':
      return { path: '/faults', body: edgeIn(text('edge')) }
    case 'split': {
      const versions = [...fields.keys()].filter((name) => /^v[0-9]+$/.test(name) && text(name) !== '')
      return { path: '/split', body: Object.fromEntries(versions.map((version) => [version, number(version)])) }
    }
    case 'turns':
      return { path: '/split', body: {} }
    case 'load':
      return { path: '/load', body: { perSecond: number('perSecond') ?? 0 } }
    case 'no-load':
      return { path: '/load', body: { perSecond: 0 } }
    case 'lesson':
      return { path: '/lessons', body: { file: text('file') } }
    case 'ratings':
      return { path: '/ratings', body: { version: text('version') } }
    case 'start':
    case 'stop':
    case 'restart':
      return { path: `/services/${encodeURIComponent(text('name'))}/${text('set')}`, body: {} }
    default:
      return { path: '/reset', body: {} }
  }
}

/** `reviews to ratings` */
function edgeIn(text: string): { from: string; to: string } {
  const [from = '', to = ''] = text.split(' to ')
  return { from, to }
}
