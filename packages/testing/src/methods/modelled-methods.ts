/** Every modelled method by its exact name, from the files of the groups. */
import { botProfileMethods } from './bot-profile.js'
import { chatInfoMethods } from './chat-info.js'
import { chatPhotoMethods } from './chat-photo.js'
import { chatSettingMethods } from './chat-settings.js'
import { commandMethods } from './commands.js'
import { deletionMethods } from './deletions.js'
import { draftMethods } from './drafts.js'
import { editMethods } from './edits.js'
import { feedbackMethods } from './feedback.js'
import { fileMethods } from './files.js'
import { forwardMethods } from './forwards.js'
import { gameMethods } from './games.js'
import { giftMethods } from './gifts.js'
import { identityMethods } from './identity.js'
import { inviteMethods } from './invite-links.js'
import { invoiceMethods } from './invoices.js'
import { joinQueryMethods } from './join-queries.js'
import { liveLocationMethods } from './live-locations.js'
import { mediaMethods } from './media.js'
import { memberLookMethods } from './member-looks.js'
import { messageMethods } from './messages.js'
import type { MethodHandler } from './method.js'
import { moderationMethods } from './moderation.js'
import { paidMediaMethods } from './paid-media.js'
import { passportMethods } from './passport.js'
import { pinMethods } from './pins-and-reactions.js'
import { plainContentMethods } from './plain-content.js'
import { pollMethods } from './polls.js'
import { profileMediaMethods } from './profile-media.js'
import { reactionDeletionMethods } from './reaction-deletions.js'
import { sessionMethods } from './session.js'
import { starMethods } from './stars.js'
import { stickerEditMethods } from './sticker-edits.js'
import { stickerSetMethods } from './sticker-sets.js'
import { topicPinMethods } from './topic-pins.js'
import { topicMethods } from './topics.js'
import { updateMethods } from './updates.js'
import { webAppMethods } from './web-app-messages.js'
import { webhookMethods } from './webhooks.js'

/** What is modelled. */
export const modelledMethods: Readonly<Record<string, MethodHandler>> = {
  ...updateMethods,
  ...webhookMethods,
  ...identityMethods,
  ...messageMethods,
  ...editMethods,
  ...deletionMethods,
  ...mediaMethods,
  ...plainContentMethods,
  ...pollMethods,
  ...forwardMethods,
  ...pinMethods,
  ...fileMethods,
  ...feedbackMethods,
  ...commandMethods,
  ...botProfileMethods,
  ...chatInfoMethods,
  ...chatSettingMethods,
  ...moderationMethods,
  ...inviteMethods,
  ...topicMethods,
  ...stickerSetMethods,
  ...stickerEditMethods,
  ...chatPhotoMethods,
  ...memberLookMethods,
  ...joinQueryMethods,
  ...topicPinMethods,
  ...reactionDeletionMethods,
  ...profileMediaMethods,
  ...liveLocationMethods,
  ...paidMediaMethods,
  ...invoiceMethods,
  ...starMethods,
  ...giftMethods,
  ...gameMethods,
  ...draftMethods,
  ...passportMethods,
  ...sessionMethods,
  ...webAppMethods,
}
