/** What the site consists of, in the order in which it is read. `scripts/site/llms.mjs` makes llms.txt of it. */

/** @typedef {{ text: string, link: string, about?: string }} Entry */

/** @type {{ text: string, items: Entry[] }[]} */
export const sections = [
  {
    text: 'Start',
    items: [
      {
        text: 'A bot in five minutes',
        link: '/start',
        about: 'what Hello is for, and the shortest way to a bot that answers',
      },
      {
        text: 'Tutorial',
        link: '/tutorial',
        about: 'from npm create to a deployed bot with a plugin, a migration and tests of its own',
      },
      {
        text: 'Install',
        link: '/guides/install',
        about: 'a new project or one that is there, with npm, pnpm or yarn',
      },
      {
        text: 'Moving from telegraf',
        link: '/guides/moving-from-telegraf',
        about: 'a bot of telegraf moves in two steps',
      },
      { text: 'Compared with others', link: '/compared', about: 'Hello beside grammY, telegraf and GramIO' },
    ],
  },
  {
    text: 'Plugins',
    items: [
      {
        text: 'Write a plugin',
        link: '/guides/write-a-plugin',
        about: 'contract, services, scopes, the database session, models, migrations, options',
      },
      {
        text: 'Commands and keyboards',
        link: '/guides/commands-and-keyboards',
        about: 'menus, /help, roles, typed buttons, pages',
      },
      {
        text: 'State and conversations',
        link: '/guides/conversations',
        about: 'typed state of chats and people, questions and answers',
      },
      { text: 'Sending messages', link: '/guides/sending', about: 'reply, after the commit, outbox' },
      {
        text: 'Languages and failures',
        link: '/guides/languages',
        about: 'texts in several languages, and what people see of a failure',
      },
      { text: 'Jobs', link: '/guides/jobs', about: 'what runs at a time of day or again and again' },
      {
        text: 'HTTP routes',
        link: '/guides/http-routes',
        about: 'routes of plugins, Mini Apps, calls to other servers',
      },
      {
        text: 'Extension points',
        link: '/guides/extension-points',
        about: 'what one plugin lets others add',
      },
      {
        text: 'People',
        link: '/guides/people',
        about: 'the users plugin: who is it, roles, bans, referrals, erasure',
      },
      {
        text: 'Analytics',
        link: '/guides/analytics',
        about: 'the analytics plugin: events, questions, pictures',
      },
      {
        text: 'Testing',
        link: '/guides/testing-a-plugin',
        about: 'conversations, faults of the world, and what every plugin is held to',
      },
      {
        text: 'Publish a plugin',
        link: '/guides/publish-a-plugin',
        about: 'a package for others, and its checklist',
      },
    ],
  },
  {
    text: 'Operation',
    items: [
      { text: 'The playground', link: '/guides/playground', about: 'chat with a bot without a token' },
      {
        text: 'The hello command',
        link: '/guides/the-hello-command',
        about: 'development, migrations and care at the command line',
      },
      {
        text: 'Run a bot',
        link: '/guides/run-a-bot',
        about: 'production, webhook, health checks, metrics, failed updates, stopping',
      },
      { text: 'Deploy', link: '/guides/deploy', about: 'a container, a server, an upgrade without a gap' },
      {
        text: 'One Postgres for many bots',
        link: '/guides/one-postgres-for-many-bots',
        about: 'databases, users and connections of many bots on one server',
      },
      {
        text: 'Upgrading',
        link: '/guides/upgrading',
        about: 'versions, tables of a new release, and the way back',
      },
    ],
  },
  {
    text: 'Concepts',
    items: [
      {
        text: 'The way of an update',
        link: '/concepts/the-way-of-an-update',
        about: 'inbox, lanes, unit of work, outbox',
      },
      {
        text: 'The life of a bot',
        link: '/concepts/the-life-of-a-bot',
        about: 'start, leading, scopes and stop, in their order',
      },
      {
        text: 'The promise',
        link: '/concepts/the-promise',
        about: 'what is kept when things fail, and what is not promised',
      },
      { text: 'Reliability', link: '/reliability', about: 'the proof of the promise: faults, counted' },
      {
        text: 'Performance',
        link: '/performance',
        about: 'what an update costs, beside what is written by hand',
      },
      { text: 'Decisions', link: '/decisions/', about: 'what was decided, why, and what it costs' },
    ],
  },
  {
    text: 'Reference',
    items: [
      {
        text: 'Commands',
        link: '/reference/commands',
        about: 'every command of hello, its options and exit codes',
      },
      { text: 'Configuration', link: '/reference/configuration', about: 'every environment variable' },
      { text: 'Errors', link: '/reference/errors', about: 'every error code, what it means and what to do' },
      {
        text: 'The local Telegram',
        link: '/reference/local-telegram',
        about: 'what of the Bot API is modelled, and how it differs',
      },
      {
        text: 'Its control API',
        link: '/reference/control-api',
        about: 'the local Telegram for bots in other languages',
      },
      { text: 'API', link: '/api/', about: 'every export of every package, from TSDoc' },
    ],
  },
  {
    text: 'Project',
    items: [
      {
        text: 'The example bot',
        link: '/examples/hello-bot',
        about: 'people, statistics, a conversation, a job, a route, two languages',
      },
      { text: 'Contributing', link: '/contributing', about: 'the map of the code, and how it is changed' },
      { text: 'Security', link: '/security', about: 'how to report a hole' },
    ],
  },
]
