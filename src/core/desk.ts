/** Where agents work beside the console: a forum's threads, one for each case. */
export const deskNames = ["telegram", "discord"] as const;

export type DeskName = (typeof deskNames)[number];
