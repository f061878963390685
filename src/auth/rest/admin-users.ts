/** `/admin/users`, `/admin/generate_link`, `/invite` and `/admin/audit`: for the service key alone. */
import { z } from 'zod';
import { invite as inviteUser, generateLink as makeLink } from '../domain/admin-links.ts';
import {
  type AdminUserInput,
  createUserAsAdmin,
  deleteUserAsAdmin,
  requireUserById,
  updateUserAsAdmin,
} from '../domain/admin-users.ts';
import { readId } from '../domain/ids.ts';
import { viewUser } from '../domain/user-view.ts';
import { readAudit } from '../store/audit.ts';
import { listUsers as listAll } from '../store/users.ts';
import { requireAdmin } from './bearer.ts';
import { metadata, optional, queryText, readBody, redirectTo } from './body.ts';
import { type Call, type Handler, json } from './call.ts';
import { pageHeaders, readPage } from './pages.ts';

const record = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((it) => it ?? undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((it) => it ?? undefined);

const userFields = {
  email: optional,
  phone: optional,
  password: optional,
  password_hash: optional,
  email_confirm: flag,
  phone_confirm: flag,
  user_metadata: record,
  app_metadata: record,
  role: optional,
  aud: optional,
  ban_duration: optional,
};
const createBody = z.object({ id: z.guid('must be a UUID').optional(), ...userFields });
const updateBody = z.object(userFields);

function asInput(body: z.output<typeof updateBody>): Omit<AdminUserInput, 'id'> {
  return {
    email: body.email,
    phone: body.phone,
    password: body.password,
    passwordHash: body.password_hash,
    emailConfirm: body.email_confirm,
    phoneConfirm: body.phone_confirm,
    userMetadata: body.user_metadata,
    appMetadata: body.app_metadata,
    role: body.role,
    aud: body.aud,
    banDuration: body.ban_duration,
  };
}

export const createUser: Handler = async (call) => {
  requireAdmin(call);
  const body = readBody(call, createBody);
  return json(viewUser(await createUserAsAdmin(call.auth, { ...asInput(body), id: body.id }, call.client)));
};

export const listUsers: Handler = async (call) => {
  requireAdmin(call);
  const page = readPage(call);
  const { users, total } = await listAll(call.auth.database, { ...page, filter: queryText(call, 'filter') });
  const headers = pageHeaders('/admin/users', page, total);
  return json({ users: users.map(viewUser), aud: call.auth.config.jwt.audience }, 200, headers);
};

export const readUser: Handler = async (call) => {
  requireAdmin(call);
  return json(viewUser(await requireUserById(call.auth, userId(call))));
};

export const updateUser: Handler = async (call) => {
  requireAdmin(call);
  const body = readBody(call, updateBody);
  return json(viewUser(await updateUserAsAdmin(call.auth, userId(call), asInput(body), call.client)));
};

const deleteBody = z.object({ should_soft_delete: flag });

export const deleteUser: Handler = async (call) => {
  requireAdmin(call);
  const soft = readBody(call, deleteBody).should_soft_delete ?? false;
  await deleteUserAsAdmin(call.auth, userId(call), { soft, client: call.client });
  return json({});
};

const inviteBody = z.object({ email: z.string().default(''), data: metadata });

export const invite: Handler = async (call) => {
  requireAdmin(call);
  const { email, data } = readBody(call, inviteBody);
  const input = { email, data, redirectTo: redirectTo(call), client: call.client };
  return json(viewUser(await inviteUser(call.auth, input)));
};

const linkBody = z.object({
  type: z.string().default(''),
  email: z.string().default(''),
  password: optional,
  new_email: optional,
  data: metadata,
  redirect_to: optional,
});

export const generateLink: Handler = async (call) => {
  requireAdmin(call);
  const body = readBody(call, linkBody);
  const { user, link, verificationType } = await makeLink(call.auth, {
    type: body.type,
    email: body.email,
    password: body.password,
    newEmail: body.new_email,
    data: body.data,
    redirectTo: body.redirect_to ?? redirectTo(call),
    client: call.client,
  });
  return json({
    ...viewUser(user),
    action_link: link.url,
    email_otp: link.code,
    hashed_token: link.token,
    redirect_to: link.redirectTo,
    verification_type: verificationType,
  });
};

export const audit: Handler = async (call) => {
  requireAdmin(call);
  await call.auth.auditLog.flush();
  const page = readPage(call);
  const { entries, total } = await readAudit(call.auth.database, {
    ...page,
    filter: queryText(call, 'query'),
  });
  return json(entries, 200, pageHeaders('/admin/audit', page, total));
};

function userId({ params }: Call): string {
  return readId(params.id, 'user_id');
}
