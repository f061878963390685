/** What every verb of the module works with. Made once at start; the doors and the verbs pass it along. */
import type { AuthConfig } from '../../config/auth.ts';
import type { PrismaClient } from '../../generated/prisma/client.ts';
import type { Observe } from '../../observation.ts';
import type { SigningKey } from '../signing-keys.ts';
import type { Database } from '../store/database.ts';
import type { User } from '../store/users.ts';
import type { AuditLog } from './audit.ts';
import type { Background } from './background.ts';
import type { CustomProvider } from './custom-provider.ts';
import type { Limiter } from './limits/limiter.ts';
import type { Mailer } from './mail/mailer.ts';
import type { Providers } from './oauth/providers.ts';
import type { Outbox } from './outbox.ts';
import type { Passwords } from './passwords/passwords.ts';
import type { SessionWatch } from './session-watch.ts';
import type { TextMessages } from './sms/messages.ts';
import type { RefreshTokens, TokenSigner } from './tokens.ts';

export interface AuthContext {
  readonly config: AuthConfig;
  readonly development: boolean;
  readonly database: Database;
  readonly prisma: PrismaClient;
  /** The address of `/auth/v1` as clients reach it; known once the server listens. */
  readonly externalUrl: () => string;
  /** Codes and seals are keyed with it, so that the database alone is of no use. */
  readonly secret: string;
  readonly signer: TokenSigner;
  readonly signingKeys: readonly SigningKey[];
  readonly refreshTokens: RefreshTokens;
  readonly passwords: Passwords;
  /** Other places to sign in at. */
  readonly providers: Providers;
  /** And those of extensions, by name. */
  readonly customProviders: ReadonlyMap<string, CustomProvider>;
  /** In development only: what was not sent. */
  readonly outbox: Outbox | undefined;
  readonly mailer: Mailer;
  readonly messages: TextMessages;
  readonly limiter: Limiter;
  readonly sessionWatch: SessionWatch;
  readonly background: Background;
  readonly auditLog: AuditLog;
  readonly hooks: AuthHooks;
  readonly observe: Observe;
  readonly now: () => number;
}

/** Who asks, as far as the connection tells. */
export interface Client {
  readonly ip: string | undefined;
  readonly agent: string | undefined;
  /** For whom the token is to be: what `x-jwt-aud` says. */
  readonly audience?: string | undefined;
}

/** Places where code of the product's user may step in. Throwing an AppError refuses. */
export interface AuthHooks {
  beforeUserCreated?: ((user: { email?: string; phone?: string; data: object }) => Promise<void>) | undefined;
  /** Returns the claims to be signed. */
  customClaims?:
    | ((claims: Record<string, unknown>, user: User) => Promise<Record<string, unknown>>)
    | undefined;
  sendMail?:
    | ((mail: { kind: string; to: string; subject: string; html: string; text: string }) => Promise<void>)
    | undefined;
  sendSms?: ((message: { to: string; text: string; code: string }) => Promise<void>) | undefined;
}
