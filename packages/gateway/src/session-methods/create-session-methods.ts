// Create session methods: all methods that the door serves from what it knows itself: identity,
// connections, subscriptions and keys. The venue's own methods stand beside these in
// `../methods/`.
import type { Authenticator } from '../auth/authenticator.ts';
import type { Method } from '../method.ts';
import type { SocketSession } from '../sockets/socket-session.ts';
import { apiKeyMethods } from './api-key-methods.ts';
import { createAuthMethods } from './auth-methods.ts';
import { createConnectionMethods } from './connection-methods.ts';
import { profileMethods } from './profile-methods.ts';
import { subscriptionMethods } from './subscription-methods.ts';

export interface SessionMethodParts {
  readonly authenticator: Authenticator;
  /** Open sockets by connection id. */
  readonly sessions: ReadonlyMap<number, SocketSession>;
}

export const createSessionMethods = (parts: SessionMethodParts): readonly Method[] => [
  ...createAuthMethods(parts.authenticator),
  ...createConnectionMethods(parts.sessions),
  ...subscriptionMethods,
  ...apiKeyMethods,
  ...profileMethods,
];
