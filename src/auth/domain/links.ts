/** Mails that carry a link and a code. The host of a link comes from the configuration, whatever the request says. */
import type { Connection } from '../store/database.ts';
import type { TokenType } from '../store/one-time-tokens.ts';
import { type User, type UserPatch, updateUser } from '../store/users.ts';
import type { AuthContext } from './context.ts';
import type { MailKind } from './mail/templates.ts';
import { type Minted, mint } from './one-time.ts';
import { chooseRedirect } from './redirects.ts';

/** `type` of a link: what the door that redeems it is told. */
export type LinkType = 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change';

export interface LinkInput {
  readonly user: User;
  readonly tokenType: TokenType;
  readonly linkType: LinkType;
  /** Where the mail goes. */
  readonly to: string;
  readonly redirectTo: string | undefined;
  readonly flowStateId?: string | undefined;
}

export interface Link extends Minted {
  readonly url: string;
  readonly redirectTo: string;
}

/** When something of the kind was last sent, as clients read it. */
const SENT_AT: Readonly<Record<LinkType, keyof UserPatch>> = {
  signup: 'confirmationSentAt',
  invite: 'confirmationSentAt',
  magiclink: 'recoverySentAt',
  recovery: 'recoverySentAt',
  email_change: 'emailChangeSentAt',
};

const MAIL: Readonly<Record<LinkType, MailKind>> = {
  signup: 'confirmation',
  invite: 'invite',
  magiclink: 'magic_link',
  recovery: 'recovery',
  email_change: 'email_change',
};

export async function makeLink(auth: AuthContext, connection: Connection, input: LinkInput): Promise<Link> {
  const { user, tokenType, linkType, to, redirectTo, flowStateId } = input;
  const minted = await mint(auth, connection, {
    userId: user.id,
    type: tokenType,
    relatesTo: to,
    flowStateId,
  });
  const target = chooseRedirect(auth.config, redirectTo);
  const query = new URLSearchParams({ token: minted.token, type: linkType, redirect_to: target });
  // Colons and slashes may stand in a query, and readers of such links look for them.
  const readable = query.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
  return { ...minted, url: `${auth.externalUrl()}/verify?${readable}`, redirectTo: target };
}

/** Mints within the transaction; the returned function sends, once that is kept. */
export async function prepareLink(
  auth: AuthContext,
  connection: Connection,
  input: LinkInput,
): Promise<{ user: User; send: () => void }> {
  const { user, linkType, to } = input;
  const link = await makeLink(auth, connection, input);
  const now = new Date(auth.now());
  const updated = await updateUser(connection, user.id, {
    [SENT_AT[linkType]]: now,
    ...(linkType === 'invite' ? { invitedAt: now } : {}),
  });
  const variables = {
    ConfirmationURL: link.url,
    Token: link.code,
    TokenHash: link.token,
    SiteURL: auth.config.siteUrl,
    RedirectTo: link.redirectTo,
    Email: user.email ?? '',
    NewEmail: user.emailChange ?? '',
    ...dataVariables(user.rawUserMetaData),
  };
  return {
    user: updated ?? user,
    send: () => auth.mailer.send({ kind: MAIL[linkType], to, variables }),
  };
}

/** `{{ .Data.name }}` of a template: plain values of what the user said of themselves. */
function dataVariables(data: unknown): Record<string, string> {
  if (typeof data !== 'object' || data === null) return {};
  const plain = Object.entries(data).filter(([, it]) => ['string', 'number', 'boolean'].includes(typeof it));
  return Object.fromEntries(plain.map(([name, it]) => [`Data.${name}`, String(it)]));
}
