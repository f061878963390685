/** `/factors`: second factors of the user of the token. */
import { z } from 'zod';
import { challengeFactor } from '../domain/factors/challenge.ts';
import { enrollFactor } from '../domain/factors/enroll.ts';
import type { Owner } from '../domain/factors/owner.ts';
import {
  generateRecoveryCodes,
  remainingRecoveryCodes,
  useRecoveryCode,
} from '../domain/factors/recovery-codes.ts';
import { unenrollFactor } from '../domain/factors/unenroll.ts';
import { verifyFactor } from '../domain/factors/verify.ts';
import { requireBearer } from './bearer.ts';
import { channel, optional, readBody, readNothing } from './body.ts';
import { type Call, type Handler, json } from './call.ts';
import { answerSameSession } from './session-view.ts';

const enrollBody = z.object({
  factor_type: optional,
  friendly_name: optional,
  issuer: optional,
  phone: optional,
});

export const enroll: Handler = async (call) => {
  const {
    factor_type: factorType,
    friendly_name: friendlyName = '',
    issuer,
    phone,
  } = readBody(call, enrollBody);
  const input = { owner: ownerOf(call), factorType, friendlyName, issuer, phone };
  const { factor, totp } = await enrollFactor(call.auth, input);
  return json({
    id: factor.id,
    type: factor.factorType,
    friendly_name: factor.friendlyName ?? '',
    ...(totp && { totp: { qr_code: totp.qrCode, secret: totp.secret, uri: totp.uri } }),
    ...(factor.phone === null ? {} : { phone: factor.phone }),
  });
};

const challengeBody = z.object({ channel });

export const challenge: Handler = async (call) => {
  const owner = ownerOf(call);
  const { channel } = readBody(call, challengeBody);
  const asked = await challengeFactor(call.auth, { owner, factorId: factorOf(call), channel });
  const { id, type, expiresAt, webauthn } = asked;
  return json({
    id,
    type,
    expires_at: expiresAt,
    ...(webauthn && {
      webauthn: { type: webauthn.type, credential_options: { publicKey: webauthn.options } },
    }),
  });
};

const verifyBody = z.object({
  challenge_id: z.string().default(''),
  code: z.string().default(''),
  webauthn: z.object({ credential_response: z.record(z.string(), z.unknown()) }).nullish(),
});

export const verify: Handler = async (call) => {
  const owner = ownerOf(call);
  const { challenge_id: challengeId, code, webauthn } = readBody(call, verifyBody);
  const input = {
    owner,
    factorId: factorOf(call),
    challengeId,
    code,
    response: webauthn?.credential_response,
  };
  return answerSameSession(call, await verifyFactor(call.auth, input));
};

export const unenroll: Handler = async (call) => {
  const factorId = factorOf(call);
  await unenrollFactor(call.auth, { owner: ownerOf(call), factorId });
  return json({ id: factorId });
};

export const createRecoveryCodes: Handler = async (call) => {
  const owner = ownerOf(call);
  readNothing(call);
  return json({ codes: await generateRecoveryCodes(call.auth, owner) });
};

export const countRecoveryCodes: Handler = async (call) =>
  json({ remaining: await remainingRecoveryCodes(call.auth, ownerOf(call)) });

const recoveryBody = z.object({ code: z.string().default('') });

export const verifyRecoveryCode: Handler = async (call) => {
  const { code } = readBody(call, recoveryBody);
  return answerSameSession(call, await useRecoveryCode(call.auth, { owner: ownerOf(call), code }));
};

function ownerOf(call: Call): Owner {
  const { userId, sessionId } = requireBearer(call);
  return { userId, sessionId, client: call.client };
}

function factorOf({ params }: Call): string {
  return params.id?.toLowerCase() ?? '';
}
