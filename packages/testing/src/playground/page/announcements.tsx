/** What a bot says to a tap: a word that goes by itself, or one that waits for a click. */
import { useEffect, useRef } from 'preact/hooks'

const toastShownMs = 4_000

/** Goes after four seconds. */
export function Toast({ text, onEnd }: { text: string; onEnd(): void }) {
  useEffect(() => {
    const timer = setTimeout(onEnd, toastShownMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p class="toast" role="alert">
      {text}
    </p>
  )
}

/** Stays until it is read. */
export function Alert({ text, onEnd }: { text: string; onEnd(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="alert" ref={dialog} role="alertdialog" aria-label="The bot says" onClose={onEnd}>
      <p>{text}</p>
      <button type="button" class="primary" onClick={() => dialog.current?.close()}>
        OK
      </button>
    </dialog>
  )
}
