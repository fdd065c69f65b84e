/** Finds where a plugin lists its migrations, and says how the text changes when one is added. Reads files; writes none. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import type ts from 'typescript'
import { UsageError } from '../errors.js'

type TypeScript = typeof import('typescript')

/** What is to be written. */
export interface Registration {
  /** Of the new file. */
  readonly path: string
  /** Under which it is exported. */
  readonly identifier: string
  /** The whole new text of the files that name it. */
  readonly changes: readonly { readonly path: string; readonly text: string }[]
}

interface Source {
  readonly path: string
  readonly text: string
}

/** A file, and what is to be added in it. */
interface Target extends Source {
  readonly plugin: string
  /** With its number. */
  readonly name: string
}

/** @returns nothing where the file does not define the contract of the plugin. @throws UsageError MIGRATION_CREATE */
export function registerMigration(ts: TypeScript, target: Target): Registration | undefined {
  const file = parse(ts, target)
  const contract = findContract(ts, file, target.plugin)
  if (contract === undefined) return undefined
  const migrations = contract.properties.find((one) => one.name?.getText(file) === 'migrations')
  if (migrations === undefined) {
    const nameOf = contract.properties.find((one) => one.name?.getText(file) === 'name') as ts.Node
    return registrationIn(ts, target, file, (identifier) => ({
      at: nameOf.getEnd(),
      insert: `,\n  migrations: [${identifier}]`,
    }))
  }
  const list = ts.isPropertyAssignment(migrations)
    ? migrations.initializer
    : ts.isShorthandPropertyAssignment(migrations)
      ? migrations.name
      : undefined
  if (list !== undefined && ts.isArrayLiteralExpression(list)) return inList(ts, target, file, list)
  if (list !== undefined && ts.isIdentifier(list)) return inVariable(ts, target, file, list.text)
  throw unreadable(target.path)
}

function parse(ts: TypeScript, { path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

function findContract(
  ts: TypeScript,
  file: ts.SourceFile,
  plugin: string,
): ts.ObjectLiteralExpression | undefined {
  let found: ts.ObjectLiteralExpression | undefined
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText(file) === 'defineContract') {
      const [definition] = node.arguments
      if (definition && ts.isObjectLiteralExpression(definition)) {
        const name = definition.properties.find((one) => one.name?.getText(file) === 'name')
        const isIt =
          name && ts.isPropertyAssignment(name) && ts.isStringLiteralLike(name.initializer)
            ? name.initializer.text === plugin
            : false
        if (isIt) found = definition
      }
    }
    if (found === undefined) ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** The list stands in a variable of this file, or of one that it is imported from. */
function inVariable(ts: TypeScript, target: Target, file: ts.SourceFile, variable: string): Registration {
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const declared = statement.declarationList.declarations.find(
        (one) => one.name.getText(file) === variable,
      )
      const list = declared?.initializer && bare(ts, declared.initializer)
      if (list && ts.isArrayLiteralExpression(list)) return inList(ts, target, file, list)
    }
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const bindings = statement.importClause?.namedBindings
    if (!bindings || !ts.isNamedImports(bindings)) continue
    const imported = bindings.elements.find((one) => one.name.text === variable)
    const path = imported && sourceBehind(target.path, statement.moduleSpecifier.text)
    if (path === undefined) continue
    const next = { ...target, path, text: readFileSync(path, 'utf8') }
    return inVariable(ts, next, parse(ts, next), imported?.propertyName?.text ?? variable)
  }
  throw unreadable(target.path)
}

/** Without `as const` and `satisfies …`. */
function bare(ts: TypeScript, node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? bare(ts, node.expression) : node
}

function inList(
  ts: TypeScript,
  target: Target,
  file: ts.SourceFile,
  list: ts.ArrayLiteralExpression,
): Registration {
  const last = list.elements.at(-1)
  return registrationIn(ts, target, file, (identifier) =>
    last === undefined
      ? { at: list.getStart(file) + 1, insert: identifier }
      : { at: last.getEnd(), insert: `, ${identifier}` },
  )
}

function registrationIn(
  ts: TypeScript,
  { path, text, plugin, name }: Target,
  file: ts.SourceFile,
  edit: (identifier: string) => { readonly at: number; readonly insert: string },
): Registration {
  const identifier = freeIdentifier(text, name)
  const extension = extname(path)
  const folder = join(dirname(path), 'migrations')
  const short = join(folder, `${name}${extension}`)
  // Another plugin may stand in the same folder.
  const migration = existsSync(short) ? join(folder, `${plugin}-${name}${extension}`) : short
  const specifier = `./${relative(dirname(path), migration).split(sep).join('/')}`.replace(
    /\.(m?)ts$/,
    '.$1js',
  )
  const line = `import { ${identifier} } from '${specifier}'\n`
  const imports = file.statements.filter((statement) => ts.isImportDeclaration(statement))
  const afterImports = imports.at(-1)
  const importAt = afterImports === undefined ? 0 : text.indexOf('\n', afterImports.getEnd()) + 1
  const { at, insert } = edit(identifier)
  const withEntry = `${text.slice(0, at)}${insert}${text.slice(at)}`
  const changed = `${withEntry.slice(0, importAt)}${line}${withEntry.slice(importAt)}`
  return { path: migration, identifier, changes: [{ path, text: changed }] }
}

/** `0002-add-birthday` as `addBirthday`, with a number where the file has one of that name. */
function freeIdentifier(text: string, name: string): string {
  const words = name.slice(5).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  const isTaken = new RegExp(`\\b${words}\\b`).test(text)
  return isTaken ? `${words}${name.slice(0, 4)}` : words
}

/** The source that an import with `.js` is made from. */
function sourceBehind(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const path = resolve(dirname(from), specifier)
  return [path.replace(/\.(m?)js$/, '.$1ts'), path, `${path}.ts`, join(path, 'index.ts')].find(
    (candidate) => /\.m?[jt]s$/.test(candidate) && existsSync(candidate),
  )
}

function unreadable(path: string): UsageError {
  return new UsageError(
    'MIGRATION_CREATE',
    `The list of migrations in ${path} is neither a list in the contract nor one in a variable that can be followed. Write: migrations: [createNotes]`,
  )
}
