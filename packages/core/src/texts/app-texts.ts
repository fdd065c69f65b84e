/** All texts of one app: those of its plugins and of core, with the app's own words in their place. i18next is started when the first text is asked for. */
import { createInstance, type i18n } from 'i18next'
import { PluginError } from '../errors.js'
import { type CoreVariables, coreTexts, coreTextsOwner } from './core-texts.js'
import type { Texts, TextValue, Translate } from './define-texts.js'
import { escapeHtml } from './escape-html.js'
import { hintOf, overrideCatalog, readCatalog, type TextCatalog } from './text-catalog.js'

/** What the texts of an app are made of. */
export interface AppTextsSource {
  readonly plugins: readonly { readonly name: string; readonly texts: Texts | undefined }[]
  /** By plugin (or `core`), language and key. */
  readonly overrides?: unknown
  /** @default 'en' */
  readonly defaultLanguage?: string
}

/** What {@link readAppTexts} found. */
export interface ReadAppTexts {
  readonly texts: AppTexts
  readonly faults: readonly PluginError[]
}

/** Reads and checks the texts of an app. Pure; the texts are to be used only where nothing is wrong. */
export function readAppTexts({ plugins, overrides, defaultLanguage = 'en' }: AppTextsSource): ReadAppTexts {
  const catalogs = new Map<string, TextCatalog>()
  const faults: PluginError[] = []
  const isUsable = overrides === undefined || isRecord(overrides)
  if (!isUsable) {
    const message = 'createApp(): texts must be an object: plugins, in them languages, in them texts by key.'
    faults.push(new PluginError('TEXTS_INVALID', message))
  }
  const given = (isUsable ? overrides : undefined) ?? {}
  for (const { name, texts } of [{ name: coreTextsOwner, texts: coreTexts }, ...plugins]) {
    const own = readCatalog(`Plugin "${name}"`, texts?.languages)
    const changed = given[name] === undefined ? own : overrideCatalog(name, own.catalog, given[name])
    faults.push(...own.faults, ...(changed === own ? [] : changed.faults))
    catalogs.set(name, changed.catalog)
  }
  for (const name of Object.keys(given).filter((name) => !catalogs.has(name))) {
    const message = `createApp(): texts are given for "${name}", which is no plugin of the app. ${hintOf(name, [...catalogs.keys()])}`
    faults.push(new PluginError('TEXTS_UNKNOWN', message))
  }
  const texts = new AppTexts(catalogs, defaultLanguage)
  if (!texts.languages.includes(texts.defaultLanguage)) {
    const message = `createApp(): defaultLanguage is "${defaultLanguage}", in which no plugin has a text. Languages: ${texts.languages.join(', ')}.`
    faults.push(new PluginError('TEXTS_UNKNOWN', message))
  }
  return { texts, faults }
}

/** See the file's purpose. */
export class AppTexts {
  /** In which at least one text is, as they were written first. */
  readonly languages: readonly string[]
  readonly defaultLanguage: string
  readonly #catalogs: ReadonlyMap<string, TextCatalog>
  readonly #byLowerCase: ReadonlyMap<string, string>
  readonly #translators = new Map<string, Map<string, Translate>>()
  #i18n: i18n | undefined

  /** Does nothing yet. */
  constructor(catalogs: ReadonlyMap<string, TextCatalog>, defaultLanguage: string) {
    this.#catalogs = catalogs
    const tags = new Map<string, string>()
    for (const { languages } of catalogs.values())
      for (const tag of languages.keys()) if (!tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag)
    this.#byLowerCase = tags
    this.languages = [...tags.values()]
    this.defaultLanguage = tags.get(defaultLanguage.toLowerCase()) ?? defaultLanguage
  }

  /** The nearest language of the app: `pt-BR` itself, else `pt`, else the default. Upper and lower case are the same. */
  nearest(language: string | undefined): string {
    for (
      let tag = language?.toLowerCase() ?? '';
      tag !== '';
      tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
    ) {
      const known = this.#byLowerCase.get(tag)
      if (known !== undefined) return known
    }
    return this.defaultLanguage
  }

  /** The texts of one plugin in one language. Cheap when asked again. */
  translator(plugin: string, language: string | undefined): Translate {
    const nearest = this.nearest(language)
    let ofPlugin = this.#translators.get(plugin)
    if (ofPlugin === undefined) {
      ofPlugin = new Map()
      this.#translators.set(plugin, ofPlugin)
    }
    let translate = ofPlugin.get(nearest)
    if (translate === undefined) {
      translate = this.#createTranslator(plugin, nearest)
      ofPlugin.set(nearest, translate)
    }
    return translate
  }

  /** Core's own texts in one language. */
  core(language: string | undefined): Translate<CoreVariables> {
    return this.translator(coreTextsOwner, language)
  }

  /** Whether the plugin has a text of this key. */
  has(plugin: string, key: string): boolean {
    return this.#catalogs.get(plugin)?.variables.has(key) ?? false
  }

  #createTranslator(plugin: string, language: string): Translate {
    const { languages, variables } = this.#catalogs.get(plugin) ?? noTexts
    const ways = [...parentsOf(language), this.defaultLanguage, ...languages.keys()].map((tag) =>
      tag.toLowerCase(),
    )
    // Of all languages that could stand in, so that a text which an app gave in part is found in the next one.
    const lngs = [...new Set(ways)]
    // A text without values is always the same: i18next takes 4 µs to find it, this map 0.1.
    const constant = new Map<string, string>()
    const say = (key: string, values?: Values): string => {
      const known = constant.get(key)
      if (known !== undefined) return known
      const names = valuesOf(plugin, key, values, variables)
      const text = this.#started().t(key, { ns: plugin, lng: language, lngs, ...asOptions(values) })
      if (names.size === 0) constant.set(key, text)
      return text
    }
    const html = (key: string, values?: Values) => say(key, values && escaped(values))
    return Object.assign(say, { html }) as Translate
  }

  #started(): i18n {
    this.#i18n ??= startI18n(this.#catalogs, this.defaultLanguage)
    return this.#i18n
  }
}

type Values = Readonly<Record<string, TextValue>>

const noTexts: TextCatalog = { languages: new Map(), variables: new Map() }

function startI18n(catalogs: ReadonlyMap<string, TextCatalog>, defaultLanguage: string): i18n {
  const resources: Record<string, Record<string, Record<string, string>>> = {}
  for (const [plugin, { languages }] of catalogs) {
    for (const [tag, texts] of languages) {
      const name = tag.toLowerCase()
      resources[name] = { ...resources[name], [plugin]: Object.fromEntries(texts) }
    }
  }
  const instance = createInstance()
  void instance.init({
    resources,
    lng: defaultLanguage,
    ns: [...catalogs.keys()],
    fallbackLng: false,
    // Synchronously: everything is here.
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    // Telegram's text is no HTML; `html` escapes what has to be.
    interpolation: { escapeValue: false },
  })
  return instance
}

function asOptions(values: Values = {}): object {
  const { count } = values
  // A person's `$t(…)` in a value is no key of ours.
  return { replace: values, nest: false, ...(count !== undefined && { count }) }
}

/** The names of the values that a text takes, all of which are there. */
function valuesOf(
  plugin: string,
  key: string,
  values: Values | undefined,
  variables: TextCatalog['variables'],
): ReadonlySet<string> {
  const names = variables.get(key)
  if (names === undefined) {
    const hint = hintOf(key, [...variables.keys()])
    throw new PluginError('TEXT_UNKNOWN', `Plugin "${plugin}" has no text "${key}". ${hint}`)
  }
  for (const name of names) {
    if (values?.[name] !== undefined) continue
    throw new PluginError(
      'TEXT_UNKNOWN',
      `Plugin "${plugin}": the text "${key}" takes a value "${name}", which it is not given. Write: t('${key}', { ${name} })`,
    )
  }
  return names
}

function escaped(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? escapeHtml(value) : value,
    ]),
  )
}

/** `pt-BR`, then `pt`. */
function parentsOf(tag: string): string[] {
  const parts = tag.split('-')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
