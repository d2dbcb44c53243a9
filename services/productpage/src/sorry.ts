/** What people and programs read when a service cannot be had; Istio's documentation quotes it. */
export function sorry(what: 'details' | 'reviews' | 'ratings'): string {
  return `Sorry, product ${what} are currently unavailable for this book.`
}
