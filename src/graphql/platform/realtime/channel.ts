/** `subscription { channel }`: what happens in a channel, broadcast and presence, for as long as the subscription lives. */
import { type ChannelEvent, Listening } from '../../../realtime/channels/listening.ts';
import type { PresenceEntry } from '../../../realtime/channels/presence.ts';
import type { Builder } from '../../builder.ts';
import { record } from '../record.ts';
import { YIELDS } from '../yields.ts';
import type { ChannelAccess } from './door.ts';

const KINDS = ['JOINED', 'BROADCAST', 'PRESENCE'] as const;

export function registerChannelSubscription(builder: Builder, channels: ChannelAccess): void {
  const event = eventType(builder);
  builder.subscriptionType({});
  for (const name of ['channel', 'realtimeChannel'] as const)
    builder.subscriptionField(name, (t) =>
      t.field({
        type: event,
        nullable: false,
        description: 'What happens in a channel: first JOINED, then broadcasts and changes of presence',
        ...(name === 'channel' ? { extensions: { [YIELDS]: true } } : {}),
        args: {
          topic: t.arg.string({ required: true }),
          private: t.arg.boolean({
            defaultValue: false,
            description: 'Policies on realtime.messages decide who may',
          }),
          presence: t.arg({
            type: 'JSON',
            description: 'Shown to all who listen, until the subscription ends',
          }),
          presenceKey: t.arg.string({
            description: 'Subscribers of one key are one; without it each is another',
          }),
        },
        subscribe: async (_parent, { topic, private: isPrivate, presence, presenceKey }, context) => {
          const listening = await Listening.begin(
            channels(),
            {
              topic: { name: topic, isPrivate: isPrivate === true },
              presenceKey: presenceKey ?? '',
              presence:
                presence === null || presence === undefined ? undefined : record(presence, 'presence'),
            },
            context.callerContext,
          );
          context.onRenew?.((renewed) => listening.renew(renewed));
          return listening;
        },
        resolve: (happened) => happened as ChannelEvent,
      }),
    );
}

function eventType(builder: Builder) {
  const kind = builder.enumType('RealtimeEventKind', {
    values: KINDS,
    description: 'What happened in a channel',
  });
  const presence = builder.objectRef<PresenceEntry>('RealtimePresence').implement({
    description: 'A subscriber, as it shows itself',
    fields: (t) => ({
      ref: t.exposeID('ref', {
        nullable: false,
        description: 'Another one whenever it shows something else',
      }),
      key: t.exposeString('key', { nullable: false }),
      payload: t.field({ type: 'JSON', nullable: false, resolve: (entry) => entry.payload }),
    }),
  });
  return builder.objectRef<ChannelEvent>('RealtimeEvent').implement({
    description: 'What happened in a channel; fields of other kinds are null',
    fields: (t) => ({
      kind: t.field({ type: kind, nullable: false, resolve: (happened) => happened.kind }),
      subscription: t.id({
        description: 'JOINED: names the subscription to trackPresence and untrackPresence',
        resolve: (happened) => (happened.kind === 'JOINED' ? happened.subscription : undefined),
      }),
      event: t.string({ resolve: (happened) => messageOf(happened)?.event }),
      payload: t.field({
        type: 'JSON',
        resolve: (happened) => {
          const message = messageOf(happened);
          if (!message || !('json' in message.body)) return undefined;
          const { json } = message.body;
          return message.as('value', () => JSON.parse(json) as unknown);
        },
      }),
      bytes: t.string({
        description: 'The payload of a broadcast that is no JSON, as base64',
        resolve: (happened) => {
          const body = messageOf(happened)?.body;
          return body && 'bytes' in body ? body.bytes.toString('base64') : undefined;
        },
      }),
      id: t.id({
        description: 'Of a broadcast that the database sent',
        resolve: (happened) => messageOf(happened)?.meta?.id,
      }),
      joins: t.field({
        type: [presence],
        description: 'JOINED: all who are present. PRESENCE: who came, or shows something else',
        resolve: (happened) => (happened.kind === 'BROADCAST' ? undefined : happened.joins),
      }),
      leaves: t.field({
        type: [presence],
        description: 'PRESENCE: who has gone, or showed something else before',
        resolve: (happened) => (happened.kind === 'PRESENCE' ? happened.leaves : undefined),
      }),
    }),
  });
}

function messageOf(happened: ChannelEvent) {
  return happened.kind === 'BROADCAST' ? happened.message : undefined;
}
