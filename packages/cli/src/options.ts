import leven from 'leven'
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { Failure } from './failure.ts'

/** More edits than this, or than half of the letters, and a name is no typo of the other. */
const MAX_EDITS = 2

export interface OptionsSyntax<O extends ParseArgsOptionsConfig> {
  options: O
  /** The command that lists all options. */
  help: string
  /** An example of a correct command, where no arguments without dashes are allowed. */
  example?: string
}

/**
 * Parses command-line arguments, with `parseArgs` of Node.
 *
 * @throws Failure naming the wrong argument; for a typo, with the nearest option
 */
export function parseOptions<O extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  { options, help, example }: OptionsSyntax<O>
) {
  const args = [...argv]
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'positional' && example !== undefined)
      throw new Failure(`unexpected argument "${token.value}"; options follow two dashes: ${example}`)
    if (token.kind !== 'option') continue
    const option = options[token.name]
    if (option === undefined) throw new Failure(`unknown option ${token.rawName}${suggest(token.name, options, help)}`)
    if (option.type === 'boolean' && token.value !== undefined) throw new Failure(`${token.rawName} takes no value`)
    if (option.type === 'string' && !token.value) throw new Failure(`${token.rawName} needs a value; see ${help}`)
  }
  return parseArgs({ args, options, allowPositionals: true })
}

function suggest(name: string, options: ParseArgsOptionsConfig, help: string): string {
  const [nearest] = Object.keys(options).toSorted((one, other) => leven(one, name) - leven(other, name))
  const typo = nearest !== undefined && leven(nearest, name) <= Math.min(MAX_EDITS, name.length / 2)
  return typo ? `: did you mean --${nearest}? See ${help}` : `; see ${help}`
}

/** @throws Failure unless the text is an integer in the range */
export function readNumber(
  option: string,
  text: string,
  { least, greatest }: { least: number; greatest: number }
): number {
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN
  if (number >= least && number <= greatest) return number
  return refuse(option, text, `an integer from ${least} to ${greatest}`)
}

/** @throws Failure unless the text is one of the choices */
export function readChoice<C extends string>(option: string, text: string, choices: readonly C[]): C {
  return choices.find((choice) => choice === text) ?? refuse(option, text, choices.join(' or '))
}

/** @param allowed what the option must be: a noun phrase */
export function refuse(option: string, value: string, allowed: string): never {
  throw new Failure(`${option} must be ${allowed}, got "${value}"`)
}
