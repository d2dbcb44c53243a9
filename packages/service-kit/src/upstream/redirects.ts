import type { IncomingHttpHeaders } from 'node:http'
import { interceptors, type Dispatcher } from 'undici'

/**
 * Follows redirects as undici does, but its work begins only with an answer that is one: it makes URLs, sets and copies for
 * each request, for nothing if there is no redirect.
 */
export function followOnRedirect(
  options: Parameters<typeof interceptors.redirect>[0]
): Dispatcher.DispatcherComposeInterceptor {
  const redirect = interceptors.redirect(options)
  return (dispatch) => (request, handler) => {
    /** What undici puts in the place of the handler; it sees the answer that has come, and asks for the following ones. */
    function follow(): Dispatcher.DispatchHandler {
      let following: Dispatcher.DispatchHandler | undefined
      redirect((next, nextHandler) => {
        if (following) return dispatch(next, nextHandler)
        following = nextHandler
        return true
      })(request, handler)
      return following ?? handler
    }
    return dispatch(request, new UntilRedirect(handler, follow))
  }
}

class UntilRedirect implements Dispatcher.DispatchHandler {
  #handler: Dispatcher.DispatchHandler
  readonly #follow: () => Dispatcher.DispatchHandler

  constructor(handler: Dispatcher.DispatchHandler, follow: () => Dispatcher.DispatchHandler) {
    this.#handler = handler
    this.#follow = follow
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusText?: string
  ): void {
    if (status >= 300 && status < 400) this.#handler = this.#follow()
    this.#handler.onResponseStart?.(controller, status, headers, statusText)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#handler.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
  }
}
