/** The texts of a plugin in every language it speaks, with keys and values that the compiler checks. */

/** The endings of the forms of a plural (CLDR, Language Plural Rules; in the order of their use). */
export const pluralForms = ['zero', 'one', 'two', 'few', 'many', 'other'] as const

/** A form of the plural, as `Intl.PluralRules` names it. */
export type PluralForm = (typeof pluralForms)[number]

/** Texts of one language by key. Keys may be nested: `{ menu: { title: 'Menu' } }` is asked for as `menu.title`. */
export interface TextTree {
  readonly [key: string]: string | TextTree
}

/** What stands in a text where it says `{{name}}`. */
export type TextValue = string | number | bigint | Date

/** What `defineTexts` gives. `V` maps each key to the names of the values that its text takes. */
export interface Texts<V = any> {
  /** As they were given. */
  readonly languages: Readonly<Record<string, TextTree>>
  /** Only for the compiler. @internal */
  readonly '~variables'?: V
}

/** The values of a text: none, all those that it names, or, where the compiler cannot see the text, any. */
export type TextValues<V> = [V] extends [never]
  ? []
  : string extends V
    ? [values?: Readonly<Record<string, TextValue>>]
    : [values: { readonly [Name in V & string]: Name extends 'count' ? number : TextValue }]

/** Gives texts of one plugin in one language. */
export interface Translate<V = any> {
  /**
   * The text of this key, with the values in it as they are: Telegram shows them so where no `parse_mode` is set.
   *
   * @throws PluginError TEXT_UNKNOWN, for callers without a compiler: no such key, or a value is missing.
   */
  <K extends keyof V & string>(key: K, ...values: TextValues<V[K]>): string
  /** The same for `parse_mode: 'HTML'`: tags of the text stay, and `&`, `<` and `>` of the values are escaped. */
  html<K extends keyof V & string>(key: K, ...values: TextValues<V[K]>): string
}

/**
 * Gives {@link Translate} for a language such as `ru` or `pt-BR`; the nearest there is, else the app's default. What a
 * service or a job asks for as `translate`, since no person speaks there.
 *
 * @example
 * ```ts
 * constructor({ translate }: { translate: TranslateTo<typeof texts> }) {}
 * ```
 */
export type TranslateTo<T extends Texts> = (
  language?: string,
) => Translate<T extends Texts<infer V> ? V : never>

/**
 * States the texts of a plugin. English is the measure, where it is among them; else all languages together are. Every
 * language has its keys, and takes no value that it does not take. Keys that end in `_one`, `_few`, `_other` … are forms
 * of one text that is asked for without the ending and with `count`; each language has the forms of its own plural.
 * Pure: forms are checked by `createApp`, the rest by the compiler and by `createApp`.
 *
 * @example
 * ```ts
 * const texts = defineTexts({
 *   en: { hello: 'Hello, {{name}}!', notes_one: 'One note', notes_other: '{{count}} notes' },
 *   ru: { hello: 'Привет, {{name}}!', notes_one: '{{count}} заметка', notes_few: '{{count}} заметки',
 *         notes_many: '{{count}} заметок', notes_other: '{{count}} заметки' },
 * })
 * ctx.t('hello', { name: 'Alice' })
 * ctx.t('notes', { count: 3 })
 * ```
 */
export function defineTexts<const L extends Readonly<Record<string, TextTree>>>(
  languages: L & CheckedLanguages<L>,
): Texts<VariablesOf<L[Measure<L>]>> {
  return Object.freeze({ languages })
}

type Measure<L> = 'en' extends keyof L ? 'en' : keyof L

type Entry = readonly [key: string, text: string]

/** Every key with its text, as a union; of texts that were read at run time, nothing is known. */
type EntriesOf<T, Prefix extends string = ''> = T extends unknown
  ? string extends keyof T
    ? [string, string]
    : {
        [K in keyof T & string]: T[K] extends string
          ? [`${Prefix}${K}`, T[K]]
          : EntriesOf<T[K], `${Prefix}${K}.`>
      }[keyof T & string]
  : never

type CountOf<K extends string> = K extends `${string}_${PluralForm}` ? 'count' : never

type WithoutForm<K extends string> = K extends `${string}_${PluralForm}`
  ? { [F in PluralForm]: K extends `${infer Base}_${F}` ? Base : never }[PluralForm]
  : K

/** The names between `{{` and `}}`, without the format that may follow a comma. */
type NamesIn<T extends string> = string extends T
  ? string
  : T extends `${string}{{${infer Inside}}}${infer Rest}`
    ? Trimmed<Inside extends `${infer Name},${string}` ? Name : Inside> | NamesIn<Rest>
    : never

type Trimmed<T extends string> = T extends ` ${infer R}` | `${infer R} ` ? Trimmed<R> : T

// Forms of one text fall on one key here, and the names of all of them are joined.
type VariablesOfEntries<E extends Entry> = {
  readonly [P in E as WithoutForm<P[0]>]: NamesIn<P[1]> | CountOf<P[0]>
}

type VariablesOf<T> = VariablesOfEntries<EntriesOf<T>>

/** What the compiler shows of a language that is not as it must be. */
type CheckedLanguages<L> = { [K in keyof L]: Checked<L[K], VariablesOf<L[K]>, VariablesOf<L[Measure<L>]>> }

type Checked<T, Has, Must> = [Exclude<keyof Must, keyof Has>] extends [never]
  ? [Exclude<keyof Has, keyof Must>] extends [never]
    ? [Beyond<Has, Must>] extends [never]
      ? T
      : { takesValuesThatOthersDoNot: Beyond<Has, Must> }
    : { unknownKeys: Exclude<keyof Has, keyof Must> }
  : { missingKeys: Exclude<keyof Must, keyof Has> }

type Beyond<Has, Must> = {
  [K in keyof Has & keyof Must]: [Exclude<Has[K], Must[K]>] extends [never] ? never : K
}[keyof Has & keyof Must]
