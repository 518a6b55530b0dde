import * as client from "openid-client";
import { LogInFailed, PlatformUnavailable } from "../../core/errors.ts";
import type { IdentityProvider } from "../../ports/identity-provider.ts";

export interface OidcOptions {
  issuer: string;
  clientId: string;
  clientSecret: string;
  label: string;
  /** Exactly as the provider knows it. */
  redirectUri: string;
}

const timeoutSeconds = 10;

/**
 * Any OpenID provider: authorization code flow with PKCE, state and nonce; the
 * library checks the id_token's signature, issuer, audience, times and nonce
 * (OpenID Connect Core 1.0, 3.1.3.7). What the provider says of itself is
 * asked at the first log-in, and again when that failed.
 */
export function createOidcProvider(options: OidcOptions): IdentityProvider {
  const { issuer, clientId, clientSecret, label, redirectUri } = options;
  let known: Promise<client.Configuration> | undefined;

  async function discover(): Promise<client.Configuration> {
    // A provider on this machine may speak http; the settings let no other one.
    const execute = issuer.startsWith("http:") ? [client.allowInsecureRequests] : [];
    const found = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute,
      timeout: timeoutSeconds,
    });
    const server = found.serverMetadata();
    // Basic is what every provider must take (RFC 6749, 2.3.1), unless it says that it does not.
    const ways = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const way = ways.includes("client_secret_basic")
      ? client.ClientSecretBasic(clientSecret)
      : client.ClientSecretPost(clientSecret);
    const configuration = new client.Configuration(server, clientId, undefined, way);
    configuration.timeout = timeoutSeconds;
    for (const set of execute) set(configuration);
    // Without it the library takes an id_token that came over TLS without its signature.
    client.enableNonRepudiationChecks(configuration);
    return configuration;
  }

  const configuration = () => {
    known ??= discover().catch((cause: unknown) => {
      known = undefined;
      throw new PlatformUnavailable(
        "the log-in",
        `${issuer} does not answer as an OpenID provider`,
        {
          cause,
        },
      );
    });
    return known;
  };

  return {
    label,
    async begin({ state, nonce, verifier }) {
      const provider = await configuration();
      const challenge = await client.calculatePKCECodeChallenge(verifier);
      return client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: scopeOf(provider),
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: "S256",
      }).href;
    },
    async finish(query, { state, nonce, verifier }) {
      const provider = await configuration();
      const answer = new URL(redirectUri);
      answer.search = query;
      const tokens = await client
        .authorizationCodeGrant(provider, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        .catch((cause: unknown) => {
          throw failureOf(cause);
        });
      const claims = tokens.claims();
      if (!claims) throw new LogInFailed("noIdToken");
      const { iss, sub, email, email_verified: isVerified } = claims;
      return {
        issuer: iss,
        subject: sub,
        ...(typeof email === "string" && isVerified === true && { email }),
      };
    },
  };
}

/** Telegram has no `email` and refuses a scope that it does not know. */
function scopeOf(provider: client.Configuration): string {
  const known = provider.serverMetadata().scopes_supported;
  return known && !known.includes("email") ? "openid" : "openid email";
}

function failureOf(cause: unknown): unknown {
  if (cause instanceof client.AuthorizationResponseError) {
    return new LogInFailed(cause.error === "access_denied" ? "cancelled" : "refusedByProvider", {
      cause,
    });
  }
  return isNetwork(cause)
    ? new PlatformUnavailable("the log-in", "the provider does not answer", { cause })
    : new LogInFailed("notOurs", { cause });
}

function isNetwork(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const isTimeout = cause instanceof client.ClientError && cause.code === "OAUTH_TIMEOUT";
  // What `fetch` throws when nothing answers (WHATWG Fetch: a network error is a TypeError).
  return isTimeout || cause.message === "fetch failed" || isNetwork(cause.cause);
}
