/** All channels of this process: who is in them, and what reaches them from here, from other processes and from the database. */
import type { Hub, HubHeader, HubListener } from '../hub/hub.ts';
import { type Body, Message, type Meta } from './message.ts';
import type { PresenceDiff } from './presence.ts';
import { Presences } from './presences.ts';
import { roomOf, type Topic } from './topic.ts';

export interface Member {
  deliver(message: Message): void;
  presenceChanged(diff: PresenceDiff): void;
}

export class Channels implements HubListener {
  readonly #hub: Hub;
  readonly #rooms = new Map<string, Set<Member>>();
  readonly presences: Presences;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.presences = new Presences({
      hub,
      tell: (room, diff) => {
        for (const member of this.#rooms.get(room) ?? []) member.presenceChanged(diff);
      },
    });
    hub.listen(this);
  }

  /** Returns what takes the member out again. */
  join(topic: Topic, member: Member): () => void {
    const room = roomOf(topic);
    const members = this.#rooms.get(room) ?? new Set<Member>();
    this.#rooms.set(room, members.add(member));
    return () => {
      members.delete(member);
      if (members.size === 0 && this.#rooms.get(room) === members) this.#rooms.delete(room);
    };
  }

  /** To all members everywhere, save the one that sends it and does not want it back. */
  broadcast(topic: Topic, message: Message, except?: Member): void {
    const room = roomOf(topic);
    this.deliver(room, message, except);
    const { event, meta, body } = message;
    const isJson = 'json' in body;
    this.#hub.send(
      { kind: 'broadcast', room, event, meta, isJson },
      isJson ? Buffer.from(body.json) : body.bytes,
    );
  }

  /** To the members in this process. */
  deliver(room: string, message: Message, except?: Member): void {
    const members = this.#rooms.get(room);
    if (members) for (const member of members) if (member !== except) member.deliver(message);
  }

  onMessage(from: string, header: HubHeader, body: Buffer): void {
    if (header.kind === 'broadcast') this.#hear(header, body);
    else this.presences.onMessage(from, header, body);
  }

  #hear(header: HubHeader, body: Buffer): void {
    const { room, event, meta, isJson } = header;
    if (!this.#rooms.has(String(room))) return;
    const given: Body = isJson === true ? { json: body.toString() } : { bytes: body };
    this.deliver(String(room), new Message(String(event), given, meta as Meta | undefined));
  }

  onConnected(): void {
    this.#hub.send({ kind: 'hello' });
    this.presences.announce();
  }

  onGone(process: string): void {
    this.presences.onGone(process);
  }

  close(): void {
    this.presences.close();
  }
}
