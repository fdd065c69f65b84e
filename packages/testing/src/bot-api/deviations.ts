/** Where the model knowingly does otherwise than Telegram, or less: for the table in the docs. */

/** One deviation: what, and why or with which effect. */
export interface Deviation {
  readonly what: string
  readonly instead: string
}

/** What is done otherwise, on purpose. */
export const deviations: readonly Deviation[] = [
  {
    what: 'setWebhook takes https on four ports',
    instead: 'on loopback it takes http and any port, so that local bots can be tested',
  },
  {
    what: 'files are fetched from any address',
    instead:
      'from loopback alone; for a file at any other address a small one of its kind stands, except that names of `.invalid` and `.test` are refused with `failed to get HTTP URL content`',
  },
  {
    what: 'games are made with BotFather, and titles and pictures with them',
    instead: 'every well-formed short name is a game with its name for a title',
  },
  {
    what: 'setGameScore writes the scores under the game, in words that are not published',
    instead: 'one line for each player, `1. Alice – 5`',
  },
  {
    what: 'what gifts there are, and what they cost, changes day by day',
    instead: 'four that have been there from the first day, and those of `world.createGift`',
  },
  {
    what: 'a group needs a hundred members for a sticker set of its own',
    instead: 'any supergroup may have one',
  },
  {
    what: 'members see a blurred preview of paid media until they pay',
    instead: 'the message is what the bot sees; `person.buys` pays',
  },
  {
    what: 'privacy mode gives a general command to the bot that spoke last',
    instead: 'to every bot of the group',
  },
  {
    what: "one's own id of a file differs for each bot",
    instead: 'a file that a person sent has one id for every bot',
  },
  {
    what: 'smaller sizes of photos, and thumbnails that did not come with the file, show what it shows',
    instead: 'a grey picture of the same shape',
  },
  {
    what: 'a GIF that is sent as an animation becomes a video',
    instead: 'it is called one, and its bytes stay',
  },
  {
    what: 'custom emoji need a bot with a username bought on Fragment',
    instead: 'every bot may send them',
  },
  {
    what: 'Mini App data carries a second signature for third parties',
    instead: 'only the hash with the bot token',
  },
  {
    what: 'a callback query can be answered for some minutes, which are not published',
    instead: 'for ten minutes; an inline query for thirty seconds',
  },
  {
    what: 'limits of sending are not published and allow bursts',
    instead: 'off; switched on, the figures of the Bot FAQ hold to the call',
  },
  {
    what: 'a getUpdates that repeats its offset within three seconds waits for up to three, whatever its timeout',
    instead: 'it waits for its timeout alone',
  },
  {
    what: 'a second setWebhook within one second is refused with 429',
    instead: 'it is carried out, as tests set and delete webhooks at will',
  },
  {
    what: 'some refusals have been seen by nobody who published them',
    instead: 'the code is right, and the words are those of the nearest refusal that was published',
  },
  { what: 'a webhook waits one minute at most, then up to two', instead: 'the longest delay is one minute' },
  {
    what: 'phone numbers are marked in texts by rules that are not published',
    instead: 'those with a plus and 8 to 15 digits',
  },
  {
    what: 'a method that the model lacks is carried out',
    instead: 'it is refused with 501 and named, and so are parameters that would change what happens',
  },
]

/** Why methods are not modelled, by the words their names share. */
export const reasonsForMissing: readonly { readonly names: RegExp; readonly reason: string }[] = [
  {
    names: /RichMessage/,
    reason: 'rich messages have a markup of their own, whose reading Telegram has not published',
  },
  { names: /Ephemeral/, reason: 'no message of this world is seen by one member of a group alone' },
  {
    names: /Gift/,
    reason: 'bots keep, sell and pass on the gifts of a business account that they are connected to',
  },
  { names: /Story/, reason: 'nobody in this world has stories' },
  { names: /Checklist/, reason: 'checklists are sent in the name of a business account' },
  { names: /Business|Stars$/, reason: 'no person of this world connects a bot to a business account' },
  { names: /SuggestedPost/, reason: 'no channel of this world has direct messages' },
  { names: /ManagedBot/, reason: 'no bot of this world manages another one' },
  { names: /Guest/, reason: 'no chat of this world asks a bot as a guest' },
]

/** Parameters that are refused by name, beside the methods that are missing. */
export const unmodelledParameters: readonly string[] = [
  'business_connection_id',
  'direct_messages_topic_id',
  'ephemeral_message_parameters',
  'suggested_post_parameters',
  'rich_message',
  'explanation_media',
]
