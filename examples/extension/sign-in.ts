/**
 * Signing in by a ticket that another server of yours has signed, and a claim of one's own in every access token.
 *
 *   curl -H "apikey: $ANON_KEY" -H 'content-type: application/json' 'http://localhost:8080/auth/v1/token?grant_type=custom' \
 *     -d '{"provider": "ticket", "credentials": {"ticket": "<base64url of {"id", "email", "exp"}>.<HMAC-SHA256 of it>"}}'
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ExtensionApi } from '../../src/extensions/extension.ts';

interface Ticket {
  readonly id: string;
  readonly email: string;
  /** In seconds since 1970. */
  readonly exp: number;
}

const KEY = process.env.TICKET_KEY;

export default function (server: ExtensionApi): void {
  if (!KEY) throw new Error('TICKET_KEY is not set');
  server.registerAuthProvider({
    name: 'ticket',
    authenticate(credentials) {
      const ticket = readTicket((credentials as { ticket?: unknown } | null)?.ticket, KEY);
      if (ticket === undefined || ticket.exp * 1000 < Date.now()) return null;
      return { subject: ticket.id, email: ticket.email, emailVerified: true };
    },
  });
  server.registerAuthHook('customClaims', (claims, user) => ({
    ...claims,
    plan: (user.app_metadata as { plan?: string }).plan ?? 'free',
  }));
}

/** Undefined for what the other server has not signed. */
function readTicket(text: unknown, key: string): Ticket | undefined {
  const [body = '', mark = ''] = String(text).split('.');
  const wanted = createHmac('sha256', key).update(body).digest();
  const given = Buffer.from(mark, 'base64url');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Ticket;
}
