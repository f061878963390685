/** The words of mails, and the files that may replace them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Template } from '../template.ts';

export const MAIL_KINDS = [
  'confirmation',
  'invite',
  'magic_link',
  'recovery',
  'email_change',
  'reauthentication',
] as const;

export type MailKind = (typeof MAIL_KINDS)[number];

const withLink = (subject: string, sentence: string, action: string, code: boolean): Template => ({
  subject,
  html: `<h2>${subject}</h2>
<p>${sentence}</p>
<p><a href="{{ .ConfirmationURL }}">${action}</a></p>
${code ? '<p>Or enter this code: <strong>{{ .Token }}</strong></p>\n' : ''}<p>If you did not ask for this, ignore this mail.</p>
`,
  text: `${sentence}

${action}: {{ .ConfirmationURL }}
${code ? '\nOr enter this code: {{ .Token }}\n' : ''}
If you did not ask for this, ignore this mail.
`,
});

const BUILT_IN: Readonly<Record<MailKind, Template>> = {
  confirmation: withLink('Confirm your email', 'Follow the link to confirm this address.', 'Confirm', true),
  invite: withLink(
    'You have been invited',
    'You have been invited to {{ .SiteURL }}.',
    'Accept the invitation',
    true,
  ),
  magic_link: withLink('Your sign-in link', 'Follow the link to sign in.', 'Sign in', true),
  recovery: withLink(
    'Reset your password',
    'Follow the link to choose a new password.',
    'Reset the password',
    true,
  ),
  email_change: withLink(
    'Confirm the change of your email',
    'Follow the link to change your address from {{ .Email }} to {{ .NewEmail }}.',
    'Change the address',
    true,
  ),
  reauthentication: {
    subject: 'Your code is {{ .Token }}',
    html: '<h2>Confirm that it is you</h2>\n<p>Enter the code: <strong>{{ .Token }}</strong></p>\n',
    text: 'Confirm that it is you. Enter the code: {{ .Token }}\n',
  },
};

export type Templates = Readonly<Record<MailKind, Template>>;

/** A file of the folder replaces its part of the built-in mail: `recovery.html`, `recovery.txt`, `recovery.subject.txt`. */
export async function loadTemplates(directory: string | undefined): Promise<Templates> {
  if (directory === undefined) return BUILT_IN;
  const entries = await Promise.all(
    MAIL_KINDS.map(async (kind) => {
      const [html, text, subject] = await Promise.all(
        ['html', 'txt', 'subject.txt'].map((end) => readIfThere(join(directory, `${kind}.${end}`))),
      );
      const own = BUILT_IN[kind];
      return [kind, { html: html ?? own.html, text: text ?? own.text, subject: subject ?? own.subject }];
    }),
  );
  return Object.fromEntries(entries) as Templates;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
