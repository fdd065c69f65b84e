/** What a message carries beside its text: pictures, files, places, contacts, polls, dice. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { DocumentObject, Message, Poll } from '../../bot-api/objects.js'

const fileKinds = ['document', 'audio', 'video', 'animation', 'voice', 'video_note'] as const
const labels: Readonly<Record<(typeof fileKinds)[number], string>> = {
  document: 'File',
  audio: 'Audio',
  video: 'Video',
  animation: 'Animation',
  voice: 'Voice message',
  video_note: 'Video message',
}

/** See the file's purpose. `onVote` is given the options' numbers. */
export function Media({ message, onVote }: { message: Message; onVote(options: number[]): void }) {
  const fields = message as unknown as Record<string, any>
  const photo = message.photo?.at(-1)
  if (photo)
    return <Picture {...{ id: photo.file_id, width: photo.width, height: photo.height, label: 'Photo' }} />
  const { sticker, venue, location, contact, dice, game, invoice } = fields
  if (sticker) return <Sticker sticker={sticker} />
  // An animation comes as a document as well.
  const kind = fileKinds.toReversed().find((name) => fields[name] !== undefined)
  if (kind) return <FileCard label={labels[kind]} file={fields[kind] as DocumentObject} />
  if (venue)
    return (
      <Place
        latitude={venue.location.latitude}
        longitude={venue.location.longitude}
        title={venue.title}
        detail={venue.address}
      />
    )
  if (location) return <Place latitude={location.latitude} longitude={location.longitude} title="Location" />
  if (contact)
    return (
      <Card
        icon="👤"
        title={[contact.first_name, contact.last_name].filter(Boolean).join(' ')}
        detail={contact.phone_number}
      />
    )
  if (message.poll) return <PollView poll={message.poll} onVote={onVote} />
  if (dice) return <Dice emoji={dice.emoji} value={dice.value} />
  if (game) return <Card icon="🎮" title={game.title} detail={game.description} />
  if (invoice)
    return <Card icon="🧾" title={invoice.title} detail={`${invoice.description} · ${price(invoice)}`} />
  return null
}

function Picture(props: { id: string; width: number; height: number; label: string }) {
  const { id, width, height, label } = props
  const [isLost, setLost] = useState(false)
  // Files are not kept across a restart of the server.
  if (isLost) return <Card icon="🖼" title={label} detail={`${width} × ${height} · no longer kept`} />
  return (
    <img
      class="picture"
      src={linkTo(id)}
      width={width}
      height={height}
      alt={label}
      onError={() => setLost(true)}
    />
  )
}

function Sticker({ sticker }: { sticker: Record<string, any> }) {
  const name = `Sticker ${sticker.emoji ?? ''}`
  if (sticker.is_animated || sticker.is_video) return <Card icon={sticker.emoji ?? '🖼'} title={name} />
  return <Picture id={sticker.file_id} width={160} height={160} label={name} />
}

function FileCard({ label, file }: { label: string; file: DocumentObject }) {
  const { duration } = file as { duration?: number }
  const size = file.file_size === undefined ? undefined : describeSize(file.file_size)
  const detail = [file.file_name === undefined ? undefined : label, duration && `${duration} s`, size]
  return (
    <a class="card" href={linkTo(file.file_id)} download={file.file_name ?? label}>
      <span class="card-icon" aria-hidden="true">
        ⤓
      </span>
      <b>{file.file_name ?? label}</b>
      <span>{detail.filter(Boolean).join(' · ')}</span>
    </a>
  )
}

function Card({ icon, title, detail }: { icon: string; title: ComponentChildren; detail?: string }) {
  return (
    <div class="card">
      <span class="card-icon" aria-hidden="true">
        {icon}
      </span>
      <b>{title}</b>
      {detail ? <span>{detail}</span> : null}
    </div>
  )
}

function Place(props: { latitude: number; longitude: number; title: string; detail?: string }) {
  const { latitude, longitude, title, detail } = props
  const point = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  return <Card icon="📍" title={title} detail={detail ? `${detail} · ${point}` : point} />
}

function Dice({ emoji, value }: { emoji: string; value: number }) {
  return (
    <div class="dice" role="img" aria-label={`${emoji} shows ${value}`}>
      {emoji}
      <b>{value}</b>
    </div>
  )
}

function PollView({ poll, onVote }: { poll: Poll; onVote(options: number[]): void }) {
  const [chosen, setChosen] = useState<readonly number[]>([])
  const toggle = (index: number) => {
    const next = poll.allows_multiple_answers
      ? chosen.includes(index)
        ? chosen.filter((one) => one !== index)
        : [...chosen, index]
      : chosen.includes(index)
        ? []
        : [index]
    setChosen(next)
    onVote(next)
  }
  const most = Math.max(1, poll.total_voter_count)
  return (
    <fieldset class="poll" disabled={poll.is_closed}>
      <legend>{poll.question}</legend>
      <p>
        {poll.is_anonymous ? 'Anonymous' : 'Public'} {poll.type === 'quiz' ? 'quiz' : 'poll'}
        {poll.is_closed ? ' · closed' : ''} · {poll.total_voter_count}{' '}
        {poll.total_voter_count === 1 ? 'vote' : 'votes'}
      </p>
      {poll.options.map((option, index) => (
        <button
          key={option.persistent_id}
          type="button"
          aria-pressed={chosen.includes(index)}
          onClick={() => toggle(index)}
        >
          <span>{option.text}</span>
          <span>{option.voter_count}</span>
          <progress max={most} value={option.voter_count} aria-hidden="true" />
        </button>
      ))}
    </fieldset>
  )
}

const linkTo = (fileId: string) => `/control/file?id=${encodeURIComponent(fileId)}`

function describeSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function price({ total_amount, currency }: { total_amount: number; currency: string }): string {
  return currency === 'XTR' ? `${total_amount} ⭐` : `${(total_amount / 100).toFixed(2)} ${currency}`
}
