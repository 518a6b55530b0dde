import type { BotCommand } from "@grammyjs/types";
import type { Params } from "../params.ts";
import { callerFault } from "../problem.ts";
import type { Call, Methods } from "./method.ts";

/** What the bot says about itself, by scope and language. */
export interface Profile {
  commands: Map<string, BotCommand[]>;
  texts: Map<string, string>;
}

const scopeKey = ({ scope, language_code: language = "" }: Params): string => {
  const { type, ...rest } = scope ?? { type: "default" };
  return [type, ...Object.values(rest), language].join("/");
};

function checkLanguage({ language_code: language }: Params): void {
  if (language && !/^[a-z]{2}$/u.test(language)) throw callerFault("LANG_CODE_INVALID");
}

export function createProfileMethods(): Methods {
  const profile: Profile = { commands: new Map(), texts: new Map() };

  function text(field: "name" | "description" | "short_description", most: number): Methods {
    const word = {
      name: "Name",
      description: "Description",
      short_description: "ShortDescription",
    }[field];
    return {
      [`setMy${word}`]({ params }: Call) {
        checkLanguage(params);
        const given = params[field] ?? "";
        if (given.length > most)
          throw callerFault(`${field} has ${given.length} characters, ${most} are taken`);
        const key = `${field}/${params.language_code ?? ""}`;
        if (given) profile.texts.set(key, given);
        else profile.texts.delete(key);
        return true;
      },
      [`getMy${word}`]({ params, world }: Call) {
        checkLanguage(params);
        const own = profile.texts.get(`${field}/${params.language_code ?? ""}`);
        const any = own ?? profile.texts.get(`${field}/`);
        return { [field]: any ?? (field === "name" ? world.bot.first_name : "") };
      },
    };
  }

  return {
    getMe: ({ world }) => world.bot,
    setMyCommands({ params }) {
      checkLanguage(params);
      const commands = params.commands ?? [];
      if (commands.length > 100) throw callerFault("BOT_COMMANDS_TOO_MUCH");
      for (const { command, description } of commands) {
        if (!/^[a-z0-9_]{1,32}$/u.test(command))
          throw callerFault(`BOT_COMMAND_INVALID: ${command}`);
        if (description.length < 1 || description.length > 256)
          throw callerFault(`BOT_COMMAND_DESCRIPTION_INVALID: ${command}`);
      }
      profile.commands.set(scopeKey(params), commands);
      return true;
    },
    getMyCommands({ params }) {
      checkLanguage(params);
      return profile.commands.get(scopeKey(params)) ?? [];
    },
    deleteMyCommands({ params }) {
      checkLanguage(params);
      profile.commands.delete(scopeKey(params));
      return true;
    },
    ...text("name", 64),
    ...text("description", 512),
    ...text("short_description", 120),
  };
}
