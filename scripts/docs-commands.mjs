/** The commands of `hello` and their exit codes, for `docs/reference/commands.md`. Pure: takes command modules of yargs, gives text. */
import { table } from './docs-codes.mjs'

/**
 * A part for each command that does something, with its arguments, options and examples.
 *
 * @param {readonly { command: string, describe?: string | false, builder?: (yargs: unknown) => unknown }[]} modules
 */
export function commandPages(modules) {
  // One without a description is not for people.
  const shown = modules.filter(({ describe }) => describe !== false)
  return shown.flatMap((module) => partsOf(module, 'hello')).join('\n\n')
}

/** @param {Readonly<Record<number, string>>} codes what each means */
export function exitCodeTable(codes) {
  return table(
    ['exit code', 'meaning'],
    Object.entries(codes).map(([code, meaning]) => [code, meaning]),
  )
}

function partsOf(module, parent) {
  const declared = declarationsOf(module)
  const line = `${parent} ${module.command}`
  if (declared.commands.length > 0) {
    const inner = declared.commands.flatMap((one) => partsOf(one, line))
    return parent === 'hello' ? [`## ${line}\n\n${sentence(module.describe)}`, ...inner] : inner
  }
  const examples = declared.examples.map(
    ([example, meaning]) => `${example}${meaning ? `  # ${meaning}` : ''}`,
  )
  return [
    [
      `${parent === 'hello' ? '##' : '###'} ${withoutTags(line)}`,
      sentence(module.describe),
      ...(declared.options.length > 0 ? [table(['', 'default', 'meaning'], declared.options)] : []),
      ...(examples.length > 0 ? [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``] : []),
    ].join('\n\n'),
  ]
}

/** What a builder says to yargs. */
function declarationsOf({ builder }) {
  const declared = { commands: [], options: [], examples: [] }
  const recorder = new Proxy(
    {},
    {
      get: (_, method) => (first, second) => {
        if (method === 'command') declared.commands.push(first)
        if (method === 'example') declared.examples.push([first, second])
        if (method === 'option') declared.options.push([`\`--${first}\``, ...describe(second)])
        if (method === 'positional') declared.options.push([`\`${first}\``, ...describe(second)])
        return recorder
      },
    },
  )
  builder?.(recorder)
  return declared
}

function describe({ default: value, describe: text = '', choices }) {
  const among = choices === undefined ? '' : ` One of ${choices.join(', ')}.`
  const hasDefault = value !== undefined && value !== false
  return [hasDefault ? `\`${value}\`` : '–', `${sentence(text)}${among}`]
}

const sentence = (text = '') => withoutTags(text === '' || /[.?!]$/.test(text) ? text : `${text}.`)

/** What stands in angle brackets for something else would be read as a tag, and not be seen. */
const withoutTags = (text) => text.replaceAll('<', '\\<')
