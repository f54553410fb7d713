// Subscription methods: which channels a socket listens to.
import Type from 'typebox';
import { defineMethod, type Method } from '../method.ts';
import { isPrivateChannel } from '../subscriptions/channel-name.ts';

const channelNames = Type.Array(Type.String({ maxLength: 200 }), { maxItems: 1_000 });
const okResult = Type.Literal('ok');
const namesResult = Type.Array(Type.String());

export const subscriptionMethods: readonly Method[] = [
  defineMethod({
    name: 'public/subscribe',
    summary: 'Listens to public channels; answers those accepted.',
    scope: null,
    transport: 'websocket',
    rateClass: 'subscribe',
    params: Type.Object({ channels: channelNames }),
    result: namesResult,
    handle: ({ channels }, { session, context }) => {
      const names = channels.filter((name) => !isPrivateChannel(name));
      return context.subscriptions.subscribe(session, names, null);
    },
  }),
  defineMethod({
    name: 'private/subscribe',
    summary: 'Listens to private and public channels; answers those accepted.',
    scope: 'authenticated',
    transport: 'websocket',
    rateClass: 'subscribe',
    params: Type.Object({
      channels: channelNames,
      label: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    result: namesResult,
    handle: ({ channels, label }, { session, context }) =>
      context.subscriptions.subscribe(session, channels, label ?? null),
  }),
  defineMethod({
    name: 'public/unsubscribe',
    summary: 'Stops listening; answers the channels that ended.',
    scope: null,
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({ channels: channelNames }),
    result: namesResult,
    handle: ({ channels }, { session, context }) =>
      context.subscriptions.unsubscribe(session, channels),
  }),
  defineMethod({
    name: 'private/unsubscribe',
    summary: 'Stops listening; answers the channels that ended.',
    scope: 'authenticated',
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({ channels: channelNames }),
    result: namesResult,
    handle: ({ channels }, { session, context }) =>
      context.subscriptions.unsubscribe(session, channels),
  }),
  defineMethod({
    name: 'public/unsubscribe_all',
    summary: 'Stops listening to all public channels.',
    scope: null,
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({}),
    result: okResult,
    handle: (_, { session, context }) => {
      context.subscriptions.unsubscribeAll(session, 'public');
      return 'ok';
    },
  }),
  defineMethod({
    name: 'private/unsubscribe_all',
    summary: 'Stops listening to all private channels.',
    scope: 'authenticated',
    transport: 'websocket',
    rateClass: 'plain',
    params: Type.Object({}),
    result: okResult,
    handle: (_, { session, context }) => {
      context.subscriptions.unsubscribeAll(session, 'private');
      return 'ok';
    },
  }),
];
