/** The first page of the site: the frontmatter of vitepress's home layout. Not in a page of its own, whose frontmatter the formatter takes for text. */
export const home = {
  layout: 'home',
  title: 'Hello',
  titleTemplate: 'A plugin framework for Telegram bots',
  hero: {
    name: 'Hello',
    text: 'Telegram bots that lose no update',
    tagline:
      'A plugin framework in TypeScript. What a plugin needs of others, the compiler checks; what an update does in the database happens once, and what the bot says leaves with it.',
    actions: [
      { theme: 'brand', text: 'A bot in five minutes', link: '/start' },
      { theme: 'alt', text: 'Tutorial', link: '/tutorial' },
      { theme: 'alt', text: 'Why believe it?', link: '/reliability' },
    ],
  },
  picture: {
    src: '/images/playground.png',
    dark: '/images/playground-dark.png',
    alt: 'The playground: a chat with the bot, and beside it what the bot does',
  },
  features: [
    {
      title: 'No update is lost',
      details:
        'It is in an inbox in your database before Telegram is told that it arrived. Kills, cuts and outages are part of the proof.',
      link: '/concepts/the-promise',
      linkText: 'The promise',
    },
    {
      title: 'One update, one transaction',
      details:
        'Services of all plugins write in the same PostgreSQL transaction. It is kept as a whole or not at all, and happens once.',
      link: '/concepts/the-way-of-an-update',
      linkText: 'The way of an update',
    },
    {
      title: 'Plugins that fit, or do not compile',
      details:
        'A plugin brings its tables, services, commands, texts, jobs and routes. Leave out one that it requires, and the compiler says so.',
      link: '/guides/write-a-plugin',
      linkText: 'Write a plugin',
    },
    {
      title: 'A Telegram on your desk',
      details:
        'A local Bot API, an embedded PostgreSQL and a chat in the browser. No token, no server, no network.',
      link: '/guides/playground',
      linkText: 'The playground',
    },
    {
      title: 'Tests that talk to the bot',
      details:
        "People write, press buttons and read answers, in a Telegram of the test's own, on a real database.",
      link: '/guides/testing-a-plugin',
      linkText: 'Testing a plugin',
    },
    {
      title: 'A bot of telegraf moves in two steps',
      details:
        'Handlers, filters, scenes and Markup of telegraf run as they are, and then one after the other becomes a plugin.',
      link: '/guides/moving-from-telegraf',
      linkText: 'Moving from telegraf',
    },
  ],
}
