import type {
  BotCommand,
  BotCommandScope,
  InlineKeyboardMarkup,
  LinkPreviewOptions,
  MessageEntity,
  ReactionType,
  ReplyParameters,
} from "@grammyjs/types";

/** The fields of all methods that are known here; which of them a method takes is the specification's matter. */
export interface Params {
  chat_id?: number | string;
  from_chat_id?: number | string;
  user_id?: number;
  message_id?: number;
  message_ids?: number[];
  inline_message_id?: string;
  message_thread_id?: number;
  text?: string;
  caption?: string;
  parse_mode?: string;
  entities?: MessageEntity[];
  caption_entities?: MessageEntity[];
  reply_markup?: InlineKeyboardMarkup & { keyboard?: unknown; remove_keyboard?: boolean };
  reply_parameters?: ReplyParameters;
  link_preview_options?: LinkPreviewOptions;
  protect_content?: boolean;
  photo?: string;
  document?: string;
  video?: string;
  audio?: string;
  voice?: string;
  animation?: string;
  duration?: number;
  title?: string;
  performer?: string;
  remove_caption?: boolean;
  media?: readonly MediaParams[];
  action?: string;
  callback_query_id?: string;
  show_alert?: boolean;
  url?: string;
  cache_time?: number;
  file_id?: string;
  name?: string;
  icon_color?: number;
  icon_custom_emoji_id?: string;
  description?: string;
  short_description?: string;
  language_code?: string;
  commands?: BotCommand[];
  scope?: BotCommandScope;
  reaction?: ReactionType[];
  offset?: number;
  limit?: number;
  timeout?: number;
  allowed_updates?: string[];
  secret_token?: string;
  max_connections?: number;
  drop_pending_updates?: boolean;
  disable_notification?: boolean;
}

export interface MediaParams {
  type: "photo" | "document" | "video" | "audio";
  media: string;
  caption?: string;
  parse_mode?: string;
  caption_entities?: MessageEntity[];
}
