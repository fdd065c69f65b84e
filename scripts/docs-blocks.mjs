/** The parts of a page that come from somewhere else: code of real files, and tables made from the code. Pure: takes texts, gives texts and complaints. */

/**
 * A fenced block below `<!-- from path -->` or `<!-- from path#region -->`, or what stands between
 * `<!-- generated name -->` and `<!-- end generated -->`.
 */
const marked =
  /<!-- from (?<source>\S+) -->\n+(?<fence>`{3,})(?<language>\w*)\n(?:.*\n)*?\k<fence>$|<!-- generated (?<name>[\w-]+) -->\n(?<made>[\s\S]*?)<!-- end generated -->/gm

/** Languages whose blocks must come from a file, since an example that nobody runs goes wrong unseen. */
const languagesOfFiles = ['ts', 'tsx', 'js', 'mjs', 'json', 'yaml']

/**
 * The page with every marked part as it should be.
 *
 * @param {string} page
 * @param {(path: string) => string | undefined} read text of a file, from the repository's root
 * @param {Record<string, string>} generated what the generated parts hold, by name
 * @returns {{ page: string, complaints: string[] }}
 */
export function fillPage(page, read, generated) {
  const complaints = []
  const filled = page.replaceAll(marked, (found, ...rest) => {
    const { source, fence, language, name } = rest.at(-1)
    if (name !== undefined) {
      if (generated[name] === undefined) complaints.push(`nothing is generated under the name ${name}`)
      return `<!-- generated ${name} -->\n\n${generated[name] ?? ''}\n\n<!-- end generated -->`
    }
    const [path, region] = source.split('#')
    const text = read(path)
    const code =
      text === undefined ? undefined : region === undefined ? withoutMarks(text) : regionOf(text, region)
    if (code === undefined) complaints.push(`there is no ${source}`)
    return code === undefined ? found : `<!-- from ${source} -->\n\n${fence}${language}\n${code}\n${fence}`
  })
  return { page: filled, complaints: [...complaints, ...unmarkedBlocks(page)] }
}

/** What stands between `#region name` and `#endregion`, moved to the left margin. */
function regionOf(text, region) {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => new RegExp(`#region ${region}\\s*$`).test(line))
  const to = lines.findIndex((line, index) => index > from && line.includes('#endregion'))
  if (from < 0 || to < 0) return undefined
  const body = lines.slice(from + 1, to)
  const margin = Math.min(...body.filter((line) => line !== '').map((line) => /^ */.exec(line)[0].length))
  return body
    .map((line) => line.slice(margin))
    .join('\n')
    .trimEnd()
}

function withoutMarks(text) {
  return text.replaceAll(/^ *\/\/ #(end)?region.*\n/gm, '').trimEnd()
}

function unmarkedBlocks(page) {
  const rest = page.replaceAll(marked, '')
  return [...rest.matchAll(/^(`{3,})(\w+)\n(?:.*\n)*?\1$/gm)]
    .filter(([, , language]) => languagesOfFiles.includes(language))
    .map(
      ([block]) =>
        `a block of code does not say which file it is from (<!-- from path -->): ${block.split('\n')[1]}`,
    )
}
