/** On the console journald puts the time since the boot and the program before each line: `[   14.327] node[257]: {…}`. */
const FROM_SERVICE = /^\[ *\d+\.\d+\] node\[\d+\]: (.*)$/gm

/** The service's own log lines on a machine's console, JSON each, or what Node says of an error that nobody caught. */
export function serviceLines(console: string): string[] {
  return [...console.replaceAll('\r', '').matchAll(FROM_SERVICE)].map(([, line = '']) => line)
}
