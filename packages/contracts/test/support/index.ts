const words = ['abc', '7abc', 'null', 'NaN', '.', '..', '%2E%2E', 'a%20%C3%A9', '%C3%A9', '%3Cscript%3E']
const otherNotations = ['-1', '+5', '1.5', '1.9', '1e3', '0x1F', '0b11', '0o17', '1_000']
/** Larger than an integer of Java. */
const tooLarge = ['2147483648', '9007199254740993', '99999999999999999999999', '1'.repeat(400), '1'.repeat(3000)]
const separators = ['0;a=b', '0%3Fx=1', '0%23f', '0%252F1', '0%0d%0ax-injected:%201']
const blanks = ['%00', '%09', '%20', '0%20', '%200', '0%0A']

/** Segments of a path that are no product id, as clients send them: percent-encoded where that is needed. */
export const wrongIds: readonly string[] = [...words, ...otherNotations, ...tooLarge, ...separators, ...blanks]

/** The book of the original. */
export const originalBook = {
  id: 0,
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890'
}
