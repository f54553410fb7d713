// Metrics: plain counters of the door; the application shows them to its monitoring. They only
// grow, but for the gauges that say so.
export interface MethodMetrics {
  calls: number;
  refusals: number;
  /** Sum over answers of the microseconds between arrival and answer. */
  microseconds: number;
}

export interface GatewayMetrics {
  /** Gauge. */
  socketsOpen: number;
  socketsOpened: number;
  /** Sockets refused because their address had all it may have. */
  socketsRefused: number;
  framesIn: number;
  bytesIn: number;
  framesOut: number;
  bytesOut: number;
  httpRequests: number;
  /** Notifications handed to sockets, one per listener. */
  notifications: number;
  /** Notifications left out because their listener was behind; the newest state follows later. */
  conflated: number;
  slowConsumersClosed: number;
  idleClosed: number;
  heartbeatsMissed: number;
  cancelsOnDisconnect: number;
  rateLimited: number;
  loginFailures: number;
  internalErrors: number;
  /** Calls begun and not yet answered; gauge. */
  inFlight: number;
  readonly methods: Map<string, MethodMetrics>;
}

export const createGatewayMetrics = (): GatewayMetrics => ({
  socketsOpen: 0,
  socketsOpened: 0,
  socketsRefused: 0,
  framesIn: 0,
  bytesIn: 0,
  framesOut: 0,
  bytesOut: 0,
  httpRequests: 0,
  notifications: 0,
  conflated: 0,
  slowConsumersClosed: 0,
  idleClosed: 0,
  heartbeatsMissed: 0,
  cancelsOnDisconnect: 0,
  rateLimited: 0,
  loginFailures: 0,
  internalErrors: 0,
  inFlight: 0,
  methods: new Map(),
});
