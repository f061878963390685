/** The settings of signing up and in: `auth.*`. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { apiKeys, captcha, hooks } from './auth-surroundings.ts';
import { cookiesSchema } from './cookies.ts';
import { about, flag, httpUrl, list, text, whole } from './fields.ts';

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;

const ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const jwt = z.strictObject({
  secret: text
    .min(32, 'must have at least 32 characters')
    .optional()
    .meta(
      about(
        'The secret behind HS256 tokens and all API keys: at least 32 characters, the same in every process.',
        'generated and kept in the data folder',
      ),
    ),
  audience: text
    .default('authenticated')
    .meta(about('What `aud` of a token must contain, where the token has one.')),
  otherAudiences: list
    .default([])
    .meta(about('Audiences beside it whose tokens are taken, and that `x-jwt-aud` may ask for.', 'none')),
  defaultRole: text.default('authenticated').meta(about('The database role of a token that names none.')),
  issuer: text
    .optional()
    .meta(
      about(
        'What `iss` of a token must be, and is in those made here.',
        'any; `<public URL>/auth/v1` in those made here',
      ),
    ),
  leewaySeconds: whole(0, 600)
    .default(30)
    .meta(about('By how many seconds clocks may differ when `exp` and `nbf` are checked.')),
  algorithms: z
    .array(z.enum(ALGORITHMS))
    .min(1, 'must name at least one algorithm')
    .default(['HS256', 'RS256', 'ES256', 'EdDSA'])
    .meta(about('The signature algorithms that are accepted; all but HS need signingKeysFile.')),
  signingKeysFile: text
    .optional()
    .meta(
      about(
        'A JWK set with the keys that verify tokens; the first one with a private part signs those made here.',
        'none; tokens are signed with the secret',
      ),
    ),
  cacheEntries: whole(1, 1_000_000).default(10_000).meta(about('How many verified tokens are remembered.')),
  expirySeconds: whole(10, 7 * DAY_SECONDS)
    .default(3600)
    .meta(about('How long an access token is good for, in seconds.')),
});

const email = z.strictObject({
  enabled: flag(true, 'Whether users may sign up and in by e-mail.'),
  autoconfirm: z
    .boolean()
    .optional()
    .meta(
      about(
        'Whether an e-mail address counts as confirmed without a mail.',
        'on in development without auth.smtp, else off',
      ),
    ),
  doubleConfirmChange: flag(
    true,
    'Whether a change of address must be confirmed at the old and at the new one.',
  ),
  maxFrequencySeconds: whole(0, DAY_SECONDS)
    .default(60)
    .meta(about('How long to wait before another mail of a kind goes to the same address.')),
});

const phone = z.strictObject({
  enabled: flag(false, 'Whether users may sign up and in by phone.'),
  autoconfirm: flag(false, 'Whether a phone number counts as confirmed without a message.'),
  maxFrequencySeconds: whole(0, DAY_SECONDS)
    .default(60)
    .meta(about('How long to wait before another message of a kind goes to the same number.')),
});

const otp = z.strictObject({
  expirySeconds: whole(10, DAY_SECONDS)
    .optional()
    .meta(about('How long a code or link is good for, in seconds.', '600; 3600 in the profile supabase')),
  length: whole(6, 10).default(6).meta(about('How many digits a code has.')),
  attempts: whole(1, 100).default(5).meta(about('How many wrong tries a code survives.')),
});

const argon2 = z.strictObject({
  memoryKib: whole(1024, 4_194_304).default(19_456).meta(about('Memory of one password hash, in KiB.')),
  passes: whole(1, 100).default(2).meta(about('Passes of one password hash over its memory.')),
  parallelism: whole(1, 64).default(1).meta(about('Lanes of one password hash.')),
});

const password = z.strictObject({
  minLength: whole(1, 256)
    .optional()
    .meta(about('The fewest characters of a password.', '8; 6 in the profile supabase')),
  maxBytes: whole(64, 4096)
    .optional()
    .meta(
      about(
        'The longest password in bytes; a longer one is refused, never cut.',
        '1024; 72 in the profile supabase',
      ),
    ),
  breachedListFile: text
    .optional()
    .meta(
      about('A file of passwords that are refused, one a line, in plain text or as SHA-1 in hex.', 'none'),
    ),
  requireCurrent: flag(false, 'Whether a new password needs the current one.'),
  requireReauthentication: flag(
    false,
    'Whether a new password needs a code that was sent, unless the sign-in is younger than a day.',
  ),
  argon2: argon2.prefault({}),
  hashConcurrency: whole(1, 64)
    .optional()
    .meta(about('How many passwords are hashed at the same time.', 'half of the processors')),
  hashQueue: whole(1, 100_000)
    .default(200)
    .meta(about('How many passwords may wait to be hashed; more are refused with 429.')),
});

const sessions = z.strictObject({
  timeboxSeconds: whole(0, 10 * YEAR_SECONDS)
    .default(0)
    .meta(about('How long a session lasts at most; 0 for no limit.')),
  inactivitySeconds: whole(0, 10 * YEAR_SECONDS)
    .default(0)
    .meta(about('How long a session lasts without a refresh; 0 for no limit.')),
  singlePerUser: flag(false, 'Whether signing in ends the other sessions of the user.'),
});

const smtp = z.strictObject({
  host: text
    .optional()
    .meta(about('The mail server; without one there is an outbox in development.', 'none')),
  port: whole(1, 65_535).default(587).meta(about('The port of the mail server.')),
  secure: flag(
    false,
    'Whether the connection starts with TLS (port 465); else STARTTLS is used where offered.',
  ),
  requireTls: flag(false, 'Whether a mail server without STARTTLS is refused.'),
  user: text.optional().meta(about('The login at the mail server.', 'none')),
  password: text.optional().meta(about('The password at the mail server.', 'none')),
  from: text
    .default('no-reply@localhost')
    .meta(about('The sender, as `name@example.org` or `Name <name@example.org>`.')),
});

const sms = z.strictObject({
  provider: z
    .enum(['none', 'twilio', 'webhook'])
    .default('none')
    .meta(about('Who sends text messages; without one there is an outbox in development.')),
  accountSid: text.optional().meta(about('The account at Twilio, or at what speaks like it.', 'none')),
  authToken: text
    .optional()
    .meta(about('The token of that account, or the secret that signs calls of the webhook.', 'none')),
  from: text.optional().meta(about('The number, or messaging service, that messages come from.', 'none')),
  url: httpUrl
    .optional()
    .meta(about('The address that is called to send a message.', 'https://api.twilio.com for twilio')),
  template: text
    .default('Your code is {{ .Code }}')
    .meta(about('The text of a message; `{{ .Code }}` stands for the code.')),
});

const mail = z.strictObject({
  templatesDirectory: text
    .optional()
    .meta(
      about(
        'A folder with `<kind>.html`, `<kind>.txt` and `<kind>.subject.txt` that replace the built-in mails.',
        'none',
      ),
    ),
});

const provider = z.strictObject({
  enabled: z.boolean().default(true),
  clientId: text.optional(),
  clientSecret: text.optional(),
  issuer: httpUrl.optional(),
  scopes: list.optional(),
  skipNonceCheck: z.boolean().default(false),
});

const mfa = z.strictObject({
  maxFactors: whole(1, 100).default(10).meta(about('How many second factors a user may have.')),
  totp: flag(true, 'Whether codes of an authenticator app may be a second factor.'),
  phone: flag(false, 'Whether codes sent to a phone may be a second factor.'),
  webauthn: flag(false, 'Whether security keys may be a second factor.'),
});

const passkeys = z.strictObject({
  enabled: flag(false, 'Whether users may sign in by passkey.'),
  rpId: text.optional().meta(about('The domain that passkeys are made for.', 'the host of auth.siteUrl')),
  rpName: text.default('GoForward').meta(about('The name that is shown when a passkey is made.')),
  origins: list.default([]).meta(about('Pages that may use passkeys, beside auth.siteUrl.')),
});

const limits = z.strictObject({
  enabled: flag(true, 'Whether tries are counted at all.'),
  signInPer5Minutes: whole(1, 1_000_000)
    .default(60)
    .meta(
      about(
        'Sign-ins, sign-ups, recoveries and verifications per client address (of IPv6: per /64) in five minutes.',
      ),
    ),
  identityPer5Minutes: whole(1, 1_000_000)
    .default(30)
    .meta(about('The same per e-mail address or phone number, whoever asks.')),
  globalPerMinute: whole(1, 10_000_000)
    .default(3000)
    .meta(about('The same of everybody together, in a minute.')),
  mailsPerHour: whole(1, 10_000_000)
    .default(1000)
    .meta(about('Mails that are sent in an hour, to whomever.')),
  smsPerHour: whole(1, 10_000_000)
    .default(100)
    .meta(about('Text messages that are sent in an hour, to whomever.')),
});

export const authSchema = z.strictObject({
  jwt: jwt.prefault({}),
  siteUrl: httpUrl
    .default('http://localhost:3000')
    .meta(about('Where users go from links in mails when nothing else was asked for.')),
  redirectUrls: list
    .default([])
    .meta(
      about(
        'Other addresses that users may be sent to; `*` stands for a part between dots and slashes, `**` for anything.',
      ),
    ),
  profile: z
    .enum(['default', 'supabase'])
    .default('default')
    .meta(about("`supabase` takes that product's defaults where they are weaker than ours.")),
  signup: z
    .strictObject({ enabled: flag(true, 'Whether anybody may sign up; off, users come by invitation only.') })
    .prefault({}),
  anonymous: z
    .strictObject({ enabled: flag(false, 'Whether visitors may have a user without name or password.') })
    .prefault({}),
  email: email.prefault({}),
  phone: phone.prefault({}),
  otp: otp.prefault({}),
  testOtps: z
    .record(text, text)
    .default({})
    .meta(about('Fixed codes by phone number, to which nothing is sent; refused in production.', 'none')),
  password: password.prefault({}),
  sessions: sessions.prefault({}),
  refresh: z
    .strictObject({
      reuseSeconds: whole(0, 3600)
        .default(10)
        .meta(about('How long a spent refresh token still gives the token that took its place.')),
    })
    .prefault({}),
  cookies: cookiesSchema.prefault({}),
  smtp: smtp.prefault({}),
  mail: mail.prefault({}),
  sms: sms.prefault({}),
  providers: z
    .record(text, provider)
    .default({})
    .meta(
      about('Other places users may sign in at, by name (`providers: {google: {clientId: …}}`).', 'none'),
    ),
  manualLinking: flag(false, 'Whether users may link further identities to themselves.'),
  mfa: mfa.prefault({}),
  passkeys: passkeys.prefault({}),
  apiKeys: apiKeys.prefault({}),
  captcha: captcha.prefault({}),
  hooks: hooks.prefault({}),
  limits: limits.prefault({}),
  audit: z
    .strictObject({
      retentionDays: whole(1, 36_500)
        .default(90)
        .meta(about('How many days the log of auth events is kept.')),
    })
    .prefault({}),
});

type Parsed = z.output<typeof authSchema>;

/** The settings with every default filled in. */
export interface AuthConfig extends Omit<Parsed, 'email' | 'otp' | 'password'> {
  readonly email: Parsed['email'] & { readonly autoconfirm: boolean };
  readonly otp: Required<{ [K in keyof Parsed['otp']]: NonNullable<Parsed['otp'][K]> }>;
  readonly password: Parsed['password'] & {
    readonly minLength: number;
    readonly maxBytes: number;
    readonly hashConcurrency: number;
  };
}

/** Fills in what depends on the profile and on whether mail can be sent; paths become absolute. */
export function completeAuth(
  parsed: Parsed,
  development: boolean,
  absolute: (path: string) => string,
): AuthConfig {
  const supabase = parsed.profile === 'supabase';
  const { jwt, email, otp, password, mail, smtp } = parsed;
  const path = <K extends string>(key: K, value: string | undefined) =>
    value === undefined ? {} : ({ [key]: absolute(value) } as Record<K, string>);
  return {
    ...parsed,
    jwt: { ...jwt, ...path('signingKeysFile', jwt.signingKeysFile) },
    email: { ...email, autoconfirm: email.autoconfirm ?? (development && smtp.host === undefined) },
    otp: { ...otp, expirySeconds: otp.expirySeconds ?? (supabase ? 3600 : 600) },
    password: {
      ...password,
      minLength: password.minLength ?? (supabase ? 6 : 8),
      maxBytes: password.maxBytes ?? (supabase ? 72 : 1024),
      // Hashing fills a processor; with all of them busy everything else would wait.
      hashConcurrency: password.hashConcurrency ?? Math.max(1, Math.floor(availableParallelism() / 2)),
      ...path('breachedListFile', password.breachedListFile),
    },
    mail: { ...mail, ...path('templatesDirectory', mail.templatesDirectory) },
  };
}

/** What is well-formed and still must not run: path and reason. */
export function refuseAuth(parsed: Parsed, production: boolean): [path: string, reason: string][] {
  const { sms, testOtps, captcha } = parsed;
  const problems: [string, string][] = refuseProviders(parsed.providers, production);
  if (sms.provider === 'webhook' && sms.url === undefined)
    problems.push(['auth.sms.url', 'is needed for the provider webhook']);
  for (const name of ['accountSid', 'authToken', 'from'] as const) {
    if (sms.provider === 'twilio' && sms[name] === undefined)
      problems.push([`auth.sms.${name}`, 'is needed for the provider twilio']);
  }
  if (captcha.enabled && captcha.secret === undefined)
    problems.push(['auth.captcha.secret', 'is needed for a captcha that is enabled']);
  if (production && Object.keys(testOtps).length > 0)
    problems.push(['auth.testOtps', 'are codes that everybody may know; production refuses them']);
  return problems;
}

/** Providers whose addresses are known. */
const PRESETS = new Set(['google', 'github']);
/** What `provider` of an identity says of users who came by no provider. */
const OWN_NAMES = new Set(['email', 'phone', 'anonymous']);

function refuseProviders(providers: Parsed['providers'], production: boolean): [string, string][] {
  return Object.entries(providers).flatMap(([name, { enabled, clientId, issuer }]) => {
    const path = `auth.providers.${name}`;
    const problems: [string, string][] = [];
    if (OWN_NAMES.has(name) || !/^[a-z0-9][a-z0-9_:-]*$/.test(name))
      problems.push([
        path,
        'is no name for a provider: lower-case letters, digits, _, : and -, and none of ours',
      ]);
    if (!enabled) return problems;
    if (clientId === undefined)
      problems.push([`${path}.clientId`, 'is needed for a provider that is enabled']);
    if (issuer === undefined && !PRESETS.has(name))
      problems.push([`${path}.issuer`, 'is needed, as the addresses of this provider are not known']);
    if (production && issuer?.startsWith('http:'))
      problems.push([`${path}.issuer`, 'must be https: production trusts no provider over plain HTTP']);
    return problems;
  });
}
