import type { LogBody } from "../../core/conversation.ts";
import type { Commit, CommitLease, LeasedReply } from "../../ports/store.ts";
import type { Client } from "./client.ts";
import type { Due } from "./due.ts";

const tryAgainMs = 250;

const firstReply = ({ log }: Commit) =>
  log.find((body): body is LogBody & { type: "message" } => body.type === "message");

/** Until when a commit leases its first reply, as Redis is told; '' where it does not. No two commits say the same. */
export function leasedUntil(commit: Commit, lease: CommitLease | undefined): string {
  const first = firstReply(commit);
  if (!lease || !first || first.message.replaces !== undefined) return "";
  return (lease.until - Math.random() * 0.99).toFixed(3);
}

/** The reply that was leased with its commit: its place in the log, and the last receipt of its lane ('' for none). */
export function leasedReply(commit: Commit, seq: string, receipt: string): LeasedReply | undefined {
  const first = firstReply(commit);
  const { id: conversationId, channel, address, unreachable } = commit.conversation;
  return (
    first && {
      id: first.id,
      conversationId,
      channel,
      ...(address !== undefined && { address }),
      ...(unreachable && { unreachableAt: unreachable.at }),
      seq: Number(seq),
      message: first.message,
      attempts: 1,
      uncertain: false,
      ...(receipt !== "" && { lastReceipt: receipt }),
    }
  );
}

/**
 * Leases of commits whose answer was lost: where one was made, nobody sends
 * its reply, which would wait until the lease runs out and then look as if it
 * might have been sent. They are given back as soon as Redis answers again.
 */
export function createUnanswered(client: Client, due: Due) {
  const leases = new Set<{ part: string; args: readonly string[] }>();
  let trying: NodeJS.Timeout | undefined;

  async function giveBack(): Promise<void> {
    try {
      for (const lease of leases) {
        await client.run("give a lease back", "unlease", lease);
        leases.delete(lease);
        due.touched(lease.part);
      }
    } catch {
      // It is tried again.
    }
    trying = undefined;
    tryLater();
  }

  function tryLater(): void {
    if (leases.size > 0) trying ??= setTimeout(() => void giveBack(), tryAgainMs).unref();
  }

  return {
    add(part: string, commit: Commit, until: string): void {
      const { id, channel } = commit.conversation;
      leases.add({ part, args: [channel, id, firstReply(commit)?.id ?? "", until] });
      tryLater();
    },
    close: () => clearTimeout(trying),
  };
}

export type Unanswered = ReturnType<typeof createUnanswered>;
