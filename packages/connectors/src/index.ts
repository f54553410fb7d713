export type { Connector, ConnectorListener } from './connector.ts';
export type { ConnectorCounts } from './core/connector-counts.ts';
export type { Market, SizeUnit } from './core/market.ts';
export { type SessionSettings, usualSettings } from './core/session-settings.ts';
export type { Addresses, Credentials, SignedSource, Underlying } from './core/venue-definition.ts';
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
export { type ChainlinkReport, verifyChainlinkReport } from './signed/chainlink-report.ts';
export { verifyPythUpdate } from './signed/pyth-update.ts';
export { type RedstonePackage, verifyRedstonePackages } from './signed/redstone-package.ts';
export { ReportError, type ReportRefusal } from './signed/report-error.ts';
export type { SignedPrice } from './signed/signed-price.ts';
export type { TrustedSigners } from './signed/trusted-signers.ts';
