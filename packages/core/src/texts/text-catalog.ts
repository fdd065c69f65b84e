/** The texts of one plugin, read: what each language says, what each key takes, and all that is wrong with them. Pure. */
import { nearestName } from '../config/nearest-name.js'
import { type ErrorCode, PluginError } from '../errors.js'
import { type PluralForm, pluralForms, type TextTree } from './define-texts.js'

/** See the file's purpose. */
export interface TextCatalog {
  /** Texts by full key, forms among them, by language tag as it was written. The first is what all others fall back to. */
  readonly languages: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** The names of the values that a text takes, by key without form. */
  readonly variables: ReadonlyMap<string, ReadonlySet<string>>
}

/** A catalog and what is wrong with it; used only where that is nothing. */
export interface ReadCatalog {
  readonly catalog: TextCatalog
  readonly faults: readonly PluginError[]
}

/**
 * @param owner begins each message: `Plugin "greeting"`
 * @param given `languages` of the plugin's texts; `undefined` where it has none
 */
export function readCatalog(owner: string, given: unknown): ReadCatalog {
  if (given === undefined) return { catalog: { languages: new Map(), variables: new Map() }, faults: [] }
  const blame: Blame = (text, code = 'TEXTS_INVALID') => new PluginError(code, `${owner}, texts${text}`)
  const { languages, faults } = readLanguages(given, blame)
  if (faults.length === 0 && languages.size === 0) faults.push(blame(' has no language.'))
  const measure = languages.has('en') ? [languages.get('en') as Language] : [...languages.values()]
  const variables = variablesOf(measure)
  for (const [tag, texts] of languages) {
    faults.push(...keyFaults(tag, texts, variables, blame), ...formFaults(tag, texts, blame))
    faults.push(...valueFaults(tag, texts, variables, blame))
  }
  return { catalog: { languages, variables }, faults }
}

/**
 * The catalog with an app's own words in it. A language that the plugin does not speak may be added, in whole or in part.
 *
 * @param given by language, then by key
 */
export function overrideCatalog(plugin: string, catalog: TextCatalog, given: unknown): ReadCatalog {
  const blame: Blame = (text, code = 'TEXTS_INVALID') =>
    new PluginError(code, `createApp(), texts of "${plugin}"${text}`)
  const { languages: added, faults } = readLanguages(given, blame)
  const languages = new Map<string, Map<string, string>>()
  for (const [tag, texts] of catalog.languages) languages.set(tag, new Map(texts))
  for (const [tag, texts] of added) {
    faults.push(...overrideFaults(tag, texts, catalog.variables, blame))
    const known = [...languages.keys()].find((name) => name.toLowerCase() === tag.toLowerCase())
    const own = languages.get(known ?? tag) ?? new Map<string, string>()
    for (const [key, text] of texts) setText(own, key, text, texts)
    languages.set(known ?? tag, own)
    faults.push(...formFaults(tag, own, blame))
  }
  return { catalog: { languages, variables: catalog.variables }, faults }
}

/** What may have been meant by a name that is none of these. */
export function hintOf(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  if (nearest !== undefined) return `Did you mean "${nearest}"?`
  return `Known: ${known.length === 0 ? 'none' : known.join(', ')}.`
}

type Blame = (text: string, code?: ErrorCode) => PluginError

type Language = Map<string, string>

/** A text in place of forms, or forms in place of a text: what the app says counts, and what it replaces goes. */
function setText(own: Language, key: string, text: string, given: Language): void {
  const base = withoutForm(key)
  for (const other of [...own.keys()]) {
    if (withoutForm(other) === base && isForm(other) !== isForm(key) && !given.has(other)) own.delete(other)
  }
  own.set(key, text)
}

function readLanguages(
  given: unknown,
  blame: Blame,
): { languages: Map<string, Language>; faults: PluginError[] } {
  if (!isRecord(given)) {
    const found = given === null ? 'null' : Array.isArray(given) ? 'a list' : `of type ${typeof given}`
    return { languages: new Map(), faults: [blame(` are ${found}, not texts by language: { en: { … } }.`)] }
  }
  const faults: PluginError[] = []
  const languages = new Map<string, Language>()
  for (const [tag, tree] of Object.entries(given)) {
    const texts: Language = new Map()
    if (!isLanguageTag(tag))
      faults.push(blame(`: "${tag}" is no language tag (BCP 47), such as en, ru or pt-BR.`))
    else if (!isRecord(tree)) faults.push(blame(`, ${tag}: expected an object of texts by key.`))
    else faults.push(...readTree(tree as TextTree, '', texts, (text) => blame(`, ${tag}${text}`)))
    languages.set(tag, texts)
  }
  return { languages, faults }
}

function readTree(tree: TextTree, prefix: string, texts: Language, blame: Blame): PluginError[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = `${prefix}${name}`
    if (isRecord(value)) return readTree(value as TextTree, `${key}.`, texts, blame)
    if (typeof value !== 'string') return [blame(`: "${key}" is of type ${typeof value}, not a text.`)]
    if (texts.has(key)) return [blame(`: "${key}" stands there twice, nested and with a dot.`)]
    texts.set(key, value)
    return []
  })
}

function keyFaults(
  tag: string,
  texts: Language,
  variables: TextCatalog['variables'],
  blame: Blame,
): PluginError[] {
  const bases = new Set([...texts.keys()].map(withoutForm))
  const missing = [...variables.keys()].filter((key) => !bases.has(key))
  const unknown = [...bases].filter((key) => !variables.has(key))
  return [
    ...(missing.length === 0
      ? []
      : [blame(`, ${tag}: lacks ${listed(missing)}, which other languages have.`)]),
    ...(unknown.length === 0
      ? []
      : [blame(`, ${tag}: has ${listed(unknown)}, which the others lack. Add it there, or take it away.`)]),
  ]
}

function overrideFaults(
  tag: string,
  texts: Language,
  variables: TextCatalog['variables'],
  blame: Blame,
): PluginError[] {
  const unknown = [...new Set([...texts.keys()].map(withoutForm))].filter((key) => !variables.has(key))
  return [
    ...unknown.map((key) => {
      return blame(
        `, ${tag}: there is no text "${key}" to override. ${hintOf(key, [...variables.keys()])}`,
        'TEXTS_UNKNOWN',
      )
    }),
    ...valueFaults(tag, texts, variables, blame),
  ]
}

/** A form that the language's plural needs and that is missing, one that it never uses, a text beside its forms. */
function formFaults(tag: string, texts: Language, blame: Blame): PluginError[] {
  const formsByBase = new Map<string, PluralForm[]>()
  for (const key of texts.keys()) {
    if (!isForm(key)) continue
    const base = withoutForm(key)
    formsByBase.set(base, [...(formsByBase.get(base) ?? []), key.slice(base.length + 1) as PluralForm])
  }
  if (formsByBase.size === 0) return []
  const needed = new Intl.PluralRules(tag).resolvedOptions().pluralCategories
  return [...formsByBase].flatMap(([base, forms]) => {
    const missing = needed.filter((form) => !forms.includes(form)).map((form) => `${base}_${form}`)
    // `_zero` is used for a count of 0 in every language, where it is there.
    const unused = forms
      .filter((form) => form !== 'zero' && !needed.includes(form))
      .map((form) => `${base}_${form}`)
    return [
      ...(missing.length === 0
        ? []
        : [blame(`, ${tag}: the plural of this language needs ${listed(missing)}.`)]),
      ...(unused.length === 0
        ? []
        : [blame(`, ${tag}: the plural of this language never uses ${listed(unused)}.`)]),
      ...(texts.has(base)
        ? [blame(`, ${tag}: "${base}" stands beside its own forms and is never used.`)]
        : []),
    ]
  })
}

function valueFaults(
  tag: string,
  texts: Language,
  variables: TextCatalog['variables'],
  blame: Blame,
): PluginError[] {
  return [...texts].flatMap(([key, text]) => {
    const known = variables.get(withoutForm(key))
    const beyond = [...namesIn(text)].filter((name) => known !== undefined && !known.has(name))
    return [
      ...(/\{\{|\}\}/.test(text.replace(placeholder, ''))
        ? [blame(`, ${tag}: "${key}" has braces that name no value. Write {{name}}, or {{name, number}}.`)]
        : []),
      ...(beyond.length === 0
        ? []
        : [
            blame(
              `, ${tag}: "${key}" takes ${listed(beyond)}, which nobody gives it: the text is not called with it.`,
            ),
          ]),
    ]
  })
}

function variablesOf(languages: readonly Language[]): Map<string, Set<string>> {
  const variables = new Map<string, Set<string>>()
  for (const [key, text] of languages.flatMap((texts) => [...texts])) {
    const base = withoutForm(key)
    const names = variables.get(base) ?? new Set()
    for (const name of namesIn(text)) names.add(name)
    if (isForm(key)) names.add('count')
    variables.set(base, names)
  }
  return variables
}

// i18next: {{name}}, or {{name, format(options)}}.
const placeholder = /\{\{\s*([A-Za-z_]\w*)\s*(?:,[^{}]*)?\}\}/g

const namesIn = (text: string): Set<string> =>
  new Set([...text.matchAll(placeholder)].map(([, name]) => name as string))

const anyForm = new RegExp(`_(?:${pluralForms.join('|')})$`)

const isForm = (key: string): boolean => anyForm.test(key)

const withoutForm = (key: string): string => key.replace(anyForm, '')

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
