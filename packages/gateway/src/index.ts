export { fullScope, isKeyScope } from './auth/scope.ts';
export {
  type Backlog,
  createGateway,
  type Gateway,
  type GatewayAddress,
  type GatewayParts,
} from './create-gateway.ts';
export { defaultGatewayOptions, type GatewayOptions } from './gateway-options.ts';
export type { HttpPage, HttpRoute, TlsOptions } from './http/http-server.ts';
export * from './identity/identity-store.ts';
export { createSqliteIdentityStore } from './identity/sqlite-identity-store.ts';
export {
  builtInRateTiers,
  type CreditRule,
  type RateTier,
  rateAndBurst,
} from './limits/rate-tier.ts';
export * from './method.ts';
export { methods } from './methods/index.ts';
export type { GatewayMetrics, MethodMetrics } from './metrics.ts';
export type { Grant, Session } from './session.ts';
export type { SubscriptionHub } from './subscriptions/subscription-hub.ts';
export { createSqliteWalletStore } from './wallet/sqlite-wallet-store.ts';
export * from './wallet/wallet-store.ts';
