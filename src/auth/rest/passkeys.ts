/** `/passkeys`: signing in without a password, and the passkeys of the user of the token. */
import { z } from 'zod';
import {
  type Asked,
  assertPasskeys,
  beginRegistration,
  finishRegistration,
  type Holder,
  namePasskey,
  passkeysOf,
  removePasskey,
} from '../domain/passkeys/passkeys.ts';
import { beginPasskeySignIn, signInWithPasskey } from '../domain/passkeys/sign-in.ts';
import type { Passkey } from '../store/passkeys.ts';
import { allowAnybody, requireUser } from './bearer.ts';
import { readBody, readNothing } from './body.ts';
import { type Call, type Handler, json, NOTHING } from './call.ts';
import { answerSession } from './session-view.ts';

const answer = z.object({
  challenge_id: z.string().default(''),
  credential: z.record(z.string(), z.unknown()).default({}),
});

export const registrationOptions: Handler = async (call) => {
  const holder = await holderOf(call);
  readNothing(call);
  return json(viewAsked(await beginRegistration(call.auth, holder)));
};

export const registrationVerify: Handler = async (call) => {
  const holder = await holderOf(call);
  const { challengeId, response } = readAnswer(call);
  return json(viewPasskey(await finishRegistration(call.auth, holder, { challengeId, response })));
};

export const authenticationOptions: Handler = async (call) => {
  allowAnybody(call);
  readNothing(call);
  return json(viewAsked(await beginPasskeySignIn(call.auth, call.client)));
};

export const authenticationVerify: Handler = async (call) => {
  allowAnybody(call);
  assertPasskeys(call.auth);
  const input = { ...readAnswer(call), client: call.client };
  return answerSession(call, await signInWithPasskey(call.auth, input));
};

export const list: Handler = async (call) =>
  json((await passkeysOf(call.auth, await holderOf(call))).map(viewPasskey));

const nameBody = z.object({ friendly_name: z.string() });

export const rename: Handler = async (call) => {
  const holder = await holderOf(call);
  const { friendly_name: name } = readBody(call, nameBody);
  return json(viewPasskey(await namePasskey(call.auth, holder, { id: idOf(call), name })));
};

export const remove: Handler = async (call) => {
  const holder = await holderOf(call);
  await removePasskey(call.auth, holder, idOf(call));
  return NOTHING;
};

async function holderOf(call: Call): Promise<Holder> {
  const { user, aal } = await requireUser(call);
  assertPasskeys(call.auth);
  return { user, aal, client: call.client };
}

function readAnswer(call: Call) {
  const { challenge_id: challengeId, credential } = readBody(call, answer);
  return { challengeId, response: credential };
}

function idOf({ params }: Call): string {
  return params.id ?? '';
}

function viewAsked({ challengeId, options, expiresAt }: Asked) {
  return { challenge_id: challengeId, options, expires_at: Math.floor(expiresAt.getTime() / 1000) };
}

export function viewPasskey({ id, friendlyName, createdAt, lastUsedAt }: Passkey) {
  return {
    id,
    ...(friendlyName === '' ? {} : { friendly_name: friendlyName }),
    created_at: createdAt,
    ...(lastUsedAt === null ? {} : { last_used_at: lastUsedAt }),
  };
}
