/** The kinds of files. */

/** What a file is for its bot: it can be sent again as this and as nothing else. */
export type FileKind =
  | 'photo'
  | 'document'
  | 'audio'
  | 'video'
  | 'animation'
  | 'voice'
  | 'video_note'
  | 'sticker'
