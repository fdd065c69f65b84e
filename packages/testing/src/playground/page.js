/** The chat page: shows one private chat live and acts for its person. Text reaches the page as text nodes only. */

const byId = (id) => document.getElementById(id)
const log = byId('log')
const input = byId('text')
const notice = byId('notice')
const commandList = byId('commands')
const menu = byId('menu')

const person = new URLSearchParams(location.search).get('person')
const rows = new Map()
let bot = { name: '', username: '' }
let waitingQueryId
let lastAnswer
let typingTimer
let noticeTimer

connect()
input.focus()
byId('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  say(input.value)
})
byId('start').addEventListener('click', () => say('/start'))
menu.addEventListener('click', () => showCommands(commandList.hidden))
input.addEventListener('input', fitInput)
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') showCommands(false)
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  say(input.value)
})

function connect() {
  const source = new EventSource(
    person ? `/control/events?person=${encodeURIComponent(person)}` : '/control/events',
  )
  source.onmessage = (event) => show(JSON.parse(event.data))
  // The browser connects again by itself; the first event then brings the whole chat.
  source.onerror = () => showStatus('waiting for the server…')
}

function show(event) {
  if (event.kind === 'chat') showChat(event)
  if (event.kind === 'message' || event.kind === 'edit') showMessage(event.message)
  if (event.kind === 'delete') removeMessage(event.messageId)
  if (event.kind === 'action') showTyping(event.action)
  if (event.kind === 'answer') showAnswer(event)
}

function showChat(chat) {
  bot = chat.bot
  document.title = bot.name
  byId('bot-name').textContent = bot.name
  byId('avatar').textContent = [...bot.name][0]?.toUpperCase() ?? ''
  showStatus()
  rows.clear()
  log.replaceChildren()
  for (const message of chat.messages) showMessage(message)
  byId('empty').hidden = chat.messages.length > 0
  fillCommands(chat.commands)
}

function showMessage(message) {
  const row = buildMessage(message)
  const known = rows.get(message.id)
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120
  rows.set(message.id, row)
  if (known) {
    known.replaceWith(row)
  } else {
    addDay(message.date)
    row.dataset.date = message.date
    log.append(row)
  }
  if (message.isBot) showStatus()
  byId('empty').hidden = true
  if (isAtEnd || !message.isBot) log.scrollTop = log.scrollHeight
}

function buildMessage(message) {
  const row = element('article', message.isBot ? 'message' : 'message mine')
  row.dataset.date = message.date
  const bubble = element('div', 'bubble')
  const author = element('span', 'hidden', `${message.from}: `)
  const text = element('span', 'text', message.text)
  const time = element('time', 'meta', `${message.edited ? 'edited ' : ''}${formatTime(message.date)}`)
  time.dateTime = new Date(message.date * 1000).toISOString()
  bubble.append(author, text, time)
  row.append(bubble)
  if (message.buttons.length > 0) row.append(buildKeys(message))
  return row
}

function buildKeys(message) {
  const keys = element('div', 'keys')
  for (const buttons of message.buttons) {
    const line = element('div', 'keys-row')
    for (const button of buttons) {
      const key = element('button', 'key', button.url ? `${button.text} ↗` : button.text)
      key.type = 'button'
      key.addEventListener('click', () => (button.url ? openLink(button.url) : tap(message.id, button.text)))
      line.append(key)
    }
    keys.append(line)
  }
  return keys
}

function addDay(date) {
  const day = formatDay(date)
  const last = log.lastElementChild?.dataset.date
  if (last && formatDay(last) === day) return
  const mark = element('div', 'day', day)
  mark.dataset.date = date
  log.append(mark)
}

function removeMessage(id) {
  rows.get(id)?.remove()
  rows.delete(id)
  if (rows.size > 0) return
  log.replaceChildren()
  byId('empty').hidden = false
}

function fillCommands(commands) {
  menu.hidden = commands.length === 0
  commandList.replaceChildren(
    ...commands.map(({ command, description }) => {
      const button = element('button', '')
      button.type = 'button'
      button.append(element('b', '', `/${command}`), element('span', '', description))
      button.addEventListener('click', () => say(`/${command}`))
      const item = element('li', '')
      item.append(button)
      return item
    }),
  )
}

function showCommands(isOpen) {
  commandList.hidden = !isOpen
  menu.setAttribute('aria-expanded', String(isOpen))
}

function showTyping(action) {
  showStatus(action === 'typing' ? 'typing…' : `${action.replaceAll('_', ' ')}…`)
  clearTimeout(typingTimer)
  // Telegram's apps show a chat action for five seconds at most.
  typingTimer = setTimeout(showStatus, 5000)
}

function showStatus(status) {
  byId('bot-status').textContent = typeof status === 'string' ? status : `@${bot.username} · bot`
}

function showNotice(text) {
  notice.textContent = text
  notice.hidden = false
  clearTimeout(noticeTimer)
  noticeTimer = setTimeout(() => {
    notice.hidden = true
  }, 4000)
}

function showAnswer(answer) {
  lastAnswer = answer
  if (answer.queryId !== waitingQueryId) return
  waitingQueryId = undefined
  lastAnswer = undefined
  if (answer.text) showNotice(answer.text)
}

async function say(text) {
  showCommands(false)
  input.focus()
  if (text.trim() === '') return
  const isSent = await act('say', { text })
  if (!isSent || input.value !== text) return
  input.value = ''
  fitInput()
}

async function tap(messageId, button) {
  const done = await act('tap', { messageId, button })
  if (!done) return
  waitingQueryId = done.queryId
  // A quick bot answers before the tap itself has come back.
  if (lastAnswer) showAnswer(lastAnswer)
}

function openLink(url) {
  // A bot may name any scheme; only links of the web are opened.
  if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer')
  else showNotice(url)
}

async function act(name, body) {
  try {
    const response = await fetch(`/control/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person ? { ...body, from: person } : body),
    })
    const result = await response.json()
    if (result.ok) return result
    showNotice(result.error.message)
  } catch {
    showNotice('The server does not answer. Is it still running?')
  }
  return undefined
}

function fitInput() {
  input.style.height = 'auto'
  input.style.height = `${Math.min(160, input.scrollHeight + 2)}px`
}

function element(tag, className, text) {
  const created = document.createElement(tag)
  if (className) created.className = className
  if (text !== undefined) created.textContent = text
  return created
}

function formatTime(date) {
  return new Date(date * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
}

function formatDay(date) {
  return new Date(date * 1000).toLocaleDateString([], { day: 'numeric', month: 'long' })
}
