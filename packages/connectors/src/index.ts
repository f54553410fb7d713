export type { Connector, ConnectorListener } from './connector.ts';
export type { ConnectorCounts } from './core/connector-counts.ts';
export type { Market, SizeUnit } from './core/market.ts';
export { type SessionSettings, usualSettings } from './core/session-settings.ts';
export type { Addresses, Underlying } from './core/venue-definition.ts';
export type { ConnectorProblem } from './core/venue-session.ts';
export {
  type ConnectorHealth,
  type ConnectorOptions,
  createConnector,
  type SourceDefaults,
  sourceDefaults,
  type VenueConnector,
} from './create-connector.ts';
export type * from './market-event.ts';
