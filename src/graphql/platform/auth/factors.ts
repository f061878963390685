/** Second factors of the user of the token: added, asked, answered and taken off. */
import { type Challenged, challengeFactor } from '../../../auth/domain/factors/challenge.ts';
import { type Enrolled, enrollFactor } from '../../../auth/domain/factors/enroll.ts';
import { unenrollFactor } from '../../../auth/domain/factors/unenroll.ts';
import { verifyFactor } from '../../../auth/domain/factors/verify.ts';
import type { Builder } from '../../builder.ts';
import { type AuthAccess, handedOn, ownerOf, record, requireUser, text } from './door.ts';
import type { AuthTypes } from './types.ts';

export function registerFactors(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  builder.queryField('myFactors', (t) =>
    t.field({
      type: [types.factor],
      nullable: false,
      description: 'Second factors of the user of the token, those that wait for their first answer included',
      resolve: async (_parent, _args, context) => (await requireUser(auth(), context)).user.factors,
    }),
  );
  registerEnrolling(builder, auth, types);
  registerChallenge(builder, auth, types);
  builder.mutationField('verifyFactor', (t) =>
    t.field({
      type: types.session,
      description:
        'Answers the question: the same session goes on at `aal2`, and a new factor counts from now on',
      args: {
        factorId: t.arg.id({ required: true }),
        challengeId: t.arg.id({ required: true }),
        code: t.arg.string({ description: 'Of the app, or of the message' }),
        credential: t.arg({ type: 'JSON', description: 'What the browser got of a security key' }),
      },
      resolve: async (_parent, { factorId, challengeId, code, credential }, context) => {
        const session = await verifyFactor(auth(), {
          owner: ownerOf(context),
          factorId: String(factorId),
          challengeId: String(challengeId),
          code: text(code) ?? '',
          response: record(credential, 'credential'),
        });
        return handedOn(context, session);
      },
    }),
  );
}

function registerEnrolling(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const totp = builder.objectRef<NonNullable<Enrolled['totp']>>('AuthTotpSecret').implement({
    description: 'What an authenticator app needs, shown this once',
    fields: (t) => ({
      qrCode: t.exposeString('qrCode', { nullable: false, description: 'A picture, as SVG' }),
      secret: t.exposeString('secret', { nullable: false }),
      uri: t.exposeString('uri', { nullable: false }),
    }),
  });
  const enrolled = builder.objectRef<Enrolled>('AuthEnrolledFactor').implement({
    description: 'A factor that counts once a code of it was shown',
    fields: (t) => ({
      factor: t.field({ type: types.factor, nullable: false, resolve: (it) => it.factor }),
      totp: t.field({ type: totp, nullable: true, resolve: (it) => it.totp }),
    }),
  });
  builder.mutationField('enrollFactor', (t) =>
    t.field({
      type: enrolled,
      description: 'Adds a second factor to the user of the token',
      args: {
        factorType: t.arg.string({ required: true, description: '`totp`, `phone` or `webauthn`' }),
        friendlyName: t.arg.string(),
        issuer: t.arg.string({ description: 'How the app calls this place' }),
        phone: t.arg.string(),
      },
      resolve: (_parent, { factorType, friendlyName, issuer, phone }, context) =>
        enrollFactor(auth(), {
          owner: ownerOf(context),
          factorType: text(factorType),
          friendlyName: text(friendlyName) ?? '',
          issuer: text(issuer),
          phone: text(phone),
        }),
    }),
  );
  builder.mutationField('unenrollFactor', (t) =>
    t.boolean({
      description: 'Takes a factor off; the session is back at `aal1`',
      args: { factorId: t.arg.id({ required: true }) },
      resolve: async (_parent, { factorId }, context) => {
        await unenrollFactor(auth(), { owner: ownerOf(context), factorId: String(factorId) });
        return true;
      },
    }),
  );
}

function registerChallenge(builder: Builder, auth: AuthAccess, types: AuthTypes): void {
  const ceremony = builder.objectRef<NonNullable<Challenged['webauthn']>>('AuthKeyCeremony').implement({
    description: 'What the browser asks a security key',
    fields: (t) => ({
      type: t.exposeString('type', {
        nullable: false,
        description: '`create` the first time, then `request`',
      }),
      options: t.field({
        type: 'JSON',
        nullable: false,
        description: '`publicKey` of `navigator.credentials`',
        resolve: (it) => it.options,
      }),
    }),
  });
  const challenge = builder.objectRef<Challenged>('AuthFactorChallenge').implement({
    description: 'A question to a factor',
    fields: (t) => ({
      id: t.exposeID('id', { nullable: false }),
      type: t.exposeString('type', { nullable: false }),
      expiresAt: t.exposeInt('expiresAt', { nullable: false, description: 'In seconds since 1970' }),
      webauthn: t.field({ type: ceremony, nullable: true, resolve: (it) => it.webauthn }),
    }),
  });
  builder.mutationField('challengeFactor', (t) =>
    t.field({
      type: challenge,
      description: 'Asks a factor; a phone gets its code',
      args: {
        factorId: t.arg.id({ required: true }),
        channel: t.arg({ type: types.channel, defaultValue: 'sms' }),
      },
      resolve: (_parent, { factorId, channel }, context) =>
        challengeFactor(auth(), {
          owner: ownerOf(context),
          factorId: String(factorId),
          channel: channel ?? 'sms',
        }),
    }),
  );
}
