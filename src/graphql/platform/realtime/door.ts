/** The GraphQL door of channels: broadcasts, and what a subscriber says of itself. Nothing is decided here. */
import { AppError } from '../../../errors.ts';
import type { ChannelService } from '../../../realtime/channels/channel-service.ts';
import type { Listening } from '../../../realtime/channels/listening.ts';
import type { Builder } from '../../builder.ts';
import type { GraphqlContext } from '../../context.ts';
import { record } from '../record.ts';
import { YIELDS } from '../yields.ts';

/** The module as it runs. Where the schema is only printed there is none. */
export type ChannelAccess = () => ChannelService;

export function registerRealtimeMutations(builder: Builder, channels: ChannelAccess): void {
  for (const name of ['broadcast', 'realtimeBroadcast'] as const)
    builder.mutationField(name, (t) =>
      t.boolean({
        nullable: false,
        description: 'Sends to all who listen to the channel; to a private one where a policy allows it',
        ...(name === 'broadcast' ? { extensions: { [YIELDS]: true } } : {}),
        args: {
          topic: t.arg.string({ required: true }),
          event: t.arg.string({ required: true }),
          payload: t.arg({ type: 'JSON', required: true }),
          private: t.arg.boolean({ defaultValue: false }),
        },
        resolve: async (_parent, { topic, event, payload, private: isPrivate }, context) => {
          const { callerContext, client } = context;
          channels().count(callerContext, client.ip ?? '', 1);
          const sending = {
            topic: { name: topic, isPrivate: isPrivate === true },
            event,
            body: { json: JSON.stringify(payload) },
          };
          if (await channels().send(callerContext, sending)) return true;
          throw new AppError(
            'permission-error',
            `You do not have permissions to write to this channel: ${topic}`,
            {
              hint: 'A policy for insert on realtime.messages allows it.',
            },
          );
        },
      }),
    );
  builder.mutationField('trackPresence', (t) =>
    t.boolean({
      nullable: false,
      description:
        'Says what a subscription to a channel shows of itself to all who listen; it ends with the subscription',
      args: {
        subscription: t.arg.id({
          required: true,
          description: 'As the JOINED event of the subscription names it',
        }),
        payload: t.arg({ type: 'JSON', required: true }),
      },
      resolve: async (_parent, { subscription, payload }, context) => {
        const { presence } = listeningOf(channels(), String(subscription), context);
        presence.count();
        await presence.track(record(payload, 'payload'));
        return true;
      },
    }),
  );
  builder.mutationField('untrackPresence', (t) =>
    t.boolean({
      nullable: false,
      description: 'A subscription to a channel is not present there any more, and goes on listening',
      args: { subscription: t.arg.id({ required: true }) },
      resolve: (_parent, { subscription }, context) => {
        const { presence } = listeningOf(channels(), String(subscription), context);
        presence.count();
        presence.untrack();
        return true;
      },
    }),
  );
}

/** Of the same caller. Throws AppError. */
function listeningOf(
  { listenings }: ChannelService,
  id: string,
  { callerContext }: GraphqlContext,
): Listening {
  const listening = listenings.get(id);
  if (listening?.isOf(callerContext)) return listening;
  throw new AppError('not-found', 'There is no such subscription to a channel', {
    hint: 'Send it over the WebSocket that the subscription runs on: its id is in the event JOINED.',
  });
}
