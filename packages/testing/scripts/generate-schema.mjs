/** Writes src/bot-api/schema/*-table.ts from the types of @gramio/types. Run it after changing that version. */
import { readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'

const types = new URL('../node_modules/@gramio/types/out/', import.meta.url)
const target = new URL('../src/bot-api/schema/', import.meta.url)

/** The tables as source files, by file name. Pure but for reading the types; the stale-check test calls it. */
export function generateSchema() {
  const files = Object.fromEntries(['objects', 'params', 'methods'].map((name) => [name, parse(name)]))
  const aliases = new Map()
  const interfaces = new Map()
  for (const statement of files.objects.statements) {
    if (ts.isTypeAliasDeclaration(statement)) aliases.set(statement.name.text, statement.type)
    if (ts.isInterfaceDeclaration(statement)) interfaces.set(statement.name.text, statement)
  }
  const write = createWriter(aliases)
  const version = /Based on Bot API v([\d.]+)/.exec(files.methods.text)?.[1]
  const parameters = new Map(
    files.params.statements
      .filter(ts.isInterfaceDeclaration)
      .map((declaration) => [declaration.name.text, writeFields(declaration, write)]),
  )
  const objects = [...interfaces].map(([name, declaration]) => [
    name.replace(/^Telegram/, ''),
    writeFields(declaration, write),
  ])
  return {
    'object-table.ts': format(version, 'objects', 'objectTable', objects),
    'method-table.ts': format(
      version,
      'methods',
      'methodTable',
      readMethods(files.methods, parameters, write),
    ),
  }
}

function parse(name) {
  const path = new URL(`${name}.d.ts`, types)
  return ts.createSourceFile(`${name}.d.ts`, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
}

function readMethods(file, parameters, write) {
  const declaration = file.statements.find(
    (node) => ts.isInterfaceDeclaration(node) && node.name.text === 'APIMethods',
  )
  return declaration.members.map((member) => {
    const [first, second] = member.type.typeArguments ?? []
    const name = first && second ? first.getText().replace(/^Params\./, '') : undefined
    const result = write(second ?? first)
    return [member.name.getText(), `${name ? `${parameters.get(name)} ` : ''}=> ${result}`]
  })
}

function writeFields(declaration, write) {
  return declaration.members
    .filter(ts.isPropertySignature)
    .map((member) => `${member.name.getText()}${member.questionToken ? '?' : ''}:${write(member.type)}`)
    .join(' ')
}

/** Writes a type: n number, s text, b boolean, t true, F file, 'x' literal, [X] list, X|Y, or an object's name. */
function createWriter(aliases) {
  const write = (node) => {
    if (ts.isParenthesizedTypeNode(node)) return write(node.type)
    if (ts.isUnionTypeNode(node)) return [...new Set(node.types.map(write).filter(Boolean))].join('|')
    if (ts.isArrayTypeNode(node)) return `[${write(node.elementType)}]`
    if (ts.isLiteralTypeNode(node)) return writeLiteral(node.literal)
    if (node.kind === ts.SyntaxKind.NumberKeyword) return 'n'
    if (node.kind === ts.SyntaxKind.StringKeyword) return 's'
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'b'
    // What the types add for convenience, as { toString(): string }, is no part of the Bot API.
    if (ts.isTypeLiteralNode(node)) return ''
    if (!ts.isTypeReferenceNode(node)) return 's'
    const name = node.typeName.getText().replace(/^Objects\./, '')
    if (name === 'TelegramInputFile') return 'F'
    if (aliases.has(name)) return write(aliases.get(name))
    // Exclude<keyof Update, …>: the name of a kind.
    return name.startsWith('Telegram') ? name.replace(/^Telegram/, '') : 's'
  }
  return write
}

function writeLiteral(literal) {
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return 't'
  return `'${literal.text}'`
}

function format(version, what, constant, entries) {
  const lines = entries.map(([name, fields]) => `  ${name}: ${quote(fields)},`)
  return `/** The ${what} of Bot API ${version}. Written by scripts/generate-schema.mjs: do not edit. */
// biome-ignore-all format: one line for each entry

/** One line for each: \`name?:type\`, where n is a number, s a text, b a boolean, t true, F a file, [X] a list. */
export const ${constant}: Readonly<Record<string, string>> = {
${lines.join('\n')}
}
`
}

function quote(text) {
  return text.includes("'") ? `"${text.replaceAll('"', '\\"')}"` : `'${text}'`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const [name, source] of Object.entries(generateSchema())) writeFileSync(new URL(name, target), source)
}
