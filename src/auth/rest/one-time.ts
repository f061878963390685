/** `POST /otp`, `/magiclink`, `/recover`, `/resend`, `POST` and `GET /verify`. */
import { z } from 'zod';
import { readChallenge } from '../domain/flow.ts';
import { PKCE_PREFIX } from '../domain/one-time.ts';
import { sendOtp } from '../domain/otp.ts';
import { recover as recoverUser, resend as resendMessage } from '../domain/recovery.ts';
import { chooseRedirect } from '../domain/redirects.ts';
import { verify as redeem, verifyLink } from '../domain/verify.ts';
import { invalid } from '../errors.ts';
import { allowAnybody } from './bearer.ts';
import { channel, metadata, optional, pkce, queryText, readBody, redirectTo } from './body.ts';
import { type Call, type Handler, json } from './call.ts';
import { errorAddress, halfAddress, sessionAddress, withCode } from './link-addresses.ts';
import { answerSession } from './session-view.ts';

const otpBody = z.object({
  email: optional,
  phone: optional,
  data: metadata,
  create_user: z
    .boolean()
    .nullish()
    .transform((it) => it ?? true),
  channel,
  ...pkce,
});

export const otp: Handler = async (call) => {
  allowAnybody(call);
  const body = readBody(call, otpBody);
  const { email, phone, data, channel } = body;
  await sendOtp(call.auth, {
    email,
    phone,
    data,
    channel,
    createUser: body.create_user,
    redirectTo: redirectTo(call),
    challenge: readChallenge(body.code_challenge, body.code_challenge_method),
    client: call.client,
  });
  return json({});
};

const recoverBody = z.object({ email: z.string().default(''), ...pkce });

export const recover: Handler = async (call) => {
  allowAnybody(call);
  const { email, code_challenge, code_challenge_method } = readBody(call, recoverBody);
  if (email === '') throw invalid('Password recovery requires an email');
  await recoverUser(call.auth, {
    email,
    redirectTo: redirectTo(call),
    challenge: readChallenge(code_challenge, code_challenge_method),
    client: call.client,
  });
  return json({});
};

const resendBody = z.object({ type: z.string().default(''), email: optional, phone: optional, ...pkce });

export const resend: Handler = async (call) => {
  allowAnybody(call);
  const { type, email, phone, code_challenge, code_challenge_method } = readBody(call, resendBody);
  if (email && phone) throw invalid('Only an email address or phone number should be provided.');
  await resendMessage(call.auth, {
    type,
    email,
    phone,
    redirectTo: redirectTo(call),
    challenge: readChallenge(code_challenge, code_challenge_method),
    client: call.client,
  });
  return json({});
};

const verifyBody = z.object({
  type: optional,
  email: optional,
  phone: optional,
  token: optional,
  token_hash: optional,
});

export const verify: Handler = async (call) => {
  allowAnybody(call);
  const { token_hash: tokenHash, ...given } = readBody(call, verifyBody);
  const verified = await redeem(call.auth, { ...given, tokenHash, client: call.client });
  if ('session' in verified) return answerSession(call, verified.session);
  return json('half' in verified ? { msg: HALF, code: '200' } : { auth_code: verified.authCode });
};

const HALF = 'Confirmation link accepted. Please proceed to confirm link sent to the other email';

/** The link of a mail, opened in a browser: whatever comes of it, the user lands on the site. */
export const followLink: Handler = async (call) => {
  const type = queryText(call, 'type') ?? '';
  const token = queryText(call, 'token') ?? queryText(call, 'token_hash') ?? '';
  const target = chooseRedirect(call.auth.config, redirectTo(call));
  try {
    if (token === '' || type === '') throw invalid('Verify requires a token and a verification type');
    return { redirect: await follow(call, type, token, target) };
  } catch (thrown) {
    const address = errorAddress(thrown, target, token.startsWith(PKCE_PREFIX));
    if (address === undefined) throw thrown;
    return { redirect: address };
  }
};

async function follow({ auth, client }: Call, type: string, token: string, target: string): Promise<string> {
  const verified = await verifyLink(auth, { type, token, followed: true, client });
  if ('authCode' in verified) return withCode(target, verified.authCode);
  if ('half' in verified) return halfAddress(target, HALF);
  return sessionAddress(target, verified.session, type);
}
