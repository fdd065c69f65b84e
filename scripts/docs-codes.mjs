/** The error codes of core: the table that documents them, and whether each is thrown and provoked. Pure: takes texts, gives texts and complaints. */

/**
 * The table of `docs/reference/errors.md`, one part for each comment that groups the codes in the source.
 *
 * @param {string} source text of `errors.ts`
 * @param {Record<string, string>} codes what each means
 */
export function errorTables(source, codes) {
  return groupsOf(source, codes)
    .map(({ title, names }) => {
      const rows = names.map((name) => [`\`${name}\``, codes[name]])
      return `## ${title}\n\n${table(['code', 'what has happened'], rows)}`
    })
    .join('\n\n')
}

function groupsOf(source, codes) {
  const groups = []
  for (const [, comment, name] of source.matchAll(/^ {2}(?:\/\/ (.+)|([A-Z][A-Z_]+):)/gm)) {
    if (comment !== undefined) groups.push({ title: titleOf(comment), names: [] })
    else if (name in codes) groups.at(-1).names.push(name)
  }
  return groups
}

/** `operator: configuration` reads as `Configuration, for the operator`. */
function titleOf(comment) {
  const [reader, ...rest] = comment.split(': ')
  const topic = rest.join(': ') || reader
  const who = rest.length === 0 || reader.startsWith('the ') ? reader : `the ${reader}`
  return `${topic[0].toUpperCase()}${topic.slice(1)}, for ${who}`
}

/**
 * The table of variables.
 *
 * @param {readonly { name: string, description: string, default?: string, secret: boolean }[]} variables
 */
export function variableTable(variables) {
  const rows = variables.map((variable) => [
    `\`${variable.name}\``,
    variable.default === undefined ? '–' : `\`${variable.default}\``,
    `${variable.description}${variable.secret ? ' Secret.' : ''}`,
  ])
  return table(['variable', 'default', 'what it is for'], rows)
}

/** A table of Markdown whose columns are as wide as their widest cell. */
export function table(head, rows) {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const rule = line(widths.map((width) => '-'.repeat(width)))
  return [line(lines[0]), rule, ...lines.slice(1).map(line)].join('\n')
}

/**
 * Codes that no source throws, and codes that no test provokes. A code that a test merely names counts as provoked.
 *
 * @param {readonly string[]} codes
 * @param {readonly string[]} sources texts of the sources, without the file that lists the codes and without tests
 * @param {readonly string[]} tests texts of the tests
 * @returns {string[]}
 */
export function checkCodes(codes, sources, tests) {
  const thrown = namesIn(sources, /'[A-Z][A-Z_]+'/g)
  const provoked = namesIn(tests, /\b[A-Z][A-Z_]+\b/g)
  return [
    ...codes.filter((code) => !thrown.has(code)).map((code) => `${code} is thrown nowhere`),
    ...codes.filter((code) => !provoked.has(code)).map((code) => `${code} is provoked by no test`),
  ]
}

function namesIn(texts, pattern) {
  return new Set(texts.flatMap((text) => (text.match(pattern) ?? []).map((name) => name.replaceAll("'", ''))))
}
