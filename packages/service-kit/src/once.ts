/** Makes a thing when it is first asked for: what is not asked for costs nothing at start. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
