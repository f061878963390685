/** The name of a channel. A private channel and a public one of the same name have nothing to do with each other. */
import { AppError } from '../../errors.ts';

export interface Topic {
  readonly name: string;
  readonly isPrivate: boolean;
}

export const MAX_TOPIC_BYTES = 1024;
export const MAX_EVENT_BYTES = 1024;

/** One word for both, as maps and other processes know it. */
export function roomOf({ name, isPrivate }: Topic): string {
  return `${isPrivate ? 'private' : 'public'}:${name}`;
}

/** Throws AppError. */
export function assertName(what: 'topic' | 'event', name: string): void {
  const most = what === 'topic' ? MAX_TOPIC_BYTES : MAX_EVENT_BYTES;
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > most)
    throw new AppError('validation-failed', `the ${what} must be a text of 1 to ${most} bytes`, {
      hint: 'Choose a shorter name, and put data into the payload.',
    });
}
