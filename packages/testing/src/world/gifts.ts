/** The gifts of one world: what can be bought with stars, and who has been given what. Source: Bot API, Gift, OwnedGift. */
import type { MessageEntity, User } from '../bot-api/objects.js'
import { describeFile } from './file-fields.js'
import type { FileStore } from './file-store.js'
import { sampleFile } from './sample-file.js'

/** What a gift is made of. */
export interface GiftOptions {
  /** What its sticker stands for. */
  readonly emoji: string
  /** What it costs. */
  readonly starCount: number
  /** What it costs to make it unique; without it that cannot be done. */
  readonly upgradeStarCount?: number
  /** How many can be bought at all. @default any number */
  readonly totalCount?: number
}

/** A gift that can be bought. */
export interface Gift {
  readonly id: string
  readonly options: GiftOptions
  readonly sticker: object
  soldCount: number
}

/** A gift that somebody has got. */
export interface GivenGift {
  /** The id of a person or channel. */
  readonly ownerId: number
  readonly gift: Gift
  readonly sender: User
  readonly dateUnix: number
  readonly text: string
  readonly entities: readonly MessageEntity[]
  /** Stars that were paid so that the owner may make it unique. */
  readonly upgradeStars: number | undefined
}

// Gifts that Telegram has sold to bots from the first day, with their real ids.
const knownGifts: readonly (readonly [id: string, emoji: string, starCount: number])[] = [
  ['5170145012310081615', '💝', 15],
  ['5170233102089322756', '🧸', 15],
  ['5170250947678437525', '🎁', 25],
  ['5168103777563050263', '🌹', 25],
]

/** The gifts of one world. */
export class Gifts {
  readonly #files: FileStore
  readonly #catalogue = new Map<string, Gift>()
  readonly #given: GivenGift[] = []

  constructor(files: FileStore) {
    this.#files = files
  }

  /** Puts a gift up for sale. */
  add(options: GiftOptions, id = String(5_900_000_000_000_000_000n + BigInt(this.#catalogue.size))): Gift {
    const file = this.#files.add({ ...sampleFile('sticker'), kind: 'sticker', botId: 0 })
    const sticker = describeFile(file, { emoji: options.emoji }).sticker as object
    const gift = { id, options, sticker, soldCount: 0 }
    this.#catalogue.set(id, gift)
    return gift
  }

  /** What is for sale. Filled when it is first looked at, as most worlds give nothing. */
  all(): readonly Gift[] {
    if (!this.#catalogue.has(knownGifts[0]?.[0] ?? '')) {
      for (const [id, emoji, starCount] of knownGifts) this.add({ emoji, starCount }, id)
    }
    return [...this.#catalogue.values()]
  }

  /** One gift, by its id. */
  get(id: string): Gift | undefined {
    return this.all().find((gift) => gift.id === id)
  }

  /** Hands a gift over. */
  give(given: GivenGift): void {
    given.gift.soldCount += 1
    this.#given.push(given)
  }

  /** What a person or channel has got, the newest first. */
  of(ownerId: number): readonly GivenGift[] {
    return this.#given.filter((given) => given.ownerId === ownerId).reverse()
  }
}

/** Bot API, Gift. */
export function describeGift({ id, options, sticker, soldCount }: Gift): object {
  const { starCount, upgradeStarCount, totalCount } = options
  return {
    id,
    sticker,
    star_count: starCount,
    ...(upgradeStarCount !== undefined && { upgrade_star_count: upgradeStarCount }),
    ...(totalCount !== undefined && { total_count: totalCount, remaining_count: totalCount - soldCount }),
  }
}

/** What GiftInfo and OwnedGiftRegular say of a gift alike. */
export function describeGiven({ gift, text, entities, upgradeStars }: GivenGift): object {
  const { starCount, upgradeStarCount } = gift.options
  return {
    gift: describeGift(gift),
    // Telegram keeps 15 of 100.
    convert_star_count: Math.round((starCount * 85) / 100),
    ...(upgradeStars !== undefined && { prepaid_upgrade_star_count: upgradeStars }),
    ...(upgradeStarCount !== undefined && { can_be_upgraded: true }),
    ...(text !== '' && { text }),
    ...(entities.length > 0 && { entities: [...entities] }),
  }
}
