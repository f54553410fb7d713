// Gateway options: every setting of the door with its default. The application lays its
// configuration file and environment over these.

import type { TlsOptions } from './http/http-server.ts';
import { builtInRateTiers, type RateTier } from './limits/rate-tier.ts';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls: TlsOptions | null;
  /** What every answer says of the venue: play money or real. */
  readonly testnet: boolean;
  readonly trustProxy: boolean;
  /** Bytes of one HTTP body or one frame. */
  readonly requestBytesMax: number;
  readonly connectionsPerAddress: number;
  readonly connectionsMax: number;
  readonly idleTimeoutMs: number;
  /** Lifetime of an access token. */
  readonly tokenLifetimeS: number;
  /** Failed proofs of identity in a minute, from one address for one client id. */
  readonly failuresPerKey: number;
  /** The same for all client ids together. */
  readonly failuresPerAddress: number;
  /** Rate tiers by name; `default` is what unknown names get, `public` is per address. */
  readonly rateTiers: Readonly<Record<string, RateTier>>;
  /** Whether a call over the rate limit ends the socket, as on Deribit. */
  readonly closeOnRateLimit: boolean;
  /** Channels of one socket. */
  readonly channelsMax: number;
  /** Calls of one socket begun and not yet answered, above which no more of it is read. */
  readonly inFlightMax: number;
  /** Unread bytes above which a socket gets no more news that newer news replaces. */
  readonly conflateBytes: number;
  /** Unread bytes above which a socket is closed. */
  readonly closeBytes: number;
  /** Pause between two writes of nothing but market data to one socket. */
  readonly notificationIntervalMs: number;
  /** How often heartbeats, idle sockets and ended identities are looked after. */
  readonly sweepIntervalMs: number;
}

export const defaultGatewayOptions: GatewayOptions = {
  host: '127.0.0.1',
  port: 8080,
  tls: null,
  testnet: true,
  trustProxy: false,
  requestBytesMax: 32 * 1024,
  connectionsPerAddress: 32,
  connectionsMax: 10_000,
  idleTimeoutMs: 600_000,
  tokenLifetimeS: 900,
  failuresPerKey: 10,
  failuresPerAddress: 100,
  rateTiers: builtInRateTiers,
  closeOnRateLimit: false,
  channelsMax: 5_000,
  inFlightMax: 512,
  conflateBytes: 256 * 1024,
  closeBytes: 8 * 1024 * 1024,
  notificationIntervalMs: 2,
  sweepIntervalMs: 1_000,
};
